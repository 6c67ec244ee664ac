"""入驻: one form that waits, says what is missing, and shows how far it has come."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import PersonRequest, person_page
from accounts.forms import OnboardingForm
from accounts.models import MerchantKind, Onboarding, User
from accounts.rules.documents import MAX_BYTES
from accounts.selectors.markets import market_by_code
from accounts.selectors.merchants import documents_of
from accounts.selectors.onboardings import last_onboarding, missing, open_onboarding
from accounts.selectors.settlement_accounts import payee_account_of
from accounts.selectors.users import actor_of
from accounts.services.merchant_documents import hand_in_document
from accounts.services.onboardings import (
    FIELD_LABELS,
    cancel_onboarding,
    save_onboarding,
    start_onboarding,
    submit_onboarding,
)
from accounts.services.persons import register_person
from accounts.views.answers import go, page, told
from accounts.views.track import track_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.refusals import Refusal

SECTIONS = (
    (gettext_lazy("办理人"), ("applicant", "head_name", "head_id", "head_phone")),
    (gettext_lazy("店"), ("kind", "name", "province", "market", "stall_label", "address", "phone")),
    (gettext_lazy("执照"), ("legal_name", "uscc")),
)


@require_http_methods(["GET", "POST"])
@person_page
def onboarding(request: PersonRequest) -> HttpResponse:
    """Show the form as far as it is filled in; POST keeps what was given, and hands it in when asked to."""
    user = cast(User, request.user)
    row = open_onboarding(user)
    if row is None and request.GET.get("new") is None and (last := last_onboarding(user)) is not None:
        has_account = payee_account_of(last.merchant, clock.now()) is not None
        shown = {"row": last, "track": track_of(last), "has_account": has_account}
        return page(request, "accounts/onboarding_track.html", shown)
    if row is not None and row.status == "SUBMITTED":
        return page(request, "accounts/onboarding_track.html", {"row": row, "track": track_of(row)})
    if request.method == "POST":
        return _keep(request, row)
    return _show(request, row, OnboardingForm(initial=_initial(user, row)))


def _keep(request: PersonRequest, row: Onboarding | None) -> HttpResponse:
    user, at = cast(User, request.user), clock.now()
    actor = actor_of(user)
    form = OnboardingForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, row, form)
    kind = form.cleaned_data["kind"]
    try:
        row = row or start_onboarding(applicant=user, kind=kind, actor=actor, at=at)
        whom = _whom(request, form, row)
        save_onboarding(onboarding=row, actor=actor, at=at, **_given(request, form), **whom)
    except Refusal as refusal:
        form.refuse(refusal)
    if row is not None:
        _hand_in(request, form, row)
    if form.errors or row is None:
        return _show(request, row, form)
    if "submit" not in request.POST:
        messages.success(request, _("已保存，下次接着填"))
        return go("onboarding")
    try:
        submit_onboarding(onboarding=row, actor=actor, at=at)
    except Refusal as refusal:
        form.refuse(refusal)
        return _show(request, row, form)
    messages.success(request, _("已提交，审核一般一个工作日"))
    return go("onboarding")


def _given(request: PersonRequest, form: OnboardingForm) -> dict[str, Any]:
    """Name the fields as the service does."""
    names = ("kind", "name", "legal_name", "uscc", "province", "address", "stall_label")
    given: dict[str, Any] = {name: form.cleaned_data[name] for name in names}
    code, phone = form.cleaned_data["market"], form.cleaned_data["phone"]
    given["market"] = market_by_code(code) if code else None
    given["phone"] = _phone(request, phone)
    return given | {"signboard": given["name"]}


def _whom(request: PersonRequest, form: OnboardingForm, row: Onboarding) -> dict[str, Any]:
    """Say for whom the form is filled in: for oneself, or with a letter for the legal representative named in it.

    Numbers left as their masks stand for the person on file; a wrong one is refused at its field, the rest is kept.
    """
    if form.cleaned_data.get("applicant") != "AGENT":
        return {"legal_person": request.person, "is_agent": False}
    typed = {name: form.cleaned_data[f"head_{name}"] for name in ("name", "id", "phone")}
    found: dict[str, Any] = {"agent": request.person, "is_agent": True}
    if not all(typed.values()) or any("*" in text for text in typed.values()):
        return found
    try:
        found["legal_person"] = register_person(
            full_name=typed["name"],
            resident_id=typed["id"],
            phone=typed["phone"],
            actor=actor_of(cast(User, request.user)),
            at=clock.now(),
        )
    except Refusal as refusal:
        form.refuse_head(refusal)
    return found


def _phone(request: PersonRequest, typed: str) -> str | None:
    """Read the phone; a mask left as it was shown stands for the one on file, at first that of the sign-in."""
    user = cast(User, request.user)
    if "*" not in typed:
        return typed or None
    is_own = typed == user.phone_masked and user.phone_sealed is not None
    return user.phone_sealed.open() if is_own else None


def _hand_in(request: PersonRequest, form: OnboardingForm, row: Onboarding) -> None:
    """Hand in each file by itself: a bad one is refused at its field, the good ones are kept."""
    actor, at = actor_of(cast(User, request.user)), clock.now()
    for field in form.fields:
        file: Any = request.FILES.get(field)
        if file is None:
            continue
        content = file.read(MAX_BYTES + 1)
        declared = file.content_type or ""
        try:
            hand_in_document(
                merchant=row.merchant, kind=field.upper(), content=content, declared_type=declared, actor=actor, at=at
            )
        except Refusal as refusal:
            form.refuse(refusal)


def _initial(user: User, row: Onboarding | None) -> dict[str, Any]:
    if row is None:
        return {"kind": MerchantKind.INDIVIDUAL, "province": "65", "phone": user.phone_masked, "applicant": "SELF"}
    merchant = row.merchant
    names = ("kind", "name", "legal_name", "uscc", "province", "address")
    shown = {name: getattr(merchant, name) or "" for name in names}
    shown["province"] = shown["province"] or "65"
    more = {"market": row.market.code if row.market else "", "stall_label": row.stall_label}
    return shown | more | _head(row) | {"phone": merchant.contact_phone_masked}


def _head(row: Onboarding) -> dict[str, Any]:
    """Show the legal representative by masks, once somebody applies for him."""
    head = row.merchant.legal_person
    if row.agent_id is None:
        return {"applicant": "SELF"}
    if head is None or head.pk == row.agent_id:
        return {"applicant": "AGENT"}
    masked = {"head_name": head.full_name, "head_id": head.id_masked, "head_phone": head.phone_masked}
    return {"applicant": "AGENT", **masked}


def _show(request: HttpRequest, row: Onboarding | None, form: OnboardingForm) -> HttpResponse:
    lacking = [FIELD_LABELS[name] for name in missing(row)] if row else []
    papers = {paper.kind.lower(): paper for paper in documents_of(row.merchant)} if row else {}
    kind = str(form["kind"].value() or MerchantKind.INDIVIDUAL)
    is_agent = str(form["applicant"].value()) == "AGENT"
    context = {
        "form": form,
        "row": row,
        "sections": [(title, [form[name] for name in names]) for title, names in SECTIONS],
        "papers": [(form[name], papers.get(name)) for name in form.needed_papers(kind, is_agent=True)],
        "lacking": "、".join(str(label) for label in lacking),
        "kind": kind,
        "is_agent": is_agent,
    }
    return page(request, "accounts/onboarding.html", context, status=422 if form.errors else 200)


@require_POST
@person_page
def cancel(request: PersonRequest) -> HttpResponse:
    """Give the form up."""
    user = cast(User, request.user)
    row = open_onboarding(user)
    if row is not None:
        told(
            request,
            lambda: cancel_onboarding(onboarding=row, actor=actor_of(user), at=clock.now()),
            _("已放弃这份资料"),
        )
    return go("own")

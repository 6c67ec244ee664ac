"""授权: given with one's own tick, withdrawn by one tap; every disclosure is listed."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.door import PartyRequest, party_page
from accounts.forms import ConsentBeginForm, ConsentForm
from accounts.models import Consent, DataKind
from accounts.selectors.consents import consent_of, consents_of, disclosures_of, latest_text
from accounts.selectors.institutions import institution_by_code
from accounts.services.consent_grants import grant_consent
from accounts.services.consents import give_consent, withdraw_consent
from accounts.views.answers import found, go, page, signature_of, told
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.refusals import Refusal


def kinds_text(kinds: list[str]) -> str:
    """Name kinds of data in words."""
    return "、".join(str(DataKind(kind).label) for kind in kinds)


def _row(consent: Consent) -> dict[str, Any]:
    return {"row": consent, "kinds": kinds_text(consent.kinds)}


@require_GET
@party_page("OWNER", "BOOKKEEPER")
def consents(request: PartyRequest) -> HttpResponse:
    """List what is asked, what is in force and what is over."""
    at, rows = clock.now(), list(consents_of(request.party))
    asked = [_row(one) for one in rows if one.status == "REQUESTED" and one.expires_at > at]
    live = [_row(one) for one in rows if one.status == "ACTIVE" and one.expires_at > at]
    shown = {one["row"].pk for one in [*asked, *live]}
    past = [_row(one) for one in rows if one.pk not in shown]
    return page(request, "accounts/consents.html", {"asked": asked, "live": live, "past": past})


@require_http_methods(["GET", "POST"])
@party_page("OWNER")
def new(request: PartyRequest) -> HttpResponse:
    """Choose whom and what for; then read the text and tick."""
    code, purpose = request.GET.get("recipient", ""), request.GET.get("purpose", "")
    begin = ConsentBeginForm(request.GET if code or purpose else None)
    if not (code and begin.is_valid()):
        return page(request, "accounts/consent_begin.html", {"form": begin})
    recipient, text = found(institution_by_code, code), found(latest_text, purpose)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            consent = grant_consent(
                subject=request.party,
                recipient=recipient,
                kinds=form.cleaned_data["kinds"],
                text=text,
                expires_at=form.expires_at(at),
                agreed=form.cleaned_data["agreed"],
                signature=signature_of(request),
                actor=request.actor,
                at=at,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已授权，随时可以撤回"))
            return go("consent", request.side, consent.consent_no)
    context = {"form": form, "recipient": recipient, "text": text, "purpose": text.get_purpose_display()}
    return page(request, "accounts/consent_new.html", context, status=422 if form.errors else 200)


@require_GET
@party_page("OWNER", "BOOKKEEPER")
def consent(request: PartyRequest, consent_no: str) -> HttpResponse:
    """Show one consent with its text."""
    row = found(consent_of, request.party, consent_no)
    past = row.expires_at <= clock.now()
    context = {
        **_row(row),
        "is_asked": row.status == "REQUESTED" and not past,
        "is_live": row.status == "ACTIVE" and not past,
        "disclosures": disclosures_of(request.party).filter(consent=row)[:20],
    }
    return page(request, "accounts/consent.html", context)


@require_POST
@party_page("OWNER")
def give(request: PartyRequest, consent_no: str) -> HttpResponse:
    """Give a consent that was asked for, with one's own tick."""
    row = found(consent_of, request.party, consent_no)
    told(
        request,
        lambda: give_consent(
            consent=row,
            subject=request.party,
            agreed=request.POST.get("agreed") == "on",
            signature=signature_of(request),
            actor=request.actor,
            at=clock.now(),
        ),
        _("已授权，随时可以撤回"),
    )
    return go("consent", request.side, consent_no)


@require_POST
@party_page("OWNER")
def withdraw(request: PartyRequest, consent_no: str) -> HttpResponse:
    """Withdraw by one tap; the very next read is refused."""
    row = found(consent_of, request.party, consent_no)
    told(
        request,
        lambda: withdraw_consent(consent=row, subject=request.party, actor=request.actor, at=clock.now()),
        _("已撤回，对方从现在起看不到了"),
    )
    return go("consents", request.side)


@require_GET
@party_page("OWNER", "BOOKKEEPER")
def disclosures(request: PartyRequest) -> HttpResponse:
    """List what was handed out about this side, to whom, under which consent."""
    pages = Paginator(disclosures_of(request.party), 50)
    rows = pages.get_page(request.GET.get("page"))
    shown = [{"row": one, "kinds": kinds_text(one.kinds)} for one in rows]
    return page(request, "accounts/disclosures.html", {"rows": shown, "pages": rows})

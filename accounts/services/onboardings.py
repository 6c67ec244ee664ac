"""A merchant's way in: one form that waits, says what is missing, and ends in two signatures."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import DocumentKind, Market, MemberRole, Merchant, MerchantKind, Onboarding, Person, User
from accounts.rules.identity import PROVINCE_CODES, province_of_uscc
from accounts.selectors.onboardings import missing
from accounts.services.list_entries import blocking_entries
from accounts.services.markets import UnknownProvince
from accounts.services.memberships import add_member
from accounts.services.merchant_documents import check_document
from accounts.services.notices import write_notice
from accounts.services.numbers import read_phone, read_uscc
from accounts.services.refused_attempts import audited
from accounts.services.stalls import StallAbroad
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.crypto import mask_phone
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

NATIONAL_REGISTER = "10"


class OnboardingOpen(Refusal):
    """The user has an unfinished form already."""

    message = _("你还有一份没填完的入驻资料，接着填就行")


class OnboardingClosed(Refusal):
    """The form was handed in; it is not ours to change now."""

    message = _("资料已经提交，正在审核，先不能改")


class UsccTaken(Refusal):
    """Another merchant bears the code."""

    message = _("这个统一社会信用代码已经有商户登记，请核对营业执照")
    field = "uscc"


class ForeignProvince(Refusal):
    """The licence was issued in another province than the place of business (R8)."""

    message = _("营业执照不是在经营所在省办的，我们只能接入本省商户")
    field = "province"


class StillMissing(Refusal):
    """Fields or papers are missing."""

    message = _("还差：%(what)s")


class OnList(Refusal):
    """A list names the merchant or its legal representative (R9)."""

    message = _("这份资料暂时不能通过，请联系服务台")


FIELD_LABELS = {
    "kind": _("商户类型"),
    "name": _("招牌名称"),
    "legal_name": _("登记名称"),
    "uscc": _("统一社会信用代码"),
    "legal_person": _("法定代表人"),
    "province": _("所在省份"),
    "address": _("经营地址"),
    "phone": _("联系手机"),
    **{kind.value: kind.label for kind in DocumentKind},
}


@audited(action="accounts.onboarding.start")
@transaction.atomic
def start_onboarding(*, applicant: User, kind: str, actor: Actor, at: datetime) -> Onboarding:
    """Begin a form and the draft merchant behind it; the applicant becomes its owner.

    Raises:
        OnboardingOpen: he has one that is not finished.
        ValueError: an unknown kind of merchant.
    """
    User.objects.select_for_update().get(pk=applicant.pk)
    if Onboarding.objects.filter(applicant=applicant, status__in=["DRAFT", "SUBMITTED", "REJECTED"]).exists():
        raise OnboardingOpen
    merchant = Merchant.objects.create(
        merchant_no=new_no("MER"), kind=MerchantKind(kind).value, status="DRAFT", created_at=at
    )
    onboarding = Onboarding.objects.create(
        onboarding_no=new_no("ONB"), merchant=merchant, applicant=applicant, status="DRAFT", started_at=at
    )
    add_member(merchant=merchant, user=applicant, role=MemberRole.OWNER, actor=actor, at=at)
    record(
        actor=actor,
        action="accounts.onboarding.start",
        subject=onboarding.onboarding_no,
        at=at,
        detail={"merchant": merchant.merchant_no, "kind": kind},
    )
    return onboarding


@audited(action="accounts.onboarding.save")
@transaction.atomic
def save_onboarding(
    *,
    onboarding: Onboarding,
    actor: Actor,
    at: datetime,
    kind: str | None = None,
    name: str | None = None,
    legal_name: str | None = None,
    uscc: str | None = None,
    legal_person: Person | None = None,
    agent: Person | None = None,
    is_agent: bool | None = None,
    province: str | None = None,
    address: str | None = None,
    market: Market | None = None,
    stall_label: str | None = None,
    signboard: str | None = None,
    phone: str | None = None,
) -> list[str]:
    """Save the part of the form that was given, whole or not at all; returns what is still missing.

    None leaves a field as it was; an empty text clears it. The form may be resumed any day. ``is_agent`` says whether
    ``agent`` fills it in for the legal representative, for which a letter of authorisation is needed.

    Raises:
        OnboardingClosed, NumberRefused, UnknownProvince, ForeignProvince, UsccTaken, StallAbroad
    """
    form = Onboarding.objects.select_for_update().select_related("merchant").get(pk=onboarding.pk)
    if form.status not in ("DRAFT", "REJECTED"):
        raise OnboardingClosed
    merchant = form.merchant
    given: dict[str, Any] = {
        "kind": None if kind is None else MerchantKind(kind).value,
        "name": name,
        "legal_name": legal_name,
        "uscc": read_uscc(text=uscc) if uscc else None,
        "legal_person": legal_person,
        "province": province,
        "address": address,
    }
    _apply(merchant, given)
    if uscc == "":
        merchant.uscc = None
    _check_places(merchant, market or form.market)
    if phone is not None:
        form.contact_phone_sealed = read_phone(text=phone)
        merchant.contact_phone_masked = mask_phone(read_phone(text=phone))
    if is_agent is not None:
        form.agent = agent if is_agent else None
    _apply(form, {"market": market, "stall_label": stall_label, "signboard": signboard})
    try:
        with transaction.atomic():
            merchant.save()
    except IntegrityError:
        raise UsccTaken from None
    form.save()
    if form.status == "REJECTED":
        transition(form, "DRAFT", actor=actor, at=at, reason="resumed")
    return missing(form)


def _apply(row: Merchant | Onboarding, given: dict[str, Any]) -> None:
    for column, content in given.items():
        if content is not None:
            setattr(row, column, content.strip() if isinstance(content, str) else content)


def _check_places(merchant: Merchant, market: Market | None) -> None:
    """Refuse a licence, market and place of business in different provinces (R8, 银发〔2017〕296)."""
    if not merchant.province:
        return
    if merchant.province not in PROVINCE_CODES:
        raise UnknownProvince
    if merchant.uscc and province_of_uscc(merchant.uscc) not in (merchant.province, NATIONAL_REGISTER):
        raise ForeignProvince
    if market is not None and market.province != merchant.province:
        raise StallAbroad


@audited(action="accounts.onboarding.submit")
@transaction.atomic
def submit_onboarding(*, onboarding: Onboarding, actor: Actor, at: datetime) -> Onboarding:
    """Hand the form in, if nothing is missing and no list names the merchant.

    Raises:
        StillMissing: ``field`` is the first that lacks.
        OnList: a list names it or its legal representative (R9, R21); the sentence does not say so.
        DocumentAltered: a paper changed since it was handed in (R23).
    """
    form = (
        Onboarding.objects.select_for_update(of=("self",))
        .select_related("merchant__legal_person", "market")
        .get(pk=onboarding.pk)
    )
    if lacking := missing(form):
        labels = "、".join(str(FIELD_LABELS[item]) for item in lacking)
        raise StillMissing(what=labels, field=lacking[0].lower())
    _check_places(form.merchant, form.market)
    if blocking_entries(merchant=form.merchant, at=at):
        raise OnList
    for document in form.merchant.documents.filter(replaced_at__isnull=True):
        check_document(document=document)
    transition(form, "SUBMITTED", actor=actor, at=at, submitted_at=at, rejection_reason="")
    transition(form.merchant, "SUBMITTED", actor=actor, at=at)
    record(actor=actor, action="accounts.onboarding.submit", subject=form.onboarding_no, at=at, detail={})
    _tell_head(form, at)
    return form


def _tell_head(form: Onboarding, at: datetime) -> None:
    """Tell the legal representative by SMS that somebody applies in his name."""
    head = form.merchant.legal_person
    if form.agent_id is None or head is None or head.phone_sealed is None:
        return
    text = gettext("【丝路e宝】有人凭你的授权书替%(name)s办入驻。不是你同意的，请马上联系服务台。")
    write_notice(
        key=f"onboarding.agent:{form.onboarding_no}:{at.isoformat()}",
        phone=head.phone_sealed.open(),
        text=text % {"name": form.merchant.legal_name},
        at=at,
    )


@transaction.atomic
def cancel_onboarding(*, onboarding: Onboarding, actor: Actor, at: datetime) -> Onboarding:
    """Give the form up; the draft merchant goes with it."""
    merchant = onboarding.merchant
    transition(onboarding, "CANCELED", actor=actor, at=at, decided_at=at)
    transition(merchant, "LEFT", actor=actor, at=at, reason="onboarding canceled", left_at=at)
    return onboarding

"""The steps of a close that deal with bills: fetch, verify, load."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from payments.gateways import NoSuchAcquirerError, gateway_of, open_acquirers
from payments.gateways.line import LINE_FAULTS, ForgedAnswerError
from payments.gateways.protocol import FUND_BILL, SHARING_BILL, TRADE_BILL, BillNotReadyError
from payments.gateways.wording import payee_of
from payments.models import Bill, PaymentAttempt, ProfitSharing, Refund, SubMerchant
from payments.services.bills import BillRefused, load_bills, take_bill, verify_bills
from payments.services.crash_points import crash_point
from payments.services.day_steps import DayHeld, Done, Step
from silk_road_ebao.kernel.clock import BUSINESS_ZONE, day_bounds

FORMS = {
    ("WECHAT", TRADE_BILL): "WECHAT_TRADE",
    ("ALIPAY", TRADE_BILL): "ALIPAY_TRADE",
    ("UNIONPAY", TRADE_BILL): "UNIONPAY_TRADE",
    ("WECHAT", SHARING_BILL): "WECHAT_SHARING",
    ("WECHAT", FUND_BILL): "WECHAT_FUND",
    ("ALIPAY", FUND_BILL): "ALIPAY_FUND",
}
SHARING_BILLS = frozenset(acquirer for acquirer, kind in FORMS if kind == SHARING_BILL)
ONE_A_SELLER = frozenset({"ALIPAY", "UNIONPAY"})
"""Acquirers that give a bill to each seller, not one to the service provider."""
NO_BILL = frozenset({"NO_STATEMENT_EXIST", "isp.bill_not_exist", "98"})
"""Codes that say either "not yet" or "nothing happened": believed to mean the latter once bills are due."""
BILLS_DUE_HOUR = 10
GROUP_BYTES = 16 * 1024 * 1024


def acquirers_of(*, day: date) -> list[str]:
    """List the acquirers whose records or bills a day may have."""
    known = SubMerchant.objects.order_by("acquirer_code").values_list("acquirer_code", flat=True).distinct()
    opened = set(open_acquirers())
    return [code for code in known if code in opened or _has_records(code, day, "")]


def fetch_bills(*, step: Step) -> Done:
    """Fetch every bill of the day that we do not hold in good order yet.

    Raises DayHeld while one is not out, or an acquirer we took money through has none.
    """
    fetched = 0
    for acquirer_code in acquirers_of(day=step.day):
        for kind in _kinds(acquirer_code, step.day):
            held = set(
                live_bills(day=step.day).filter(acquirer_code=acquirer_code, kind=kind).values_list("scope", flat=True)
            )
            for sub_merchant in _scopes(acquirer_code, kind, step.day, held):
                fetched += _fetch(step, acquirer_code, kind, sub_merchant)
                crash_point(name="bill.fetched")
    return Done(live_bills(day=step.day).count(), _("新取 %(n)s 份") % {"n": fetched} if fetched else "")


def live_bills(*, day: date) -> QuerySet[Bill]:
    """Find the versions of a day's bills that count."""
    return Bill.objects.filter(day=day).exclude(status__in=("SUPERSEDED", "REFUSED"))


def _kinds(acquirer_code: str, day: date) -> list[str]:
    kinds = [TRADE_BILL]
    start, end = day_bounds(day)
    shared = ProfitSharing.objects.filter(
        acquirer_code=acquirer_code, requested_at__gte=start, requested_at__lt=end, purpose__in=("SPLIT", "RETURN")
    )
    if (acquirer_code, SHARING_BILL) in FORMS and shared.exists():
        kinds.append(SHARING_BILL)
    ours = shared.filter(status="FINISHED", lines__receiver__is_platform=True)
    # Nobody is asked for the bill of our own account where there is no line; it may be handed in.
    if (acquirer_code, FUND_BILL) in FORMS and acquirer_code in open_acquirers() and ours.exists():
        kinds.append(FUND_BILL)
    return kinds


def _scopes(acquirer_code: str, kind: str, day: date, held: set[str]) -> Iterator[SubMerchant | None]:
    """Give whose bills are still to be fetched: None for the one bill of the service provider."""
    if kind == FUND_BILL or acquirer_code not in ONE_A_SELLER:
        if "" not in held:
            yield None
        return
    paid = PaymentAttempt.objects.filter(acquirer_code=acquirer_code, business_date=day, status="PAID")
    back = Refund.objects.filter(acquirer_code=acquirer_code, business_date=day)
    known = SubMerchant.objects.filter(acquirer_code=acquirer_code).filter(
        Q(status="ACTIVE") | Q(pk__in=paid.values("sub_merchant")) | Q(pk__in=back.values("attempt__sub_merchant"))
    )
    yield from (row for row in known.order_by("pk") if row.sub_mchid not in held)


def _fetch(step: Step, acquirer_code: str, kind: str, sub_merchant: SubMerchant | None) -> int:
    scope = sub_merchant.sub_mchid if sub_merchant else ""
    try:
        gateway = gateway_of(acquirer_code)
        content = gateway.fetch_bill(kind, step.day, payee_of(sub_merchant) if sub_merchant else None)
    except NoSuchAcquirerError:
        if not _has_records(acquirer_code, step.day, scope):
            return 0
        raise DayHeld("BILL_MISSING", _("%(who)s 没有接口，请上传账单") % {"who": acquirer_code}) from None
    except BillNotReadyError as absence:
        if _is_none(absence, step) and not _has_records(acquirer_code, step.day, scope):
            return 0
        raise DayHeld("BILL_NOT_READY", _("%(who)s 的账单还没有出") % {"who": acquirer_code}) from absence
    except ForgedAnswerError as fault:
        raise DayHeld(
            "BILL_REFUSED", _("%(who)s 的账单校验不符：%(why)s") % {"who": acquirer_code, "why": fault}
        ) from fault
    except LINE_FAULTS as fault:
        raise DayHeld("LINE_DOWN", _("%(who)s 的账单取不下来，稍后再试") % {"who": acquirer_code}) from fault
    bill = take_bill(
        acquirer_code=acquirer_code, kind=kind, day=step.day, form=FORMS[acquirer_code, kind], chunks=[content],
        actor=step.actor, at=step.at, scope=scope,
    )  # fmt: skip
    if bill.status == "REFUSED":
        raise DayHeld("BILL_REFUSED", f"{bill}：{bill.refusal}")
    return 1


def _is_none(absence: BillNotReadyError, step: Step) -> bool:
    due = datetime.combine(step.day + timedelta(days=1), time(BILLS_DUE_HOUR), BUSINESS_ZONE)
    return absence.is_final or (absence.code in NO_BILL and step.at >= due)


def _has_records(acquirer_code: str, day: date, scope: str) -> bool:
    paid = PaymentAttempt.objects.filter(acquirer_code=acquirer_code, business_date=day, status="PAID")
    back = Refund.objects.filter(acquirer_code=acquirer_code, business_date=day)
    if scope:
        paid = paid.filter(sub_merchant__sub_mchid=scope)
        back = back.filter(attempt__sub_merchant__sub_mchid=scope)
    return paid.exists() or back.exists()


def verify(*, step: Step) -> Done:
    """Read every fetched bill through; raises DayHeld when one is refused: it is fetched anew next time (F18)."""
    _replace_refused(step)
    for group in _groups(step.day, "FETCHED"):
        _or_held(verify_bills, group, step)
        crash_point(name="bill.verified")
    return Done(sum(live_bills(day=step.day).values_list("rows", flat=True)))


def load(*, step: Step) -> Done:
    """Load the rows of every verified bill, a group of bills a transaction."""
    if _replace_refused(step):
        verify(step=step)
    for group in _groups(step.day, "VERIFIED"):
        _or_held(load_bills, group, step)
        crash_point(name="bill.loaded")
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_billrow_analyze(%s)", [step.day])
    return Done(sum(live_bills(day=step.day).filter(status="LOADED").values_list("rows", flat=True)))


def _replace_refused(step: Step) -> bool:
    """Fetch anew what was refused and has no successor; raises DayHeld while the acquirer gives the same file."""
    live = live_bills(day=step.day).filter(
        acquirer_code=OuterRef("acquirer_code"), kind=OuterRef("kind"), scope=OuterRef("scope")
    )
    if not Bill.objects.filter(~Exists(live), day=step.day, status="REFUSED").exists():
        return False
    fetch_bills(step=step)
    return True


def _groups(day: date, status: str) -> Iterator[list[Bill]]:
    """Take waiting bills together until they come to some megabytes: thousands of small ones, a large one alone."""
    group: list[Bill] = []
    size = 0
    for bill in live_bills(day=day).filter(status=status).order_by("pk").iterator():
        if group and size + bill.size_bytes > GROUP_BYTES:
            yield group
            group, size = [], 0
        group.append(bill)
        size += bill.size_bytes
    if group:
        yield group


def _or_held(work: Callable[..., int], bills: list[Bill], step: Step) -> None:
    try:
        work(bills=bills, actor=step.actor, at=step.at)
    except BillRefused as refusal:
        raise DayHeld("BILL_REFUSED", str(refusal)) from refusal

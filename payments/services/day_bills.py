"""The steps of a close that deal with bills: fetch, verify, load."""

from collections.abc import Iterator
from datetime import date
from itertools import chain

import requests
from django.db.models import Q
from django.utils.translation import gettext as _

from payments.gateways import NoSuchAcquirerError, gateway_of, open_acquirers
from payments.gateways.line import ForgedAnswerError
from payments.gateways.protocol import SHARING_BILL, TRADE_BILL, BillNotReadyError
from payments.gateways.wording import payee_of
from payments.models import Bill, PaymentAttempt, ProfitSharing, Refund, SubMerchant
from payments.services.bills import BillRefused, load_bill, take_bill, verify_bill
from payments.services.crash_points import crash_point
from payments.services.day_steps import DayHeld, Done, Step
from silk_road_ebao.kernel.clock import day_bounds

FORMS = {
    ("WECHAT", TRADE_BILL): "WECHAT_TRADE",
    ("ALIPAY", TRADE_BILL): "ALIPAY_TRADE",
    ("UNIONPAY", TRADE_BILL): "UNIONPAY_TRADE",
    ("WECHAT", SHARING_BILL): "WECHAT_SHARING",
}
ONE_A_SELLER = frozenset({"ALIPAY"})
"""Acquirers that give a bill to each seller, not one to the service provider."""


def acquirers_of(day: date) -> list[str]:
    """List the acquirers whose records or bills a day may have."""
    traded = PaymentAttempt.objects.filter(business_date=day, status="PAID").values_list("acquirer_code", flat=True)
    returned = Refund.objects.filter(business_date=day).values_list("acquirer_code", flat=True)
    numbers = SubMerchant.objects.filter(acquirer_code__in=open_acquirers()).values_list("acquirer_code", flat=True)
    return sorted(set(chain(traded.distinct(), returned.distinct(), numbers.distinct())))


def fetch_bills(step: Step) -> Done:
    """Fetch every bill of the day that we do not hold in good order yet.

    Raises DayHeld while one is not out, or an acquirer we took money through has none.
    """
    fetched = 0
    for acquirer_code in acquirers_of(step.day):
        for kind in _kinds(acquirer_code, step.day):
            for sub_merchant in _scopes(acquirer_code, step.day):
                fetched += _fetch(step, acquirer_code, kind, sub_merchant)
                crash_point(name="bill.fetched")
    held = live_bills(step.day).count()
    return Done(held, _("新取 %(n)s 份") % {"n": fetched} if fetched else "")


def live_bills(day: date) -> "Bill.objects.__class__":  # type: ignore[name-defined]
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
    return kinds


def _scopes(acquirer_code: str, day: date) -> Iterator[SubMerchant | None]:
    if acquirer_code not in ONE_A_SELLER:
        yield None
        return
    paid = PaymentAttempt.objects.filter(acquirer_code=acquirer_code, business_date=day, status="PAID")
    back = Refund.objects.filter(acquirer_code=acquirer_code, business_date=day)
    yield from (
        SubMerchant.objects.filter(acquirer_code=acquirer_code)
        .filter(
            Q(status="ACTIVE") | Q(pk__in=paid.values("sub_merchant")) | Q(pk__in=back.values("attempt__sub_merchant"))
        )
        .order_by("pk")
    )


def _fetch(step: Step, acquirer_code: str, kind: str, sub_merchant: SubMerchant | None) -> int:
    scope = sub_merchant.sub_mchid if sub_merchant else ""
    if live_bills(step.day).filter(acquirer_code=acquirer_code, kind=kind, scope=scope).exists():
        return 0
    try:
        gateway = gateway_of(acquirer_code)
        content = gateway.fetch_bill(kind, step.day, payee_of(sub_merchant) if sub_merchant else None)
    except NoSuchAcquirerError:
        raise DayHeld("BILL_MISSING", _("%(who)s 没有接口，请上传账单") % {"who": acquirer_code}) from None
    except BillNotReadyError as absence:
        if absence.is_final and not _has_records(acquirer_code, step.day, scope):
            return 0
        raise DayHeld("BILL_NOT_READY", _("%(who)s 的账单还没有出") % {"who": acquirer_code}) from absence
    except ForgedAnswerError as fault:
        raise DayHeld(
            "BILL_REFUSED", _("%(who)s 的账单校验不符：%(why)s") % {"who": acquirer_code, "why": fault}
        ) from fault
    except requests.RequestException as fault:
        raise DayHeld("LINE_DOWN", _("%(who)s 的账单取不下来，稍后再试") % {"who": acquirer_code}) from fault
    take_bill(
        acquirer_code=acquirer_code, kind=kind, day=step.day, form=FORMS[acquirer_code, kind], chunks=[content],
        actor=step.actor, at=step.at, scope=scope,
    )  # fmt: skip
    return 1


def _has_records(acquirer_code: str, day: date, scope: str) -> bool:
    paid = PaymentAttempt.objects.filter(acquirer_code=acquirer_code, business_date=day, status="PAID")
    back = Refund.objects.filter(acquirer_code=acquirer_code, business_date=day)
    if scope:
        paid = paid.filter(sub_merchant__sub_mchid=scope)
        back = back.filter(attempt__sub_merchant__sub_mchid=scope)
    return paid.exists() or back.exists()


def verify_bills(step: Step) -> Done:
    """Read every fetched bill through; raises DayHeld when one is refused: it is fetched anew next time (F18)."""
    for bill in live_bills(step.day).filter(status="FETCHED").order_by("pk"):
        _or_held(verify_bill, bill, step)
        crash_point(name="bill.verified")
    return Done(sum(live_bills(step.day).values_list("rows", flat=True)))


def load_bills(step: Step) -> Done:
    """Load the rows of every verified bill, one transaction a bill."""
    for bill in live_bills(step.day).filter(status="VERIFIED").order_by("pk"):
        _or_held(load_bill, bill, step)
        crash_point(name="bill.loaded")
    return Done(sum(live_bills(step.day).filter(status="LOADED").values_list("rows", flat=True)))


def _or_held(service: object, bill: Bill, step: Step) -> None:
    try:
        service(bill=bill, actor=step.actor, at=step.at)  # type: ignore[operator]
    except BillRefused as refusal:
        raise DayHeld("BILL_REFUSED", str(refusal)) from refusal

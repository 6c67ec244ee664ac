"""Late and corrected bills: a new version is loaded, joined again, and what it changes reaches the right statement."""

from datetime import date, datetime

from payments.gateways import gateway_of
from payments.gateways.protocol import TRADE_BILL
from payments.gateways.wording import payee_of
from payments.models import Bill, BusinessDay, SubMerchant
from payments.rules.business_day import has_reached
from payments.services.bills import load_bills, take_bill, verify_bills
from payments.services.business_days import rewind_business_day
from payments.services.day_bills import FORMS, ONE_A_SELLER
from payments.services.posted_days import adjust_posted_day
from payments.services.reconciliations import reconcile_trades
from silk_road_ebao.kernel.actors import Actor


def correct_bill(
    *, acquirer_code: str, day: date, actor: Actor, at: datetime, sub_merchant: SubMerchant | None = None,
    content: bytes | None = None, form: str = "", scope: str = "",
) -> Bill:  # fmt: skip
    """Take an acquirer's trade bill again (or the one handed in) and carry its corrections into the books.

    Before the day is posted the day goes back and is joined anew. After it, the difference reaches the first
    open statement as an adjustment, keyed by bill and sub-merchant. The same file again changes nothing. A refused
    new version leaves the old rows standing. Raises BillRefused, BillNotReadyError, requests.RequestException.
    """
    if content is None:
        payee = payee_of(sub_merchant) if sub_merchant and acquirer_code in ONE_A_SELLER else None
        content = gateway_of(acquirer_code).fetch_bill(TRADE_BILL, day, payee)
    if sub_merchant and acquirer_code in ONE_A_SELLER:
        scope = sub_merchant.sub_mchid
    bill = take_bill(
        acquirer_code=acquirer_code, kind=TRADE_BILL, day=day, form=form or FORMS[acquirer_code, TRADE_BILL],
        chunks=[content], actor=actor, at=at, scope=scope,
    )  # fmt: skip
    if bill.status != "FETCHED":
        return bill
    verify_bills(bills=[bill], actor=actor, at=at)
    bill.refresh_from_db()
    load_bills(bills=[bill], actor=actor, at=at)
    bill.refresh_from_db()
    row = BusinessDay.objects.filter(date=day).first()
    if row is None or not has_reached(row.reached, "RECONCILED"):
        return bill
    if not has_reached(row.reached, "POSTED"):
        rewind_business_day(day=day, to="ROWS_LOADED", reason=str(bill), actor=actor, at=at)
        return bill
    reconcile_trades(acquirer_code=acquirer_code, day=day, actor=actor, at=at)
    adjust_posted_day(
        acquirer_code=acquirer_code, day=day, source_no=bill.bill_no, reason=f"账单更正 {day} v{bill.version}",
        actor=actor, at=at,
    )  # fmt: skip
    return bill

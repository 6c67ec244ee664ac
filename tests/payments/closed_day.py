"""A stall's closed day for pages: trade, refunds, the acquirer's sums, fees, the published statement, the payout."""

from datetime import date, datetime, timedelta

from django.db.models import F, Sum

from accounts.models import Merchant
from payments.models import (
    Discrepancy,
    PaymentAttempt,
    Reconciliation,
    Refund,
    Settlement,
    SettlementLine,
    WorkingDay,
)
from payments.services.service_fees import charge_service_fees
from payments.services.settlements import make_settlements
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.ids import new_no, new_uuid
from silk_road_ebao.kernel.money import bps_of
from tests.face.market_morning import trade


def enter_calendar(first: date, last: date) -> None:
    """Enter working days: Monday to Friday."""
    WorkingDay.objects.all().delete()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    WorkingDay.objects.bulk_create([WorkingDay(date=day, is_working=day.weekday() < 5) for day in days])


def give_back(attempt: PaymentAttempt, amount_fen: int) -> Refund:
    """Write a refund of the attempt's day that has gone through."""
    refund: Refund = attempt.refunds.create(
        status="SUCCEEDED", refund_no=new_no("REF"), uid=new_uuid(), payment=attempt.payment,
        acquirer_code=attempt.acquirer_code, kind="CUSTOMER", amount_fen=amount_fen, reason="退货", requested_by="x",
        requested_at=attempt.paid_at, refunded_at=attempt.paid_at, business_date=attempt.business_date,
    )  # fmt: skip
    return refund


def close(day: date, *, published: bool = True) -> None:
    """Reckon a day of the whole market as the close does, with bills that agree."""
    at = datetime(day.year, day.month, day.day, 10, tzinfo=BUSINESS_ZONE) + timedelta(days=1)
    paid = PaymentAttempt.objects.filter(business_date=day, status="PAID")
    paid.update(fee_fen=(F("amount_fen") * 38 + 5000) / 10000)
    for code in paid.values_list("acquirer_code", flat=True).distinct().order_by("acquirer_code"):
        batch = Reconciliation.objects.create(acquirer_code=code, day=day, kind="TRADE")
        for number in {row.sub_merchant for row in paid.filter(acquirer_code=code).select_related("sub_merchant")}:
            found = paid.filter(sub_merchant=number).aggregate(fen=Sum("amount_fen"), fee=Sum("fee_fen"))
            back = Refund.objects.filter(attempt__sub_merchant=number, business_date=day)
            back_fen = back.aggregate(fen=Sum("amount_fen"))["fen"] or 0
            fee = found["fee"] - bps_of(back_fen, 38)
            batch.lines.create(
                sub_merchant=number, payments=paid.filter(sub_merchant=number).count(), gross_fen=found["fen"],
                refunds=back.count(), refunded_fen=back_fen, fee_fen=fee, expected_fee_fen=fee,
            )  # fmt: skip
    charge_service_fees(day=day, at=at)
    make_settlements(day=day, at=at)
    if published:
        Settlement.objects.filter(day=day).update(published_at=at)


def closed(merchant: Merchant, day: date, *, count: int = 6, back_fen: int = 500, seed: int = 7) -> Settlement:
    """Trade, give something back, close; gives the statement."""
    trade(merchant, at=datetime(day.year, day.month, day.day, 18, tzinfo=BUSINESS_ZONE), count=count, seed=seed)
    if back_fen:
        give_back(PaymentAttempt.objects.filter(business_date=day).order_by("-amount_fen")[0], back_fen)
    close(day)
    return Settlement.objects.get(merchant=merchant, day=day)


def pay_out(statement: Settlement, on: date, *, less_fen: int = 0) -> None:
    """Note the bank's payout of every line."""
    for place, line in enumerate(SettlementLine.objects.filter(settlement=statement).order_by("pk")):
        line.paid_fen, line.paid_date = line.payout_fen - (less_fen if place == 0 else 0), on
        line.save(update_fields=["paid_fen", "paid_date"])


def difference(merchant: Merchant, day: date, *, kind: str = "CHANNEL_MISSING", status: str = "OPEN") -> Discrepancy:
    """Write a difference that waits."""
    made: Discrepancy = Discrepancy.objects.create(
        status=status, discrepancy_no=new_no("DSC"), acquirer_code="WECHAT", day=day, kind=kind,
        subject_no=new_no("ATT"), merchant=merchant, ours_fen=8_000, theirs_fen=None, cause="DAY_CUT",
        opened_at=datetime(day.year, day.month, day.day, 11, tzinfo=BUSINESS_ZONE),
    )  # fmt: skip
    return made

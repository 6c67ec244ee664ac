"""Fees: paid 100, split 5, fee 5, refund 49.99 under every contract; ladders; invoices, reminders, waivers."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from payments.ledger.rules.chart import income_service_fee, receivable_merchant, receivable_split
from payments.ledger.selectors.balance import balance_of, trial_balance
from payments.models import FeeInvoice, Payment, ServiceContract, ServiceFee, Settlement, SharingReceiver
from payments.rules.tariff import Tier, marginal_fee, returned_fee, tiered_fee
from payments.selectors.fee_reports import income_of_month, receivables_ageing
from payments.services.fee_invoices import (
    InvoiceSettled,
    ReceiptUnfit,
    issue_invoices,
    propose_waiver,
    receive_fee,
    remind_overdue,
)
from payments.services.service_fees import charge_service_fees
from payments.services.settlement_sql import JOURNAL_AGAINST_LINES
from payments.services.settlements import make_settlements, post_settlements
from payments.services.tariffs import Price, PriceUnfit, draft_tariff, sign_contract
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.ids import new_no, new_uuid
from silk_road_ebao.kernel.money import bps_of
from tests.payments.factories import AttemptFactory, PaymentFactory, SubMerchantFactory
from tests.payments.market import enter_working_days

pytestmark = pytest.mark.django_db
MAKER, CHECKER = Actor("OPERATOR", "op-1", "经办"), Actor("OPERATOR", "op-2", "复核")
DAY = date(2026, 11, 17)
NOON = datetime(2026, 11, 17, 12, tzinfo=BUSINESS_ZONE)
MORNING = NOON + timedelta(hours=22)


def price(*prices, code="STANDARD"):
    approval = draft_tariff(
        code=code, name="支付服务费", service="PAYMENT", prices=prices, valid_from=DAY - timedelta(days=16),
        source="合同附件一", actor=MAKER, at=NOON,
    )  # fmt: skip
    approve(approval_no=approval.approval_no, checker=CHECKER, at=NOON)


def sign(merchant, collection="SEPARATE", *, returns_fee=True, code="STANDARD"):
    return sign_contract(
        contract_no=f"C-{merchant.pk}-{code}", merchant=merchant, tariff_code=code, collection=collection,
        valid_from=DAY - timedelta(days=16), returns_fee=returns_fee, actor=MAKER, at=NOON,
    )  # fmt: skip


def paid(sub_merchant, amount_fen, *, day=DAY):
    payment = PaymentFactory(merchant=sub_merchant.merchant, amount_fen=amount_fen, status="PENDING")
    attempt = AttemptFactory(
        payment=payment, sub_merchant=sub_merchant, amount_fen=amount_fen, status="PAID", paid_at=NOON,
        business_date=day, acquirer_trade_no=new_no("ATT"),
    )  # fmt: skip
    Payment.objects.filter(pk=payment.pk).update(paid_attempt=attempt, paid_at=NOON, business_date=day)
    return attempt


def refunded(attempt, amount_fen):
    return attempt.refunds.create(
        status="SUCCEEDED", refund_no=new_no("REF"), uid=new_uuid(), payment=attempt.payment,
        acquirer_code=attempt.acquirer_code, kind="CUSTOMER", amount_fen=amount_fen, reason="退货", requested_by="x",
        requested_at=NOON, refunded_at=NOON, business_date=DAY,
    )  # fmt: skip


def split(attempt, amount_fen, *, at=NOON, purpose="SPLIT", of=None):
    receiver, _is_new = SharingReceiver.objects.get_or_create(
        sub_merchant=attempt.sub_merchant, account_type="MERCHANT_ID", account="1900000001",
        defaults={"status": "BOUND", "name": "平台", "is_platform": True, "contract_no": "C"},
    )  # fmt: skip
    sharing = attempt.sharings.create(
        status="FINISHED", sharing_no=new_no("SHR"), uid=new_uuid(), acquirer_code=attempt.acquirer_code,
        purpose=purpose, total_fen=amount_fen, requested_at=at, finished_at=at, of=of,
    )  # fmt: skip
    sharing.lines.create(receiver=receiver, amount_fen=amount_fen)
    return sharing


@pytest.mark.parametrize(
    ("collection", "returns_fee", "with_split", "fee_fen", "due_fen"),
    [
        # 100 yuan at 5 %: 5.00 charged; 49.99 goes back, of the fee round(5.00 × 49.99 %) = 2.50.
        ("SEPARATE", True, False, 250, 250),
        ("SEPARATE", False, False, 500, 500),
        ("SPLIT", False, True, 500, 0),
        # The split of 5.00 stands, 2.50 of it is owed back to the merchant: the residue stands on his own account.
        ("SPLIT", True, True, 250, -250),
    ],
)
def test_paid_100_split_5_fee_5_refund_4999(collection, returns_fee, with_split, fee_fen, due_fen):
    sub_merchant = SubMerchantFactory()
    price(Price("BPS", rate_bps=500))
    sign(sub_merchant.merchant, collection, returns_fee=returns_fee)
    attempt = paid(sub_merchant, 10_000)
    refunded(attempt, 4_999)
    if with_split:
        split(attempt, 500)
    enter_working_days()

    charge_service_fees(day=DAY, at=MORNING)
    make_settlements(day=DAY, at=MORNING)
    post_settlements(day=DAY, actor=SYSTEM, at=MORNING)
    again = post_settlements(day=DAY, actor=SYSTEM, at=MORNING)

    fee = ServiceFee.objects.get()
    assert (fee.charged_fen, fee.fee_fen, fee.split_fen) == (500, fee_fen, 500 if with_split else 0)
    assert balance_of(receivable_merchant(sub_merchant.merchant.merchant_no)).amount == due_fen
    assert balance_of(income_service_fee()).amount == fee_fen
    assert again.posted == 0
    assert trial_balance().agrees


def test_a_minimum_and_a_cap_hold_each_fee_and_a_channel_has_its_own_price():
    wechat = SubMerchantFactory()
    alipay = SubMerchantFactory(merchant=wechat.merchant, acquirer_code="ALIPAY")
    price(Price("BPS", rate_bps=100, min_fen=10, cap_fen=50), Price("FLAT", flat_fen=7, channel="ALIPAY"))
    sign(wechat.merchant)
    for amount_fen in (100, 2_000, 1_000_000):
        paid(wechat, amount_fen)
    paid(alipay, 99_999)

    charge_service_fees(day=DAY, at=MORNING)

    assert dict(ServiceFee.objects.values_list("subject_no", "fee_fen")) == {"WECHAT": 10 + 20 + 50, "ALIPAY": 7}


@pytest.mark.parametrize("method", ["TIERED_MARGINAL", "TIERED_RETROACTIVE"])
def test_days_of_a_ladder_add_up_to_the_month(method):
    tiers = [Tier(100_000, 60), Tier(500_000, 40), Tier(None, 20)]
    volumes, before, total = [70_000, 33_333, 12_345, 400_001, 999_999], 0, 0

    for volume in volumes:
        total += tiered_fee(method, before, volume, tiers)
        before += volume

    if method == "TIERED_MARGINAL":
        assert total == marginal_fee(sum(volumes), tiers) == 600 + 1_600 + bps_of(sum(volumes) - 500_000, 20)
    else:
        assert total == bps_of(sum(volumes), 20)


def test_a_ladder_is_charged_over_the_month():
    sub_merchant = SubMerchantFactory()
    price(Price("TIERED_MARGINAL", tiers=[{"upto_fen": 10_000, "rate_bps": 100}, {"upto_fen": None, "rate_bps": 50}]))
    sign(sub_merchant.merchant)
    paid(sub_merchant, 8_000, day=DAY - timedelta(days=1))
    paid(sub_merchant, 8_000)

    charge_service_fees(day=DAY - timedelta(days=1), at=MORNING)
    charge_service_fees(day=DAY, at=MORNING)
    charge_service_fees(day=DAY, at=MORNING)

    assert list(ServiceFee.objects.order_by("day").values_list("fee_fen", flat=True)) == [80, 20 + 30]


def test_parts_of_a_fee_given_back_are_the_whole_fee():
    """R28."""
    parts = [1, 3_333, 3_333, 3_333]

    given = [returned_fee(38, 10_000, sum(parts[:n]), part) for n, part in enumerate(parts)]

    assert sum(given) == 38


def test_a_price_that_cannot_be_charged_is_refused():
    with pytest.raises(PriceUnfit):
        price(Price("TIERED_MARGINAL", tiers=[{"upto_fen": 100, "rate_bps": 1}]))

    assert not ServiceFee.objects.exists()


def invoiced():
    sub_merchant = SubMerchantFactory()
    price(Price("BPS", rate_bps=500))
    sign(sub_merchant.merchant)
    paid(sub_merchant, 10_000)
    enter_working_days()
    charge_service_fees(day=DAY, at=MORNING)
    make_settlements(day=DAY, at=MORNING)
    post_settlements(day=DAY, actor=SYSTEM, at=MORNING)
    issue_invoices(month=DAY, actor=SYSTEM, at=MORNING)
    return FeeInvoice.objects.get()


def test_an_invoice_is_issued_once_reminded_and_paid_to_the_fen():
    invoice = invoiced()
    late = MORNING + timedelta(days=17)

    assert issue_invoices(month=DAY, actor=SYSTEM, at=MORNING) == 0
    assert (remind_overdue(actor=SYSTEM, at=late), remind_overdue(actor=SYSTEM, at=late)) == (1, 0)
    assert receivables_ageing(late)[0].buckets_fen == (0, 500, 0, 0, 0)
    with pytest.raises(ReceiptUnfit):
        receive_fee(
            invoice_no=invoice.invoice_no, amount_fen=499, bank_code="CCB", receipt_ref="R1", actor=MAKER, at=late
        )
    for _again in range(2):
        receive_fee(
            invoice_no=invoice.invoice_no, amount_fen=500, bank_code="CCB", receipt_ref="R1", actor=MAKER, at=late
        )

    assert balance_of(receivable_merchant(invoice.merchant.merchant_no)).amount == 0
    assert ServiceFee.objects.get().status == "COLLECTED"
    assert income_of_month(DAY)[0].fee_fen == 500


def test_a_waiver_needs_a_second_person_and_takes_the_income_back():
    invoice = invoiced()

    approval = propose_waiver(invoice_no=invoice.invoice_no, reason="摊位停业", actor=MAKER, at=MORNING)
    invoice.refresh_from_db()
    assert invoice.status == "ISSUED"
    approve(approval_no=approval.approval_no, checker=CHECKER, at=MORNING)

    invoice.refresh_from_db()
    assert invoice.status == "WAIVED"
    assert balance_of(income_service_fee()).amount == 0
    with pytest.raises(InvoiceSettled):
        propose_waiver(invoice_no=invoice.invoice_no, reason="再来一次", actor=MAKER, at=MORNING)


def close(*days):
    for day in days:
        charge_service_fees(day=day, at=MORNING)
        make_settlements(day=day, at=MORNING)
        post_settlements(day=day, actor=SYSTEM, at=MORNING)


def statement_disagrees(day):
    with connection.cursor() as cursor:
        cursor.execute(JOURNAL_AGAINST_LINES, {"day": day})
        return cursor.fetchall()


def told_of_splits():
    return list(ServiceFee.objects.order_by("day", "pk").values_list("day", "charged_fen", "split_fen"))


NEXT = DAY + timedelta(days=1)
AFTER_MIDNIGHT = datetime(2026, 11, 18, 0, 0, 30, tzinfo=BUSINESS_ZONE)


@pytest.fixture
def late_split():
    """Paid 100 at the day's last minute, the fee of 5 split off after midnight; the contract ends with the day."""
    sub_merchant = SubMerchantFactory()
    price(Price("BPS", rate_bps=500))
    sign(sub_merchant.merchant, "SPLIT")
    attempt = paid(sub_merchant, 10_000)
    enter_working_days()
    return attempt, split(attempt, 500, at=AFTER_MIDNIGHT)


@pytest.mark.parametrize("ends", [None, NEXT])
def test_a_split_after_midnight_for_a_merchant_without_trade_stands_once_and_nobody_owes(late_split, ends):
    attempt, _sharing = late_split
    ServiceContract.objects.update(valid_until=ends)

    close(DAY, NEXT)
    again = post_settlements(day=NEXT, actor=SYSTEM, at=MORNING)

    assert told_of_splits() == [(DAY, 500, 0), (NEXT, 0, 500)]
    assert balance_of(receivable_merchant(attempt.sub_merchant.merchant.merchant_no)).amount == 0
    assert balance_of(receivable_split(attempt.acquirer_code)).amount == 500
    assert balance_of(income_service_fee()).amount == 500
    statement = Settlement.objects.get(day=NEXT)
    assert (statement.gross_fen, statement.split_fen, statement.net_fen) == (0, 500, -500)
    assert statement.carried_out_fen == -500
    assert statement_disagrees(NEXT) == []
    assert again.posted == 0
    assert trial_balance().agrees


def test_a_split_after_midnight_beside_trade_stands_on_that_trades_row_alone(late_split):
    attempt, _sharing = late_split
    paid(attempt.sub_merchant, 2_000, day=NEXT)

    close(DAY, NEXT)

    assert told_of_splits() == [(DAY, 500, 0), (NEXT, 100, 500)]
    assert balance_of(receivable_merchant(attempt.sub_merchant.merchant.merchant_no)).amount == 100


def test_a_day_charged_again_with_a_trade_learnt_meanwhile_tells_the_split_once():
    """The trade has another price line than the split alone was put under."""
    sub_merchant = SubMerchantFactory()
    payment_channel = PaymentFactory.build().channel
    price(Price("BPS", rate_bps=500), Price("FLAT", flat_fen=30, channel=payment_channel))
    sign(sub_merchant.merchant, "SPLIT")
    split(paid(sub_merchant, 10_000), 30, at=AFTER_MIDNIGHT)
    charge_service_fees(day=NEXT, at=MORNING)
    alone = told_of_splits()
    paid(sub_merchant, 2_000, day=NEXT)

    charge_service_fees(day=NEXT, at=MORNING)
    charge_service_fees(day=NEXT, at=MORNING)

    assert alone == [(NEXT, 0, 30)]
    assert told_of_splits() == [(NEXT, 30, 30)]


def test_a_split_stands_on_the_contract_that_splits_whatever_others_come_first(late_split):
    """Another contract, collected separately, sorts before the one that splits."""
    attempt, _sharing = late_split
    price(Price("FLAT", flat_fen=3), code="AAA")
    sign(attempt.sub_merchant.merchant, "SEPARATE", code="AAA")
    paid(attempt.sub_merchant, 2_000, day=NEXT)

    charge_service_fees(day=NEXT, at=MORNING)

    found = ServiceFee.objects.order_by("contract__contract_no").values_list("collection", "charged_fen", "split_fen")
    assert list(found) == [("SEPARATE", 3, 0), ("SPLIT", 100, 500)]


def test_a_split_taken_back_the_day_after_stands_once_as_well(late_split):
    attempt, sharing = late_split
    back = AFTER_MIDNIGHT + timedelta(days=1)
    split(attempt, 200, at=back, purpose="RETURN", of=sharing)

    close(DAY, NEXT, NEXT + timedelta(days=1))

    assert [fen for _day, _charged, fen in told_of_splits()] == [0, 500, -200]
    assert balance_of(receivable_merchant(attempt.sub_merchant.merchant.merchant_no)).amount == 200
    assert balance_of(receivable_split(attempt.acquirer_code)).amount == 300
    assert trial_balance().agrees

"""Fees of other rooms: by contract and tariff version, once per key, posted at once, given back as a credit."""

from datetime import date, datetime, timedelta

import pytest

from payments.ledger.rules.chart import income_service_fee, receivable_merchant
from payments.ledger.selectors.balance import balance_of, trial_balance
from payments.models import FeeInvoice, ServiceFee
from payments.selectors.tariffs import price_of
from payments.services.fee_invoices import issue_invoices
from payments.services.service_charges import (
    ChargeReused,
    ChargeUnfit,
    ContractMissing,
    PriceMissing,
    charge_service,
    return_charge,
)
from payments.services.settlements import make_settlements, post_settlements
from payments.services.tariffs import Price, draft_tariff, sign_contract
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from tests.payments.factories import MerchantFactory
from tests.payments.market import enter_working_days

pytestmark = pytest.mark.django_db
MAKER, CHECKER = Actor("OPERATOR", "op-1", "经办"), Actor("OPERATOR", "op-2", "复核")
DAY = date(2026, 11, 17)
NOON = datetime(2026, 11, 17, 12, tzinfo=BUSINESS_ZONE)


def wine_tariff(*prices, valid_from=DAY - timedelta(days=16), valid_until=None):
    approval = draft_tariff(
        code="WINE", name="红酒直通车", service="WINE_LINE", prices=prices, valid_from=valid_from, source="运价表",
        actor=MAKER, at=NOON, valid_until=valid_until,
    )  # fmt: skip
    approve(approval_no=approval.approval_no, checker=CHECKER, at=NOON)


def winery(*, signed=True):
    merchant = MerchantFactory(name="天山酒庄")
    if signed:
        sign_contract(
            contract_no=f"WL-{merchant.pk}", merchant=merchant, tariff_code="WINE", collection="SEPARATE",
            valid_from=DAY - timedelta(days=16), actor=MAKER, at=NOON,
        )  # fmt: skip
    return merchant


CARTON = Price("FLAT", flat_fen=1_200, product="CARTON")
COLD = Price("BPS", rate_bps=80, min_fen=500, product="COLD")


def charge(merchant, key, **more):
    more = {"product": "CARTON", "quantity": 200, "at": NOON} | more
    return charge_service(merchant=merchant, service="WINE_LINE", key=key, actor=MAKER, **more)


def test_a_waybill_is_charged_once_by_the_tariff_of_its_day_and_posted_at_once():
    wine_tariff(CARTON, COLD)
    merchant = winery()

    fee = charge(merchant, "WB1")
    again = charge(merchant, "WB1")
    insured = charge(merchant, "WB1-COLD", product="COLD", quantity=1, base_fen=1_000_000)

    assert again.pk == fee.pk
    assert (fee.fee_fen, fee.status, fee.contract.contract_no, fee.line.version.version) == (
        240_000, "POSTED", f"WL-{merchant.pk}", 1,
    )  # fmt: skip
    assert insured.fee_fen == 8_000
    assert balance_of(receivable_merchant(merchant.merchant_no)).amount == 248_000
    assert balance_of(income_service_fee()).amount == 248_000


def test_the_key_of_another_charge_no_contract_no_price_are_refused_and_nothing_is_written():
    wine_tariff(CARTON)
    merchant = winery()
    charge(merchant, "WB1")

    for refusal, call in (
        (ChargeReused, lambda: charge(merchant, "WB1", quantity=201)),
        (ContractMissing, lambda: charge(winery(signed=False), "WB2")),
        (PriceMissing, lambda: charge(merchant, "WB3", product="TRUCK")),
        (ChargeUnfit, lambda: charge(merchant, "")),
        (ChargeUnfit, lambda: charge(merchant, "WB4", quantity=0)),
    ):
        with pytest.raises(refusal):
            call()

    assert ServiceFee.objects.count() == 1
    assert balance_of(income_service_fee()).amount == 240_000


def test_a_new_version_of_the_tariff_prices_only_what_comes_after_it():
    wine_tariff(CARTON, valid_until=DAY)
    wine_tariff(Price("FLAT", flat_fen=1_500, product="CARTON"), valid_from=DAY)
    merchant = winery()

    fees = [charge(merchant, f"WB{n}", at=NOON + timedelta(days=n), quantity=1).fee_fen for n in (-1, 0)]

    assert fees == [1_200, 1_500]
    assert price_of(tariff_code="WINE", on=DAY, base_fen=0, quantity=3, product="CARTON").fee_fen == 4_500


def test_a_ladder_climbs_over_the_charges_of_the_month():
    tiers = [{"upto_fen": 100_000, "rate_bps": 100}, {"upto_fen": None, "rate_bps": 50}]
    wine_tariff(Price("TIERED_MARGINAL", tiers=tiers, product="STORE"))
    merchant = winery()

    fees = [charge(merchant, f"S{n}", product="STORE", quantity=1, base_fen=80_000).fee_fen for n in range(2)]

    assert fees == [800, 200 + 300]


def test_the_close_of_the_day_posts_a_charge_no_second_time():
    wine_tariff(CARTON)
    merchant = winery()
    charge(merchant, "WB1")
    enter_working_days()

    make_settlements(day=DAY, at=NOON)
    posted = post_settlements(day=DAY, actor=SYSTEM, at=NOON)

    assert (posted.posted, posted.replayed) == (0, 1)
    assert balance_of(receivable_merchant(merchant.merchant_no)).amount == 240_000


def test_a_charge_given_back_lessens_the_next_invoice_and_a_credit_alone_waits():
    wine_tariff(CARTON)
    merchant = winery()
    first, second = charge(merchant, "WB1"), charge(merchant, "WB2", quantity=100)

    credit = return_charge(fee_no=first.fee_no, reason="没有发车", actor=MAKER, at=NOON)
    assert return_charge(fee_no=first.fee_no, reason="没有发车", actor=MAKER, at=NOON).pk == credit.pk
    issue_invoices(month=DAY, actor=SYSTEM, at=NOON)

    assert FeeInvoice.objects.get().amount_fen == second.fee_fen == 120_000
    assert set(ServiceFee.objects.values_list("status", flat=True)) == {"INVOICED"}
    return_charge(fee_no=second.fee_no, reason="没有发车", actor=MAKER, at=NOON + timedelta(days=20))
    assert issue_invoices(month=date(2026, 12, 1), actor=SYSTEM, at=NOON + timedelta(days=20)) == 0
    assert balance_of(income_service_fee()).amount == 0
    assert trial_balance().agrees

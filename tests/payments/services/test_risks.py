"""Rules as data: what strikes, what waits, what the merchant never sees."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from payments.models import Payment, RiskHit, RiskReview, RiskRule
from payments.services.payments import create_payment
from payments.services.risks import RiskRefused, decide_review
from silk_road_ebao.kernel.models import AuditEvent
from tests.payments.factories import CASHIER, MerchantFactory, SettlementAccountFactory, moment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


def _rule(measure, action, *, live=True, **params):
    return RiskRule.objects.create(
        code=f"{measure}-{action}",
        measure=measure,
        params=params,
        action=action,
        is_live=live,
        valid_from=date(2020, 1, 1),
        source="平台规则",
    )


def _pay(merchant, amount_fen=10_000, **more):
    fields = {"channel": "DYNAMIC_CODE", "description": "番茄", "actor": CASHIER, "at": moment(), **more}
    return create_payment(merchant=merchant, stall=None, amount_fen=amount_fen, **fields)


def test_a_refused_order_writes_nothing_and_says_nothing_of_the_rule():
    _rule("AMOUNT", "REFUSE", bound=9_999)

    with pytest.raises(RiskRefused) as refused:
        _pay(MerchantFactory())

    assert not Payment.objects.exists()
    assert not RiskHit.objects.exists()
    assert "AMOUNT" not in str(refused.value)


def test_a_dry_rule_leaves_hits_and_lets_pass():
    """Dry-run on live orders: counted, never acted upon."""
    _rule("AMOUNT", "REFUSE", live=False, bound=9_999)

    payment = _pay(MerchantFactory())

    assert RiskHit.objects.get(subject=payment.payment_no).action == "PASS"
    assert not RiskReview.objects.exists()


@pytest.mark.parametrize(
    ("measure", "params", "orders"),
    [("VELOCITY", {"bound": 3, "minutes": 10}, 4), ("SPLIT_AMOUNT", {"bound": 2, "minutes": 10}, 3)],
)
def test_many_orders_in_a_short_while_go_to_review(measure, params, orders):
    _rule(measure, "REVIEW", **params)
    merchant = MerchantFactory()

    payments = [_pay(merchant) for _ in range(orders)]

    assert [review.subject for review in RiskReview.objects.all()] == [payments[-1].payment_no]


def test_one_device_that_pays_everywhere_strikes():
    _rule("DEVICE", "HOLD", bound=2, minutes=60)

    for _ in range(3):
        _pay(MerchantFactory(), context={"device": "a" * 32})

    assert RiskHit.objects.count() == 1


def test_a_settlement_account_just_changed_strikes():
    _rule("ACCOUNT_CHANGE", "REVIEW", bound=0, minutes=1440)
    merchant = MerchantFactory()
    SettlementAccountFactory(owner_merchant=merchant)

    _pay(merchant)

    assert RiskReview.objects.count() == 1


def test_a_new_merchant_with_a_large_order_strikes_and_an_old_one_does_not():
    _rule("NEW_MERCHANT", "REVIEW", bound=5_000, days=30)

    _pay(MerchantFactory())
    _pay(MerchantFactory(onboarded_at=moment() - timedelta(days=2)))

    assert RiskHit.objects.count() == 1


def test_a_decision_is_audited_and_final():
    _rule("AMOUNT", "REVIEW", bound=1)
    _pay(MerchantFactory())

    decided = decide_review(review=RiskReview.objects.get(), passed=False, actor=CASHIER, at=moment(), reason="fake")

    assert decided.status == "REFUSED"
    assert AuditEvent.objects.filter(action="payments.risk.decide").count() == 1

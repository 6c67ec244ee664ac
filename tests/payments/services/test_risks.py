"""Rules as data: what strikes, what waits, what the merchant never sees."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from payments.models import (
    Payment,
    PaymentAttempt,
    RiskHit,
    RiskReview,
    RiskRule,
    SceneDefinition,
    SubMerchant,
)
from payments.services.attempts import PaymentEnded, start_attempt
from payments.services.payments import create_payment
from payments.services.risk_rules import ask_rule_change
from payments.services.risk_trials import try_on_history
from payments.services.risks import RiskRefused, UnderReview, decide_review
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve
from silk_road_ebao.kernel.clock import BUSINESS_ZONE, business_date
from silk_road_ebao.kernel.ids import new_no, new_uuid
from silk_road_ebao.kernel.models import AuditEvent
from tests.payments.factories import (
    CASHIER,
    AttemptFactory,
    MerchantFactory,
    SettlementAccountFactory,
    StallFactory,
    SubMerchantFactory,
    moment,
)

pytestmark = pytest.mark.django_db


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
    fields = {
        "channel": "DYNAMIC_CODE", "description": "番茄", "actor": CASHIER, "at": moment(), "stall": None, **more,
    }  # fmt: skip
    return create_payment(merchant=merchant, amount_fen=amount_fen, **fields)


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
    """The first account of a merchant is no change; a second one is, and within its days only."""
    _rule("ACCOUNT_CHANGE", "REVIEW", bound=0, minutes=1440)
    merchant, fresh, settled = MerchantFactory(), MerchantFactory(), MerchantFactory()
    SettlementAccountFactory(owner_merchant=merchant, status="CLOSED", added_at=moment() - timedelta(days=300))
    SettlementAccountFactory(owner_merchant=settled, status="CLOSED", added_at=moment() - timedelta(days=300))
    SettlementAccountFactory(owner_merchant=settled, added_at=moment() - timedelta(days=2))
    SettlementAccountFactory(owner_merchant=merchant)
    SettlementAccountFactory(owner_merchant=fresh)

    payments = [_pay(one) for one in (merchant, fresh, settled)]

    assert [row.subject for row in RiskReview.objects.all()] == [payments[0].payment_no]


@pytest.mark.parametrize(("refunds", "struck"), [(4, 0), (5, 1)])
def test_refund_cycling_strikes_after_several_refunds_not_after_a_slip_of_the_hand(refunds, struck):
    _rule("REFUND_CYCLE", "HOLD", bound=5_000, minutes=1440, least_refunds=5)
    attempt = AttemptFactory(status="PAID", paid_at=moment(), business_date=moment().date(), acquirer_trade_no="T1")
    payment = attempt.payment
    Payment.objects.filter(pk=payment.pk).update(
        status="PAID", paid_at=moment(), business_date=moment().date(), paid_attempt=attempt
    )
    for _one in range(refunds):
        attempt.refunds.create(
            status="FAILED", refund_no=new_no("REF"), uid=new_uuid(), payment=payment, acquirer_code="WECHAT",
            kind="CUSTOMER", amount_fen=payment.amount_fen, reason="x", requested_by="x", requested_at=moment(),
        )  # fmt: skip

    _pay(payment.merchant)

    assert RiskHit.objects.count() == struck


def test_large_payments_by_a_printed_code_strike():
    """Static-code misuse: a stall's code used from afar for large sums."""
    _rule("STATIC_MISUSE", "REVIEW", bound=1, minutes=30)
    merchant = MerchantFactory()

    payments = [_pay(merchant, 41_000, channel="STATIC_CODE") for _one in range(2)]
    _pay(merchant, 39_000, channel="DYNAMIC_CODE", at=moment() - timedelta(hours=2))

    assert [row.subject for row in RiskHit.objects.all()] == [payments[1].payment_no]


def test_out_of_the_box_one_phone_that_floods_is_refused_and_the_stall_is_still_paid():
    """How does one guard against malicious orders? The phone that floods is stopped, never the stall (M17)."""
    merchant = MerchantFactory()
    flood, others = {"device": "f" * 32}, {"device": "c" * 32}
    for _one in range(30):
        _pay(merchant, context=flood)

    with pytest.raises(RiskRefused):
        _pay(merchant, context=flood)

    assert Payment.objects.count() == 30
    assert _pay(merchant, context=others).status == "CREATED"
    assert not RiskReview.objects.exists()


def test_out_of_the_box_every_measure_acts_but_the_one_that_could_shut_a_stall():
    acting = dict(RiskRule.objects.filter(is_live=True).values_list("code", "action"))

    assert set(RiskRule.objects.filter(is_live=False).values_list("code", flat=True)) == {"velocity"}
    assert {code: acting[code] for code in ("device", "refund-cycle", "static-misuse", "transfer-velocity")} == {
        "device": "REFUSE", "refund-cycle": "HOLD", "static-misuse": "REVIEW", "transfer-velocity": "HOLD",
    }  # fmt: skip


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


@pytest.mark.parametrize("action", ["HOLD", "REVIEW"])
def test_a_held_payment_opens_nowhere_until_a_person_passes_it(action, shop):
    """R20: the sentence names no rule; nothing was sent, no attempt written."""
    sub_merchant = shop()
    _rule("AMOUNT", action, bound=9_999)
    payment = _pay(sub_merchant.merchant)

    with pytest.raises(UnderReview) as held:
        _start(payment)

    assert not PaymentAttempt.objects.exists()
    assert not any(word in str(held.value) for word in ("AMOUNT", "规则", "风险", "可疑"))
    decide_review(review=RiskReview.objects.get(), passed=True, actor=CASHIER, at=moment(), reason="核实")
    assert _start(payment).status == "PENDING"


def test_a_payment_that_a_person_refused_stays_shut_and_its_time_is_over(shop):
    sub_merchant = shop()
    _rule("AMOUNT", "HOLD", bound=9_999)
    payment = _pay(sub_merchant.merchant)
    at = moment()

    decide_review(review=RiskReview.objects.get(), passed=False, actor=CASHIER, at=at, reason="伪造订单")

    payment.refresh_from_db()
    assert payment.expires_at == at
    with pytest.raises((UnderReview, PaymentEnded)):
        _start(payment)


def test_two_rules_of_one_measure_keep_their_own_windows():
    merchant = MerchantFactory()
    long, short = _rule("VELOCITY", "REVIEW", minutes=120, bound=2), _rule("VELOCITY", "HOLD", minutes=1, bound=2)
    now = moment()
    for minutes in (90, 80):
        _pay(merchant, at=now - timedelta(minutes=minutes))

    payment = _pay(merchant, at=now)

    struck = set(RiskHit.objects.filter(subject=payment.payment_no).values_list("rule_id", flat=True))
    assert (long.pk in struck, short.pk in struck) == (True, False)


def test_a_night_order_is_measured_against_the_other_stalls_of_its_market():
    night = moment().astimezone(BUSINESS_ZONE).replace(hour=2, minute=0) - timedelta(days=1)
    stalls = [StallFactory() for _ in range(2)]
    for _n in range(20):
        _paid_at_night(stalls[0], night)
    _rule("NIGHT", "REVIEW", from_hour=0, to_hour=5, bound=100, peers_bps=50_000)

    usual = _pay(stalls[1].merchant, 50_000, stall=stalls[1], at=night + timedelta(minutes=1))
    odd = _pay(stalls[1].merchant, 50_100, stall=stalls[1], at=night + timedelta(minutes=2))

    assert not RiskHit.objects.filter(subject=usual.payment_no).exists()
    assert RiskHit.objects.get(subject=odd.payment_no).figures["peers_bps"] == 50_100


def test_a_rule_is_tried_on_history_and_writes_nothing():
    merchant = MerchantFactory()
    for amount_fen in (5_000, 20_000, 30_000):
        _pay(merchant, amount_fen)
    today = business_date(moment())

    trial = try_on_history(code="x", measure="AMOUNT", params={"bound": 10_000}, action="HOLD", first=today, last=today)

    assert (trial.orders, trial.struck, trial.struck_fen, trial.merchants) == (3, 2, 50_000, 1)
    assert not RiskHit.objects.exists()
    assert not RiskReview.objects.exists()


def test_a_rule_acts_only_after_a_second_person_agreed():
    rule = _rule("AMOUNT", "REFUSE", live=False, bound=9_999)
    approval = ask_rule_change(rule=rule, is_live=True, actor=Actor("OPERATOR", "1", "甲"), at=moment())
    _pay(MerchantFactory())

    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=Actor("OPERATOR", "1", "甲"), at=moment())
    approve(approval_no=approval.approval_no, checker=Actor("OPERATOR", "2", "乙"), at=moment())

    cache.clear()
    with pytest.raises(RiskRefused):
        _pay(MerchantFactory())


def test_the_house_begins_with_rules_for_every_measure_and_scenes():
    payment_measures = set(RiskRule.objects.filter(scope="PAYMENT").values_list("measure", flat=True))

    assert payment_measures == {
        "VELOCITY", "AMOUNT", "DEVICE", "NEW_MERCHANT", "SPLIT_AMOUNT", "NIGHT", "REFUND_CYCLE", "ACCOUNT_CHANGE",
        "STATIC_MISUSE",
    }  # fmt: skip
    assert SceneDefinition.objects.filter(code="MARKET_SCAN").exists()


def _start(payment):
    return start_attempt(
        payment_no=payment.payment_no, acquirer_code="WECHAT", flow="NATIVE", actor=CASHIER, at=moment()
    )


def _paid_at_night(stall, at):
    attempt = AttemptFactory(
        payment__merchant=stall.merchant, payment__stall=stall, payment__amount_fen=10_000, payment__created_at=at,
        status="PAID", paid_at=at, business_date=at.date(), acquirer_trade_no=new_no("ATT"),
        sub_merchant=SubMerchant.objects.filter(merchant=stall.merchant).first()
        or SubMerchantFactory(merchant=stall.merchant),
    )  # fmt: skip
    Payment.objects.filter(pk=attempt.payment_id).update(
        status="PAID", paid_at=at, business_date=at.date(), paid_attempt=attempt
    )

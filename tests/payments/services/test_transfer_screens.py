"""Malicious top-ups and withdrawals: screened before the bank executes them."""

from datetime import date, timedelta

import pytest

from payments.models import RiskHit, RiskReview, RiskRule, ScreenedTransfer
from payments.services.risks import decide_review
from payments.services.transfer_screens import TransferReused, screen_transfer
from silk_road_ebao.kernel.ids import new_no
from tests.payments.factories import CASHIER, moment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    RiskRule.objects.filter(scope="TRANSFER").update(valid_until=date(2026, 1, 2))


def _rule(measure, action, **params):
    RiskRule.objects.create(
        code=f"t-{measure}", scope="TRANSFER", measure=measure, params=params, action=action, is_live=True,
        valid_from=date(2020, 1, 1), source="平台规则",
    )  # fmt: skip


def _screen(amount_fen=10_000, *, direction="IN", account="6217-a", device="phone", bound_at=None, at=None, no=""):
    return screen_transfer(
        order_no=no or new_no("PAY"), direction=direction, account_ref=account, amount_fen=amount_fen, device=device,
        bound_at=bound_at, at=at or moment(),
    )  # fmt: skip


def test_a_flood_of_orders_on_one_account_is_held_and_another_account_is_not():
    _rule("VELOCITY", "HOLD", minutes=60, bound=3)

    verdicts = [_screen(device=f"phone-{n}").action for n in range(4)]

    assert verdicts == ["PASS", "PASS", "PASS", "HOLD"]
    assert _screen(account="6217-b").action == "PASS"
    assert RiskReview.objects.count() == 1


def test_many_accounts_on_one_device_are_held():
    _rule("DEVICE", "HOLD", minutes=60, bound=2)

    verdicts = [_screen(account=f"6217-{n}").action for n in range(3)]

    assert verdicts == ["PASS", "PASS", "HOLD"]


def test_money_that_comes_and_leaves_at_once_is_reviewed():
    _rule("CYCLE", "REVIEW", minutes=60, bound=8_000)
    _screen(100_000)

    assert _screen(80_000, direction="OUT").action == "PASS"
    assert _screen(1_000, direction="OUT").action == "REVIEW"


@pytest.mark.parametrize(("hours", "action"), [(23, "HOLD"), (24, "PASS"), (None, "PASS")])
def test_large_money_waits_after_the_bound_account_changed(hours, action):
    _rule("BINDING_CHANGE", "HOLD", bound=24, least_fen=5_000)
    at = moment()

    verdict = _screen(bound_at=at - timedelta(hours=hours) if hours is not None else None, at=at)

    assert verdict.action == action


def test_a_repeated_order_gives_the_same_verdict_and_counts_once():
    _rule("VELOCITY", "HOLD", minutes=60, bound=1)
    first = _screen(no="ORDER-1")

    again = _screen(no="ORDER-1")

    assert again == first
    assert ScreenedTransfer.objects.count() == 1
    with pytest.raises(TransferReused):
        _screen(10_001, no="ORDER-1")


def test_a_person_decides_what_waits_and_the_bank_hears_it_at_its_next_question():
    _rule("AMOUNT", "REVIEW", bound=9_999)
    waiting = _screen(no="ORDER-2")
    review = RiskReview.objects.get(review_no=waiting.review_no)

    decide_review(review=review, passed=True, actor=CASHIER, at=moment(), reason="电话核实")

    assert waiting.action == "REVIEW"
    assert _screen(no="ORDER-2").action == "PASS"


def test_neither_account_nor_device_is_kept_in_the_clear():
    _rule("AMOUNT", "HOLD", bound=1)
    _screen(account="6217000012345678", device="imei-355")

    row = ScreenedTransfer.objects.get()

    assert b"6217" not in bytes(row.account_token)
    assert len(bytes(row.account_token)) == 32
    assert "6217" not in str(RiskHit.objects.get().figures)

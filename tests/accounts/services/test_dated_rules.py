"""Legal limits: dated, sourced, changed by two operators."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import DatedRule
from accounts.selectors.dated_rules import RuleNotInForce, rule_at, value, value_or_none
from accounts.services.dated_rules import RuleInThePast, RuleOverlaps, SourceMissing, request_rule
from accounts.services.operators import RoleMissing
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.approvals import approve

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("class_II.out.daily", 1_000_000),
        ("class_II.in.daily.ONLINE", 0),
        ("class_III.out.daily", 200_000),
        ("class_III.balance", 200_000),
        ("qr.daily.D", 50_000),
        ("micro.credit_card.monthly", 1_000_000),
        ("t0.onboard_days", 90),
        ("list.exit_days", 10),
        ("retention.transaction_years", 10),
        ("loan.all_in_max_bps", 2_400),
    ],
)
def test_every_limit_stands_in_the_table_with_its_source(name, expected, at):
    row = rule_at(name, at)

    assert row.value == expected
    assert row.source


def test_a_value_begins_at_midnight_of_its_day_in_shanghai():
    before, after = datetime(2018, 1, 9, 15, 59, tzinfo=UTC), datetime(2018, 1, 9, 16, 0, tzinfo=UTC)

    assert value("class_III.out.daily", before) == 500_000
    assert value("class_III.out.daily", after) == 200_000


def test_where_the_table_is_silent_nothing_is_guessed():
    with pytest.raises(RuleNotInForce):
        value("class_III.out.daily", date(2016, 11, 30))

    assert value_or_none("class_I.out.daily", date(2026, 1, 1)) is None


def test_two_values_for_one_day_are_impossible(at):
    with pytest.raises(IntegrityError, match="dated_rule_one_value"), transaction.atomic():
        DatedRule.objects.create(name="qr.daily.D", value=1, unit="fen", valid_from=date(2030, 1, 1), source="x")


def test_a_new_limit_comes_by_two_operators_and_ends_the_old_one(maker, checker, at):
    approval = request_rule(
        name="qr.daily.D", value=100_000, unit="fen", valid_from=date(2027, 1, 1), source="某号文", actor=maker, at=at
    )
    assert value("qr.daily.D", date(2027, 1, 1)) == 50_000

    approve(approval_no=approval.approval_no, checker=checker, at=at)

    assert value("qr.daily.D", date(2026, 12, 31)) == 50_000
    assert value("qr.daily.D", date(2027, 1, 1)) == 100_000


def test_the_past_is_not_rewritten(maker, checker, at):
    def ask(**more):
        content = {"valid_from": date(2026, 11, 24), "source": "某号文", "actor": maker} | more
        return request_rule(name="qr.daily.D", value=1, unit="fen", at=at, **content)

    with pytest.raises(RuleInThePast):
        ask(valid_from=date(2026, 11, 23))
    with pytest.raises(SourceMissing):
        ask(source=" ")
    with pytest.raises(RoleMissing):
        ask(actor=SYSTEM)
    approval = ask()
    with pytest.raises(RuleInThePast):
        approve(approval_no=approval.approval_no, checker=checker, at=at + timedelta(days=1))

    assert value("qr.daily.D", date(2030, 1, 1)) == 50_000


def test_a_value_before_a_later_one_is_refused_whole(maker, checker, at):
    for day in (date(2028, 1, 1), date(2027, 1, 1)):
        approval = request_rule(
            name="qr.daily.D", value=day.year, unit="fen", valid_from=day, source="某号文", actor=maker, at=at
        )
        if day.year == 2028:
            approve(approval_no=approval.approval_no, checker=checker, at=at)

    with pytest.raises(RuleOverlaps):
        approve(approval_no=approval.approval_no, checker=checker, at=at)

    assert value("qr.daily.D", date(2027, 6, 1)) == 50_000

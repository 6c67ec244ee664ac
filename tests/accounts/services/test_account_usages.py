"""What banks report of an account's use, and what may still flow (R13)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.rules.allowance import Allowance
from accounts.selectors.settlement_accounts import (
    remaining_allowance,
)
from accounts.services.account_usages import UsageRefused, record_account_usage
from tests.accounts.factories import PersonFactory, SettlementAccountFactory
from tests.accounts.opening import CCB

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("account_class", "mode", "day", "expected"),
    [
        ("II", "COUNTER", date(2026, 11, 23), Allowance(1_000_000, 1_000_000)),
        ("II", "ONLINE", date(2026, 11, 23), Allowance(0, 1_000_000)),
        ("III", "ONLINE", date(2017, 6, 1), Allowance(100_000, 500_000)),
        ("III", "ONLINE", date(2018, 1, 9), Allowance(100_000, 500_000)),
        ("III", "ONLINE", date(2018, 1, 10), Allowance(200_000, 200_000)),
        ("I", "COUNTER", date(2026, 11, 23), Allowance(None, None)),
    ],
)
def test_r13_limits_come_from_the_dated_table_by_opening_mode_and_date(account_class, mode, day, expected):
    account = SettlementAccountFactory(
        owner_merchant=None, owner_person=PersonFactory(), account_class=account_class, opening_mode=mode
    )

    assert remaining_allowance(account, datetime(day.year, day.month, day.day, 4, tzinfo=UTC)) == expected


def test_r13_reported_flows_of_the_day_and_the_year_lessen_the_allowance(at):
    account = SettlementAccountFactory(owner_merchant=None, owner_person=PersonFactory(), account_class="II")

    def report(day, in_fen, out_fen):
        record_account_usage(
            account_no=account.account_no,
            day=day,
            in_fen=in_fen,
            out_fen=out_fen,
            balance_fen=0,
            actor=CCB,
            at=at,
        )

    report(date(2025, 12, 31), 0, 999_999)
    report(date(2026, 1, 1), 0, 19_500_000)
    report(date(2026, 11, 23), 300_000, 400_000)
    report(date(2026, 11, 23), 300_000, 100_000)

    assert remaining_allowance(account, at) == Allowance(700_000, 400_000)
    assert remaining_allowance(account, at + timedelta(days=1)) == Allowance(1_000_000, 400_000)
    assert remaining_allowance(account, datetime(2027, 1, 1, 4, tzinfo=UTC)) == Allowance(1_000_000, 1_000_000)


@pytest.mark.parametrize(("out_fen", "days_ahead"), [(-1, 0), (0, 1)])
def test_usage_that_cannot_be_is_refused(out_fen, days_ahead, at):
    account = SettlementAccountFactory()

    with pytest.raises(UsageRefused):
        record_account_usage(
            account_no=account.account_no,
            day=date(2026, 11, 23) + timedelta(days=days_ahead),
            in_fen=0,
            out_fen=out_fen,
            balance_fen=0,
            actor=CCB,
            at=at,
        )

    assert not account.usages.exists()

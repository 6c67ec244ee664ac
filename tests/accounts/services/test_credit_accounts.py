"""Credit accounts and the trunk they hang on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import CreditAccount
from accounts.selectors.trunks import credit_lines_of, trunk_of
from accounts.services.credit_accounts import (
    CreditReportRefused,
    HolderChanged,
    record_activation_days,
    report_credit_account,
)
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.states import IllegalTransition
from tests.accounts import numbers
from tests.accounts.factories import (
    ConsentFactory,
    MembershipFactory,
    MerchantFactory,
    PersonFactory,
    SettlementAccountFactory,
    StallFactory,
)

pytestmark = pytest.mark.django_db

BANK = Actor("PARTNER", "CCB", "建设银行")


def _report(bank, holder, at, **more):
    content = {
        "bank_reference": "token-1",
        "kind": "CREDIT_CARD",
        "state": "ACTIVE",
        "limit_band": "10K_50K",
        "usage_band": "UNDER_30",
        "reported_at": at,
    } | more
    return report_credit_account(bank=bank, holder=holder, actor=BANK, at=at, **content)


def test_the_latest_report_counts_and_an_older_one_changes_nothing(ccb, at):
    person = PersonFactory()
    _report(ccb, person, at)

    late = _report(ccb, person, at, usage_band="OVER_90", state="DORMANT", reported_at=at - timedelta(days=1))

    assert (late.status, late.usage_band, late.activated_at) == ("ACTIVE", "UNDER_30", at)
    assert CreditAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"limit_band": "12345"}, "limit_band"),
        ({"usage_band": "73%"}, "usage_band"),
        ({"bank_reference": numbers.card(1)}, "bank_reference"),
        ({"bank_reference": ""}, "bank_reference"),
        ({"reported_at": datetime(2027, 1, 1, tzinfo=UTC)}, "reported_at"),
    ],
)
def test_exact_figures_account_numbers_and_the_future_are_refused(more, field, ccb, at):
    with pytest.raises(CreditReportRefused) as caught:
        _report(ccb, PersonFactory(), at, **more)

    assert caught.value.field == field
    assert not CreditAccount.objects.exists()


def test_a_reference_keeps_its_holder_and_a_closed_account_stays_closed(ccb, at):
    person = PersonFactory()
    _report(ccb, person, at)

    with pytest.raises(HolderChanged):
        _report(ccb, PersonFactory(), at, reported_at=at)
    closed = _report(ccb, person, at + timedelta(days=1), state="CLOSED", reported_at=at + timedelta(days=1))
    with pytest.raises(IllegalTransition):
        _report(ccb, person, at + timedelta(days=2), reported_at=at + timedelta(days=2))

    closed.refresh_from_db()
    assert closed.status == "CLOSED"


def test_activation_frequency_counts_distinct_days_of_the_last_thirty(ccb, at):
    person = PersonFactory()
    account = _report(ccb, person, at)
    today = date(2026, 11, 23)
    days = [today, today, today - timedelta(days=29), today - timedelta(days=30)]

    assert record_activation_days(account=account, days=days, actor=BANK, at=at) == 3
    assert record_activation_days(account=account, days=days, actor=BANK, at=at) == 0

    line = credit_lines_of(person, at)[0]
    assert (line.active_days, line.frequency_bps) == (2, 666)
    with pytest.raises(CreditReportRefused):
        record_activation_days(account=account, days=[today + timedelta(days=1)], actor=BANK, at=at)


def test_one_trunk_ties_bank_platform_and_user_directions(ccb, at):
    merchant = MerchantFactory()
    SettlementAccountFactory(owner_merchant=merchant)
    StallFactory(merchant=merchant)
    MembershipFactory(merchant=merchant)
    _report(ccb, merchant, at, kind="MERCHANT_LINE")
    ConsentFactory(subject_person=None, subject_merchant=merchant)

    trunk = trunk_of(merchant, at)

    assert [branch.bank.code for branch in trunk.banks] == ["CCB"]
    assert len(trunk.banks[0].settlement_accounts) == len(trunk.banks[0].credit_lines) == 1
    assert (len(trunk.stalls), len(trunk.memberships), len(trunk.consents), trunk.links) == (1, 1, 1, [])


def test_a_trunk_costs_the_same_queries_for_one_and_for_twenty(ccb, at):
    person = PersonFactory()

    def grow(first, last):
        for nth in range(first, last):
            SettlementAccountFactory(owner_merchant=None, owner_person=person, account_class="II")
            _report(ccb, person, at, bank_reference=f"token-{nth}")
            ConsentFactory(subject_person=person, status="REVOKED")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            trunk = trunk_of(person, at)
            assert len(trunk.consents) == last
        return len(queries)

    assert grow(0, 1) == grow(1, 20)

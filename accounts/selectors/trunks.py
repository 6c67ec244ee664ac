"""One trunk: everything about a person or merchant by the three directions, bank, platform and user."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q

from accounts.models import (
    AccountLink,
    Consent,
    CreditAccount,
    Institution,
    Membership,
    Merchant,
    SettlementAccount,
    Stall,
)
from accounts.selectors.account_links import live_links
from accounts.selectors.consents import consents_of
from accounts.selectors.merchants import live_stalls, staff_of
from accounts.selectors.parties import Party
from accounts.selectors.settlement_accounts import accounts_of
from silk_road_ebao.kernel.clock import business_date

ACTIVITY_WINDOW_DAYS = 30


@dataclass(frozen=True)
class CreditLine:
    """A credit account with its activation frequency over the last thirty days."""

    account: CreditAccount
    active_days: int

    @property
    def frequency_bps(self) -> int:
        """Distinct active days out of thirty, in ten-thousandths."""
        return self.active_days * 10_000 // ACTIVITY_WINDOW_DAYS


@dataclass(frozen=True)
class BankBranchOfTrunk:
    """What one bank holds."""

    bank: Institution
    settlement_accounts: list[SettlementAccount] = field(default_factory=list)
    credit_lines: list[CreditLine] = field(default_factory=list)


@dataclass(frozen=True)
class Trunk:
    """账户组合 of one party at a moment."""

    party: Party
    as_of: datetime
    banks: list[BankBranchOfTrunk]
    """Bank direction."""
    stalls: list[Stall]
    memberships: list[Membership]
    consents: list[Consent]
    """Platform direction: stalls, staff, consents."""
    links: list[AccountLink]
    """User direction: live links with others."""


def credit_lines_of(party: Party, at: datetime) -> list[CreditLine]:
    """List a party's open credit accounts with the distinct days they were used in the last thirty."""
    today = business_date(at)
    window = Q(activations__active_date__gt=today - timedelta(days=ACTIVITY_WINDOW_DAYS)) & Q(
        activations__active_date__lte=today
    )
    key = "holder_merchant" if isinstance(party, Merchant) else "holder_person"
    rows = (
        CreditAccount.objects.filter(**{key: party})
        .exclude(status="CLOSED")
        .select_related("bank")
        .annotate(active_days=Count("activations", filter=window))
        .order_by("kind", "id")
    )
    return [CreditLine(row, row.active_days) for row in rows]


def trunk_of(party: Party, at: datetime) -> Trunk:
    """Gather everything about a person or merchant; the number of queries does not grow with the rows."""
    banks: dict[int, BankBranchOfTrunk] = {}
    for account in accounts_of(party):
        banks.setdefault(account.bank_id, BankBranchOfTrunk(account.bank)).settlement_accounts.append(account)
    for line in credit_lines_of(party, at):
        banks.setdefault(line.account.bank_id, BankBranchOfTrunk(line.account.bank)).credit_lines.append(line)
    return Trunk(
        party=party,
        as_of=at,
        banks=sorted(banks.values(), key=lambda branch: branch.bank.code),
        stalls=list(live_stalls(party)) if isinstance(party, Merchant) else [],
        memberships=list(staff_of(party)) if isinstance(party, Merchant) else _own_memberships(party),
        consents=list(consents_of(party)),
        links=list(live_links(party, at)),
    )


def _own_memberships(party: Party) -> list[Membership]:
    return list(
        Membership.objects.filter(user__person_id=party.pk, ended_at__isnull=True)
        .select_related("merchant", "user")
        .order_by("since_at", "id")
    )

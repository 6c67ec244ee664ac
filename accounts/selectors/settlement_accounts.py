"""Reads of settlement accounts, and what they may still take or give."""

from datetime import date, datetime

from django.db.models import Q, QuerySet, Sum

from accounts.models import AccountUsage, BankBin, Merchant, Person, SettlementAccount
from accounts.rules.account_holder import holder_basis
from accounts.rules.allowance import Allowance, Limits, Usage, remaining
from accounts.rules.cards import longest_prefix, prefixes_of
from accounts.selectors.dated_rules import value_or_none
from accounts.selectors.persons import needs_reverification
from silk_road_ebao.kernel.clock import business_date

ACCOUNT_NO = "settlement_account"
"""Purpose of the blind index of account numbers."""


def payee_account_of(merchant: Merchant, at: datetime) -> SettlementAccount | None:
    """Find the one account the bank pays a merchant to: active, verified, not silent for six months (R11)."""
    account = (
        SettlementAccount.objects.select_related("bank")
        .filter(owner_merchant=merchant, status="ACTIVE", verification="VERIFIED")
        .first()
    )
    return account if account is not None and is_usable(account, at) else None


def is_usable(account: SettlementAccount, at: datetime) -> bool:
    """Say whether the account may take part in a flow: verified by its bank, out of its hold, not silent."""
    if account.status != "ACTIVE" or account.verification != "VERIFIED":
        return False
    if account.usable_from is not None and at < account.usable_from:
        return False
    latest = max(filter(None, (account.last_active_at, account.verified_at, account.added_at)))
    return not needs_reverification(latest, at)


def holder_basis_of(merchant: Merchant, holder_name: str) -> str:
    """Return whose name an account of a merchant bears as the merchant stands now: "" is nobody's it may bear (R2)."""
    head = merchant.legal_person
    return holder_basis(
        holder_name=holder_name,
        kind=merchant.kind,
        legal_name=merchant.legal_name,
        operator_name=head.full_name if head is not None else "",
    )


def had_payee(merchant: Merchant) -> bool:
    """Say whether a merchant was ever paid to an account: from then on every other one needs four eyes."""
    return SettlementAccount.objects.filter(owner_merchant=merchant, activated_at__isnull=False).exists()


def accounts_of(owner: Merchant | Person) -> QuerySet[SettlementAccount]:
    """List the accounts of a merchant or a person that are not closed, with their banks."""
    key = "owner_merchant" if isinstance(owner, Merchant) else "owner_person"
    return (
        SettlementAccount.objects.filter(**{key: owner})
        .exclude(status="CLOSED")
        .select_related("bank")
        .order_by("added_at", "id")
    )


def account_of(owner: Merchant | Person, account_no: str) -> SettlementAccount:
    """Find one account of this owner only; raises SettlementAccount.DoesNotExist for anybody else's."""
    key = "owner_merchant" if isinstance(owner, Merchant) else "owner_person"
    return SettlementAccount.objects.select_related("bank").get(account_no=account_no, **{key: owner})


def bin_of(digits: str, day: date) -> BankBin | None:
    """Find the bank's prefix a card number begins with, the longest that counts on the day."""
    rows = {
        row.prefix: row
        for row in BankBin.objects.select_related("bank").filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=day),
            prefix__in=prefixes_of(digits),
            card_length=len(digits),
            valid_from__lte=day,
        )
    }
    found = longest_prefix(digits, rows)
    return None if found is None else rows[found]


def limits_on(account_class: str, opening_mode: str, at: datetime) -> Limits:
    """Return the legal limits of a class on a day, in fen (R13). Class I and merchants' accounts have none."""
    if account_class not in ("II", "III"):
        return Limits()

    def limit(name: str) -> int | None:
        own = value_or_none(f"class_{account_class}.{name}.{opening_mode}", at)
        return own if own is not None else value_or_none(f"class_{account_class}.{name}", at)

    return Limits(
        in_daily_fen=limit("in.daily"),
        in_yearly_fen=limit("in.yearly"),
        out_daily_fen=limit("out.daily"),
        out_yearly_fen=limit("out.yearly"),
        balance_fen=limit("balance"),
    )


def usage_until(account: SettlementAccount, at: datetime) -> Usage:
    """Add up what the bank reported for the day and the calendar year of ``at``, in fen."""
    day = business_date(at)
    year = AccountUsage.objects.filter(account=account, business_date__range=(date(day.year, 1, 1), day))
    sums = year.aggregate(
        in_year=Sum("in_fen"),
        out_year=Sum("out_fen"),
        in_day=Sum("in_fen", filter=Q(business_date=day)),
        out_day=Sum("out_fen", filter=Q(business_date=day)),
    )
    last = AccountUsage.objects.filter(account=account, business_date__lte=day).order_by("-business_date").first()
    return Usage(
        in_day_fen=int(sums["in_day"] or 0),
        in_year_fen=int(sums["in_year"] or 0),
        out_day_fen=int(sums["out_day"] or 0),
        out_year_fen=int(sums["out_year"] or 0),
        balance_fen=0 if last is None else last.balance_fen,
    )


def remaining_allowance(account: SettlementAccount, at: datetime) -> Allowance:
    """Return what a Class II or III account may still take in and give out on a day, in fen; None is no limit.

    By the limits in force that day for the account's opening mode and the flows its bank reported (R13).
    """
    return remaining(limits_on(account.account_class, account.opening_mode, at), usage_until(account, at))

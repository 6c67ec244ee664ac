"""What banks report an account was used for; the allowance is computed from it (R13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountUsage, Institution, SettlementAccount
from accounts.services.settlement_accounts import NotThisBank
from accounts.services.silent_accounts import note_account_activity
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date, day_bounds
from silk_road_ebao.kernel.refusals import Refusal


class UsageRefused(Refusal):
    """A negative amount, or a day that has not begun."""

    message = _("用量不能是负数，也不能是将来的日期")


@transaction.atomic
def record_account_usage(
    *, account_no: str, day: date, in_fen: int, out_fen: int, balance_fen: int, actor: Actor, at: datetime
) -> AccountUsage:
    """Record flows of one account on one day outside its bound account, in fen; a later report replaces an earlier.

    Args:
        account_no: our public number (SAC…).
        actor: PARTNER whose ``ref`` is the bank's code.

    Raises:
        NotThisBank, UsageRefused
    """
    if min(in_fen, out_fen, balance_fen) < 0 or day > business_date(at):
        raise UsageRefused
    account = SettlementAccount.objects.filter(account_no=account_no, bank__code=actor.ref).first()
    if account is None or actor.kind != "PARTNER":
        raise NotThisBank
    usage, _is_new = AccountUsage.objects.update_or_create(
        account=account,
        business_date=day,
        defaults={"in_fen": in_fen, "out_fen": out_fen, "balance_fen": balance_fen, "reported_at": at},
    )
    if in_fen or out_fen:
        note_account_activity(account=account, at=day_bounds(day)[0])
    return usage


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Flows of one account on one day outside its bound account, and the day's closing balance; fen."""

    account: SettlementAccount
    day: date
    in_fen: int
    out_fen: int
    balance_fen: int


@transaction.atomic
def record_account_usages(*, reports: Sequence[UsageReport], actor: Actor, at: datetime) -> None:
    """Record many reports of one bank at once, one per account and day; later reports replace earlier ones.

    Args:
        actor: PARTNER whose ``ref`` is the bank's code.

    Raises:
        NotThisBank, UsageRefused: then none is recorded.
    """
    today = business_date(at)
    if any(min(one.in_fen, one.out_fen, one.balance_fen) < 0 or one.day > today for one in reports):
        raise UsageRefused
    banks = set(
        Institution.objects.filter(pk__in={one.account.bank_id for one in reports}).values_list("code", flat=True)
    )
    if actor.kind != "PARTNER" or banks - {actor.ref}:
        raise NotThisBank
    ordered = sorted(reports, key=lambda one: (one.account.pk, one.day))  # one order of locks for everybody
    AccountUsage.objects.bulk_create(
        [
            AccountUsage(
                account=one.account,
                business_date=one.day,
                in_fen=one.in_fen,
                out_fen=one.out_fen,
                balance_fen=one.balance_fen,
                reported_at=at,
            )
            for one in ordered
        ],
        update_conflicts=True,
        unique_fields=["account", "business_date"],
        update_fields=["in_fen", "out_fen", "balance_fen", "reported_at"],
        batch_size=1000,
    )
    _note_activity({one.account.pk: one.day for one in ordered if one.in_fen or one.out_fen})


def _note_activity(last_days: dict[int, date]) -> None:
    """Move the last transactions of many accounts forward, as ``note_account_activity`` does for one."""
    list(SettlementAccount.objects.select_for_update().filter(pk__in=last_days).order_by("pk").values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_settlementaccount a SET last_active_at = greatest(a.last_active_at, seen.at)"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS seen (id, at) WHERE a.id = seen.id",
            [list(last_days), [day_bounds(day)[0] for day in last_days.values()]],
        )

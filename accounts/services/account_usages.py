"""What banks report an account was used for; the allowance is computed from it (R13)."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountUsage, SettlementAccount
from accounts.services.settlement_accounts import NotThisBank, note_account_activity
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date, day_bounds
from silk_road_ebao.kernel.refusals import Refusal


class UsageRefused(Refusal):
    """A negative amount, or a day that has not begun."""

    message = _("用量不能是负数,也不能是将来的日期")


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

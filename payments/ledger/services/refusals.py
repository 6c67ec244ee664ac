"""What the guards answer, turned from SQLSTATE into refusals with names."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.refusals import Refusal


class PeriodClosed(Refusal):
    message = _("这一天已经结账，不能再记账")


class AccountUnusable(Refusal):
    message = _("分户没有开、已冻结或单位不符")


class KeyReused(Refusal):
    message = _("同一笔业务已按不同内容记过账")


class UnmirroredReversal(Refusal):
    message = _("冲正必须与原分录完全相反")


class Overdrawn(Refusal):
    message = _("余额不足")


class WrongIsolation(Refusal):
    message = _("记账只能在 READ COMMITTED 隔离级别下进行")


class ImpossiblePosting(Refusal):
    message = _("这种业务不能这样记账：%(fault)s")


BY_STATE: dict[str, type[Refusal]] = {
    "LG001": PeriodClosed,
    "LG002": AccountUnusable,
    "LG003": KeyReused,
    "LG004": UnmirroredReversal,
    "LG005": WrongIsolation,
}
LIMITS = frozenset({"ledger_balance_floor", "ledger_balance_ceil"})


@contextmanager
def refusing() -> Iterator[None]:
    """Raise the refusal that stands for what the database answered; other errors pass through."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        if isinstance(cause, psycopg.Error):
            if cause.diag.constraint_name in LIMITS:
                raise Overdrawn from error
            if refusal := BY_STATE.get(cause.sqlstate or ""):
                raise refusal from error
        raise

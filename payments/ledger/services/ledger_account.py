"""Opening and freezing accounts."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from payments.ledger.models import LedgerAccount
from payments.ledger.rules.chart import AccountCode, Klass, Unit, parse_code
from silk_road_ebao.kernel.refusals import Refusal


class NotInChart(Refusal):
    message = _("账簿里不允许开这种分户")


def open_account(*, code: AccountCode | str, klass: Klass | None = None, unit: Unit | None = None) -> LedgerAccount:
    """Open the account of a code, or give the one that is open.

    Class and unit follow from the code; when given they must agree. Raises NotInChart for a code,
    class or unit outside the chart (R1).
    """
    try:
        known = parse_code(str(code))
    except ValueError as error:
        raise NotInChart from error
    if (klass or known.klass, unit or known.unit) != (known.klass, known.unit):
        raise NotInChart
    open_accounts(codes=[known])
    return LedgerAccount.objects.get(code=known.text)


def open_accounts(*, codes: Iterable[AccountCode]) -> int:
    """Open every account that is not open yet, in one order for all callers; gives how many were opened."""
    wanted = sorted(set(codes), key=lambda code: code.text)
    if not wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE ledger_open(x.code, x.klass, x.unit, x.striped, x.floor, NULL))"
            " FROM unnest(%s::text[], %s::text[], %s::smallint[], %s::boolean[], %s::bigint[])"
            " AS x (code, klass, unit, striped, floor)",
            [
                [code.text for code in wanted],
                [code.klass.value for code in wanted],
                [code.unit.value for code in wanted],
                [code.line.striped for code in wanted],
                [code.line.floor for code in wanted],
            ],
        )
        return int(cursor.fetchone()[0])


@transaction.atomic
def set_frozen(*, code: AccountCode, frozen: bool) -> None:
    """Freeze or thaw an account: a frozen one takes no posting. Needs the owner's rights on balances.

    Raises NotInChart when the account is not open.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_balance SET frozen = %s WHERE account_id = (SELECT id FROM ledger_account WHERE code = %s)",
            [frozen, code.text],
        )
        if cursor.rowcount == 0:
            raise NotInChart

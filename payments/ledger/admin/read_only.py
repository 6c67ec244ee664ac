"""The base of the ledger's pages: look, never touch."""

from payments.ledger.rules.chart import Unit
from silk_road_ebao.console.operator_admin import OperatorAdmin
from silk_road_ebao.kernel.money import format_yuan


class ReadOnlyAdmin(OperatorAdmin):
    """A page without a single button that writes; seen by whoever may view the model."""

    actions = None
    show_full_result_count = False
    list_per_page = 50


def show_amount(amount: int, unit: int) -> str:
    """Show fen as ¥1,234.50 and points as 1,234."""
    if unit == Unit.POINT:
        return f"{amount:,}"
    return f"-¥{format_yuan(-amount)}" if amount < 0 else f"¥{format_yuan(amount)}"

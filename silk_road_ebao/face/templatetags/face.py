"""Filters and tags that every template may use without loading them."""

from django import template

from silk_road_ebao.kernel.money import format_yuan

register = template.Library()


@register.filter
def yuan(fen: int) -> str:
    """Show integer fen as ¥1,234.50; a minus stands before the sign."""
    return f"−¥{format_yuan(-fen)}" if fen < 0 else f"¥{format_yuan(fen)}"

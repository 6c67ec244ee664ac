"""Figures and times as people read them."""

from datetime import date, datetime
from typing import Any

from django.utils import dateformat, timezone
from django.utils.translation import gettext

from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.money import format_yuan


def yuan(fen: int | None) -> str:
    """Show integer fen as ¥1,234.50; a minus stands before the sign, nothing known is a dash."""
    if fen is None:
        return "—"
    return f"−¥{format_yuan(-fen)}" if fen < 0 else f"¥{format_yuan(fen)}"


def kg(weight: Any) -> str:
    """Show kilograms without idle zeros: 25, 25.5, 1,200; nothing known is a dash."""
    if weight is None:
        return "—"
    text = f"{weight:,.3f}"
    return text.rstrip("0").rstrip(".")


def percent_change(now: int | None, before: int | None) -> str:
    """Show how much `now` is above or below `before`: +8%, −3%, ±0%; empty when there was nothing before."""
    if not before or now is None:
        return ""
    change = round((now - before) * 100 / before)
    return f"{'+' if change > 0 else '−' if change < 0 else '±'}{abs(change):,}%"


def rate(bps: int | None) -> str:
    """Show ten-thousandths as a percentage: 38 is 0.38%."""
    return "—" if bps is None else f"{bps / 100:.2f}%"


def day(value: date | datetime | None) -> str:
    """Show a day as 11月11日 (11 Nov), with its year when it is not this year's."""
    if value is None:
        return "—"
    shown = timezone.localtime(value).date() if isinstance(value, datetime) else value
    same_year = shown.year == clock.business_date(clock.now()).year
    return dateformat.format(shown, gettext("n月j日") if same_year else gettext("Y年n月j日"))


def moment(at: datetime | None) -> str:
    """Show when: 09:12 on the same business day, else 11月11日."""
    if at is None:
        return "—"
    if clock.business_date(at) == clock.business_date(clock.now()):
        return timezone.localtime(at).strftime("%H:%M")
    return day(at)


def instant(at: datetime | None) -> str:
    """Show when to the minute: 09:12 on the same business day, else 11月11日 09:12."""
    if at is None:
        return "—"
    shown = moment(at)
    return shown if ":" in shown else f"{shown} {timezone.localtime(at):%H:%M}"


def weekday(value: date) -> str:
    """Name the day of the week: 周日."""
    names = (
        gettext("周一"), gettext("周二"), gettext("周三"), gettext("周四"), gettext("周五"), gettext("周六"),
        gettext("周日"),
    )  # fmt: skip
    return names[value.weekday()]

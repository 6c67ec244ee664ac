"""Reads of commodity codes."""

from datetime import date

from django.db.models import Case, IntegerField, Max, Q, QuerySet, Value, When

from supplychain.models import Commodity


def commodities_on(day: date) -> QuerySet[Commodity]:
    """List the versions in force on a day."""
    return Commodity.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day)


def search_commodities(text: str, day: date, limit: int = 20) -> list[Commodity]:
    """Find commodities by Chinese name, other name, code, pinyin or its initials; the nearest first."""
    said = text.strip().lower()
    if not said:
        return []
    found = commodities_on(day).filter(
        Q(variety__icontains=said)
        | Q(other_names__icontains=said)
        | Q(pinyin__startswith=said)
        | Q(pinyin__contains=f" {said}")
        | Q(code=said)
    )
    nearness = Case(
        When(variety=said, then=Value(0)),
        When(Q(variety__startswith=said) | Q(other_names=said), then=Value(1)),
        When(Q(pinyin__contains=f" {said} ") | Q(pinyin__endswith=f" {said}"), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return list(found.order_by(nearness, "variety", "origin_class", "pk")[:limit])


def commodity_named(name: str, day: date, origin_class: str | None = None) -> Commodity | None:
    """Find the one commodity in force that carries a name, or other name, exactly; kg and ungraded first."""
    rows = commodities_on(day).filter(Q(variety=name) | Q(other_names=name))
    if origin_class is not None:
        rows = rows.filter(origin_class=origin_class)
    unit_first = Case(When(sale_unit="KG", grade="UNGRADED", then=Value(0)), default=Value(1))
    return rows.order_by(unit_first, "code").first()


def commodity_by_code(code: str, day: date) -> Commodity:
    """Find the version of a code in force on a day; raises Commodity.DoesNotExist."""
    return commodities_on(day).get(code=code)


def next_code(place: str) -> str:
    """Return the next free code behind a two-digit category place."""
    latest = Commodity.objects.filter(code__startswith=place, code__regex=r"^\d{5}$").aggregate(top=Max("code"))["top"]
    return f"{int(latest) + 1:05d}" if latest else f"{place}001"

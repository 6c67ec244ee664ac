"""What the index pages show: the newest standing figures, put together per source."""

from dataclasses import dataclass
from datetime import date, timedelta

from supplychain.models import (
    Commodity,
    Companion,
    IndexRelease,
    IndexSeries,
    IndexValue,
    PriceSource,
    ReleaseKind,
    SeriesKind,
)
from supplychain.selectors.price_indices import latest_release, series_of, standing_values

SHOWN_WEEKS = 52
SPARK_WEEKS = 13
SHOWN_PARTS = 8


@dataclass(frozen=True)
class SubIndex:
    """One sub-index: newest value in the released week or why there is none, change in bps, weeks before."""

    series: IndexSeries
    label: str
    value: float | None
    change_bps: int | None
    shortfalls: list[str]
    recent: list[tuple[date, float | None]]


@dataclass(frozen=True)
class Contribution:
    """A commodity's part of the change, in points of percent; `width` 0–100 of the largest."""

    label: str
    points: float
    width: float

    @property
    def text(self) -> str:
        """Write the points with their sign."""
        sign = "+" if self.points > 0 else "−" if self.points < 0 else "±"
        return f"{sign}{abs(self.points):.2f}"


@dataclass(frozen=True)
class IndexBoard:
    """Everything on a source's index page."""

    source: PriceSource
    published: IndexRelease | None
    newest: IndexRelease | None
    flash: IndexRelease | None
    month: IndexRelease | None
    line: list[tuple[date, float | None]]
    categories: list[SubIndex]
    origins: list[SubIndex]
    markets: list[SubIndex]
    companions: list[SubIndex]
    explainer: SubIndex | None
    contributions: list[Contribution]
    year_contributions: list[Contribution]


def board_of(source: PriceSource) -> IndexBoard:
    """Put a source's page together: a period without a published value is a gap, never filled."""
    published = latest_release(source, "WEEK", "PUBLISHED")
    series, standing = series_of(source, "WEEK"), standing_values(source, "WEEK")
    weeks = _weeks(published.period, SHOWN_WEEKS) if published else []
    found = {row.series_id: row for row in published.values.filter(period=published.period)} if published else {}
    subs = [_sub(one, standing.get(one.pk, {}), weeks, found) for one in series]
    of = {kind: [sub for sub in subs if sub.series.kind == kind] for kind in SeriesKind.values}
    line = next((standing.get(one.pk, {}) for one in series if one.kind == SeriesKind.HEADLINE), {})
    return IndexBoard(
        source=source,
        published=published,
        newest=latest_release(source, "WEEK"),
        flash=latest_release(source, "DAY"),
        month=latest_release(source, "MONTH", "PUBLISHED"),
        line=_from_first([(week, line.get(week)) for week in weeks]),
        categories=_ordered(of["CATEGORY"]),
        origins=_ordered(of["ORIGIN"]),
        markets=_ordered(of["MARKET"]),
        companions=sorted(of["COMPANION"], key=lambda sub: Companion.values.index(sub.series.companion)),
        explainer=next(iter(of["EXPLAINER"]), None),
        contributions=_contributions(published, "before"),
        year_contributions=_contributions(published, "year"),
    )


def headline_rows(source: PriceSource, grain: str) -> list[tuple[date, float | None]]:
    """List the whole standing headline, oldest first, for the file to download."""
    series = IndexSeries.objects.filter(source=source, grain=grain, kind="HEADLINE").first()
    standing = standing_values(source, grain).get(series.pk, {}) if series else {}
    return sorted(standing.items())


def first_published(release: IndexRelease) -> IndexRelease | None:
    """Find the first value (初值) published for the period of a final."""
    return (
        IndexRelease.objects.filter(
            source=release.source, grain=release.grain, period=release.period, kind=ReleaseKind.FIRST,
            status="PUBLISHED",
        )
        .order_by("vintage")
        .first()
    )  # fmt: skip


def _weeks(last: date, count: int) -> list[date]:
    return [last - timedelta(days=7 * back) for back in reversed(range(count))]


def _from_first(line: list[tuple[date, float | None]]) -> list[tuple[date, float | None]]:
    """Begin at the first value; what is missing later stays a gap."""
    begin = next((place for place, (_week, value) in enumerate(line) if value is not None), 0)
    return line[begin:]


def _sub(
    series: IndexSeries, standing: dict[date, float | None], weeks: list[date], found: dict[int, IndexValue]
) -> SubIndex:
    newest = found.get(series.pk)
    recent = [(week, standing.get(week)) for week in weeks[-SPARK_WEEKS:]]
    before = recent[-2][1] if len(recent) > 1 else None
    value = newest.value if newest else None
    change = round((value / before - 1) * 10_000) if value and before else None
    shortfalls = list(newest.shortfalls) if newest else ["NO_TRADE"]
    return SubIndex(series, _label(series), value, change, shortfalls, recent)


def _label(series: IndexSeries) -> str:
    if series.kind == SeriesKind.CATEGORY:
        return str(series.get_category_display())
    if series.kind == SeriesKind.ORIGIN:
        return str(series.get_origin_class_display())
    if series.kind == SeriesKind.COMPANION:
        return str(series.get_companion_display())
    return series.market.name if series.market else str(series.get_kind_display())


def _ordered(subs: list[SubIndex]) -> list[SubIndex]:
    return sorted(subs, key=lambda sub: (sub.value is None, sub.label))


def _contributions(release: IndexRelease | None, name: str) -> list[Contribution]:
    parts = (release.contributions.get(name) or [])[:SHOWN_PARTS] if release else []
    names = {row.pk: str(row) for row in Commodity.objects.filter(pk__in=[part[0] for part in parts])}
    largest = max((abs(part[1]) for part in parts), default=1.0) or 1.0
    return [Contribution(names.get(key, ""), part * 100, abs(part) / largest * 100) for key, part in parts]

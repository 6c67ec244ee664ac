"""Release the index: compute, judge, publish, hold or withhold; nothing is filled in, every vintage stays."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, Max, Sum

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.states import transition
from supplychain.models import IndexCell, IndexRelease, IndexValue, PriceSheetRow, PriceSource
from supplychain.rules.release_values import movement_between, same_week_last_year
from supplychain.rules.sufficiency import Decision, judge_all_items
from supplychain.selectors.price_indices import (
    Panel,
    method_on,
    panel_of,
    period_end,
    published_periods,
    standing_values,
)
from supplychain.services.index_cells import compute_cells
from supplychain.services.index_values import (
    Draft,
    add_companions,
    add_explainer,
    add_headline,
    add_sub_indices,
    matched_share_of,
)

STATUS_OF = {
    Decision.PUBLISH: "PUBLISHED",
    Decision.HOLD: "HELD",
    Decision.ASK: "HELD",
    Decision.WITHHOLD: "WITHHELD",
}


@transaction.atomic
def release_week(*, source: PriceSource, week: date, kind: str, actor: Actor, at: datetime) -> IndexRelease:
    """Release a week, FIRST (初值) or FINAL (终值); `week` is its Monday."""
    assert week.weekday() == 0, week
    return _release(source, "WEEK", week, kind, actor, at)


@transaction.atomic
def release_month(*, source: PriceSource, month: date, actor: Actor, at: datetime) -> IndexRelease:
    """Release a month by the same method on monthly cells; `month` is its first day."""
    assert month.day == 1, month
    return _release(source, "MONTH", month, "MONTH", actor, at)


def queue_for_release(*, source: PriceSource, grain: str) -> None:
    """Wait until nobody else releases periods of this grain, and keep others waiting until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"index {source.code} {grain}"])


def _release(source: PriceSource, grain: str, period: date, kind: str, actor: Actor, at: datetime) -> IndexRelease:
    """Compute and write one release. A period is released one at a time, under a lock.

    Until the window is full (试编) all periods are computed anew; afterwards finals stand.
    """
    queue_for_release(source=source, grain=grain)
    version = method_on(period)
    method = version.to_rules()
    compute_cells(source=source, grain=grain, period=period, method=method, at=at)
    before = published_periods(source, grain, period)
    others = [other for other in published_periods(source, grain, date.max) if other != period]
    is_trial = len(others) < method.window_weeks
    panel = panel_of(source, grain, [*before, period])
    draft = Draft(source, grain, panel, method, is_trial, {} if is_trial else standing_values(source, grain))
    aside, waiting_fen = _set_aside(source, grain, period)
    share = matched_share_of(panel=panel, waiting_fen=waiting_fen, method=method)
    enough = judge_all_items(matched_share=share, has_stood=bool(before), method=method)
    shortfalls = [str(code) for code in enough.shortfalls]
    may_compute = enough.decision in (Decision.PUBLISH, Decision.HOLD)
    headline = add_headline(draft) if may_compute else float("nan")
    if may_compute and not np.isfinite(headline):
        shortfalls.append("NOT_CONNECTED")
    status = "WITHHELD" if may_compute and not np.isfinite(headline) else STATUS_OF[enough.decision]
    if not np.isfinite(headline):
        draft.values = []
        draft.add(draft.series("HEADLINE"), period, None, shortfalls)
    else:
        add_sub_indices(draft)
        add_explainer(draft)
        add_companions(draft=draft, headline=headline)
    facts = _facts(draft, headline, share, aside, shortfalls)
    return _write(draft, facts, status, kind, version.pk, actor, at)


def _facts(draft: Draft, headline: float, share: float, aside: int, shortfalls: list[str]) -> dict[str, Any]:
    panel, has_value = draft.panel, bool(np.isfinite(headline))
    now, window = len(panel.periods) - 1, panel.periods[-draft.method.window_weeks :]
    if not has_value:
        week_move = year_move = movement_between(panel.price, panel.value, None, now)
    else:
        week_move = movement_between(panel.price, panel.value, now - 1 if now else None, now)
        last_year = same_week_last_year(panel.periods, draft.period, draft.grain)
        year_move = movement_between(panel.price, panel.value, last_year, now)
    cells = IndexCell.objects.filter(source=draft.source, grain=draft.grain, period=draft.period, market=None)
    newest = cells.aggregate(vintage=Max("vintage"))["vintage"]
    parts = {
        name: [[panel.cells[column].commodity_id, round(part, 8)] for column, part in move.parts]
        for name, move in (("before", week_move), ("year", year_move))
    }
    return {
        "window_from": window[0],
        "periods": len(window),
        "cell_vintages": panel.vintages,
        "input_hash": input_hash(panel=panel, draft=draft),
        "cells_used": int(np.isfinite(panel.price[-1]).sum()),
        "cells_rejected": cells.filter(vintage=newest).exclude(fault="").count(),
        "rows_set_aside": aside,
        "matched_share_bps": round(share * 10_000) if np.isfinite(share) else None,
        "value": Decimal(f"{headline:.2f}") if has_value else None,
        "change_bps": _headline_change(draft, headline) if has_value else None,
        "year_change_bps": year_move.change_bps,
        "contributions": parts,
        "shortfalls": shortfalls,
    }


def _headline_change(draft: Draft, headline: float) -> int | None:
    """Compare with the period before, in ten-thousandths, as the published figures do."""
    if len(draft.panel.periods) < 2:
        return None
    series, last = draft.series("HEADLINE"), draft.panel.periods[-2]
    known = {value.period: value.value for value in draft.values if value.series == series}
    before = known.get(last) or draft.standing.get(series.pk, {}).get(last)
    return round((headline / before - 1) * 10_000) if before else None


def _write(
    draft: Draft, facts: dict[str, Any], status: str, kind: str, method_id: int, actor: Actor, at: datetime
) -> IndexRelease:
    vintages = IndexRelease.objects.filter(source=draft.source, grain=draft.grain, period=draft.period)
    last = vintages.order_by("-vintage").first()
    if last is not None and _is_same_hold(last, status, kind, facts):
        return last
    release = IndexRelease.objects.create(
        status=status,
        release_no=new_no("IDX"),
        source=draft.source,
        kind=kind,
        grain=draft.grain,
        period=draft.period,
        vintage=last.vintage + 1 if last else 1,
        method_id=method_id,
        is_trial=draft.is_trial,
        released_at=at,
        released_by=actor.label or actor.ref,
        **facts,
    )
    for value in draft.values:
        value.release = release
    IndexValue.objects.bulk_create(draft.values, batch_size=5_000)
    record(
        actor=actor,
        action="supplychain.index.release",
        subject=release.release_no,
        at=at,
        detail={"status": status, "period": draft.period, "value": str(release.value), "vintage": release.vintage},
    )
    for held in vintages.filter(status="HELD", vintage__lt=release.vintage).order_by("vintage"):
        transition(held, "SUPERSEDED", actor=actor, at=at, reason=release.release_no)
    if status == "PUBLISHED":
        announce_release(release=release, at=at)
    return release


def _is_same_hold(last: IndexRelease, status: str, kind: str, facts: dict[str, Any]) -> bool:
    """Tell whether the newest vintage is already held for the same reason on the same inputs."""
    names = ("input_hash", "matched_share_bps", "rows_set_aside")
    same = all(getattr(last, name) == facts[name] for name in names)
    return last.status == status == "HELD" and last.kind == kind and same


def announce_release(*, release: IndexRelease, at: datetime) -> None:
    """Tell that a release is out."""
    emit(
        "supplychain.index.released",
        key=release.release_no,
        payload={"source": release.source.code, "grain": release.grain, "period": release.period.isoformat()},
        at=at,
    )


def _set_aside(source: PriceSource, grain: str, period: date) -> tuple[int, int]:
    """Count the sheet rows of the period that do not count, and the money of those that wait for a name."""
    rows = PriceSheetRow.objects.filter(
        sheet__source=source, sheet__status="LOADED", day__gte=period, day__lt=period_end(grain, period)
    )
    found = rows.exclude(verdict="ACCEPTED").aggregate(rows=Count("pk"))["rows"]
    waiting = rows.filter(verdict="WAITING").aggregate(fen=Sum("amount_fen"))["fen"]
    return int(found), int(waiting or 0)


def input_hash(*, panel: Panel, draft: Draft) -> str:
    """Hash everything the numbers follow from: method, periods, cells with price and value, what stood before."""
    standing = [(series, sorted(values.items())) for series, values in sorted(draft.standing.items())]
    return hash_inputs(panel=panel, beside=f"{draft.method!r}|{draft.is_trial}|{standing!r}")


def hash_inputs(*, panel: Panel, beside: str) -> str:
    """Hash the cells of a panel and whatever else went in, as text of full precision."""
    digest = hashlib.sha256(beside.encode())
    for place, period in enumerate(panel.periods):
        for column, cell in enumerate(panel.cells):
            if np.isfinite(panel.price[place, column]):
                price, value = float(panel.price[place, column]), float(panel.value[place, column])
                digest.update(f"|{period}|{cell.commodity_id}|{price!r}|{value!r}".encode())
    return digest.hexdigest()

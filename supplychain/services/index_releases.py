"""Release the index: compute, judge, publish, hold or withhold; nothing is filled in, every vintage stays."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, Max, Sum
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
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

STATUS_OF = {Decision.PUBLISH: "PUBLISHED", Decision.HOLD: "HELD", Decision.WITHHOLD: "WITHHELD"}


class NotHeld(Refusal):
    """Only a held release can be let out."""

    message = _("这期指数不在等复核")


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


def _release(source: PriceSource, grain: str, period: date, kind: str, actor: Actor, at: datetime) -> IndexRelease:
    """Compute and write one release. A period is released one at a time, under a lock.

    Until the window is full (试编) all periods are computed anew; afterwards finals stand.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"index {source.code} {grain}"])
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
    enough = judge_all_items(matched_share=share, method=method)
    shortfalls = [str(code) for code in enough.shortfalls]
    headline = add_headline(draft) if enough.decision != Decision.WITHHOLD else float("nan")
    if enough.decision != Decision.WITHHOLD and not np.isfinite(headline):
        shortfalls.append("NOT_CONNECTED")
    status = STATUS_OF[enough.decision] if np.isfinite(headline) else "WITHHELD"
    if status == "WITHHELD":
        draft.values = []
        draft.add(draft.series("HEADLINE"), period, None, shortfalls)
    else:
        add_sub_indices(draft)
        add_explainer(draft)
        add_companions(draft=draft, headline=headline)
    facts = _facts(draft, status, headline, share, aside, shortfalls)
    return _write(draft, facts, status, kind, version.pk, actor, at)


def _facts(
    draft: Draft, status: str, headline: float, share: float, aside: int, shortfalls: list[str]
) -> dict[str, Any]:
    panel = draft.panel
    now, window = len(panel.periods) - 1, panel.periods[-draft.method.window_weeks :]
    if status == "WITHHELD":
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
        "value": Decimal(f"{headline:.2f}") if status != "WITHHELD" else None,
        "change_bps": _headline_change(draft, headline) if status != "WITHHELD" else None,
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
    last = vintages.aggregate(last=Max("vintage"))["last"] or 0
    release = IndexRelease.objects.create(
        status=status,
        release_no=new_no("IDX"),
        source=draft.source,
        kind=kind,
        grain=draft.grain,
        period=draft.period,
        vintage=last + 1,
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
    if status == "PUBLISHED":
        _announce(release, at)
    return release


def _announce(release: IndexRelease, at: datetime) -> None:
    emit(
        "supplychain.index.released",
        key=release.release_no,
        payload={"source": release.source.code, "grain": release.grain, "period": release.period.isoformat()},
        at=at,
    )


@transaction.atomic
def propose_held_release(*, release_no: str, reason: str, actor: Actor, at: datetime) -> Approval:
    """Ask a second person to let a held release out.

    Raises:
        NotHeld, and what request_approval refuses
    """
    release = IndexRelease.objects.get(release_no=release_no)
    if release.status != "HELD":
        raise NotHeld
    diff = {
        "period": release.period,
        "value": str(release.value),
        "matched_share_bps": release.matched_share_bps,
        "reason": reason,
    }
    return request_approval(verb="supplychain.index.release", subject=release_no, diff=diff, maker=actor, at=at)


@approves("supplychain.index.release")
def approve_held_release(
    *, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime
) -> IndexRelease:
    """Let a held release out; called by the approval of a second person.

    Raises:
        NotHeld
    """
    release = IndexRelease.objects.select_for_update().select_related("source").get(release_no=subject)
    if release.status != "HELD":
        raise NotHeld
    transition(release, "PUBLISHED", actor=actor, at=at, reason=approval_no)
    _announce(release, at)
    return release


@transaction.atomic
def decline_held_release(*, release_no: str, reason: str, actor: Actor, at: datetime) -> IndexRelease:
    """Turn a held release down; its period stays without a number until a better vintage.

    Raises:
        NotHeld
    """
    release = IndexRelease.objects.select_for_update().get(release_no=release_no)
    if release.status != "HELD":
        raise NotHeld
    return transition(release, "DECLINED", actor=actor, at=at, reason=reason)


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

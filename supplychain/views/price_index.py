"""指数: the public pages of the index, open to everybody, and 行情 for the merchant."""

import csv
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from accounts.door import merchant_page
from silk_road_ebao.face.figures import day as day_text
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import business_date
from supplychain.models import IndexRelease, PriceSource
from supplychain.rules.mini_line import mini_line
from supplychain.selectors.goods_prices import goods_prices_of
from supplychain.selectors.index_pages import IndexBoard, SubIndex, board_of, first_published, headline_rows
from supplychain.selectors.index_words import PARAMETERS, change_text, reason_text
from supplychain.selectors.price_indices import errata_of, held_weeks_of, method_on, public_sources, vintages_of


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show the index of one source: headline, chart, sub-indices, what moved it, companions."""
    sources = public_sources()
    source = _chosen(request, sources)
    board = board_of(source)
    context = {
        "sources": sources,
        "source": source,
        "board": board,
        "release": _release_words(board.published),
        "gap": _gap(board),
        "awaited": "" if board.published else _awaited(source),
        "flash": _release_words(board.flash),
        "month": _release_words(board.month),
        "line": [(f"{week:%m-%d}", None if value is None else round(value, 2)) for week, value in board.line],
        "groups": [
            (_("分类指数"), [_sub_words(sub) for sub in board.categories]),
            (_("产地指数"), [_sub_words(sub) for sub in board.origins]),
            (_("市场指数"), [_sub_words(sub) for sub in board.markets]),
        ],
        "companions": [_sub_words(sub) for sub in board.companions],
        "explainer": _sub_words(board.explainer) if board.explainer else None,
    }
    return render(request, "supplychain/index.html", context)


def _chosen(request: HttpRequest, sources: list[PriceSource]) -> PriceSource:
    wanted = request.GET.get("source")
    for source in sources:
        if wanted is None or source.code == wanted:
            return source
    raise Http404


def _release_words(release: IndexRelease | None) -> dict[str, Any] | None:
    if release is None:
        return None
    first = first_published(release) if release.kind == "FINAL" else None
    return {
        "row": release,
        "period": period_text(release.grain, release.period),
        "change": change_text(release.change_bps),
        "rises": (release.change_bps or 0) > 0,
        "year_change": change_text(release.year_change_bps),
        "first": first,
        "reason": reason_text(release.shortfalls),
        "matched": None if release.matched_share_bps is None else f"{release.matched_share_bps / 100:.1f}%",
    }


def period_text(grain: str, period: date) -> str:
    """Name a period: a day, a week by its ends, a month."""
    if grain == "MONTH":
        return _("%(year)s年%(month)s月") % {"year": period.year, "month": period.month}
    if grain == "DAY":
        return _("%(month)s月%(day)s日") % {"month": period.month, "day": period.day}
    last = period + timedelta(days=6)
    words = {"a": f"{period:%Y-%m-%d}", "b": f"{last:%m-%d}", "week": period.isocalendar()[1]}
    return _("%(a)s 至 %(b)s（第 %(week)s 周）") % words


def _gap(board: IndexBoard) -> dict[str, Any] | None:
    """Say that the newest week has no number, and why."""
    newest, published = board.newest, board.published
    if newest is None or newest.status == "PUBLISHED" or (published and newest.period <= published.period):
        return None
    held = held_weeks_of(board.source)
    return {**(_release_words(newest) or {}), "waiting_periods": len(held), "waiting_since": next(iter(held), None)}


def _awaited(source: PriceSource) -> str:
    """Say what a source without a published week still lacks, and when its first number can come."""
    today = business_date(clock.now())
    monday = {"day": day_text(today + timedelta(days=7 - today.weekday()))}
    if source.kind != "PLATFORM":
        return _("收到行情表、货名对上以后出数，最早 %(day)s（周一）10 点出初值，周四 10 点出终值。") % monday
    method = method_on(today).to_rules()
    told = {
        "merchants": method.cell_merchants_min,
        "days": method.cell_days_min,
        "trades": method.cell_trades_min,
        "weeks": method.window_weeks,
        **monday,
    }
    return (
        _(
            "平台上真实的成交还不够。一种货一周里有 %(merchants)s 家商户、%(days)s 天、%(trades)s 笔成交才算数；"
            "这一周够了，%(day)s（周一）10 点出初值，周四 10 点出终值，不够就再等一周。头 %(weeks)s 周是试编。"
        )
        % told
    )


def _line_text(label: str, known: list[float]) -> str:
    """Say a small line in words, for those who do not see it."""
    if len(known) < 2:
        return ""
    told = {"name": label, "first": f"{known[0]:.1f}", "last": f"{known[-1]:.1f}"}
    told |= {"low": f"{min(known):.1f}", "high": f"{max(known):.1f}"}
    return _("%(name)s近 13 周：从 %(first)s 到 %(last)s，最低 %(low)s，最高 %(high)s") % told


UNITS = {"TURNOVER_DAYS": gettext_lazy("天"), "FRESHNESS": "%", "LOSS_RATE": "%"}


def _sub_words(sub: SubIndex) -> dict[str, Any]:
    known = [value for _week, value in sub.recent if value is not None]
    values = [value for _week, value in sub.recent]
    places = 0 if sub.series.companion == "ACTIVE_STALLS" else 2
    return {
        "label": sub.label,
        "unit": UNITS.get(sub.series.companion, ""),
        "value": None if sub.value is None else f"{sub.value:,.{places}f}",
        "change": change_text(sub.change_bps),
        "rises": (sub.change_bps or 0) > 0,
        "reason": reason_text(sub.shortfalls),
        "line": mini_line(values) if len(known) > 1 else [],
        "line_text": _line_text(sub.label, known),
    }


@require_GET
def vintages(request: HttpRequest) -> HttpResponse:
    """List every release of a source with status, reason and what it was computed from."""
    sources = public_sources()
    source = _chosen(request, sources)
    rows = [_release_words(release) for release in vintages_of(source, "WEEK", 160)]
    context = {"source": source, "sources": sources, "rows": rows, "errata": errata_of(source)}
    return render(request, "supplychain/index_vintages.html", context)


@require_GET
def method(request: HttpRequest) -> HttpResponse:
    """Say in plain words how the index is made, with the parameters in force."""
    version = method_on(business_date(clock.now()))
    parameters = [(PARAMETERS.get(name, name), name, value) for name, value in version.parameters.items()]
    context = {"version": version, "method": version.to_rules(), "parameters": parameters}
    return render(request, "supplychain/index_method.html", context)


@require_GET
@cache_control(public=True, max_age=300)
def download(request: HttpRequest) -> HttpResponse:
    """Give the standing headline as CSV: period, value; a period without a number stays empty."""
    source = _chosen(request, public_sources())
    grain = "MONTH" if request.GET.get("grain") == "month" else "WEEK"
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="index-{source.code.lower()}-{grain.lower()}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["period", "value"])
    for period, value in headline_rows(source, grain):
        writer.writerow([period.isoformat(), "" if value is None else f"{value:.2f}"])
    return response


@require_GET
@merchant_page()
def prices(request: Any) -> HttpResponse:
    """行情: my goods against the market, and the index in one chart."""
    goods = goods_prices_of(request.merchant, business_date(clock.now()))
    board = board_of(public_sources()[0])
    context = {
        "goods": goods,
        "has_market": any(one.market_fen_kg for one in goods),
        "board": board,
        "release": _release_words(board.published),
        "line": [(f"{week:%m-%d}", None if value is None else round(value, 2)) for week, value in board.line],
    }
    return render(request, "supplychain/prices.html", context)


@require_GET
@merchant_page()
def today_prices(request: Any) -> HttpResponse:
    """Show the tile of 今日: the first of my goods against the market."""
    goods = goods_prices_of(request.merchant, business_date(clock.now()))
    shown = next((one for one in goods if one.market_fen_kg), goods[0] if goods else None)
    return render(request, "supplychain/prices_tile.html", {"shown": shown})

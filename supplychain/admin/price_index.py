"""指数: releases, held ones with two people, errata."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.columns import state_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from supplychain.admin.concordance import waiting_address
from supplychain.models import IndexErratum, IndexMethodVersion, IndexRelease
from supplychain.selectors.concordances import waiting_count
from supplychain.selectors.index_words import reason_text
from supplychain.services.index_errata import issue_erratum
from supplychain.services.index_holds import decline_held_release, propose_held_release
from supplychain.services.index_releases import release_week

TONES = {
    _("已发布"): "success",
    _("待复核"): "warning",
    _("数据不足，未发布"): "danger",
    _("未通过复核"): "info",
    _("已由新版代替"): "info",
}
TEXTS = dict(zip(("PUBLISHED", "HELD", "WITHHELD", "DECLINED", "SUPERSEDED"), TONES, strict=True))


def _propose(press: Press) -> object:
    return propose_held_release(release_no=press.row.release_no, reason=press.reason, actor=press.actor, at=press.at)


def _decline(press: Press) -> object:
    return decline_held_release(release_no=press.row.release_no, reason=press.reason, actor=press.actor, at=press.at)


def _again(press: Press) -> object:
    row = press.row
    return release_week(source=row.source, week=row.period, kind=row.kind, actor=press.actor, at=press.at)


def _correct(press: Press) -> object:
    return issue_erratum(release=press.row, cause=press.reason, actor=press.actor, at=press.at)


@admin.register(IndexRelease)
class IndexReleaseAdmin(OperatorAdmin):
    """指数发布: every vintage, with what it was computed from."""

    list_display = ("period", "source", "kind", "vintage", "state", "value", "matched_share_bps", "released_at")
    list_filter = ("status", "kind", "grain", "source")
    list_select_related = ("source",)
    search_fields = ("release_no", "input_hash")
    ordering = ("-period", "-vintage")
    fields = (
        "release_no", "source", "kind", "period", "vintage", "state", "why", "value", "matched_share_bps", "is_trial",
        "change_bps", "year_change_bps", "cells_used", "cells_rejected", "rows_set_aside", "window_from", "periods",
        "method", "input_hash", "released_at", "released_by",
    )  # fmt: skip
    readonly_fields = ("state", "why")
    buttons = (
        Button("propose", _("提请发布"), _propose, role="MAKER", asks_reason=True,
               shown=lambda row: row.status == "HELD" and row.value is not None),
        Button("decline", _("不发布"), _decline, role="CHECKER", asks_reason=True, is_danger=True,
               shown=lambda row: row.status == "HELD"),
        Button("again", _("重新计算一版"), _again, role="MAKER",
               shown=lambda row: row.grain == "WEEK" and row.status in ("WITHHELD", "HELD", "DECLINED")),
        Button("correct", _("发勘误"), _correct, role="CHECKER", asks_reason=True,
               shown=lambda row: row.kind == "FINAL" and row.status == "PUBLISHED" and not row.is_trial),
    )  # fmt: skip

    @state_column(description=_("状态"), tones=TONES, ordering="status")
    def state(self, row: IndexRelease) -> Any:
        """Word the status."""
        return TEXTS[row.status]

    @admin.display(description=_("为什么"))
    def why(self, row: IndexRelease) -> Any:
        """Say why there is no number, and where names are explained."""
        said = reason_text(row.shortfalls) or "—"
        if row.status != "HELD" or row.value is not None:
            return said
        words = gettext("%(n)s 个品名等对照") % {"n": waiting_count(row.source)}
        return format_html('{}<br><a class="press__button" href="{}">{}</a>', said, waiting_address(row.source), words)


@admin.register(IndexMethodVersion)
class IndexMethodVersionAdmin(OperatorAdmin):
    """指数方法版本."""

    list_display = ("version", "valid_from", "note")
    ordering = ("-valid_from",)


@admin.register(IndexErratum)
class IndexErratumAdmin(OperatorAdmin):
    """勘误."""

    list_display = ("erratum_no", "release", "value_before", "value_after", "cause", "issued_at")
    list_select_related = ("release",)
    ordering = ("-issued_at",)

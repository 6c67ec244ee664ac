"""营业日: the track of a day's close."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from payments.models import BusinessDay, WorkingDay
from payments.selectors.business_days import day_totals, track_of
from payments.services.business_days import close_business_day, rewind_business_day
from silk_road_ebao.console.columns import state_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.face.figures import yuan

TONES = {_("已发布"): "success", _("暂停"): "danger", _("进行中"): "info"}
MARKS = {"DONE": "✓", "RUNNING": "…", "HELD": "⏸", "": "·"}


def _go_on(press: Press) -> BusinessDay:
    return close_business_day(day=press.row.date, actor=press.actor, at=press.at)


def _rewind(press: Press) -> BusinessDay:
    return rewind_business_day(day=press.row.date, to="CUT", reason=press.reason, actor=press.actor, at=press.at)


def _is_open(row: BusinessDay) -> bool:
    return str(row.status) != "PUBLISHED"


@admin.register(BusinessDay)
class BusinessDayAdmin(OperatorAdmin):
    """Every day with its step, what holds it, and two buttons."""

    list_display = ("date", "state", "reached", "hold_reason", "advanced_at")
    list_filter = ("status",)
    date_hierarchy = "date"
    ordering = ("-date",)
    fields = ("date", "state", "hold_reason", "track", "figures", "opened_at", "advanced_at", "next_try_at")
    readonly_fields = ("state", "track", "figures")
    buttons = (
        Button("go-on", _("继续日终"), _go_on, shown=_is_open),
        Button("rewind", _("退回重取账单"), _rewind, role="CHECKER", shown=_is_open, asks_reason=True, is_danger=True),
    )

    @state_column(description=_("状态"), tones=TONES)
    def state(self, row: BusinessDay) -> str:
        """Word the state."""
        if row.status == "PUBLISHED":
            return str(_("已发布"))
        return str(_("暂停")) if row.status == "HELD" else str(_("进行中"))

    @admin.display(description=_("进度"))
    def track(self, row: BusinessDay) -> SafeString:
        """Draw the ten steps with counts, times and messages."""
        lines = format_html_join(
            mark_safe("\n"),
            '<tr><td>{}</td><td>{}</td><td style="text-align:right">{}</td>'
            '<td style="text-align:right">{}</td><td>{}</td></tr>',
            (
                (
                    MARKS[stop.state],
                    stop.name,
                    f"{stop.row.count:,}" if stop.row else "",
                    f"{stop.row.took_ms / 1000:.1f} s" if stop.row and stop.row.took_ms is not None else "",
                    stop.row.message if stop.row else "",
                )
                for stop in track_of(row)
            ),
        )
        return format_html("<table class='track'>{}</table>", lines)

    @admin.display(description=_("合计"))
    def figures(self, row: BusinessDay) -> SafeString:
        """Show the day by acquirer."""
        return format_html_join(
            "",
            "<p>{}：{} 笔 ¥{}，退款 {} 笔 ¥{}，手续费 ¥{}，应到账 ¥{}，差错 {} 条</p>",
            (
                (
                    t.acquirer_code, t.payments, _bare(t.gross_fen), t.refunds, _bare(t.refunded_fen),
                    _bare(t.channel_fee_fen), _bare(t.payout_fen), t.differences,
                )
                for t in day_totals(row.date)
            ),
        )  # fmt: skip


def _bare(fen: int) -> str:
    return str(yuan(fen)).replace("¥", "")


@admin.register(WorkingDay)
class WorkingDayAdmin(OperatorAdmin):
    """The calendar that T+1 follows."""

    list_display = ("date", "is_working", "name")
    list_filter = ("is_working",)
    date_hierarchy = "date"
    ordering = ("-date",)

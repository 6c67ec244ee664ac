"""经营评估: rows as computed, objections for a person, papers held against the books."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.entering_admin import EnteringAdmin
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.kernel.clock import business_date, now
from supplychain.forms import PaperForm
from supplychain.models import Assessment, AssessmentModel, AssessmentObjection, NeedStatement, PaperCheck
from supplychain.services.assessment_drifts import RESULTS, drift_of
from supplychain.services.assessment_objections import decide_objection
from supplychain.services.paper_checks import note_paper


@admin.register(Assessment)
class AssessmentAdmin(OperatorAdmin):
    """经营评估: 参考, no approval and no limit."""

    list_display = (
        "assessment_no", "merchant", "outcome", "authenticity", "operation", "circulation", "need_ratio",
        "window_until",
    )  # fmt: skip
    list_filter = ("outcome", "model")
    list_select_related = ("merchant",)
    search_fields = ("assessment_no", "merchant__merchant_no", "merchant__name")
    ordering = ("-computed_at", "-id")
    fields = (
        "assessment_no", "merchant", "model", "outcome", "gates", "authenticity", "operation", "circulation",
        "need_ratio", "need", "table", "reasons", "window_from", "window_until", "input_hash", "supersedes",
        "computed_at", "computed_by",
    )  # fmt: skip
    readonly_fields = ("table",)

    @admin.display(description=_("指标"))
    def table(self, row: Assessment) -> SafeString:
        """Lay the features out: value, peers, points."""
        lines = format_html_join(
            "",
            "<tr><th>{}</th><td>{}</td><td>{}</td><td>{} / {}</td></tr>",
            (
                (code, told["value"] or "—", told["peer"] or "—", told["points"], told["of"])
                for code, told in row.features.items()
            ),
        )
        return format_html("<table class='sides'>{}</table>", lines)


def _decide(is_upheld: bool) -> Any:
    def press(press: Press) -> object:
        return decide_objection(
            objection=press.row, is_upheld=is_upheld, finding=press.reason, actor=press.actor, at=press.at
        )

    return press


@admin.register(AssessmentObjection)
class AssessmentObjectionAdmin(OperatorAdmin):
    """评估异议: a person decides, with a finding."""

    list_display = ("objection_no", "assessment", "feature", "statement", "status", "raised_at", "decided_at")
    list_filter = ("status",)
    list_select_related = ("assessment",)
    ordering = ("-raised_at",)
    buttons = (
        Button("uphold", _("成立，账已更正，重新评估"), _decide(True), role="CHECKER", asks_reason=True,
               shown=lambda row: row.status == "OPEN"),
        Button("dismiss", _("不成立，维持"), _decide(False), role="CHECKER", asks_reason=True, is_danger=True,
               shown=lambda row: row.status == "OPEN"),
    )  # fmt: skip


VERDICTS = {
    "STABLE": _("稳定"),
    "WATCH": _("有变化，留意"),
    "MOVED": _("变化大，先查原因再用"),
    "UNKNOWN": _("份数不够，没法比"),
}


@admin.register(AssessmentModel)
class AssessmentModelAdmin(OperatorAdmin):
    """评估方法版本: with how far its results moved against the same season a year before (PSI)."""

    list_display = ("version", "valid_from", "note")
    ordering = ("-valid_from",)
    fields = ("version", "valid_from", "note", "drift", "parameters")
    readonly_fields = ("drift",)

    @admin.display(description=_("和去年同季比（PSI，近 30 天）"))
    def drift(self, row: AssessmentModel) -> SafeString:
        """Lay out each result: PSI, what it means, how many assessments on both sides."""
        names = dict(zip(RESULTS, (_("真实性"), _("经营"), _("流通")), strict=True))
        lines = format_html_join(
            "",
            "<tr><th>{}</th><td>{}</td><td>{}</td><td>{} / {}</td></tr>",
            (
                (
                    names[one.result],
                    "—" if one.psi is None else f"{one.psi:.3f}",
                    VERDICTS[one.verdict],
                    one.rows_now,
                    one.rows_then,
                )
                for one in drift_of(until=business_date(now()), model=row)
            ),
        )
        heads = format_html_join(
            "", "<th>{}</th>", ((text,) for text in (_("结果"), "PSI", _("说明"), _("今年份数 / 去年份数")))
        )
        return format_html("<table class='sides'><tr>{}</tr>{}</table>", heads, lines)


@admin.register(PaperCheck)
class PaperCheckAdmin(EnteringAdmin):
    """单据核对: what was seen by whom; a stall contract is seen by two."""

    list_display = ("merchant", "kind", "paper_ref", "is_matched", "note", "checked_at", "checked_by")
    list_filter = ("kind", "is_matched")
    list_select_related = ("merchant",)
    search_fields = ("merchant__merchant_no", "merchant__name", "paper_ref")
    ordering = ("-checked_at",)
    entry_form = PaperForm
    entry_label = _("录入看过的单据（摊位合同要第二人复核）")

    def enter(self, typed: dict[str, Any], **by: Any) -> object:
        """Note the paper."""
        told = dict(typed)
        return note_paper(merchant=told.pop("merchant_no"), **told, **by)


@admin.register(NeedStatement)
class NeedStatementAdmin(OperatorAdmin):
    """资金需求申报."""

    list_display = ("merchant", "requested_fen", "own_funds_fen", "loans_fen", "stated_at")
    list_select_related = ("merchant",)
    ordering = ("-stated_at",)

"""Operating assessment: what a merchant's own books show. For reference; it approves nothing and sets no limit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.machine import Machine
from supplychain.rules import states


class AssessmentModel(models.Model):
    """评估方法版本: features, frozen cut-points and points (rules.assessment.Scorecard); append-only."""

    version = models.CharField(_("版本"), max_length=16, unique=True)
    parameters = models.JSONField(_("参数"))
    valid_from = models.DateField(_("启用日"))
    note = models.CharField(_("说明"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("评估方法版本")

    def __str__(self) -> str:
        return self.version


class AssessmentOutcome(models.TextChoices):
    """Issued, or handed to a person because a gate is closed."""

    ISSUED = "ISSUED", _("已出具")
    REFERRED = "REFERRED", _("转人工")


class Assessment(models.Model):
    """经营评估: three results that are never merged, and the need ratio apart; append-only, 参考."""

    assessment_no = models.CharField(_("评估号"), max_length=32, unique=True)
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="assessments", db_index=False, verbose_name=_("商户")
    )
    model = models.ForeignKey(AssessmentModel, models.PROTECT, related_name="+", verbose_name=_("方法版本"))
    outcome = models.CharField(_("结果"), max_length=12, choices=AssessmentOutcome.choices)
    window_from = models.DateField(_("数据起"))
    window_until = models.DateField(_("数据止"))
    authenticity = models.PositiveSmallIntegerField(_("真实性"), null=True)
    operation = models.PositiveSmallIntegerField(_("经营"), null=True)
    circulation = models.PositiveSmallIntegerField(_("流通"), null=True)
    need_ratio = models.DecimalField(_("需求比"), max_digits=8, decimal_places=4, null=True)
    features = models.JSONField(_("指标"))
    gates = models.JSONField(_("未过门槛"), default=list)
    reasons = models.JSONField(_("原因"), default=list)
    need = models.JSONField(_("资金需求"), default=dict)
    input_hash = models.CharField(_("输入指纹"), max_length=64)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("取代")
    )
    computed_at = models.DateTimeField(_("计算时间"))
    computed_by = models.CharField(_("经办"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = _("经营评估")
        constraints = [
            models.CheckConstraint(
                name="assessment_issued_is_complete",
                condition=Q(
                    outcome="ISSUED",
                    gates=[],
                    authenticity__lte=400,
                    operation__lte=400,
                    circulation__lte=200,
                )
                | Q(
                    outcome="REFERRED",
                    authenticity__isnull=True,
                    operation__isnull=True,
                    circulation__isnull=True,
                )
                & ~Q(gates=[]),
            )
        ]
        indexes = [models.Index(name="assessment_of_merchant", fields=["merchant", "-computed_at"])]

    def __str__(self) -> str:
        return self.assessment_no


class AssessmentDocument(models.Model):
    """评估报告: the signed PDF a merchant carries himself; one byte changed is detected (R23). Append-only."""

    assessment = models.OneToOneField(Assessment, models.PROTECT, related_name="document", verbose_name=_("评估"))
    pdf = models.BinaryField(_("文件"), editable=False)
    sha256 = models.CharField(_("文件指纹"), max_length=64, unique=True)
    signature = models.CharField(_("签名"), max_length=64)
    issued_at = models.DateTimeField(_("出具时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("评估报告")

    def __str__(self) -> str:
        return self.sha256[:12]


class NeedStatement(models.Model):
    """资金需求申报: what the merchant says he needs and owes, in fen; append-only, the newest counts."""

    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="need_statements", verbose_name=_("商户")
    )
    requested_fen = models.BigIntegerField(_("想用多少"))
    own_funds_fen = models.BigIntegerField(_("自有资金"))
    loans_fen = models.BigIntegerField(_("已有贷款"))
    other_sources_fen = models.BigIntegerField(_("其他来源"))
    receivable_days = models.PositiveSmallIntegerField(_("应收天数"))
    payable_days = models.PositiveSmallIntegerField(_("应付天数"))
    prepaid_days = models.PositiveSmallIntegerField(_("预付天数"))
    advance_days = models.PositiveSmallIntegerField(_("预收天数"))
    margin_bps = models.PositiveIntegerField(_("毛利率"))
    growth_bps = models.IntegerField(_("预计增长"))
    stated_at = models.DateTimeField(_("申报时间"))
    stated_by = models.CharField(_("申报人"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = _("资金需求申报")
        constraints = [
            models.CheckConstraint(
                name="need_statement_amounts",
                condition=Q(
                    requested_fen__gt=0, own_funds_fen__gte=0, loans_fen__gte=0, other_sources_fen__gte=0,
                    margin_bps__lt=10_000,
                ),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.requested_fen}"


class PaperKind(models.TextChoices):
    """What was checked against the books."""

    INVOICE = "INVOICE", _("发票")
    CONTRACT = "CONTRACT", _("合同")
    LOT_NOTE = "LOT_NOTE", _("批次单据")
    STALL_CONTRACT = "STALL_CONTRACT", _("摊位合同")


class PaperCheck(models.Model):
    """单据核对: one paper held against the books by a person; append-only."""

    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="paper_checks", verbose_name=_("商户")
    )
    kind = models.CharField(_("种类"), max_length=16, choices=PaperKind.choices)
    paper_ref = models.CharField(_("单据号"), max_length=64)
    is_matched = models.BooleanField(_("与账相符"))
    note = models.CharField(_("说明"), max_length=200, default="", blank=True)
    checked_at = models.DateTimeField(_("核对时间"))
    checked_by = models.CharField(_("核对人"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = _("单据核对")
        constraints = [models.UniqueConstraint(name="paper_check_once", fields=["merchant", "kind", "paper_ref"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.paper_ref}"


class AssessmentObjection(Machine):
    """异议: the merchant says something is wrong; a person looks, and what he finds makes a new version (R17)."""

    STATES = states.ASSESSMENT_OBJECTION

    objection_no = models.CharField(_("异议号"), max_length=32, unique=True)
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="objections", verbose_name=_("评估"))
    feature = models.CharField(_("指标"), max_length=32, default="", blank=True)
    statement = models.CharField(_("说明"), max_length=500)
    raised_at = models.DateTimeField(_("提出时间"))
    raised_by = models.CharField(_("提出人"), max_length=80)
    finding = models.CharField(_("处理意见"), max_length=500, default="", blank=True)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by = models.CharField(_("处理人"), max_length=80, default="", blank=True)
    result = models.ForeignKey(
        Assessment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复议结果")
    )

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("评估异议")
        constraints = [
            models.UniqueConstraint(
                name="objection_one_open", fields=["assessment", "feature"], condition=Q(status="OPEN")
            ),
            models.CheckConstraint(
                name="objection_decided_says_why",
                condition=Q(status="OPEN") | ~Q(finding="") & Q(decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.objection_no

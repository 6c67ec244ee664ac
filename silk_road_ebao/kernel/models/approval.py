from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.machine import Machine
from silk_road_ebao.kernel.state_table import StateTable


class Approval(Machine):
    """复核单. A change one operator asks for and another must approve: a frozen diff.

    What was asked (verb, subject, diff, snapshot, maker) is frozen by a trigger; maker and
    checker differ by constraint.
    """

    STATES = StateTable(
        {
            "PENDING": {"APPROVED", "REJECTED", "WITHDRAWN"},
            "APPROVED": set(),
            "REJECTED": set(),
            "WITHDRAWN": set(),
        }
    )

    approval_no = models.CharField(_("复核单号"), max_length=32, unique=True)
    verb = models.CharField(_("事项"), max_length=100)
    subject = models.CharField(_("对象"), max_length=200)
    diff = models.JSONField(_("变更内容"))
    snapshot_hash = models.CharField(_("申请时对象摘要"), max_length=64, blank=True)
    maker_kind = models.CharField(_("经办人类别"), max_length=16)
    maker_ref = models.CharField(_("经办人"), max_length=64)
    maker_label = models.CharField(_("经办人名称"), max_length=100, blank=True)
    requested_at = models.DateTimeField(_("申请时间"))
    checker_kind = models.CharField(_("复核人类别"), max_length=16, blank=True)
    checker_ref = models.CharField(_("复核人"), max_length=64, blank=True)
    checker_label = models.CharField(_("复核人名称"), max_length=100, blank=True)
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    decision_note = models.TextField(_("复核意见"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("复核单")
        constraints = [
            models.CheckConstraint(
                condition=~Q(checker_kind=F("maker_kind"), checker_ref=F("maker_ref")) | Q(status="WITHDRAWN"),
                name="approval_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status="PENDING", checker_ref="", decided_at__isnull=True)
                | (~Q(status="PENDING") & ~Q(checker_ref="") & Q(decided_at__isnull=False)),
                name="approval_decided_by_someone",
            ),
            models.UniqueConstraint(
                fields=["verb", "subject"], condition=Q(status="PENDING"), name="approval_one_open"
            ),
        ]
        indexes = [models.Index(fields=["status", "requested_at"], name="approval_queue")]

    def __str__(self) -> str:
        return self.approval_no

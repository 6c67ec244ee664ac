from django.db import models
from django.utils.translation import gettext_lazy as _


class StatusChange(models.Model):
    """状态变更. One step of one state machine; written by `transition` only, never altered."""

    model = models.CharField(_("对象类型"), max_length=100)
    row_pk = models.CharField(_("对象主键"), max_length=64)
    public_no = models.CharField(_("编号"), max_length=64, blank=True)
    from_status = models.CharField(_("原状态"), max_length=32)
    to_status = models.CharField(_("新状态"), max_length=32)
    actor_kind = models.CharField(_("行为人类别"), max_length=16)
    actor_ref = models.CharField(_("行为人"), max_length=64)
    actor_label = models.CharField(_("行为人名称"), max_length=100, blank=True)
    at = models.DateTimeField(_("时间"))
    reason = models.TextField(_("原因"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("状态变更")
        indexes = [
            models.Index(fields=["model", "row_pk", "id"], name="status_change_row"),
            models.Index(
                fields=["public_no"],
                name="status_change_no",
                condition=~models.Q(public_no=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_no or self.row_pk}: {self.from_status} → {self.to_status}"

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """审计记录. Who did what to which subject; append-only, linked into the chain at commit."""

    at = models.DateTimeField(_("时间"), db_index=True)
    actor_kind = models.CharField(_("行为人类别"), max_length=16)
    actor_ref = models.CharField(_("行为人"), max_length=64)
    actor_label = models.CharField(_("行为人名称"), max_length=100, blank=True)
    action = models.CharField(_("动作"), max_length=100)
    subject = models.CharField(_("对象"), max_length=200)
    detail = models.JSONField(_("详情"), default=dict)
    body_hash = models.BinaryField(_("内容摘要"), max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = _("审计记录")
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_subject"),
            models.Index(fields=["actor_kind", "actor_ref", "id"], name="audit_actor"),
            models.Index(fields=["action", "id"], name="audit_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class AuditLink(models.Model):
    """审计链. The place of one event in the chain: sha256 of the link before and the event.

    Written by a deferred trigger while the transaction commits, so that the chain's lock is held
    for the commit only and callers cannot deadlock on it.
    """

    seq = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, related_name="link")
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = _("审计链")

    def __str__(self) -> str:
        return str(self.seq)


class AuditHead(models.Model):
    """审计链头. One row: how many links there are and the hash of the last (a cut tail shows)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = _("审计链头")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_one_head")]

    def __str__(self) -> str:
        return str(self.seq)

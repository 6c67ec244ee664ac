from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotencyRecord(models.Model):
    """幂等记录. One key of one caller: claimed while its work runs, then status and body.

    `token` names the run that holds the claim; `claimed_until` (the server's real time) ends a
    claim whose holder was killed.
    """

    scope = models.CharField(_("范围"), max_length=100)
    key = models.CharField(_("幂等键"), max_length=200)
    fingerprint = models.CharField(_("请求摘要"), max_length=64)
    token = models.UUIDField()
    claimed_at = models.DateTimeField(_("开始时间"))
    claimed_until = models.DateTimeField(_("占用至"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    status = models.PositiveSmallIntegerField(_("状态码"), null=True, blank=True)
    body = models.JSONField(_("响应"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("幂等记录")
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="idempotency_once"),
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=True, status__isnull=True)
                | models.Q(finished_at__isnull=False, status__isnull=False),
                name="idempotency_finished_with_status",
            ),
        ]
        indexes = [models.Index(fields=["claimed_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"

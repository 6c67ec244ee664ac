from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxFact(models.Model):
    """事实. Something that happened, written in the same transaction; delivered afterwards."""

    topic = models.CharField(_("主题"), max_length=100)
    key = models.CharField(_("键"), max_length=200)
    payload = models.JSONField(_("内容"), default=dict)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("事实")
        constraints = [
            models.UniqueConstraint(fields=["topic", "key"], name="outbox_fact_once"),
        ]
        indexes = [BrinIndex(fields=["at"], name="outbox_fact_at")]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"

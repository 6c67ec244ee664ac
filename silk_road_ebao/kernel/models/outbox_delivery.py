from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.models.outbox_fact import OutboxFact

WAITING = Q(delivered_at__isnull=True, dead_at__isnull=True)


class OutboxDelivery(models.Model):
    """投递. One fact on its way to one handler: waiting, delivered, or dead.

    Its times are the database server's real time, not the house's clock: setting the clock in
    the demo must not stop the post.
    """

    fact = models.ForeignKey(OutboxFact, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    handler = models.CharField(_("接收者"), max_length=200)
    attempts = models.PositiveIntegerField(_("次数"), default=0)
    due_at = models.DateTimeField(_("下次投递"))
    delivered_at = models.DateTimeField(_("投递时间"), null=True, blank=True)
    dead_at = models.DateTimeField(_("放弃时间"), null=True, blank=True)
    last_error = models.TextField(_("最近错误"), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("投递")
        constraints = [
            models.UniqueConstraint(fields=["fact", "handler"], name="outbox_delivery_once"),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(dead_at__isnull=True),
                name="outbox_delivered_or_dead",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="outbox_due", condition=WAITING),
            models.Index(fields=["dead_at"], name="outbox_dead", condition=Q(dead_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.fact_id} → {self.handler}"

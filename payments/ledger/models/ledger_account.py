"""分户."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from payments.ledger.rules.chart import CODE_PATTERN, POINT_KLASSES, Klass, Unit

FIRST_ORDINARY_ID = 1000
"""Ids below are platform accounts with 16 balance stripes; the triggers know the same number."""


class LedgerAccount(models.Model):
    """分户. One account of the chart; opened once, never changed, never deleted.

    Its class is the first word of its code (R1: the whitelist is a constraint). `floor` and `ceil`
    limit credits minus debits and are copied into the balance row, where the CHECK stands.
    """

    id = models.BigIntegerField(primary_key=True)
    code = models.CharField(_("户号"), max_length=120, db_collation="C")
    klass = models.CharField(_("类别"), max_length=10, choices=[(k.value, k.value) for k in Klass])
    unit = models.SmallIntegerField(_("单位"), choices=[(u.value, u.name) for u in Unit])
    floor = models.BigIntegerField(null=True, blank=True)
    ceil = models.BigIntegerField(null=True, blank=True)
    opened_at = models.DateTimeField(_("开户时间"), db_default=models.functions.Now())

    class Meta:
        db_table = "ledger_account"
        verbose_name = verbose_name_plural = _("分户")
        constraints = [
            models.UniqueConstraint(name="ledger_account_code", fields=["code"]),
            models.CheckConstraint(name="ledger_account_r1_klass", condition=Q(klass__in=[k.value for k in Klass])),
            models.CheckConstraint(name="ledger_account_r1_code", condition=Q(code__regex=CODE_PATTERN)),
            models.CheckConstraint(
                name="ledger_account_klass_of_code",
                condition=Q(klass=Upper(models.Func(F("code"), models.Value(":"), 1, function="split_part"))),
            ),
            models.CheckConstraint(
                name="ledger_account_unit_of_klass",
                condition=Q(unit=Unit.POINT.value, klass__in=sorted(k.value for k in POINT_KLASSES))
                | (Q(unit=Unit.CNY.value) & ~Q(klass__in=sorted(k.value for k in POINT_KLASSES))),
            ),
            models.CheckConstraint(
                name="ledger_account_striped_unlimited",
                condition=Q(id__gte=FIRST_ORDINARY_ID) | Q(floor__isnull=True, ceil__isnull=True),
            ),
            models.CheckConstraint(name="ledger_account_id_positive", condition=Q(id__gt=0)),
        ]

    def __str__(self) -> str:
        return self.code

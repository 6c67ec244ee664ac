"""余额."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.ledger.models.ledger_account import LedgerAccount


class Balance(models.Model):
    """余额. A cache of the journal, written by the two apply triggers only.

    A platform account has 16 stripes (one per backend, modulo), every other account stripe 0.
    """

    pk = models.CompositePrimaryKey("account", "stripe")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="balances", db_index=False)
    stripe = models.SmallIntegerField()
    unit = models.SmallIntegerField()
    frozen = models.BooleanField(_("冻结"), db_default=False)
    debits = models.BigIntegerField(_("借方累计"), db_default=0)
    credits = models.BigIntegerField(_("贷方累计"), db_default=0)
    floor = models.BigIntegerField(null=True)
    ceil = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("余额")
        constraints = [
            models.CheckConstraint(name="ledger_balance_not_negative", condition=Q(debits__gte=0, credits__gte=0)),
            models.CheckConstraint(
                name="ledger_balance_floor", condition=Q(floor__isnull=True) | Q(credits__gte=F("debits") + F("floor"))
            ),
            models.CheckConstraint(
                name="ledger_balance_ceil", condition=Q(ceil__isnull=True) | Q(credits__lte=F("debits") + F("ceil"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.stripe}"

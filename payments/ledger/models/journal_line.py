"""凭证明细."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.ledger.rules.chart import Unit


class JournalLine(models.Model):
    """凭证明细. The view ledger_journal: a transfer with the codes of its accounts, for reading only."""

    id = models.BigIntegerField(primary_key=True)
    subject = models.UUIDField(_("业务对象"))
    kind = models.SmallIntegerField(_("业务"))
    leg = models.SmallIntegerField(_("行"))
    unit = models.SmallIntegerField(_("单位"), choices=[(u.value, u.name) for u in Unit])
    effective_on = models.DateField(_("记账日"))
    debit_code = models.CharField(_("借方"), max_length=120)
    credit_code = models.CharField(_("贷方"), max_length=120)
    amount = models.BigIntegerField(_("数额"))
    posted_at = models.DateTimeField(_("入账时间"))

    class Meta:
        managed = False
        db_table = "ledger_journal"
        verbose_name = verbose_name_plural = _("凭证明细")

    def __str__(self) -> str:
        return f"{self.subject}/{self.kind}/{self.leg}"

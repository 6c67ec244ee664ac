"""凭证分录."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.ledger.models.ledger_account import LedgerAccount


class Transfer(models.Model):
    """分录. One immutable row moves `amount` (fen or points) from the debit to the credit account.

    The primary key (subject, kind, leg) is the idempotency key. `bulk` says which trigger applies
    the row to the balances. `posted_at` is the database's own clock, the moment of recording;
    `effective_on` is the business day. Column order keeps the row free of padding.
    """

    pk = models.CompositePrimaryKey("subject", "kind", "leg")
    subject = models.UUIDField()
    kind = models.SmallIntegerField()
    leg = models.SmallIntegerField()
    unit = models.SmallIntegerField()
    bulk = models.BooleanField(db_default=False)
    effective_on = models.DateField()
    debit_account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    credit_account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount = models.BigIntegerField()
    id = models.BigIntegerField(db_default=0, editable=False)
    posted_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = verbose_name_plural = _("分录")
        constraints = [
            models.CheckConstraint(name="ledger_transfer_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="ledger_transfer_kind_not_zero", condition=~Q(kind=0)),
            models.CheckConstraint(name="ledger_transfer_leg_from_zero", condition=Q(leg=0) | Q(leg__gt=0, bulk=True)),
            models.CheckConstraint(
                name="ledger_transfer_two_accounts", condition=~Q(debit_account=F("credit_account"))
            ),
        ]
        indexes = [
            models.Index(name="ledger_transfer_debit", fields=["debit_account", "effective_on"]),
            models.Index(name="ledger_transfer_credit", fields=["credit_account", "effective_on"]),
            BrinIndex(name="ledger_transfer_day", fields=["effective_on"], pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"{self.subject}/{self.kind}/{self.leg}"

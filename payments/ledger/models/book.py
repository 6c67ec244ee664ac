"""结账."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.ledger.models.ledger_account import LedgerAccount


class Book(models.Model):
    """结账. One closing of the book; nothing is posted on or before the last `closed_through`.

    Append-only, written by ledger_close() alone: a closed period cannot be opened again.
    """

    closed_through = models.DateField(_("结账至"), primary_key=True)
    transfers = models.BigIntegerField(_("本期分录数"))
    closed_by = models.CharField(_("经办"), max_length=120)
    closed_at = models.DateTimeField(_("结账时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("结账")

    def __str__(self) -> str:
        return self.closed_through.isoformat()


class BookLine(models.Model):
    """期末余额. Cumulated debits and credits of an account that moved in the period, at its closing."""

    pk = models.CompositePrimaryKey("account", "book")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="lines", db_index=False, db_column="closed_through"
    )
    debits = models.BigIntegerField()
    credits = models.BigIntegerField()

    class Meta:
        db_table = "ledger_book_line"
        verbose_name = verbose_name_plural = _("期末余额")

    def __str__(self) -> str:
        return f"{self.account_id} {self.book_id}"

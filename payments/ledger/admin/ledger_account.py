"""分户 with balances."""

from typing import Any

from django.contrib import admin
from django.contrib.postgres.aggregates import BoolOr
from django.db.models import BigIntegerField, BooleanField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.ledger.admin.read_only import ReadOnlyAdmin, show_amount
from payments.ledger.models import Balance, LedgerAccount
from payments.ledger.rules.chart import parse_code


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    """Accounts with what they took on both sides and where they stand."""

    list_display = ("code", "klass", "unit", "debits", "credits", "balance", "is_frozen")
    list_filter = ("klass", "unit")
    search_fields = ("code",)
    search_help_text = _("户号，例如 memo:due:WECHAT 或商户号")
    ordering = ("code",)
    fields = ("code", "klass", "unit", "debits", "credits", "balance", "is_frozen", "floor", "ceil", "opened_at")
    readonly_fields = ("debits", "credits", "balance", "is_frozen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerAccount]:
        """Add the sums over the stripes."""
        stripes = Balance.objects.filter(account=OuterRef("pk")).order_by().values("account")
        accounts: QuerySet[LedgerAccount] = super().get_queryset(request)
        return accounts.annotate(
            debit_sum=Coalesce(Subquery(stripes.annotate(x=Sum("debits")).values("x"), BigIntegerField()), 0),
            credit_sum=Coalesce(Subquery(stripes.annotate(x=Sum("credits")).values("x"), BigIntegerField()), 0),
            any_frozen=Subquery(stripes.annotate(x=BoolOr("frozen")).values("x"), BooleanField()),
        )

    @admin.display(description=_("借方累计"), ordering="debit_sum")
    def debits(self, account: Any) -> str:
        """Show the debits."""
        return show_amount(account.debit_sum, account.unit)

    @admin.display(description=_("贷方累计"), ordering="credit_sum")
    def credits(self, account: Any) -> str:
        """Show the credits."""
        return show_amount(account.credit_sum, account.unit)

    @admin.display(description=_("余额"))
    def balance(self, account: Any) -> str:
        """Show the balance on its normal side."""
        net = account.debit_sum - account.credit_sum
        return show_amount(net if parse_code(account.code).line.debit_normal else -net, account.unit)

    @admin.display(description=_("冻结"), boolean=True)
    def is_frozen(self, account: Any) -> bool:
        """Show whether a stripe is frozen."""
        return bool(account.any_frozen)

"""Batches of account activity, with their rows."""

from django.contrib import admin

from banking.models import AccountActivity, AccountActivityBatch
from silk_road_ebao.console.columns import yuan_column
from silk_road_ebao.console.operator_admin import OperatorAdmin, RowsInline


class ActivityInline(RowsInline):
    """The first rows of a batch as they came."""

    model = AccountActivity
    fields = ("row_no", "account", "business_date", "in_fen", "out_fen", "balance_fen")
    ordering = ("row_no",)
    per_page = 50
    show_change_link = False


@admin.register(AccountActivityBatch)
class AccountActivityBatchAdmin(OperatorAdmin):
    """账户动态批次, newest first."""

    list_display = (
        "batch_no",
        "bank",
        "batch_ref",
        "period_from",
        "period_until",
        "row_count",
        yuan_column("in_fen", AccountActivityBatch._meta.get_field("in_fen").verbose_name),
        yuan_column("out_fen", AccountActivityBatch._meta.get_field("out_fen").verbose_name),
        "received_at",
    )
    list_filter = ("bank",)
    search_fields = ("batch_no", "batch_ref")
    list_select_related = ("bank",)
    ordering = ("-id",)
    inlines = (ActivityInline,)

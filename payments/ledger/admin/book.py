"""结账."""

from django.contrib import admin

from payments.ledger.admin.read_only import ReadOnlyAdmin
from payments.ledger.models import Book


@admin.register(Book)
class BookAdmin(ReadOnlyAdmin):
    """The closings, newest first."""

    list_display = ("closed_through", "transfers", "closed_by", "closed_at")
    ordering = ("-closed_through",)

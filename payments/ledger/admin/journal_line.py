"""凭证明细."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from payments.ledger.admin.read_only import ReadOnlyAdmin, show_amount
from payments.ledger.models import JournalLine
from payments.ledger.rules.kinds import Kind

MOST_COUNTED = 10_000


class ShortPaginator(Paginator):
    """Pages over the newest rows; counting a journal of hundreds of millions would take minutes."""

    @cached_property
    def count(self) -> int:
        """Count as far as anybody turns pages."""
        newest: QuerySet[JournalLine] = self.object_list[:MOST_COUNTED]  # type: ignore[assignment]
        return newest.count()


@admin.register(JournalLine)
class JournalLineAdmin(ReadOnlyAdmin):
    """The journal, newest subjects first; a subject is found by its number."""

    list_display = ("effective_on", "what", "debit_code", "credit_code", "amount_shown", "subject", "leg", "posted_at")
    list_display_links = None
    search_fields = ("subject",)
    search_help_text = _("业务对象的编号（UUID）")
    ordering = ("-subject", "kind", "leg")
    paginator = ShortPaginator

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[JournalLine], search_term: str
    ) -> tuple[QuerySet[JournalLine], bool]:
        """Look a subject up by its whole number, which the key serves."""
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(subject=UUID(search_term.strip())), False
        except ValueError:
            return queryset.none(), False

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Have no page for one line: the list shows all of it."""
        raise Http404

    @admin.display(description=_("业务"))
    def what(self, line: JournalLine) -> str:
        """Name the kind, a reversal with a minus."""
        return f"{'−' if line.kind < 0 else ''}{Kind(abs(line.kind)).name}"

    @admin.display(description=_("数额"))
    def amount_shown(self, line: JournalLine) -> str:
        """Show yuan or points."""
        return show_amount(line.amount, line.unit)

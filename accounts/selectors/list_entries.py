"""Reads of lists and hits."""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import ListEntry, ListHit, Merchant


def entries_for(merchant: Merchant, day: date) -> QuerySet[ListEntry]:
    """List the entries in force that name the merchant or its legal representative (R9)."""
    head = merchant.legal_person
    names = Q(id_index__isnull=True, uscc="", name=merchant.legal_name) if merchant.legal_name else Q(pk=None)
    codes = Q(uscc=merchant.uscc) if merchant.uscc else Q(pk=None)
    heads = Q(id_index=head.id_index) if head is not None and head.id_index else Q(pk=None)
    return ListEntry.objects.filter(
        Q(delisted_date__isnull=True) | Q(delisted_date__gt=day), names | codes | heads, listed_date__lte=day
    ).order_by("id")


def open_hits() -> QuerySet[ListHit]:
    """List hits whose customers have still to leave, the most urgent first."""
    return (
        ListHit.objects.filter(status="OPEN")
        .select_related("entry", "merchant", "person")
        .order_by("exit_due_date", "id")
    )


def overdue_hits(day: date) -> QuerySet[ListHit]:
    """List hits whose customer should have left by now."""
    return open_hits().filter(exit_due_date__lt=day)

"""Reads of the credit accounts one bank has reported."""

from django.db.models import Count, QuerySet

from accounts.models import CreditAccount, Institution


def credit_accounts_at(bank: Institution) -> QuerySet[CreditAccount]:
    """List a bank's credit accounts with the number of days they were used on, the oldest first."""
    return (
        CreditAccount.objects.filter(bank=bank)
        .select_related("holder_person", "holder_merchant")
        .annotate(active_days=Count("activations"))
        .order_by("id")
    )

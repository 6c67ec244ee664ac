"""Reads of the settlement accounts held at one bank."""

from django.db.models import QuerySet

from accounts.models import Institution, SettlementAccount


def accounts_at(bank: Institution) -> QuerySet[SettlementAccount]:
    """List the accounts registered here that are held at the bank and not closed, the oldest first."""
    return (
        SettlementAccount.objects.filter(bank=bank)
        .exclude(status="CLOSED")
        .select_related("owner_merchant", "owner_person", "bank")
        .order_by("id")
    )


def banks_of_merchants() -> list[Institution]:
    """List the banks in service that hold a merchant's live settlement account."""
    held = SettlementAccount.objects.filter(owner_merchant__isnull=False, status="ACTIVE").values("bank")
    return list(Institution.objects.filter(pk__in=held, status="ACTIVE").order_by("code"))

"""Reads of the settlement accounts held at one bank."""

from accounts.models import Institution, SettlementAccount


def account_at(bank: Institution, account_no: str) -> SettlementAccount | None:
    """Find one account held at the bank and not closed by our number; whether it may be shown is another question.

    Lists come from ``told_accounts`` alone: an account without its holder's consent is in none of them (R14).
    """
    return (
        SettlementAccount.objects.filter(bank=bank, account_no=account_no)
        .exclude(status="CLOSED")
        .select_related("owner_merchant", "owner_person", "bank")
        .first()
    )


def banks_of_merchants() -> list[Institution]:
    """List the banks in service that hold a merchant's live settlement account."""
    held = SettlementAccount.objects.filter(owner_merchant__isnull=False, status="ACTIVE").values("bank")
    return list(Institution.objects.filter(pk__in=held, status="ACTIVE").order_by("code"))

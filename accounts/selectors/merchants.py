"""Reads of merchants, their staff, stalls and papers."""

from django.db.models import QuerySet

from accounts.models import Membership, Merchant, MerchantDocument, Stall, User


def merchant_by_no(merchant_no: str) -> Merchant:
    """Find a merchant by public number; raises Merchant.DoesNotExist."""
    return Merchant.objects.get(merchant_no=merchant_no)


def memberships_of(user: User) -> QuerySet[Membership]:
    """List the live memberships of a user, oldest first."""
    return (
        Membership.objects.filter(user=user, ended_at__isnull=True)
        .exclude(merchant__status="LEFT")
        .select_related("merchant", "user")
        .order_by("since_at", "id")
    )


def staff_of(merchant: Merchant) -> QuerySet[Membership]:
    """List who works for a merchant now."""
    return merchant.memberships.filter(ended_at__isnull=True).select_related("user").order_by("role", "id")


def member_of(merchant: Merchant, membership_id: int) -> Membership:
    """Find a live membership of this merchant only; raises Membership.DoesNotExist for anybody else's."""
    return staff_of(merchant).get(pk=membership_id)


def owner_of(merchant: Merchant) -> User | None:
    """Find the user who owns the merchant."""
    membership = staff_of(merchant).filter(role="OWNER").first()
    return None if membership is None else membership.user


def live_stalls(merchant: Merchant) -> QuerySet[Stall]:
    """List a merchant's open stalls with their markets."""
    return merchant.stalls.filter(closed_at__isnull=True).select_related("market").order_by("label")


def stall_of(merchant: Merchant, stall_no: str) -> Stall:
    """Find a stall of this merchant only; raises Stall.DoesNotExist for anybody else's."""
    return merchant.stalls.select_related("market").get(stall_no=stall_no)


def documents_of(merchant: Merchant) -> QuerySet[MerchantDocument]:
    """List the papers in force, without their sealed content."""
    return merchant.documents.filter(replaced_at__isnull=True).defer("content_sealed").order_by("kind")

"""Reads of partners' public keys, for the check of signatures."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Institution, PartnerKey


def usable_key(keyid: str, at: datetime) -> PartnerKey | None:
    """Find the key if it counts at this moment: begun, not over, not revoked, its institution in service."""
    return (
        PartnerKey.objects.select_related("institution")
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at), keyid=keyid, valid_from__lte=at)
        .filter(Q(revoked_at__isnull=True) | Q(revoked_at__gt=at), institution__status="ACTIVE")
        .first()
    )


def keys_of(institution: Institution) -> QuerySet[PartnerKey]:
    """List an institution's keys, newest first."""
    return institution.keys.order_by("-valid_from", "-id")

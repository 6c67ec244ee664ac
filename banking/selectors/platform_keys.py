"""Reads of our own keys."""

from datetime import datetime

from django.db.models import Q, QuerySet

from banking.models import PlatformKey


def signing_key() -> PlatformKey | None:
    """Find the key that signs now, if one has been made."""
    return PlatformKey.objects.filter(replaced_at__isnull=True).first()


def published_keys(at: datetime) -> QuerySet[PlatformKey]:
    """List the keys a partner may still meet in our signatures, the signing one first."""
    return PlatformKey.objects.filter(Q(published_until__isnull=True) | Q(published_until__gt=at)).order_by(
        "-created_at", "-id"
    )

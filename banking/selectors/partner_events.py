"""Reads of what partners are told."""

from django.db.models import QuerySet

from accounts.models import Institution
from banking.models import PartnerEvent


def events_of(institution: Institution) -> QuerySet[PartnerEvent]:
    """List an institution's events in the order of their numbers."""
    return PartnerEvent.objects.filter(institution=institution).order_by("event_seq")

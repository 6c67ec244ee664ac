"""Reads of institutions and what they may do."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Institution, InstitutionPaper
from silk_road_ebao.kernel.clock import business_date


def institution_by_code(code: str) -> Institution:
    """Find an institution; raises Institution.DoesNotExist."""
    return Institution.objects.get(code=code)


def active_institutions(kind: str) -> QuerySet[Institution]:
    """List the institutions of a kind that are in service."""
    return Institution.objects.filter(kind=kind, status="ACTIVE").order_by("code")


def valid_papers(institution: Institution, at: datetime) -> QuerySet[InstitutionPaper]:
    """List contracts, list entries and licences in force on the business day of ``at``."""
    day = business_date(at)
    return institution.papers.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day, ended_at__isnull=True
    ).order_by("kind", "valid_from")


def may_be_offered(bank: Institution, at: datetime) -> bool:
    """Say whether a bank has both a live contract and a live partner-list entry (R18)."""
    kinds = set(valid_papers(bank, at).values_list("kind", flat=True))
    return bank.status == "ACTIVE" and {"CONTRACT", "PARTNER_LISTING"} <= kinds


def provinces_served(institution: Institution, at: datetime) -> set[str]:
    """Return the provinces where the institution has an open branch, its own included."""
    day = business_date(at)
    branches = institution.branches.filter(
        Q(closed_date__isnull=True) | Q(closed_date__gt=day), opened_date__lte=day
    ).values_list("province", flat=True)
    return {*branches, institution.province} - {""}


def limit_of(institution: Institution, name: str, at: datetime) -> int | None:
    """Return the institution's own limit in force on the day, or None."""
    day = business_date(at)
    row = institution.limits.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day), name=name, valid_from__lte=day
    ).first()
    return None if row is None else row.value

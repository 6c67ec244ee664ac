"""What lists may be filtered by: names and values from a fixed list, nothing else."""

from typing import Any

from django.db.models import QuerySet
from django_filters import FilterSet  # type: ignore[import-untyped]
from django_filters.rest_framework import CharFilter, ChoiceFilter, DateFilter  # type: ignore[import-untyped]
from rest_framework.request import Request

from accounts.models import AccountClass, ConsentPurpose, CreditKind, Verification
from accounts.rules.states import CONSENT, CREDIT_ACCOUNT
from banking.api.problems import Problem
from banking.rules.partner_event import TYPES


def _codes(codes: Any) -> list[tuple[str, str]]:
    return [(code, code) for code in codes]


class EventFilter(FilterSet):
    """Events by kind."""

    type = ChoiceFilter(choices=_codes(TYPES))


class VerificationFilter(FilterSet):
    """Accounts by the bank's own word and by class."""

    verification = ChoiceFilter(choices=_codes(Verification.values))
    account_class = ChoiceFilter(choices=_codes(AccountClass.values))


class BatchFilter(FilterSet):
    """Batches by the bank's reference or the first day."""

    batch_ref = CharFilter(max_length=64)
    period_from = DateFilter()


class CreditAccountFilter(FilterSet):
    """Credit accounts by state, kind, or the bank's reference."""

    state = ChoiceFilter(field_name="status", choices=_codes(CREDIT_ACCOUNT.states))
    kind = ChoiceFilter(choices=_codes(CreditKind.values))
    bank_reference = CharFilter(max_length=64)


class ConsentFilter(FilterSet):
    """Authorisations by state and purpose."""

    status = ChoiceFilter(choices=_codes(CONSENT.states))
    purpose = ChoiceFilter(choices=_codes(ConsentPurpose.values))


def filter_rows(filters: type[FilterSet], request: Request, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Narrow a list by the request's parameters; raises Problem for a value that is none."""
    narrowed = filters(request.query_params, queryset=rows)
    if not narrowed.is_valid():
        errors = [
            {"parameter": name, "code": "INVALID_VALUE", "detail": " ".join(map(str, faults))}
            for name, faults in narrowed.errors.items()
        ]
        raise Problem(400, "VALIDATION_FAILED", "See errors.", errors)
    found: QuerySet[Any] = narrowed.qs
    return found

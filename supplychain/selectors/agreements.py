"""Reads of the three-book comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from accounts.models import Merchant
from supplychain.models import Agreement, AgreementCase, AgreementMethod


def method_at(day: date) -> AgreementMethod:
    """Find the method in force on a day; raises AgreementMethod.DoesNotExist before the first."""
    method = method_or_none(day)
    if method is None:
        raise AgreementMethod.DoesNotExist
    return method


def method_or_none(day: date) -> AgreementMethod | None:
    """Find the method in force on a day, or None before the first."""
    return AgreementMethod.objects.filter(valid_from__lte=day).order_by("-valid_from").first()


@dataclass(frozen=True, slots=True)
class Share:
    """Agreement over some days: amounts in fen, the share in ten-thousandths; None when nothing was traded."""

    cases: int
    cases_ok: int
    amount_fen: int
    amount_ok_fen: int

    @property
    def bps(self) -> int | None:
        """Return Σ amount·ok / Σ amount."""
        return self.amount_ok_fen * 10_000 // self.amount_fen if self.amount_fen else None


def agreement_share(merchant: Merchant, since: date, until: date) -> Share:
    """Add a merchant's days up, both included."""
    total = Agreement.objects.filter(merchant=merchant, day__range=(since, until)).aggregate(
        cases=Sum("cases", default=0),
        cases_ok=Sum("cases_ok", default=0),
        amount_fen=Sum("amount_fen", default=0),
        amount_ok_fen=Sum("amount_ok_fen", default=0),
    )
    return Share(**total)


def days_of(merchant: Merchant, since: date, until: date) -> QuerySet[Agreement]:
    """List a merchant's compared days, latest first."""
    return Agreement.objects.filter(merchant=merchant, day__range=(since, until)).order_by("-day")


def agreement_of(merchant: Merchant, day: date) -> Agreement | None:
    """Find a merchant's comparison of a day."""
    return Agreement.objects.select_related("method").filter(merchant=merchant, day=day).first()


def partings_of(merchant: Merchant, days: Sequence[date]) -> QuerySet[AgreementCase]:
    """List where a merchant's books part, the largest first."""
    return (
        AgreementCase.objects.filter(agreement__merchant=merchant, agreement__day__in=days)
        .select_related("order", "agreement")
        .order_by("-amount_fen", "pk")
    )

"""Large and suspicious trades (R20): computed for the acquirer or bank to report, never shown to the subject."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from accounts.models import Merchant
from accounts.selectors.dated_rules import value_or_none
from payments.models import PaymentAttempt, RiskHit
from silk_road_ebao.kernel.clock import day_bounds

LARGE, SUSPICIOUS = "LARGE", "SUSPICIOUS"
RULES = {"COMPANY": "aml.large.company", "INDIVIDUAL": "aml.large.person", "MICRO": "aml.large.person"}


@dataclass(frozen=True, slots=True)
class Flag:
    """One merchant, day and reason. Fen; `figure` is what was measured against `bound`."""

    day: date
    kind: str
    merchant_no: str
    legal_name: str
    acquirer_code: str
    orders: int
    figure_fen: int
    bound_fen: int
    rules: str = ""


def large_flags(day: date) -> Iterator[Flag]:
    """List merchants whose receipts of a day at one acquirer reach the bound of its kind (央行令〔2016〕3号)."""
    bounds = {kind: value_or_none(name, day) for kind, name in RULES.items()}
    rows = (
        PaymentAttempt.objects.filter(business_date=day, status="PAID")
        .values("sub_merchant__merchant", "acquirer_code")
        .annotate(orders=Count("pk"), fen=Sum("amount_fen"))
        .filter(fen__gte=min((bound for bound in bounds.values() if bound is not None), default=0))
        .order_by("-fen")
    )
    merchants = Merchant.objects.in_bulk([row["sub_merchant__merchant"] for row in rows])
    for row in rows:
        merchant = merchants[row["sub_merchant__merchant"]]
        bound = bounds.get(merchant.kind)
        if bound is not None and row["fen"] >= bound:
            yield Flag(
                day, LARGE, merchant.merchant_no, merchant.legal_name, row["acquirer_code"], row["orders"], row["fen"],
                bound,
            )  # fmt: skip


def suspicious_flags(day: date) -> Iterator[Flag]:
    """List merchants that live rules struck on a day, with the rules and the sum of the orders struck."""
    start, end = day_bounds(day)
    hits = RiskHit.objects.filter(at__gte=start, at__lt=end, merchant__isnull=False).exclude(action="PASS")
    found: dict[int, tuple[set[str], set[str]]] = {}
    for merchant, subject, code in hits.values_list("merchant", "subject", "rule__code"):
        subjects, codes = found.setdefault(merchant, (set(), set()))
        subjects.add(subject)
        codes.add(code)
    merchants = Merchant.objects.in_bulk(found)
    for pk, (subjects, codes) in sorted(found.items()):
        paid = PaymentAttempt.objects.filter(payment__payment_no__in=subjects, status="PAID")
        fen = paid.aggregate(fen=Sum("amount_fen"))["fen"] or 0
        one = merchants[pk]
        names = " ".join(sorted(codes))
        yield Flag(day, SUSPICIOUS, one.merchant_no, one.legal_name, "", len(subjects), fen, 0, names)


def flags_of(day: date) -> list[Flag]:
    """List all flags of a day, large before suspicious."""
    return [*large_flags(day), *suspicious_flags(day)]

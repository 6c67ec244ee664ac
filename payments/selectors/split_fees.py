"""What our fee for one payment is, where it is split off; the same price the day's charging finds."""

from datetime import date

from django.db.models import Q

from payments.models import PaymentAttempt, PaymentContext, ServiceContract, TariffLine, TariffVersion
from payments.rules.tariff import BPS, FLAT, clamp
from payments.selectors.profit_sharings import split_contracts
from silk_road_ebao.kernel.money import bps_of


def split_fee_fen(attempt: PaymentAttempt) -> int:
    """Return the fee in fen of a paid attempt under the contracts that collect by split; ladders are not split."""
    payment = attempt.payment
    day = payment.business_date
    if day is None:
        return 0
    context = PaymentContext.objects.filter(payment=payment).select_related("scene").first()
    scene = context.scene.code if context and context.scene else ""
    total = 0
    for contract in split_contracts(payment):
        line = _price(contract, day, scene, (payment.channel, attempt.acquirer_code))
        if line is not None and line.method in (FLAT, BPS):
            fee = line.flat_fen + bps_of(attempt.amount_fen, line.rate_bps)
            total += clamp(fee, line.min_fen, line.cap_fen)
    return total


def _price(contract: ServiceContract, day: date, scene: str, channels: tuple[str, str]) -> TariffLine | None:
    """Find the line with most conditions, the first of them, in the version of the day."""
    version = TariffVersion.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day),
        tariff=contract.tariff_id,
        status__in=("ACTIVE", "ENDED"),
        valid_from__lte=day,
    ).first()
    if version is None:
        return None
    fitting = version.lines.filter(scene__in=("", scene), channel__in=("", *channels), product="")
    return min(fitting, key=lambda row: (-(bool(row.scene) + bool(row.channel)), row.position), default=None)

"""Reads of prices: which line of a tariff holds on a day, and what it comes to."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from accounts.models import Merchant
from payments.models import ServiceContract, ServiceFee, TariffLine
from payments.rules.tariff import BPS, FLAT, clamp, read_tiers, tiered_fee
from silk_road_ebao.kernel.money import bps_of


@dataclass(frozen=True, slots=True)
class Priced:
    """What a service costs in fen, and the line (of a version, of a tariff) that says so."""

    line: TariffLine
    fee_fen: int


def line_in_force(*, tariff_code: str, on: date, product: str = "", scene: str = "", channel: str = "") -> TariffLine:
    """Find the price of a tariff on a day: the line with most fitting conditions, then the first.

    Raises TariffLine.DoesNotExist.
    """
    lines = (
        TariffLine.objects.filter(
            version__tariff__code=tariff_code, version__status__in=("ACTIVE", "ENDED"), version__valid_from__lte=on,
            product__in=("", product), scene__in=("", scene), channel__in=("", channel),
        )
        .filter(Q(version__valid_until=None) | Q(version__valid_until__gt=on))
        .select_related("version__tariff")
    )  # fmt: skip
    fitting = sorted(lines, key=lambda line: (-sum(map(bool, (line.product, line.scene, line.channel))), line.position))
    if not fitting:
        raise TariffLine.DoesNotExist
    return fitting[0]


def price_of(
    *, tariff_code: str, on: date, base_fen: int, quantity: int = 1, product: str = "", before_fen: int = 0
) -> Priced:
    """Reckon a service by the tariff in force: a rate on `base_fen`, so much for each of `quantity`, or a ladder.

    `before_fen` is what the ladder has climbed already in its period. For other rooms' fees and commissions.
    Raises TariffLine.DoesNotExist.
    """
    line = line_in_force(tariff_code=tariff_code, on=on, product=product)
    return Priced(line, fee_of_line(line, base_fen=base_fen, quantity=quantity, before_fen=before_fen))


def fee_of_line(line: TariffLine, *, base_fen: int, quantity: int, before_fen: int = 0) -> int:
    """Reckon one charge by one price line, in fen."""
    if line.method not in (BPS, FLAT):
        return tiered_fee(line.method, before_fen, base_fen, read_tiers(line.tiers))
    raw = line.flat_fen * quantity + (bps_of(base_fen, line.rate_bps) if line.method == BPS else 0)
    return clamp(raw, line.min_fen, line.cap_fen)


def contract_for(*, merchant: Merchant, service: str, on: date) -> ServiceContract | None:
    """Find the contract a merchant has signed for a service on a day."""
    return (
        ServiceContract.objects.filter(
            Q(valid_until=None) | Q(valid_until__gt=on), merchant=merchant, tariff__service=service, status="SIGNED",
            valid_from__lte=on,
        )
        .select_related("tariff")
        .order_by("pk")
        .first()
    )  # fmt: skip


def climbed_fen(*, contract: ServiceContract, line: TariffLine, on: date) -> int:
    """Add up what a contract's ladder has climbed in the month of a day, in fen."""
    rows = ServiceFee.objects.filter(contract=contract, line=line, day__gte=on.replace(day=1), day__lte=on)
    return rows.aggregate(fen=Sum("base_fen"))["fen"] or 0

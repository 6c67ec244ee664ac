"""Service fees by a ladder over the month."""

import hashlib
from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, Sum

from payments.models import PaymentAttempt, Refund, ServiceContract, ServiceFee, TariffLine
from payments.rules.tariff import TIERED_MARGINAL, TIERED_RETROACTIVE, read_tiers, tiered_fee
from silk_road_ebao.kernel.ids import new_no

ALL = "MONTH"


def charge_tiers(*, day: date, at: datetime) -> int:
    """Charge a day's part of every month's ladder on the merchant's volume net of refunds; gives how many rows.

    The ladder climbs within the calendar month over all acquirers; the day's fee is the fee through today less the
    fee through yesterday, so that the days of a month add up to the month (R28).
    """
    lines = {
        line.version.tariff_id: line
        for line in TariffLine.objects.filter(
            method__in=(TIERED_MARGINAL, TIERED_RETROACTIVE), version__tariff__service="PAYMENT",
            version__status__in=("ACTIVE", "ENDED"), version__valid_from__lte=day,
        )
        .exclude(version__valid_until__lte=day)
        .select_related("version")
    }  # fmt: skip
    if not lines:
        return 0
    contracts = (
        ServiceContract.objects.filter(tariff__in=lines, status__in=("SIGNED", "ENDED"), valid_from__lte=day)
        .exclude(valid_until__lte=day)
        .order_by("pk")
    )
    volumes = _volumes([contract.merchant_id for contract in contracts], day)
    return sum(
        _charge(contract, lines[contract.tariff_id], volumes[contract.merchant_id], day, at) for contract in contracts
    )


def _volumes(merchants: list[int], day: date) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    paid = PaymentAttempt.objects.filter(
        business_date=day, status="PAID", is_surplus=False, sub_merchant__merchant__in=merchants
    )
    for row in paid.values("sub_merchant__merchant").annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by():
        found[row["sub_merchant__merchant"]] = (row["n"], row["fen"])
    back = Refund.objects.filter(
        Q(status__in=("PENDING", "UNKNOWN", "SUCCEEDED")), business_date=day, kind="CUSTOMER",
        payment__merchant__in=merchants,
    )  # fmt: skip
    for gone in back.values("payment__merchant").annotate(fen=Sum("amount_fen")).order_by():
        count, fen = found[gone["payment__merchant"]]
        found[gone["payment__merchant"]] = (count, fen - gone["fen"])
    return found


def _charge(contract: ServiceContract, line: TariffLine, volume: tuple[int, int], day: date, at: datetime) -> int:
    count, today_fen = volume
    if not count and not today_fen:
        return 0
    before = ServiceFee.objects.filter(
        contract=contract, line=line, day__gte=day.replace(day=1), day__lt=day, subject_no=ALL
    ).aggregate(fen=Sum("base_fen"))["fen"]
    before_fen = before or 0
    today_fen = max(today_fen, -before_fen)
    fee_fen = tiered_fee(line.method, before_fen, today_fen, read_tiers(line.tiers))
    name = f"service_fee:{contract.contract_no}:{line.version_id}:{line.position}:{day}:{ALL}"
    values = {"payments": count, "base_fen": today_fen, "charged_fen": fee_fen, "fee_fen": fee_fen, "charged_at": at}
    row, is_new = ServiceFee.objects.get_or_create(
        contract=contract, line=line, day=day, subject_no=ALL,
        defaults=values | {
            "status": "CHARGED",
            "fee_no": new_no("FEE"),
            "uid": UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()),
            "merchant_id": contract.merchant_id,
            "collection": contract.collection,
        },
    )  # fmt: skip
    if not is_new and row.status == "CHARGED":
        ServiceFee.objects.filter(pk=row.pk).update(**values)
    return 1

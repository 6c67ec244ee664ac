"""Tariffs and contracts: drafted by one, put in force by another; what is in force is never edited."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant
from payments.models import ServiceContract, Tariff, TariffLine, TariffVersion
from payments.rules.service_fee import COLLECTIONS
from payments.rules.tariff import (
    CONTRACT,
    METHODS,
    TARIFF_VERSION,
    TIERED_MARGINAL,
    TIERED_RETROACTIVE,
    TiersUnfitError,
    read_tiers,
)
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition


class PriceUnfit(Refusal):
    """A line that cannot be charged."""

    message = _("费率填写有误：%(why)s")


class PricesOverlap(Refusal):
    """Two prices, or two contracts, for one day."""

    message = _("这段时间已经有生效的费率或合同")


class TariffUnknown(Refusal):
    """No such tariff."""

    message = _("没有这个费率")


@dataclass(frozen=True, slots=True)
class Price:
    """One line of a tariff. Fen and bps; empty conditions fit all."""

    method: str
    rate_bps: int = 0
    flat_fen: int = 0
    min_fen: int = 0
    cap_fen: int | None = None
    scene: str = ""
    product: str = ""
    channel: str = ""
    tiers: list[dict[str, int | None]] = field(default_factory=list)


@transaction.atomic
def draft_tariff(
    *, code: str, name: str, service: str, prices: Sequence[Price], valid_from: date, source: str, actor: Actor,
    at: datetime, valid_until: date | None = None,
) -> Approval:  # fmt: skip
    """Draft a version of a tariff and ask a second person to put it in force.

    Raises PriceUnfit naming what is wrong, ApprovalOpen.
    """
    for price in prices:
        _refuse_unfit(price)
    if not prices or not source.strip():
        raise PriceUnfit(why="没有价格或依据")
    tariff, _new = Tariff.objects.get_or_create(code=code, defaults={"name": name, "service": service})
    number = (tariff.versions.aggregate(top=Max("version"))["top"] or 0) + 1
    version = TariffVersion.objects.create(
        status=TARIFF_VERSION.initial, tariff=tariff, version=number, valid_from=valid_from, valid_until=valid_until,
        source=source, drafted_by=f"{actor.kind}:{actor.ref}", drafted_at=at,
    )  # fmt: skip
    lines = [_line(version, place, price) for place, price in enumerate(prices, 1)]
    try:
        with transaction.atomic():
            TariffLine.objects.bulk_create(lines)
    except IntegrityError as error:
        raise PriceUnfit(why="条件重复或封顶低于最低") from error
    diff: dict[str, Any] = {
        "tariff": code, "version": number, "valid_from": valid_from, "valid_until": valid_until, "source": source,
        "prices": [_worded(price) for price in prices],
    }  # fmt: skip
    return request_approval(verb="payments.tariff.activate", subject=f"tariff:{code}", diff=diff, maker=actor, at=at)


def _worded(price: Price) -> str:
    scope = price.scene or price.channel or price.product or "*"
    return f"{scope}: {price.method} {price.rate_bps}bps {price.flat_fen}fen"


def _line(version: TariffVersion, place: int, price: Price) -> TariffLine:
    return TariffLine(
        version=version, position=place, scene=price.scene, product=price.product, channel=price.channel,
        method=price.method, rate_bps=price.rate_bps, flat_fen=price.flat_fen, min_fen=price.min_fen,
        cap_fen=price.cap_fen, tiers=price.tiers,
    )  # fmt: skip


def _refuse_unfit(price: Price) -> None:
    if price.method not in METHODS or not 0 <= price.rate_bps <= 10_000 or min(price.flat_fen, price.min_fen) < 0:
        raise PriceUnfit(why=price.method)
    if price.method in (TIERED_MARGINAL, TIERED_RETROACTIVE):
        try:
            read_tiers(price.tiers)
        except TiersUnfitError as fault:
            raise PriceUnfit(why=str(fault)) from fault


@approves("payments.tariff.activate")
def activate_tariff(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> None:
    """Put an approved version in force; an open-ended one before it ends on the day it begins.

    Raises TariffUnknown, PricesOverlap.
    """
    version = TariffVersion.objects.filter(tariff__code=diff["tariff"], version=diff["version"], status="DRAFT").first()
    if version is None:
        raise TariffUnknown
    for older in TariffVersion.objects.filter(
        tariff=version.tariff, status="ACTIVE", valid_until=None, valid_from__lt=version.valid_from
    ):
        transition(older, "ENDED", actor=actor, at=at, reason=approval_no, valid_until=version.valid_from)
    try:
        with transaction.atomic():
            transition(version, "ACTIVE", actor=actor, at=at, reason=approval_no)
    except IntegrityError as error:
        raise PricesOverlap from error


@transaction.atomic
def sign_contract(
    *, contract_no: str, merchant: Merchant, tariff_code: str, collection: str, valid_from: date, actor: Actor,
    at: datetime, returns_fee: bool = True, due_days: int = 15, valid_until: date | None = None,
) -> ServiceContract:  # fmt: skip
    """Record a contract the merchant has signed for a tariff; the same number again gives the one that stands.

    Raises TariffUnknown, PriceUnfit, PricesOverlap.
    """
    known = ServiceContract.objects.filter(contract_no=contract_no).first()
    if known is not None:
        return known
    tariff = Tariff.objects.filter(code=tariff_code).first()
    if tariff is None:
        raise TariffUnknown
    if collection not in COLLECTIONS:
        raise PriceUnfit(why=collection)
    try:
        with transaction.atomic():
            contract = ServiceContract.objects.create(
                status=CONTRACT.initial, contract_no=contract_no, merchant=merchant, tariff=tariff,
                collection=collection, returns_fee=returns_fee, valid_from=valid_from, valid_until=valid_until,
                due_days=due_days,
            )  # fmt: skip
            transition(contract, "SIGNED", actor=actor, at=at, signed_at=at)
    except IntegrityError as error:
        raise PricesOverlap from error
    record(
        actor=actor, action="payments.contract.sign", subject=f"contract:{contract_no}", at=at,
        detail={"merchant_no": merchant.merchant_no, "tariff": tariff_code, "collection": collection},
    )  # fmt: skip
    return contract

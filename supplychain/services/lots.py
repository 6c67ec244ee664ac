"""Losses and stock-taking: stock moves by its book only."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition
from supplychain.models import Lot, StockKind, StockMovement
from supplychain.rules.weighing import GRAM, LARGEST_KG
from supplychain.services.lines import signed_by


class LossTooLarge(Refusal):
    """More than there is."""

    message = _("这一批只有 %(kg)s 公斤，损耗不能更多")
    field = "kg"


class LossReasonMissing(Refusal):
    """A loss says why."""

    message = _("请选一个损耗的原因")
    field = "reason"


class CountOutOfRange(Refusal):
    """Negative, finer than a gram or absurd."""

    message = _("数出来的重量要在 0 到 100,000 公斤之间，精确到克")
    field = "kg"


class LotNotEmpty(Refusal):
    """A lot with stock cannot be closed."""

    message = _("这一批还有货，先卖完或盘点成 0")


@transaction.atomic
def record_loss(
    *, lot: Lot, kg: Decimal, reason: str, actor: Actor, at: datetime, draft_key: str | None = None
) -> StockMovement:
    """Write spoiled, stolen or given-away goods off a lot; the same draft key writes once.

    Raises:
        LossTooLarge, LossReasonMissing, CountOutOfRange.
    """
    if not reason.strip():
        raise LossReasonMissing
    if not kg.is_finite() or kg <= 0 or kg != kg.quantize(GRAM):
        raise CountOutOfRange
    locked = Lot.objects.select_for_update().get(pk=lot.pk)
    source_no = draft_key or new_uuid().hex
    known = StockMovement.objects.filter(lot=locked, kind=StockKind.LOST, source_no=source_no).first()
    if known is not None:
        return known
    if kg > locked.on_hand_kg:
        raise LossTooLarge(kg=f"{locked.on_hand_kg.normalize():f}")
    return _move(locked, StockKind.LOST, -kg, source_no, reason, actor, at)


@transaction.atomic
def count_stock(
    *, lot: Lot, counted_kg: Decimal, actor: Actor, at: datetime, reason: str = "", draft_key: str | None = None
) -> StockMovement | None:
    """Bring a lot to what was counted (盘点) by a movement of the difference; None when the book was right.

    Raises:
        CountOutOfRange.
    """
    if not counted_kg.is_finite() or not 0 <= counted_kg <= LARGEST_KG or counted_kg != counted_kg.quantize(GRAM):
        raise CountOutOfRange
    locked = Lot.objects.select_for_update().get(pk=lot.pk)
    source_no = draft_key or new_uuid().hex
    known = StockMovement.objects.filter(lot=locked, kind=StockKind.COUNTED, source_no=source_no).first()
    difference = counted_kg - locked.on_hand_kg
    if known is not None or not difference:
        return known
    return _move(locked, StockKind.COUNTED, difference, source_no, reason, actor, at)


@transaction.atomic
def count_lots(*, counts: Sequence[tuple[Lot, Decimal]], draft_key: str, actor: Actor, at: datetime) -> int:
    """Count several lots at once, all or none; returns how many differed from the book.

    Raises:
        CountOutOfRange.
    """
    moves = [
        count_stock(lot=lot, counted_kg=kg, actor=actor, at=at, draft_key=draft_key)
        for lot, kg in sorted(counts, key=lambda count: count[0].pk)
    ]
    return sum(1 for move in moves if move is not None)


@transaction.atomic
def close_lot(*, lot: Lot, actor: Actor, at: datetime) -> Lot:
    """Close the book of an empty lot.

    Raises:
        LotNotEmpty.
    """
    locked = Lot.objects.select_for_update().get(pk=lot.pk)
    if locked.on_hand_kg:
        raise LotNotEmpty
    return transition(locked, "CLOSED", actor=actor, at=at)


def _move(lot: Lot, kind: str, kg: Decimal, source_no: str, reason: str, actor: Actor, at: datetime) -> StockMovement:
    return StockMovement.objects.create(
        lot=lot,
        kind=kind,
        kg=kg,
        source_no=source_no[:64],
        reason=reason.strip()[:120],
        at=at,
        made_by=signed_by(actor=actor),
    )

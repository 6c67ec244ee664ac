"""Receiving goods from a grower or a wholesaler: the note, and the lots its lines become."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant, Person, Stall
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import Commodity, Lot, Receiving, ReceivingLine, StockKind, StockMovement
from supplychain.rules import states
from supplychain.rules.weighing import amount_of
from supplychain.services.lines import refuse_unfit_lines, signed_by


class SupplierMissing(Refusal):
    """Nobody is named as the supplier."""

    message = _("请写上从谁那里进的货")
    field = "supplier_name"


class StallElsewhere(Refusal):
    """The stall belongs to somebody else."""

    message = _("这个摊位不属于这家店")
    field = "stall"


ReceivedLine = tuple[Commodity, Decimal, int, str]
"""Commodity, kg, price in fen per kg (0 for own harvest), place of origin."""


@transaction.atomic
def receive_goods(
    *,
    merchant: Merchant,
    stall: Stall | None,
    lines: Sequence[ReceivedLine],
    supplier_name: str = "",
    supplier_merchant: Merchant | None = None,
    supplier_person: Person | None = None,
    draft_key: str | None = None,
    actor: Actor,
    at: datetime,
) -> Receiving:
    """Write a receiving note; every line becomes a lot with its stock.

    The same draft key gives the same note. Seven statements whatever the number of lines.
    Raises:
        SupplierMissing, StallElsewhere, and what `refuse_unfit_lines` refuses.
    """
    name = supplier_name.strip() or (supplier_merchant.name if supplier_merchant else "")
    name = name or (supplier_person.full_name if supplier_person else "")
    if not name:
        raise SupplierMissing
    if stall is not None and stall.merchant_id != merchant.pk:
        raise StallElsewhere
    day = business_date(at)
    refuse_unfit_lines(lines=[line[:3] for line in lines], day=day, price_may_be_zero=True)
    try:
        with transaction.atomic():
            note = Receiving.objects.create(
                receiving_no=new_no("RCV"),
                merchant=merchant,
                supplier_merchant=supplier_merchant,
                supplier_person=supplier_person,
                supplier_name=name[:64],
                received_at=at,
                business_date=day,
                amount_fen=sum(amount_of(price, kg) for _commodity, kg, price, _origin in lines),
                draft_key=draft_key,
                made_by=signed_by(actor=actor),
            )
    except IntegrityError:
        if draft_key is None:
            raise
        return Receiving.objects.get(merchant=merchant, draft_key=draft_key)
    _write_lots(note, stall, lines, actor, at)
    return note


def _write_lots(
    note: Receiving, stall: Stall | None, lines: Sequence[ReceivedLine], actor: Actor, at: datetime
) -> None:
    lots = Lot.objects.bulk_create(
        Lot(
            status=states.LOT.initial,
            lot_no=new_no("LOT"),
            merchant_id=note.merchant_id,
            stall=stall,
            commodity=commodity,
            origin=origin[:64],
            arrived_at=at,
            best_before_at=at + timedelta(days=commodity.shelf_life_days),
            cost_fen=amount_of(price, kg),
        )
        for commodity, kg, price, origin in lines
    )
    together = list(zip(lots, lines, strict=True))
    ReceivingLine.objects.bulk_create(
        ReceivingLine(
            receiving=note, line_no=number, lot=lot, kg=kg, price_fen_kg=price, amount_fen=amount_of(price, kg)
        )
        for number, (lot, (_commodity, kg, price, _origin)) in enumerate(together, start=1)
    )
    StockMovement.objects.bulk_create(
        StockMovement(
            lot=lot,
            kind=StockKind.RECEIVED,
            kg=line[1],
            source_no=note.receiving_no,
            at=at,
            made_by=signed_by(actor=actor),
        )
        for lot, line in together
    )

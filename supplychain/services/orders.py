"""The order book: placing an order, asking for its money, taking it back."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant, Person, Stall
from payments.models import Payment
from payments.services.payments import create_payment
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import Commodity, Goods, Handover, Order, OrderChannel, OrderLine
from supplychain.rules import states
from supplychain.rules.order import description_of, payment_order_no
from supplychain.rules.weighing import amount_of
from supplychain.selectors.orders import net_amount_fen
from supplychain.services.lines import refuse_unfit_lines

GONE = ("CLOSED", "FAILED")


class StallGone(Refusal):
    """The stall was given up."""

    message = _("这个摊位已经撤掉了")


class DraftReused(Refusal):
    """The draft's number stands for another bill."""

    message = _("这张单子已经交过，内容不一样。请重新开一张")
    field = "draft_key"


class BuyerMissing(Refusal):
    """A delivery needs somebody to deliver to."""

    message = _("送货要写收货人的名字、手机和地址")
    field = "address"


class AmountTooSmall(Refusal):
    """A line is worth less than a fen."""

    message = _("第 %(line)s 行不到一分钱，请看看重量和单价")
    field = "kg"


class OrderOver(Refusal):
    """The order is paid, returned or cancelled."""

    message = _("这张单子已经收过钱或者取消了")


@transaction.atomic
def place_order(
    *,
    stall: Stall,
    lines: Sequence[tuple[Commodity, Decimal, int]],
    channel: str = OrderChannel.COUNTER,
    handover: str = Handover.AT_STALL,
    buyer_person: Person | None = None,
    buyer_merchant: Merchant | None = None,
    buyer_name: str = "",
    buyer_phone: str = "",
    address: str = "",
    note: str = "",
    draft_key: str | None = None,
    actor: Actor,
    at: datetime,
) -> Order:
    """Write an order: lines are (commodity, kg, price in fen per kg); the same draft key gives the same order.

    Five statements whatever the number of lines. `stall.merchant` is not loaded.
    Raises:
        StallGone, BuyerMissing, DraftReused, AmountTooSmall, and what `refuse_unfit_lines` refuses.
    """
    if stall.closed_at is not None:
        raise StallGone
    day = business_date(at)
    refuse_unfit_lines(lines=lines, day=day)
    if handover == Handover.DELIVERY and not (buyer_name and buyer_phone and address):
        raise BuyerMissing
    amounts = [amount_of(price_fen_kg, kg) for _commodity, kg, price_fen_kg in lines]
    if 0 in amounts:
        raise AmountTooSmall(line=amounts.index(0) + 1)
    try:
        with transaction.atomic():
            order = Order.objects.create(
                status=states.ORDER.initial,
                order_no=new_no("ORD"),
                merchant_id=stall.merchant_id,
                stall=stall,
                channel=channel,
                handover=handover,
                buyer_person=buyer_person,
                buyer_merchant=buyer_merchant,
                buyer_name=buyer_name[:64],
                buyer_phone=buyer_phone or None,
                address=address or None,
                note=note[:80],
                draft_key=draft_key,
                amount_fen=sum(amounts),
                placed_at=at,
                business_date=day,
            )
    except IntegrityError:
        if draft_key is None:
            raise
        return _same_draft(stall, draft_key, lines)
    _write_lines(order, lines, amounts)
    Goods.objects.filter(stall=stall, commodity__in=[line[0].pk for line in lines]).update(picks=F("picks") + 1)
    payload = {"order_no": order.order_no, "stall_no": stall.stall_no, "amount_fen": order.amount_fen}
    emit("supplychain.order.placed", key=order.order_no, payload=payload, at=at)
    return order


def _same_draft(stall: Stall, draft_key: str, lines: Sequence[tuple[Commodity, Decimal, int]]) -> Order:
    known = Order.objects.get(stall=stall, draft_key=draft_key)
    written = known.lines.order_by("line_no").values_list("commodity_id", "kg", "price_fen_kg")
    if list(written) != [(commodity.pk, kg, price) for commodity, kg, price in lines]:
        raise DraftReused
    return known


def _write_lines(order: Order, lines: Sequence[tuple[Commodity, Decimal, int]], amounts: Sequence[int]) -> None:
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            line_no=number,
            commodity=commodity,
            stall_id=order.stall_id,
            business_date=order.business_date,
            kg=kg,
            price_fen_kg=price_fen_kg,
            amount_fen=amount_fen,
        )
        for number, ((commodity, kg, price_fen_kg), amount_fen) in enumerate(zip(lines, amounts, strict=True), start=1)
    )


@transaction.atomic
def pay_order(
    *,
    order: Order,
    channel: str = "DYNAMIC_CODE",
    actor: Actor,
    at: datetime,
    context: dict[str, str] | None = None,
) -> Payment:
    """Give an unpaid order its payment; asked again it gives the same one, or a new one once that is closed.

    Writes the payment's number on the order. The wallet's part (`start_attempt`) is the cashier's.
    Raises:
        OrderOver, and what `create_payment` refuses.
    """
    locked = Order.objects.select_for_update(of=("self",)).select_related("merchant", "stall").get(pk=order.pk)
    if locked.status not in ("PLACED", "FULFILLED"):
        raise OrderOver
    if locked.payment_no:
        known = Payment.objects.get(payment_no=locked.payment_no)
        if known.status not in GONE:
            return known
    tries = Payment.objects.filter(merchant=locked.merchant, order_no__startswith=locked.order_no).count()
    names = locked.lines.order_by("line_no").values_list("commodity__variety", "kg")
    payment = create_payment(
        merchant=locked.merchant,
        stall=locked.stall,
        amount_fen=net_amount_fen(locked),
        description=description_of(list(names)),
        order_no=payment_order_no(locked.order_no, tries),
        channel=channel,
        actor=actor,
        at=at,
        context=context,
    )
    Order.objects.filter(pk=locked.pk).update(payment_no=payment.payment_no)
    order.payment_no = payment.payment_no
    return payment

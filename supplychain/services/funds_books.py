"""The funds book, written from payments' facts alone, each exactly once."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.models import Merchant
from payments.models import Payment
from payments.services.refunds import request_refund
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.states import transition
from supplychain.models import Attention, FundsEntry, FundsKind, Order
from supplychain.rules.order import order_no_of
from supplychain.selectors.funds_books import net_paid_fen
from supplychain.services.cancellations import call_off, revive_order


@transaction.atomic
def enter_receipt(
    *,
    merchant_no: str,
    payment_no: str,
    order_no: str | None,
    amount_fen: int,
    paid_at: datetime,
    day: date,
    at: datetime,
) -> FundsEntry | None:
    """Write money received and move its order on; None when it is written already.

    Money for a cancelled order revives it and asks for attention; a second payment of one order goes back by itself.
    """
    order = _lock_order(merchant_no, order_no)
    merchant_id = (
        order.merchant_id if order else Merchant.objects.values_list("pk", flat=True).get(merchant_no=merchant_no)
    )
    entry = _write(
        FundsEntry(
            merchant_id=merchant_id,
            order=order,
            kind=FundsKind.RECEIVED,
            source_no=payment_no,
            payment_no=payment_no,
            amount_fen=amount_fen,
            at=paid_at,
            business_date=day,
        )
    )
    if entry is not None and order is not None:
        _move(order, payment_no, amount_fen, at)
    return entry


def _lock_order(merchant_no: str, order_no: str | None) -> Order | None:
    if not order_no:
        return None
    rows = Order.objects.select_for_update(of=("self",))
    return rows.filter(order_no=order_no_of(order_no), merchant__merchant_no=merchant_no).first()


def _write(entry: FundsEntry) -> FundsEntry | None:
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        return None
    return entry


def _move(order: Order, payment_no: str, amount_fen: int, at: datetime) -> None:
    if order.payment_no != payment_no:
        if order.funds_entries.filter(kind=FundsKind.RECEIVED).count() > 1:
            _send_back(order, payment_no, amount_fen, at)
            return
        Order.objects.filter(pk=order.pk).update(payment_no=payment_no)
    if order.status == "PLACED":
        transition(order, "PAID", actor=SYSTEM, at=at, reason=payment_no)
    elif order.status in ("FULFILLED", "RETURNED"):
        transition(order, "COMPLETED", actor=SYSTEM, at=at, reason=payment_no)
    elif order.status == "CANCELLED":
        revive_order(order=order, source_no=payment_no, actor=SYSTEM, at=at)
        _alert(order, "supplychain.order.late_money", payment_no, at)


def _send_back(order: Order, payment_no: str, amount_fen: int, at: datetime) -> None:
    request_refund(
        payment_no=payment_no,
        refund_no=new_no("REF"),
        amount_fen=amount_fen,
        reason="重复付款，自动退回",
        actor=SYSTEM,
        at=at,
    )
    Order.objects.filter(pk=order.pk).update(attention=Attention.PAID_TWICE)
    _alert(order, "supplychain.order.paid_twice", payment_no, at)


def _alert(order: Order, action: str, payment_no: str, at: datetime) -> None:
    record(actor=SYSTEM, action=action, subject=f"order:{order.order_no}", at=at, detail={"payment_no": payment_no})


@transaction.atomic
def enter_refund(
    *, refund_no: str, payment_no: str, amount_fen: int, refunded_at: datetime, day: date, at: datetime
) -> FundsEntry | None:
    """Write money given back; None when it is written already. A paid order whose money is all back is called off."""
    payment = Payment.objects.select_related("merchant").get(payment_no=payment_no)
    order = _lock_order(payment.merchant.merchant_no, payment.order_no)
    entry = _write(
        FundsEntry(
            merchant_id=payment.merchant_id,
            order=order,
            kind=FundsKind.REFUNDED,
            source_no=refund_no,
            payment_no=payment_no,
            amount_fen=amount_fen,
            at=refunded_at,
            business_date=day,
        )
    )
    if entry is not None and order is not None and order.status == "PAID" and net_paid_fen(order) <= 0:
        call_off(order=order, reason="refunded", actor=SYSTEM, at=at, source_no=refund_no)
    return entry


@transaction.atomic
def note_unpaid(*, payment_no: str, at: datetime) -> None:
    """Call off an order whose bill ran out unpaid; one on credit stays."""
    order = Order.objects.filter(payment_no=payment_no, status="PLACED").first()
    if order is not None:
        call_off(order=order, reason="unpaid", actor=SYSTEM, at=at)

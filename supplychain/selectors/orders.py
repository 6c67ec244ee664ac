"""Reads of the order book."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from accounts.models import Merchant
from supplychain.models import Order, OrderCorrection, OrderLine


def order_of(merchant: Merchant, order_no: str) -> Order:
    """Find a merchant's order with its stall; somebody else's raises Order.DoesNotExist."""
    return Order.objects.select_related("stall__market").get(merchant=merchant, order_no=order_no)


def order_by_no(order_no: str) -> Order:
    """Find an order by its unguessable number, for the buyer's page; raises Order.DoesNotExist."""
    return Order.objects.select_related("stall__market", "merchant").get(order_no=order_no)


def lines_of(order: Order) -> QuerySet[OrderLine]:
    """List an order's lines with what they are."""
    return order.lines.select_related("commodity").order_by("line_no")


def net_amount_fen(order: Order) -> int:
    """Return the order's amount after counter-entries, in fen."""
    corrected = OrderCorrection.objects.filter(order_line__order=order).aggregate(total=Sum("amount_fen"))
    return order.amount_fen + int(corrected["total"] or 0)


def with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Bring the lines of every order along in one more query."""
    lines = OrderLine.objects.select_related("commodity").order_by("line_no")
    return orders.prefetch_related(Prefetch("lines", lines))


def orders_of(merchant: Merchant, statuses: Sequence[str] = (), *, day: date | None = None) -> QuerySet[Order]:
    """List a merchant's orders, latest first, with stall and lines."""
    rows = Order.objects.filter(merchant=merchant)
    if statuses:
        rows = rows.filter(status__in=statuses)
    if day is not None:
        rows = rows.filter(business_date=day)
    return with_lines(rows.select_related("stall").order_by("-placed_at", "-pk"))


def to_send_out(merchant: Merchant) -> QuerySet[Order]:
    """List what is paid and waits for its goods, oldest first."""
    rows = Order.objects.filter(merchant=merchant, status="PAID").select_related("stall")
    return with_lines(rows.order_by("placed_at", "pk"))


def order_counts(merchant: Merchant) -> dict[str, int]:
    """Count what waits: to send out, to be paid, to be looked at."""
    return Order.objects.filter(Q(merchant=merchant), Q(status__in=["PLACED", "PAID"]) | ~Q(attention="")).aggregate(
        to_send=Count("pk", filter=Q(status="PAID")),
        unpaid=Count("pk", filter=Q(status="PLACED")),
        attention=Count("pk", filter=~Q(attention="")),
    )

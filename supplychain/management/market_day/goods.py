"""The goods of a day: the morning's supply, what goes out once paid, what comes back."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal

from django.db import connections

from accounts.models import Stall
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from supplychain.management.market_day.opening import OpenStall
from supplychain.management.market_day.patience import patiently
from supplychain.management.market_day.taking import Taken
from supplychain.models import Commodity, Goods, Order
from supplychain.rules.market_day import Sale
from supplychain.selectors.commodities import commodity_named
from supplychain.services.commodities import register_commodity
from supplychain.services.goods import offer_goods
from supplychain.services.outbounds import issue_outbound
from supplychain.services.receivings import receive_goods
from supplychain.services.returns import take_return

THREADS = 6
GROWER = "合作社早市供货"
MARGIN = Decimal("0.82")
"""What the stall paid for its goods, as a share of what it asks."""
LEFT_KG, LEFT_KINDS = Decimal(60), 8


def stock_stalls(
    *, sales: Sequence[Sale], stalls: Sequence[OpenStall], day: date, at: datetime
) -> dict[str, Commodity]:
    """Let every stall receive and offer what it will sell; return the commodities by name, new names registered."""
    commodities = {name: _commodity(name, day, at) for name in sorted({sale.product for sale in sales})}
    supply: dict[int, dict[tuple[str, int], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for sale in sales:
        supply[sale.stall][sale.product, sale.price_fen_kg] += sale.kg
    for nth, wanted in sorted(supply.items()):
        stall = stalls[nth]
        receive_goods(
            merchant=stall.merchant,
            stall=stall.stall,
            lines=[
                (commodities[name], kg, max(1, int(price_fen_kg * MARGIN)), "库尔勒")
                for (name, price_fen_kg), kg in sorted(wanted.items())
            ],
            supplier_name=GROWER,
            actor=stall.staff,
            at=at,
        )
        for name, price_fen_kg in sorted(wanted):  # the dearest lot's price stays on the list
            offer_goods(
                stall=stall.stall, commodity=commodities[name], price_fen_kg=price_fen_kg, actor=stall.staff, at=at
            )
    return commodities


def leave_stock(stall: Stall, *, actor: Actor, at: datetime) -> None:
    """Let a stall receive more of what it sells most, so that something is left to buy when the day has been played."""
    offered = Goods.objects.filter(stall=stall, is_on_sale=True).select_related("commodity").order_by("-picks", "pk")
    lines = [(row.commodity, LEFT_KG, max(1, int(row.price_fen_kg * MARGIN)), "库尔勒") for row in offered[:LEFT_KINDS]]
    if lines:
        receive_goods(merchant=stall.merchant, stall=stall, lines=lines, supplier_name=GROWER, actor=actor, at=at)


def hand_over(taken: Sequence[Taken]) -> Iterator[Taken]:
    """Let the goods of every paid order leave the stall; the note takes them from its oldest lots."""
    yield from _each(taken, _hand_over)


def take_back(taken: Sequence[Taken]) -> Iterator[Taken]:
    """Take goods back for the sales that come back; the service asks for the refund, the sweep sends it."""
    yield from _each([item for item in taken if item.sale.refund_fen], _take_back)


def _each(taken: Sequence[Taken], step: Callable[[Taken], None]) -> Iterator[Taken]:
    def patient(item: Taken) -> Taken:
        patiently(lambda: step(item))
        return item

    with ThreadPoolExecutor(THREADS, "goods") as threads:
        yield from threads.map(patient, taken)
        for _ in range(THREADS):
            threads.submit(connections.close_all)


def _hand_over(item: Taken) -> None:
    order = Order.objects.get(order_no=item.order_no)
    issue_outbound(order=order, actor=item.stall.staff, at=clock.now())


def _take_back(item: Taken) -> None:
    take_return(
        order=Order.objects.get(order_no=item.order_no),
        reason="退货",
        actor=item.stall.staff,
        at=clock.now(),
        amount_fen=item.sale.refund_fen,
        refund_no=f"REF{item.payment_no[3:]}",
    )


def _commodity(name: str, day: date, at: datetime) -> Commodity:
    return commodity_named(name, day) or register_commodity(
        variety=name, category="OTHER", actor=SYSTEM, at=at, valid_from=day
    )

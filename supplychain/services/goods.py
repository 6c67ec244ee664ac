"""What a stall offers and at what price."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Stall
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import Commodity, Goods

MOST_FEN_KG = 10_000_000


class PriceRefused(Refusal):
    """Zero, negative or absurd."""

    message = _("单价要大于 0，最多每公斤 100,000 元")
    field = "price"


class GoodsEnded(Refusal):
    """The commodity is out of use."""

    message = _("这个商品编码已经停用，请换一个")
    field = "commodity"


@transaction.atomic
def offer_goods(
    *, stall: Stall, commodity: Commodity, price_fen_kg: int, actor: Actor, at: datetime, is_in_store: bool = True
) -> Goods:
    """Put a commodity on a stall's list at a price (fen per kg); one already there is put on sale again.

    Raises:
        PriceRefused, GoodsEnded.
    """
    _refuse_price(price_fen_kg)
    if commodity.valid_until is not None and commodity.valid_until <= business_date(at):
        raise GoodsEnded
    goods, _is_new = Goods.objects.update_or_create(
        stall=stall,
        commodity=commodity,
        defaults={"price_fen_kg": price_fen_kg, "priced_at": at, "is_on_sale": True, "is_in_store": is_in_store},
        create_defaults={
            "goods_no": new_no("GDS"),
            "price_fen_kg": price_fen_kg,
            "priced_at": at,
            "is_in_store": is_in_store,
        },
    )
    return goods


@transaction.atomic
def set_price(*, goods: Goods, price_fen_kg: int, actor: Actor, at: datetime) -> Goods:
    """Change a price (fen per kg); bills already written keep theirs.

    Raises:
        PriceRefused.
    """
    _refuse_price(price_fen_kg)
    Goods.objects.filter(pk=goods.pk).update(price_fen_kg=price_fen_kg, priced_at=at)
    goods.refresh_from_db()
    return goods


@transaction.atomic
def show_goods(*, goods: Goods, is_on_sale: bool, is_in_store: bool, actor: Actor, at: datetime) -> Goods:
    """Put goods on or off sale, and on or off the store page."""
    Goods.objects.filter(pk=goods.pk).update(is_on_sale=is_on_sale, is_in_store=is_in_store and is_on_sale)
    goods.refresh_from_db()
    return goods


def _refuse_price(price_fen_kg: int) -> None:
    if type(price_fen_kg) is not int or not 0 < price_fen_kg <= MOST_FEN_KG:
        raise PriceRefused

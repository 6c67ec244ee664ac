"""What goods lines must be before anything is written: shared by orders and receivings."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import Commodity
from supplychain.rules.weighing import GRAM, LARGEST_KG, LARGEST_PRICE_FEN_KG

MOST_LINES = 100


class NoLines(Refusal):
    """Nothing on the note."""

    message = _("一样东西都还没有加上")
    field = "lines"


class TooManyLines(Refusal):
    """More lines than a note holds."""

    message = _("一张单子最多 100 行，请分开写")
    field = "lines"


class WeightOutOfRange(Refusal):
    """Zero, negative, finer than a gram or absurd."""

    message = _("第 %(line)s 行：重量要大于 0，最多 100,000 公斤，精确到克")
    field = "kg"


class PriceOutOfRange(Refusal):
    """Zero, negative or absurd."""

    message = _("第 %(line)s 行：单价要大于 0，最多每公斤 100,000 元")
    field = "price"


class CommodityEnded(Refusal):
    """The code is out of use on that day."""

    message = _("第 %(line)s 行：%(name)s 这个商品已经停用，请换一个")
    field = "commodity"


def refuse_unfit_lines(
    *, lines: Sequence[tuple[Commodity, Decimal, int]], day: date, price_may_be_zero: bool = False
) -> None:
    """Refuse what cannot be a goods line: (commodity, kg, price in fen per kg).

    Raises:
        NoLines, TooManyLines, WeightOutOfRange, PriceOutOfRange, CommodityEnded.
    """
    if not lines:
        raise NoLines
    if len(lines) > MOST_LINES:
        raise TooManyLines
    for number, (commodity, kg, price_fen_kg) in enumerate(lines, start=1):
        if not kg.is_finite() or not 0 < kg <= LARGEST_KG or kg != kg.quantize(GRAM):
            raise WeightOutOfRange(line=number)
        least = 0 if price_may_be_zero else 1
        if type(price_fen_kg) is not int or not least <= price_fen_kg <= LARGEST_PRICE_FEN_KG:
            raise PriceOutOfRange(line=number)
        ended = commodity.valid_until is not None and commodity.valid_until <= day
        if ended or commodity.valid_from > day:
            raise CommodityEnded(line=number, name=commodity.variety)


def signed_by(*, actor: Actor) -> str:
    """Write who made a row of the books."""
    return f"{actor.kind}:{actor.ref}"[:80]

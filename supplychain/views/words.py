"""What pages of the trade say about goods and orders."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from silk_road_ebao.kernel import clock
from supplychain.models import Order
from supplychain.rules.order import description_of
from supplychain.selectors.lots import Stock


def freshness(stock: Stock | None, at: datetime) -> str:
    """Say when goods came and how long they keep."""
    if stock is None:
        return ""
    days = (clock.business_date(at) - clock.business_date(stock.arrived_at)).days
    came = {0: _("今天到的"), 1: _("昨天到的")}.get(days) or _("%(n)s 天前到的") % {"n": days}
    left = (stock.best_before_at - at).days
    if left < 0:
        return _("%(came)s，已过最佳期") % {"came": came}
    keeps = ngettext("还能放 %(n)s 天", "还能放 %(n)s 天", left) % {"n": left}
    return f"{came} · {keeps}"


def order_line(order: Order) -> str:
    """Say in one line what an order is about; its lines must be prefetched."""
    return description_of([(line.commodity.variety, line.kg) for line in order.lines.all()])


def buyer_line(order: Order) -> str:
    """Name buyer and handover."""
    return " · ".join(filter(None, [order.buyer_name or _("散客"), order.get_handover_display(), order.note]))

"""收款场景: which scenes brought a merchant how much in a month, and how often a payment came about."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.door import merchant_page
from payments.selectors.days import month_start, next_month
from payments.selectors.scenes import SceneShare, merchant_scenes
from payments.views.words import scene_name
from silk_road_ebao.face.pages import show
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import business_date


@require_GET
@merchant_page()
def scenes(request: Any) -> HttpResponse:
    """Show the month by scene, by what was scanned and by size, each as bars."""
    today = business_date(clock.now())
    first = month_start(today, request.GET.get("month", ""))
    if first is None:
        raise Http404
    found = merchant_scenes(request.merchant, first)
    context = {
        "first": first,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": None if first >= today.replace(day=1) else next_month(first),
        "total": found.total,
        "boards": [
            (_("哪些场景收了多少钱"), [(scene_name(one.code, one.name), one) for one in found.scenes]),
            (_("顾客扫的什么"), _named(found.instruments)),
            (_("钱大钱小"), _named(found.bands)),
        ],
    }
    return show(request, "payments/scenes.html", context)


def _named(shares: list[SceneShare]) -> list[tuple[str, SceneShare]]:
    """Pair lines with their names; a single one tells nothing that the first board did not."""
    return [(one.name, one) for one in shares] if len(shares) > 1 else []

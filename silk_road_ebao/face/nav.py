"""The merchant's places: bottom bar on the phone, side rail on a wide screen."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Place:
    """One place: its route, its icon, and other addresses that belong to it."""

    label: str | Promise
    route: str
    drawing: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A place as one page shows it."""

    label: str | Promise
    href: str
    drawing: str
    here: bool


PLACES = (
    Place(_("今日"), "payments:today", "today", ("/collect/", "/payments/")),
    Place(_("开单"), "supplychain:sell", "bill", ("/orders/", "/goods/", "/stock/", "/receivings/", "/books/")),
    Place(_("对账"), "payments:days", "book", ("/days/", "/fees/", "/scenes/")),
    Place(_("行情"), "supplychain:prices", "prices"),
    Place(_("我的"), "accounts:me", "me", ("/preferences/",)),
)


def places(path: str) -> list[Shown]:
    """List the places that have a page, marking the one that the path belongs to."""
    shown = []
    for place in PLACES:
        try:
            href = reverse(place.route)
        except NoReverseMatch:
            continue
        here = path.startswith((href, *place.others))
        shown.append(Shown(place.label, href, place.drawing, here))
    return shown

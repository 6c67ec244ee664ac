"""Filters and tags that every template may use without loading them."""

from collections.abc import Sequence
from typing import Any

import segno
from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from silk_road_ebao.face import figures
from silk_road_ebao.face.charts import Point, bars, lines
from silk_road_ebao.face.nav import places
from silk_road_ebao.face.sums import Sum
from silk_road_ebao.face.words import word_of
from silk_road_ebao.kernel.money import format_yuan

register = template.Library()

Text = str | Promise

LONG_WHOLE = 9
"""Signs of whole yuan that fit a phone in the largest size: 9,999,999."""
TURNING_ICONS = frozenset({"next", "back", "return", "out"})


for shown in (
    figures.yuan,
    figures.kg,
    figures.percent_change,
    figures.rate,
    figures.day,
    figures.moment,
    figures.instant,
    figures.weekday,
):
    register.filter(shown)


# --- drawn -----------------------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, label: Text = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is decoration and hidden from screen readers."""
    turning = " icon--turns" if name in TURNING_ICONS else ""
    told = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"></use></svg>', turning, told, static("face/icons.svg"), name
    )


@register.simple_tag
def qr(text: str, label: Text) -> SafeString:
    """Draw a QR code as SVG on the server (error correction M, quiet zone by the frame); label says what it is for."""
    code = segno.make_qr(text, error="m")
    side = code.symbol_size(scale=1, border=0)[0]
    drawn = code.svg_inline(scale=1, border=0, dark="#000", omitsize=True, svgclass=None, lineclass=None)
    path = drawn[drawn.index("<path") : drawn.rindex("</svg>")]
    return format_html(
        '<div class="qr"><svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg></div>',
        side,
        side,
        label,
        mark_safe(path),  # noqa: S308  # segno's own path, no text of ours in it
    )


@register.inclusion_tag("components/spark.html")
def spark(points: Sequence[Point], *, title: Text, now: int | None = None, unit: str = "yuan") -> dict[str, Any]:
    """Draw small bars with a table behind; `points` are (label, value), `now` marks the running one.

    `unit` is yuan (values in fen) or count.
    """
    return {"chart": bars(points, now=now), "points": points, "title": title, "unit": unit}


@register.inclusion_tag("components/chart.html")
def line_chart(
    points: Sequence[Point],
    *,
    title: Text,
    name: Text,
    other: Sequence[Point] | None = None,
    other_name: Text = "",
    unit: Text = "",
) -> dict[str, Any]:
    """Draw one line, or two to compare, with labelled axes and a table behind; `points` are (label, value)."""
    rows = [
        (label, value, other[place][1] if other and place < len(other) else None)
        for place, (label, value) in enumerate(points)
    ]
    drawn = lines(points, other or ())
    return {"chart": drawn, "rows": rows, "title": title, "name": name, "other_name": other_name, "unit": unit}


# --- components ------------------------------------------------------------------------------------------------------
@register.inclusion_tag("components/amount.html")
def amount(fen: int | None, *, size: str = "s", sign: bool = False, tone: str = "") -> dict[str, Any]:
    """Show money with small sign of currency and small fen. Sizes s m l xl; `sign` adds a plus; tones good bad."""
    if fen is None:
        return {"known": False, "size": size}
    whole, part = format_yuan(abs(fen)).split(".")
    mark = "−" if fen < 0 else "+" if sign and fen > 0 else ""
    size += " amount--long" if size == "xl" and len(whole) > LONG_WHOLE else ""
    return {"known": True, "mark": mark, "whole": whole, "part": part, "size": size, "tone": tone}


@register.inclusion_tag("components/chip.html")
def chip(label: Text, tone: str = "") -> dict[str, Any]:
    """Show a short state. Tones: good, wait, bad, or none for quiet."""
    return {"label": label, "tone": tone}


@register.inclusion_tag("components/chip.html")
def status(noun: str, code: str) -> dict[str, Any]:
    """Show a status code of a noun ("payment", "refund", …) in the merchant's words."""
    label, tone = word_of(noun, code)
    return {"label": label, "tone": tone}


@register.inclusion_tag("components/row.html")
def list_row(
    title: Text,
    *,
    sub: Text = "",
    lead: Text = "",
    fen: int | None = None,
    sign: bool = False,
    tail: Text = "",
    noun: str = "",
    code: str = "",
    href: str = "",
    key: str = "",
) -> dict[str, Any]:
    """Show one line of a list: lead (time), title over sub, amount or tail over a status; a link when it leads on.

    `key` makes the row flash once when it arrives in a live list.
    """
    return {
        "title": title,
        "sub": sub,
        "lead": lead,
        "fen": fen,
        "sign": sign,
        "tail": tail,
        "noun": noun,
        "code": code,
        "href": href,
        "key": key,
    }


@register.inclusion_tag("components/sum.html")
def sum_lines(total: Sum) -> dict[str, Any]:
    """Show the sum that leads to a figure, each term with its reason and its lines behind it."""
    return {"sum": total}


@register.inclusion_tag("components/sum_brief.html")
def sum_brief(total: Sum) -> dict[str, Any]:
    """Show the sum on one line, terms of one name as one, the whole of it one touch away."""
    return {"sum": total, "terms": total.brief()}


@register.inclusion_tag("components/empty.html")
def empty(title: Text, text: Text = "", *, drawing: str = "info", action: Text = "", href: str = "") -> dict[str, Any]:
    """Say what will be here and offer the button that makes it so."""
    return {"title": title, "text": text, "drawing": drawing, "action": action, "href": href}


@register.inclusion_tag("components/failure.html")
def failure(title: Text, text: Text = "", *, href: str = "") -> dict[str, Any]:
    """Say what happened and where to try again."""
    return {"title": title, "text": text, "href": href}


@register.inclusion_tag("components/skeleton.html")
def skeleton(rows: int = 3) -> dict[str, Any]:
    """Hold the place of rows that are on their way."""
    return {"rows": range(rows * 2)}


@register.inclusion_tag("components/field.html")
def field(bound: Any, *, hint: Text = "") -> dict[str, Any]:
    """Show a form field with label, hint and its error, joined for screen readers."""
    return {"field": bound, "hint": hint or bound.help_text}


@register.inclusion_tag("components/number_pad.html")
def number_pad(
    name: str, *, label: Text, value: str = "", unit: Text = "¥", places: int = 2, digits: int = 7, error: Text = ""
) -> dict[str, Any]:
    """Show a field for a number with large keys; without script it is an ordinary field."""
    return {
        "name": name,
        "label": label,
        "value": value,
        "unit": unit,
        "places": places,
        "digits": digits,
        "error": error,
        "keys": "123456789",
    }


@register.inclusion_tag("components/notice.html")
def notice(text: Text, tone: str = "") -> dict[str, Any]:
    """Show a sentence that stands out. Tones: good, wait, bad, or none for plain."""
    drawing = {"good": "done", "bad": "warn", "wait": "clock"}.get(tone, "info")
    return {"text": text, "tone": tone, "drawing": drawing}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: template.Context, page: Any) -> dict[str, Any]:
    """Lead to the pages before and after a Django `Page`, keeping the other parameters."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("components/nav.html", takes_context=True)
def nav(context: template.Context) -> dict[str, Any]:
    """Show the merchant's places; those whose room does not stand yet are left out."""
    request: HttpRequest | None = context.get("request")
    return {"places": places(request.path if request else "")}


@register.inclusion_tag("components/panel.html")
def panel(route: str, label: Text = "") -> dict[str, Any]:
    """Fetch a panel of another room by its address; left out while that room has none. Without script: a link."""
    try:
        return {"href": reverse(route), "label": label}
    except NoReverseMatch:
        return {"href": ""}


@register.simple_block_tag
def card(content: str, *, title: Text = "", href: str = "", more: Text = "", flush: bool = False) -> SafeString:
    """Frame the content; `href` with `more` lead on from the title; `flush` for a list inside."""
    head = _card_head(title, href, more or gettext("全部"))
    name = "card card--flush" if flush else "card"
    return format_html('<section class="{}">{}{}</section>', name, head, mark_safe(content))  # noqa: S308  # rendered


@register.simple_block_tag
def dialog(content: str, *, name: str, title: Text) -> SafeString:
    """Lay a box over the page when it is opened by a link to #name; closes by a link, without script."""
    return format_html(
        '<div class="dialog" id="{}" role="dialog" aria-labelledby="{}-title">'
        '<a class="dialog__away" href="#" tabindex="-1" aria-hidden="true"></a><div class="dialog__box">'
        '<div class="page-head"><h2 id="{}-title">{}</h2>'
        '<a class="tap" href="#">{}</a></div>{}</div></div>',
        name,
        name,
        name,
        title,
        icon("close", gettext("关闭")),
        mark_safe(content),  # noqa: S308  # rendered
    )


def _card_head(title: Text, href: str, more: Text) -> SafeString:
    if not title:
        return mark_safe("")
    link = format_html('<a class="card__more" href="{}">{} {}</a>', href, more, icon("next")) if href else ""
    return format_html('<div class="card__head"><h2>{}</h2>{}</div>', title, link)

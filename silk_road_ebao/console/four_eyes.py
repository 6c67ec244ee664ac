"""Four eyes at the console: ask for a change, and show a frozen diff as people read it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from silk_road_ebao.console.operators import actor_of
from silk_road_ebao.console.readable import STATES
from silk_road_ebao.console.words import KINDS
from silk_road_ebao.face.figures import rate, yuan
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.approvals import request_approval
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal

LISTS = frozenset({"documents", "prices", "cases", "codes", "values"})
"""Fields whose value is a list: two of a thing are no change from one to the other."""
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One field of a change: what it is now and what it will be."""

    name: str
    before: str
    after: str


def ask_for_change(request: HttpRequest, *, verb: str, subject: str, diff: dict[str, Any]) -> Approval | None:
    """Ask a second person for a change and say so; a refusal is shown and nothing is asked."""
    try:
        approval = request_approval(verb=verb, subject=subject, diff=diff, maker=actor_of(request), at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, _("已提交，等同事复核：%(no)s") % {"no": approval.approval_no})
    return approval


def diff_lines(diff: Mapping[str, Any]) -> list[DiffLine]:
    """Lay a frozen diff out in lines.

    Understands {"field": {"from": a, "to": b}}, {"field": [a, b]}, {"before": {…}, "after": {…}} and plain values.
    """
    if set(diff) == {"before", "after"} and all(isinstance(part, Mapping) for part in diff.values()):
        names = list(dict.fromkeys([*diff["before"], *diff["after"]]))
        return [
            DiffLine(name, _said(name, diff["before"].get(name)), _said(name, diff["after"].get(name)))
            for name in names
        ]
    return [_line(name, value) for name, value in diff.items()]


def _line(name: str, value: Any) -> DiffLine:
    if isinstance(value, Mapping) and set(value) == {"from", "to"}:
        return DiffLine(name, _said(name, value["from"]), _said(name, value["to"]))
    if (
        name not in LISTS
        and isinstance(value, list)
        and len(value) == 2
        and not any(isinstance(part, (list, dict)) for part in value)
    ):
        return DiffLine(name, _said(name, value[0]), _said(name, value[1]))
    return DiffLine(name, "", _said(name, value))


def _said(name: str, value: Any) -> str:
    if name.endswith("_fen") and isinstance(value, int):
        return yuan(value)
    if name.endswith("_bps") and isinstance(value, int):
        return rate(value)
    if isinstance(value, str) and name in ("status", "kind"):
        return str(STATES.get(value, KINDS.get(value, value))) or _text(value)
    return _text(value)


def _text(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Mapping):
        return "；".join(f"{name} {_text(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return "，".join(_text(inner) for inner in value)
    text = str(value)
    return f"{text[:12]}…" if DIGEST.fullmatch(text) else text

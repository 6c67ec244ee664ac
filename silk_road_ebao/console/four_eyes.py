"""Four eyes at the console: ask for a change, and show a frozen diff as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from silk_road_ebao.console.operators import actor_of
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.approvals import request_approval
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal


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
        return [DiffLine(name, _text(diff["before"].get(name)), _text(diff["after"].get(name))) for name in names]
    return [_line(name, value) for name, value in diff.items()]


def _line(name: str, value: Any) -> DiffLine:
    if isinstance(value, Mapping) and set(value) == {"from", "to"}:
        return DiffLine(name, _text(value["from"]), _text(value["to"]))
    if isinstance(value, list) and len(value) == 2 and not any(isinstance(part, (list, dict)) for part in value):
        return DiffLine(name, _text(value[0]), _text(value[1]))
    return DiffLine(name, "", _text(value))


def _text(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Mapping):
        return "；".join(f"{name} {_text(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return "，".join(_text(inner) for inner in value)
    return str(value)

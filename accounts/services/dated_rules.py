"""Entry of new legal limits: by two operators, with their source."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import DatedRule, OperatorRole
from accounts.services.operators import require_role
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal

ENTER = "accounts.dated_rule.enter"


class RuleInThePast(Refusal):
    """A new value may not change what was decided under the old one."""

    message = _("新规则要从明天或以后开始，不能改过去的")
    field = "valid_from"


class RuleOverlaps(Refusal):
    """A later value stands already."""

    message = _("这个日期之后已经有一条规则，请先处理那一条")
    field = "valid_from"


class SourceMissing(Refusal):
    """A limit without its source."""

    message = _("请写明文件名称和文号")
    field = "source"


def _snapshot_rule(subject: str) -> dict[str, Any]:
    """Return the rule's values as they stand."""
    rows = DatedRule.objects.filter(name=subject).order_by("valid_from").values_list("valid_from", "value")
    return {"values": [f"{day} {value}" for day, value in rows]}


@transaction.atomic
def request_rule(
    *, name: str, value: int, unit: str, valid_from: date, source: str, actor: Actor, at: datetime, note: str = ""
) -> Approval:
    """Ask (MAKER) that a limit take a new value from a day on; the value before ends there.

    Raises:
        RoleMissing, RuleInThePast, SourceMissing, ApprovalOpen
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    if valid_from <= business_date(at):
        raise RuleInThePast
    if not source.strip():
        raise SourceMissing
    diff = {"value": value, "unit": unit, "valid_from": valid_from, "source": source, "note": note}
    return request_approval(verb=ENTER, subject=name, diff=diff, maker=actor, at=at)


@approves(ENTER, snapshot=_snapshot_rule)
def enter_rule(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> DatedRule:
    """Carry out the second signature (CHECKER).

    Raises:
        RoleMissing, RuleInThePast, RuleOverlaps
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    valid_from = date.fromisoformat(diff["valid_from"])
    if valid_from <= business_date(at):
        raise RuleInThePast
    DatedRule.objects.filter(name=subject, valid_until__isnull=True, valid_from__lt=valid_from).update(
        valid_until=valid_from
    )
    try:
        with transaction.atomic():
            rule = DatedRule.objects.create(
                name=subject,
                value=diff["value"],
                unit=diff["unit"],
                valid_from=valid_from,
                source=diff["source"],
                note=diff["note"],
                is_read_in_source=True,
            )
    except IntegrityError:
        raise RuleOverlaps from None
    record(actor=actor, action="accounts.dated_rule.enter", subject=subject, at=at, detail={"approval_no": approval_no})
    return rule

"""Rules of risk change by four eyes: one proposes, another lets it act (or stop)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.models import RiskRule
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.recall import forget
from silk_road_ebao.kernel.refusals import Refusal

CHANGE = "payments.risk_rule.change"


class NothingToChange(Refusal):
    """The rule acts, or rests, already."""

    message = _("这条规则已经是这个状态")


def ask_rule_change(*, rule: RiskRule, is_live: bool, actor: Actor, at: datetime) -> Approval:
    """Ask a second person to let a rule act, or to let it only watch; raises NothingToChange, ApprovalOpen."""
    if rule.is_live == is_live:
        raise NothingToChange
    diff = {"code": rule.code, "is_live": {"from": rule.is_live, "to": is_live}}
    return request_approval(verb=CHANGE, subject=f"risk_rule:{rule.pk}", diff=diff, maker=actor, at=at)


@approves(CHANGE)
@transaction.atomic
def change_rule(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> RiskRule:
    """Let a rule act or only watch, as two people agreed; raises NothingToChange."""
    rule = RiskRule.objects.select_for_update().get(pk=int(subject.partition(":")[2]))
    wanted = bool(diff["is_live"]["to"])
    if rule.is_live == wanted:
        raise NothingToChange
    RiskRule.objects.filter(pk=rule.pk).update(is_live=wanted)
    record(
        actor=actor,
        action="payments.risk_rule.change",
        subject=f"risk_rule:{rule.code}",
        at=at,
        detail={"is_live": wanted, "approval_no": approval_no},
    )
    transaction.on_commit(lambda: forget_rules(day=business_date(at)))
    rule.is_live = wanted
    return rule


def forget_rules(*, day: date) -> None:
    """Forget the rules read for a day, so that every process reads them anew."""
    forget(f"payments.risk_rules.{scope}.{day.isoformat()}" for scope in ("PAYMENT", "TRANSFER"))

"""Working differences off: a maker proposes with reason and evidence, another person settles (four eyes)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.models import BusinessDay, Discrepancy, Settlement, SettlementAdjustment, SubMerchant
from payments.rules.business_day import has_reached
from payments.rules.discrepancy import FEE
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

ACCEPT, ADJUST, CARRY = "ACCEPT", "ADJUST", "CARRY"
WAYS = {ACCEPT: _("核对无误，结案"), ADJUST: _("调整商户结算"), CARRY: _("带差异发布，继续跟进")}
MOST_AT_ONCE = 500
VERB = "payments.discrepancy.settle"


class DiscrepancyNotFound(Refusal):
    """Unknown number."""

    message = _("没有这条差错")


class NotProposable(Refusal):
    """Settled already, waiting in the pool, or being checked."""

    message = _("这条差错现在不能提交处理")


class ReasonTooThin(Refusal):
    """A case is settled with a reason and evidence."""

    message = _("请写明原因和依据")
    field = "reason"


class AdjustmentUnfit(Refusal):
    """An amount without a merchant to settle with, or of nothing."""

    message = _("调整需要金额，而且差错要能落到一个商户")
    field = "amount_fen"


class CausesDiffer(Refusal):
    """A bulk is one kind and one cause."""

    message = _("批量处理只能选同一种类、同一原因的差错")


def propose_resolution(
    *, discrepancy_nos: list[str], way: str, reason: str, evidence: str, actor: Actor, at: datetime,
    amount_fen: int = 0,
) -> Approval:  # fmt: skip
    """Ask a second person to settle one case, or many of one kind and cause together.

    `way` is ACCEPT (nothing to correct), ADJUST (add `amount_fen`, negative to take off, to the next statement; one
    case only) or CARRY (publish the day with the case still followed). Raises DiscrepancyNotFound, NotProposable,
    ReasonTooThin, AdjustmentUnfit, CausesDiffer, ApprovalOpen.
    """
    if len(reason.strip()) < 2 or not evidence.strip():
        raise ReasonTooThin
    numbers = sorted(set(discrepancy_nos))[:MOST_AT_ONCE]
    with transaction.atomic():
        rows = list(Discrepancy.objects.select_for_update().filter(discrepancy_no__in=numbers).order_by("pk"))
        _refuse_unfit(rows, numbers, way, amount_fen)
        diff = {
            "way": way,
            "kind": rows[0].kind,
            "cause": rows[0].cause,
            "cases": numbers,
            "amount_fen": amount_fen,
            "reason": reason.strip(),
            "evidence": evidence.strip(),
        }
        subject = f"discrepancy:{numbers[0]}" + (f"+{len(numbers) - 1}" if len(numbers) > 1 else "")
        approval = request_approval(verb=VERB, subject=subject, diff=diff, maker=actor, at=at)
        for row in rows:
            transition(row, "PROPOSED", actor=actor, at=at, reason=approval.approval_no)
    return approval


def _refuse_unfit(rows: list[Discrepancy], numbers: list[str], way: str, amount_fen: int) -> None:
    if way not in WAYS or not rows or len(rows) != len(numbers):
        raise DiscrepancyNotFound
    if any(row.status not in ("OPEN", "CARRIED") for row in rows):
        raise NotProposable
    if len({(row.kind, row.cause) for row in rows}) > 1:
        raise CausesDiffer
    if way == ADJUST and (len(rows) > 1 or amount_fen == 0 or rows[0].merchant_id is None):
        raise AdjustmentUnfit
    if way != ADJUST and amount_fen:
        raise AdjustmentUnfit


@approves(VERB)
def settle_discrepancies(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> None:
    """Settle what was proposed, inside the approval's transaction; all cases or none.

    Raises NotProposable when a case has moved since.
    """
    rows = list(Discrepancy.objects.select_for_update().filter(discrepancy_no__in=diff["cases"]).order_by("pk"))
    if len(rows) != len(diff["cases"]) or any(row.status != "PROPOSED" for row in rows):
        raise NotProposable
    proof = {"approval_no": approval_no, "evidence": diff["evidence"], "reason": diff["reason"]}
    for row in rows:
        evidence = {**row.evidence, **proof}
        if diff["way"] == CARRY:
            transition(row, "CARRIED", actor=actor, at=at, reason=diff["reason"], evidence=evidence)
            continue
        if diff["way"] == ADJUST:
            _adjust(row, diff["amount_fen"], diff["reason"], actor, at)
        transition(
            row, "RESOLVED", actor=actor, at=at, reason=diff["reason"], evidence=evidence,
            resolution=f"{WAYS[diff['way']]}：{diff['reason']}"[:255], resolved_at=at,
        )  # fmt: skip


def _adjust(row: Discrepancy, amount_fen: int, reason: str, actor: Actor, at: datetime) -> None:
    sub_merchant = SubMerchant.objects.get(merchant=row.merchant_id, acquirer_code=row.acquirer_code)
    write_adjustment(
        sub_merchant=sub_merchant,
        amount_fen=amount_fen,
        reason=reason,
        source_no=row.discrepancy_no,
        actor=actor,
        at=at,
        origin_day=row.day if row.kind == FEE else None,
    )


def write_adjustment(
    *, sub_merchant: SubMerchant, amount_fen: int, reason: str, source_no: str, actor: Actor, at: datetime,
    origin_day: date | None = None, captured_fen: int = 0,
) -> SettlementAdjustment:  # fmt: skip
    """Write an amount onto the first day whose statement is not made yet; the same source twice is one adjustment.

    `origin_day` is the posted day whose bill it mends, so that a later correction of it does not count it again;
    `captured_fen` of it the ledger has under that day already.
    """
    day = first_open_day(at=at)
    adjustment, is_new = SettlementAdjustment.objects.get_or_create(
        sub_merchant=sub_merchant, source_no=source_no,
        defaults={
            "day": day, "amount_fen": amount_fen, "reason": reason[:120], "made_by": f"{actor.kind}:{actor.ref}",
            "made_at": at, "origin_day": origin_day, "captured_fen": captured_fen,
        },
    )  # fmt: skip
    if is_new:
        record(
            actor=actor, action="payments.settlement.adjust", subject=f"sub_merchant:{sub_merchant.pk}", at=at,
            detail={"source_no": source_no, "amount_fen": amount_fen, "day": day},
        )  # fmt: skip
    return adjustment


def first_open_day(*, at: datetime) -> date:
    """Find the first business day whose statements are not made yet: yesterday, today, or one being closed."""
    day = business_date(at) - timedelta(days=1)
    for row in BusinessDay.objects.filter(date__gte=day).order_by("date"):
        if not has_reached(row.reached, "STATEMENTS_MADE"):
            return row.date
        day = row.date + timedelta(days=1)
    return day if not Settlement.objects.filter(day=day).exists() else business_date(at)


@transaction.atomic
def reopen_discrepancy(*, discrepancy_no: str, actor: Actor, at: datetime) -> Discrepancy:
    """Take a proposal off a case whose approval was turned down, so that it can be worked on again.

    Raises DiscrepancyNotFound, NotProposable while its approval still waits.
    """
    row = Discrepancy.objects.select_for_update().filter(discrepancy_no=discrepancy_no).first()
    if row is None:
        raise DiscrepancyNotFound
    waiting = Approval.objects.filter(verb=VERB, status="PENDING", diff__cases__contains=[discrepancy_no])
    if row.status != "PROPOSED" or waiting.exists():
        raise NotProposable
    return transition(row, "OPEN", actor=actor, at=at, reason="proposal turned down")

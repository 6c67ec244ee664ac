"""单据核对: papers a person held against the books; the one that opens the gate is seen by two."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import PaperCheck, PaperKind

VERB = "supplychain.paper.check"


class PaperUnfit(Refusal):
    """A check names a paper of a known kind."""

    message = _("请选单据种类并写单据号")
    field = "paper_ref"


class PaperKnown(Refusal):
    """One paper of a merchant is checked once; what was found stays."""

    message = _("这张单据已经核对过了")
    field = "paper_ref"


def note_paper(
    *, merchant: Merchant, kind: str, paper_ref: str, is_matched: bool, note: str = "", actor: Actor, at: datetime
) -> PaperCheck | Approval:
    """Note a paper that was seen; a stall contract opens a gate of the assessment and goes to a second person.

    Raises:
        PaperUnfit, PaperKnown, and what `request_approval` refuses.
    """
    _refuse(merchant, kind, paper_ref)
    if kind != PaperKind.STALL_CONTRACT:
        return check_paper(
            merchant=merchant, kind=kind, paper_ref=paper_ref, is_matched=is_matched, note=note, actor=actor, at=at
        )
    diff = {
        "merchant": merchant.name,
        "paper_ref": paper_ref.strip(),
        "is_matched": is_matched,
        "note": note,
        "seen_by": actor.label or actor.ref,
    }
    subject = f"paper:{merchant.merchant_no}:{kind}"
    return request_approval(verb=VERB, subject=subject, diff=diff, maker=actor, at=at)


@approves(VERB)
def carry_out_check(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> PaperCheck:
    """Note the paper two persons saw."""
    _noun, merchant_no, kind = subject.split(":")
    return check_paper(
        merchant=Merchant.objects.get(merchant_no=merchant_no),
        kind=kind,
        paper_ref=diff["paper_ref"],
        is_matched=diff["is_matched"],
        note=diff["note"],
        seen_by=diff["seen_by"],
        actor=actor,
        at=at,
    )


@transaction.atomic
def check_paper(
    *,
    merchant: Merchant,
    kind: str,
    paper_ref: str,
    is_matched: bool,
    note: str = "",
    seen_by: str = "",
    actor: Actor,
    at: datetime,
) -> PaperCheck:
    """Write that a person held a paper against the books; `seen_by` is the first of two.

    Raises:
        PaperUnfit, PaperKnown
    """
    _refuse(merchant, kind, paper_ref)
    who = "、".join(filter(None, [seen_by, actor.label or actor.ref]))
    try:
        with transaction.atomic():
            check = PaperCheck.objects.create(
                merchant=merchant,
                kind=kind,
                paper_ref=paper_ref.strip()[:64],
                is_matched=is_matched,
                note=note[:200],
                checked_at=at,
                checked_by=who[:80],
            )
    except IntegrityError as error:
        if "paper_check_once" in str(error):
            raise PaperKnown from error
        raise
    record(
        actor=actor,
        action="supplychain.paper.check",
        subject=merchant.merchant_no,
        at=at,
        detail={"kind": kind, "matched": is_matched, "paper": paper_ref.strip()[:64]},
    )
    return check


def _refuse(merchant: Merchant, kind: str, paper_ref: str) -> None:
    if kind not in PaperKind.values or not paper_ref.strip():
        raise PaperUnfit
    if PaperCheck.objects.filter(merchant=merchant, kind=kind, paper_ref=paper_ref.strip()[:64]).exists():
        raise PaperKnown

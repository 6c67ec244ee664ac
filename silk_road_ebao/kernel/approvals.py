"""Four eyes: one asks for a change as a frozen diff, another approves it, then it is carried out.

The kernel knows the verb only by name; the service that carries it out registers itself with
`@approves`. Whether the checker may check at all (signed in, enabled, role) is the console's to
say; that maker and checker differ is a constraint.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.canonical import digest, plain, refuse_secrets
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import StaleTransition, transition


class CarryOut(Protocol):
    """A service that carries out an approved diff, in the transaction of the approval."""

    def __call__(
        self, *, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime
    ) -> object: ...


class TurnDown(Protocol):
    """A service that tells the subject's own row that its change was turned down, in the same transaction."""

    def __call__(self, *, subject: str, reason: str, actor: Actor, at: datetime) -> object: ...


Snapshot = Callable[[str], dict[str, Any]]
C = TypeVar("C", bound=CarryOut)


@dataclass(frozen=True, slots=True)
class _Verb:
    carry_out: CarryOut
    snapshot: Snapshot | None
    turn_down: TurnDown | None = None


_verbs: dict[str, _Verb] = {}


class UnknownVerb(Refusal):
    message = _("没有这个复核事项")


class ApprovalOpen(Refusal):
    message = _("已有一张待复核的申请，请先处理那一张")


class ApprovalNotFound(Refusal):
    message = _("没有这张复核单")


class ApprovalDecided(Refusal):
    message = _("这张复核单已经处理过了")


class SamePerson(Refusal):
    message = _("不能复核自己提交的申请，请换一位同事")


class NotTheMaker(Refusal):
    message = _("只有提交人能撤回申请")


class SubjectChanged(Refusal):
    message = _("提交申请之后内容又变了，请退回重新提交")


class ReasonMissing(Refusal):
    message = _("请写明原因")
    field = "reason"


def approves(verb: str, *, snapshot: Snapshot | None = None, turn_down: TurnDown | None = None) -> Callable[[C], C]:
    """Register the service that carries out `verb`.

    `snapshot(subject)` gives the subject as it stands; if it differs at approval from what it was
    at the request, the approval is refused. A service without one checks for itself.
    `turn_down` is called with the checker's reason when the change is rejected.
    """

    def register(carry_out: C) -> C:
        _verbs[verb] = _Verb(carry_out, snapshot, turn_down)
        return carry_out

    return register


@transaction.atomic
def request_approval(*, verb: str, subject: str, diff: dict[str, Any], maker: Actor, at: datetime) -> Approval:
    """Ask for a change; what is asked can no longer be altered.

    `diff` is what the checker will see: masked. Raises UnknownVerb, ApprovalOpen if one for the
    same verb and subject waits, SecretInClear.
    """
    frozen = plain(diff)
    refuse_secrets(frozen, f"approval {verb}")
    if verb not in _verbs:
        raise UnknownVerb
    try:
        with transaction.atomic():
            approval = Approval.objects.create(
                approval_no=new_no("APV"),
                verb=verb,
                subject=subject,
                diff=frozen,
                snapshot_hash=_snapshot_hash(verb, subject),
                maker_kind=maker.kind,
                maker_ref=maker.ref,
                maker_label=maker.label,
                requested_at=at,
                status=Approval.STATES.initial,
            )
    except IntegrityError as error:
        if "approval_one_open" in str(error):
            raise ApprovalOpen from error
        raise
    _record(approval, "request", maker, at, {"diff": frozen})
    return approval


@transaction.atomic
def approve(*, approval_no: str, checker: Actor, at: datetime) -> Approval:
    """Approve a change and carry it out, both or neither.

    Raises ApprovalNotFound, ApprovalDecided, SamePerson, SubjectChanged, and whatever the
    registered service refuses; the approval then stays open.
    """
    approval = _open_one(approval_no)
    if checker.same_as(_maker(approval)):
        raise SamePerson
    verb = _verbs.get(approval.verb)
    if verb is None:
        raise UnknownVerb
    if approval.snapshot_hash != _snapshot_hash(approval.verb, approval.subject):
        raise SubjectChanged
    _decide(approval, "APPROVED", checker, at, "")
    verb.carry_out(subject=approval.subject, diff=approval.diff, approval_no=approval_no, actor=checker, at=at)
    _record(approval, "approve", checker, at, {})
    return approval


@transaction.atomic
def reject(*, approval_no: str, checker: Actor, reason: str, at: datetime) -> Approval:
    """Turn a change down, with a reason the maker will read.

    Raises ApprovalNotFound, ApprovalDecided, SamePerson, ReasonMissing.
    """
    approval = _open_one(approval_no)
    if checker.same_as(_maker(approval)):
        raise SamePerson
    if not reason.strip():
        raise ReasonMissing
    _decide(approval, "REJECTED", checker, at, reason)
    verb = _verbs.get(approval.verb)
    if verb is not None and verb.turn_down is not None:
        verb.turn_down(subject=approval.subject, reason=reason, actor=checker, at=at)
    _record(approval, "reject", checker, at, {"reason": reason})
    return approval


@transaction.atomic
def withdraw(*, approval_no: str, maker: Actor, at: datetime) -> Approval:
    """Take one's own request back. Raises ApprovalNotFound, ApprovalDecided, NotTheMaker."""
    approval = _open_one(approval_no)
    if not maker.same_as(_maker(approval)):
        raise NotTheMaker
    _decide(approval, "WITHDRAWN", maker, at, "")
    _record(approval, "withdraw", maker, at, {})
    return approval


def _open_one(approval_no: str) -> Approval:
    approval = Approval.objects.select_for_update().filter(approval_no=approval_no).first()
    if approval is None:
        raise ApprovalNotFound
    if approval.status != "PENDING":
        raise ApprovalDecided
    return approval


def _maker(approval: Approval) -> Actor:
    return Actor(approval.maker_kind, approval.maker_ref, approval.maker_label)


def _decide(approval: Approval, to: str, by: Actor, at: datetime, reason: str) -> None:
    try:
        transition(
            approval,
            to,
            actor=by,
            at=at,
            reason=reason,
            decision_note=reason,
            checker_kind=by.kind,
            checker_ref=by.ref,
            checker_label=by.label,
            decided_at=at,
        )
    except StaleTransition as error:
        raise ApprovalDecided from error


def _snapshot_hash(verb: str, subject: str) -> str:
    snapshot = _verbs[verb].snapshot
    return digest(snapshot(subject)).hex() if snapshot else ""


def _record(approval: Approval, what: str, actor: Actor, at: datetime, more: dict[str, Any]) -> None:
    record(
        actor=actor,
        action=f"kernel.approval.{what}",
        subject=approval.subject,
        at=at,
        detail={"approval_no": approval.approval_no, "verb": approval.verb, **more},
    )

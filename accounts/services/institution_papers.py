"""Papers that let an institution serve: entered by two operators, like every master data."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, InstitutionPaper, OperatorRole, PaperKind
from accounts.services.institutions import record_paper
from accounts.services.operators import require_role
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal

ENTER = "accounts.institution_paper.enter"


class PaperKnown(Refusal):
    """The institution has this paper already."""

    message = _("这份凭据已经登记过了")
    field = "reference"


class PaperEndsFirst(Refusal):
    """It would have ended before it began."""

    message = _("到期日要晚于起始日")
    field = "valid_until"


def _snapshot_paper(subject: str) -> dict[str, Any]:
    """Return whether the paper stands already."""
    return {"stands": _find(subject).exists()}


def _find(subject: str) -> Any:
    code, kind, reference = subject.split(" ", 2)
    return InstitutionPaper.objects.filter(institution__code=code, kind=kind, reference=reference)


@transaction.atomic
def request_paper(
    *,
    institution: Institution,
    kind: str,
    reference: str,
    valid_from: date,
    valid_until: date | None,
    source: str,
    actor: Actor,
    at: datetime,
) -> Approval:
    """Ask (MAKER) that a contract, partner-list entry or licence be entered; nothing of it counts before.

    Raises:
        RoleMissing, PaperKnown, PaperEndsFirst, ApprovalOpen
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    subject = f"{institution.code} {PaperKind(kind).value} {reference.strip()}"
    if valid_until is not None and valid_until <= valid_from:
        raise PaperEndsFirst
    if _find(subject).exists():
        raise PaperKnown
    diff = {"valid_from": valid_from, "valid_until": valid_until, "source": source.strip()}
    return request_approval(verb=ENTER, subject=subject, diff=diff, maker=actor, at=at)


@approves(ENTER, snapshot=_snapshot_paper)
def enter_paper(
    *, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime
) -> InstitutionPaper:
    """Carry out the second signature (CHECKER): the paper stands from now on.

    Raises:
        RoleMissing
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    code, kind, reference = subject.split(" ", 2)
    ends = diff["valid_until"]
    return record_paper(
        institution=Institution.objects.get(code=code),
        kind=kind,
        reference=reference,
        valid_from=date.fromisoformat(diff["valid_from"]),
        valid_until=date.fromisoformat(ends) if ends else None,
        source=diff["source"],
        actor=actor,
        at=at,
    )

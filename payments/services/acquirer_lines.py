"""The breaker of each acquirer's line: one slow acquirer delays only itself (F13)."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.models import AcquirerLine
from payments.rules.payment import FAULTS_TO_OPEN, OPEN_FOR, PROBE_FOR
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.refusals import Refusal


class AcquirerDown(Refusal):
    """The acquirer's line is open; another wallet may work."""

    message = _("这个付款方式暂时连不上，请换一种方式付款")


class LineIsWell(Refusal):
    """Nothing to reset."""

    message = _("这条线路没有断开，不用恢复")


class ResetReasonMissing(Refusal):
    """A breaker is reset by hand for a reason only."""

    message = _("请写明为什么现在恢复")
    field = "reason"


@transaction.atomic
def reset_line(*, acquirer_code: str, reason: str, actor: Actor, at: datetime) -> AcquirerLine:
    """Close a breaker by hand, because the acquirer said it is well again; audited.

    Should it not be well, five faults open it anew. Raises LineIsWell, ResetReasonMissing.
    """
    if len(reason.strip()) < 2:
        raise ResetReasonMissing
    line = AcquirerLine.objects.select_for_update().filter(pk=acquirer_code, failures__gt=0).first()
    if line is None:
        raise LineIsWell
    detail = {"failures": line.failures, "faulty_since": line.faulty_since, "reason": reason[:200]}
    AcquirerLine.objects.filter(pk=acquirer_code).update(
        failures=0, open_until=None, probing_until=None, faulty_since=None, changed_at=at
    )
    record(actor=actor, action="payments.line.reset", subject=f"line:{acquirer_code}", at=at, detail=detail)
    line.refresh_from_db()
    return line


def enter_line(*, acquirer_code: str, at: datetime) -> None:
    """Pass the breaker, taking the one probe when it is half open.

    Raises:
        AcquirerDown: the breaker is open or somebody else is probing.
    """
    line = AcquirerLine.objects.filter(pk=acquirer_code, failures__gte=FAULTS_TO_OPEN).first()
    if line is None:
        return
    if line.open_until and line.open_until > at:
        raise AcquirerDown
    is_probe = (
        AcquirerLine.objects.filter(pk=acquirer_code)
        .filter(Q(probing_until__isnull=True) | Q(probing_until__lte=at))
        .update(probing_until=at + PROBE_FOR)
    )
    if not is_probe:
        raise AcquirerDown


def note_line(*, acquirer_code: str, is_fault: bool, error: str, at: datetime) -> None:
    """Count a fault, or close the breaker after a good answer; a good line costs one read and no write."""
    if is_fault:
        _note_fault(acquirer_code, error, at)
        return
    AcquirerLine.objects.filter(pk=acquirer_code, failures__gt=0).update(
        failures=0, open_until=None, probing_until=None, faulty_since=None, last_error="", changed_at=at
    )


@transaction.atomic
def _note_fault(acquirer_code: str, error: str, at: datetime) -> None:
    AcquirerLine.objects.get_or_create(pk=acquirer_code)
    line = AcquirerLine.objects.select_for_update().get(pk=acquirer_code)
    line.failures = F("failures") + 1
    line.last_error = error[:255]
    line.changed_at = at
    line.probing_until = None
    line.save(update_fields=["failures", "last_error", "changed_at", "probing_until"])
    AcquirerLine.objects.filter(pk=acquirer_code, faulty_since=None).update(faulty_since=at)
    AcquirerLine.objects.filter(pk=acquirer_code, failures__gte=FAULTS_TO_OPEN).update(open_until=at + OPEN_FOR)

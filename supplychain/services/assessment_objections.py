"""异议: the merchant disagrees, a person looks, and what he finds makes a new version (R17)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition
from supplychain.models import Assessment, AssessmentObjection
from supplychain.services.assessments import assess_merchant


class StatementMissing(Refusal):
    """An objection says what is wrong."""

    message = _("请写明哪里不对")
    field = "statement"


class ObjectionOpen(Refusal):
    """The same point is being looked at already."""

    message = _("这一项你已经提过异议，正在查看")


class FindingMissing(Refusal):
    """A decision says why."""

    message = _("请写明处理意见")
    field = "finding"


@transaction.atomic
def raise_objection(
    *, assessment: Assessment, feature: str, statement: str, actor: Actor, at: datetime
) -> AssessmentObjection:
    """Object to an assessment, or to one feature of it.

    Raises:
        StatementMissing, ObjectionOpen
    """
    if not statement.strip():
        raise StatementMissing
    try:
        with transaction.atomic():
            objection = AssessmentObjection.objects.create(
                status="OPEN",
                objection_no=new_no("OBJ"),
                assessment=assessment,
                feature=feature if feature in assessment.features else "",
                statement=statement.strip()[:500],
                raised_at=at,
                raised_by=actor.label or actor.ref,
            )
    except IntegrityError as error:
        if "objection_one_open" in str(error):
            raise ObjectionOpen from error
        raise
    record(actor=actor, action="supplychain.objection.raise", subject=objection.objection_no, at=at, detail={})
    return objection


@transaction.atomic
def decide_objection(
    *, objection: AssessmentObjection, is_upheld: bool, finding: str, actor: Actor, at: datetime
) -> AssessmentObjection:
    """Decide as a person. Upheld: after the books were mended the merchant is assessed anew, superseding the old row.

    Raises:
        FindingMissing, StaleTransition when somebody else decided, NothingToAssess
    """
    if not finding.strip():
        raise FindingMissing
    row = AssessmentObjection.objects.select_for_update(of=("self",)).select_related("assessment__merchant").get(
        pk=objection.pk
    )  # fmt: skip
    old = row.assessment
    result = None
    if is_upheld:
        result = assess_merchant(merchant=old.merchant, until=business_date(at), actor=actor, at=at, supersedes=old)
    transition(
        row,
        "UPHELD" if is_upheld else "DISMISSED",
        actor=actor,
        at=at,
        reason=finding.strip()[:200],
        finding=finding.strip()[:500],
        decided_at=at,
        decided_by=(actor.label or actor.ref)[:80],
        result=result,
    )
    record(
        actor=actor,
        action="supplychain.objection.decide",
        subject=row.objection_no,
        at=at,
        detail={"upheld": is_upheld, "result": result.assessment_no if result else ""},
    )
    return row

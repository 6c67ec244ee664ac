"""勘误: a final that proves wrong by more than the limit is corrected in public, under a number."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import IndexErratum, IndexRelease
from supplychain.services.index_releases import release_week

ERROR_POINTS = Decimal("0.5")


class FinalStands(Refusal):
    """Within half a point finals stand; while 试编 a new vintage needs no erratum."""

    message = _("相差 %(points)s 点，没有超过 0.5 点，终值不改")


@transaction.atomic
def issue_erratum(*, release: IndexRelease, cause: str, actor: Actor, at: datetime) -> IndexErratum:
    """Compute a published final week anew from its newest cells; an error over 0.5 point becomes an erratum.

    Raises:
        FinalStands: nothing is written.
    """
    again = release_week(source=release.source, week=release.period, kind="FINAL", actor=actor, at=at)
    points = abs((again.value or Decimal(0)) - (release.value or Decimal(0)))
    if again.status != "PUBLISHED" or again.value is None or release.value is None or points <= ERROR_POINTS:
        raise FinalStands(points=points)
    IndexErratum.objects.select_for_update().order_by("-id").first()
    erratum = IndexErratum.objects.create(
        erratum_no=f"勘误 {at.year}-{IndexErratum.objects.filter(issued_at__year=at.year).count() + 1:03d}",
        release=release,
        corrected_by=again,
        value_before=release.value,
        value_after=again.value,
        cause=cause[:200],
        issued_at=at,
        issued_by=actor.label or actor.ref,
    )
    record(
        actor=actor,
        action="supplychain.index.erratum",
        subject=release.release_no,
        at=at,
        detail={"before": str(release.value), "after": str(again.value), "cause": cause},
    )
    return erratum

"""The monthly round: every merchant who sold is assessed once, however often the round is begun again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date
from supplychain.models import Assessment
from supplychain.selectors.assessment_features import MerchantFeatures, features_of
from supplychain.selectors.assessments import merchants_to_assess
from supplychain.services.assessments import write_assessments

BATCH = 1_000


def assess_last_month(*, actor: Actor, at: datetime, batch: int = BATCH) -> int:
    """Assess all merchants who sold in the 364 days to the end of last month; returns how many rows were new.

    The features of all are computed together, since peers are needed; rows are committed a batch at a time. A round
    that broke off goes on where it stopped; one that is over costs one query.
    """
    until = business_date(at).replace(day=1) - timedelta(days=1)
    with _one_at_a_time() as is_mine:
        waiting = merchants_to_assess(until) if is_mine else []
        if not waiting:
            return 0
        with transaction.atomic():
            found = features_of(until=until, merchant_ids=waiting)
        return sum(_write(found[start : start + batch], until, actor, at) for start in range(0, len(found), batch))


@contextmanager
def _one_at_a_time() -> Iterator[bool]:
    """Hold the round's lock over its transactions: a message delivered again while it runs finds it taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('supplychain assessment round'))")
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('supplychain assessment round'))")


@transaction.atomic
def _write(found: list[MerchantFeatures], until: date, actor: Actor, at: datetime) -> int:
    ids = [row.merchant_id for row in found]
    known = set(
        Assessment.objects.filter(window_until=until, merchant_id__in=ids).values_list("merchant_id", flat=True)
    )
    left = [row for row in found if row.merchant_id not in known]
    return len(write_assessments(found=left, until=until, actor=actor, at=at)) if left else 0

"""The monthly round assesses everybody once, goes on where it stopped; drift compares merchants, not methods."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Merchant
from silk_road_ebao.kernel.actors import SYSTEM
from supplychain.models import Assessment, AssessmentModel
from supplychain.rules.assessment import read_scorecard, score
from supplychain.selectors.assessments import model_on
from supplychain.services import assessment_rounds
from supplychain.services.assessment_drifts import drift_of
from supplychain.services.assessment_rounds import assess_last_month
from supplychain.tasks import assess_merchants_task
from tests.supplychain.world import open_market

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)
UNTIL = date(2026, 10, 31)


@pytest.fixture
def shops():
    open_market(tag="W", merchants=5, first=UNTIL - timedelta(days=40), last=UNTIL + timedelta(days=15), daily=1)
    return list(Merchant.objects.filter(merchant_no__startswith="WM").order_by("id"))


def test_a_round_that_breaks_off_goes_on_where_it_stopped(shops, monkeypatch):
    written = []
    write = assessment_rounds.write_assessments

    def break_at_the_second_batch(**given):
        if written:
            raise RuntimeError("power cut")
        written.extend(write(**given))
        return written

    monkeypatch.setattr(assessment_rounds, "write_assessments", break_at_the_second_batch)
    with pytest.raises(RuntimeError):
        assess_last_month(actor=SYSTEM, at=AT, batch=2)
    monkeypatch.undo()
    before = list(Assessment.objects.values_list("merchant_id", flat=True))

    assert assess_last_month(actor=SYSTEM, at=AT, batch=2) == 3
    assert assess_last_month(actor=SYSTEM, at=AT, batch=2) == 0

    assert sorted(before) == [shop.pk for shop in shops[:2]]
    rows = Counter(Assessment.objects.values_list("merchant_id", "window_until"))
    assert rows == {(shop.pk, UNTIL): 1 for shop in shops}


def test_a_round_in_batches_writes_what_one_alone_would(shops):
    assess_last_month(actor=SYSTEM, at=AT, batch=1)
    apart = dict(Assessment.objects.values_list("merchant_id", "input_hash"))

    later = assessment_rounds.features_of(until=UNTIL)
    together = assessment_rounds.write_assessments(found=later, until=UNTIL, actor=SYSTEM, at=AT)

    assert {row.merchant_id: row.input_hash for row in together} == apart


def test_a_round_costs_the_same_queries_for_two_merchants_and_for_five(shops):
    costs = []
    for few in (shops[:2], shops):
        with CaptureQueriesContext(connection) as queries:
            found = assessment_rounds.features_of(until=UNTIL, merchant_ids=[shop.pk for shop in few])
            made = assessment_rounds.write_assessments(found=found, until=UNTIL, actor=SYSTEM, at=AT)
        assert len(made) == len(few)
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_the_alarm_clock_runs_the_round(shops):
    assess_merchants_task()

    assert Assessment.objects.values("merchant_id").distinct().count() == len(shops)


def copies(row, model, *, until, count, **more):
    """Write `count` issued assessments like one, each with T, O, F by the method given."""
    values = {code: None if told["value"] is None else float(told["value"]) for code, told in row.features.items()}
    results = score(read_scorecard(model.version, model.parameters), values, {}).results
    made = [
        Assessment(
            assessment_no=f"C{until}-{model.pk}-{n}", merchant_id=row.merchant_id, model=model, outcome="ISSUED",
            window_from=until - timedelta(days=364), window_until=until, authenticity=results["T"],
            operation=results["O"], circulation=results["F"], features=row.features, gates=[], input_hash="x",
            computed_at=AT, computed_by="test", **more,
        )
        for n in range(count)
    ]  # fmt: skip
    Assessment.objects.bulk_create(made)


def test_drift_scores_last_years_rows_by_the_method_asked_about(shops):
    assess_last_month(actor=SYSTEM, at=AT)
    row = Assessment.objects.order_by("merchant_id").first()
    old = model_on(UNTIL)
    halved = [
        told | {"points": [place // 2 for place in told["points"]], "missing": told["missing"] // 2}
        for told in old.parameters["features"]
    ]
    new = AssessmentModel.objects.create(
        version="T2", parameters=old.parameters | {"features": halved}, valid_from=UNTIL + timedelta(days=1)
    )
    copies(row, old, until=UNTIL - timedelta(days=364), count=30)
    copies(row, new, until=UNTIL, count=30)

    drifts = drift_of(until=UNTIL, model=new)

    assert [(one.psi, one.verdict, one.rows_now, one.rows_then) for one in drifts] == [(0.0, "STABLE", 30, 30)] * 3
    assert {one.verdict for one in drift_of(until=UNTIL, model=old)} == {"UNKNOWN"}

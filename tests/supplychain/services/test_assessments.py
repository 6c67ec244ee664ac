"""Operating assessments: gates, reasons, recomputation, fakes found (R15, R16, R17)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from accounts.models import Merchant
from silk_road_ebao.kernel.actors import Actor
from supplychain.models import Assessment, AssessmentModel
from supplychain.rules.assessment import read_scorecard, score
from supplychain.selectors.assessment_features import features_of
from supplychain.services.agreements import compute_agreements
from supplychain.services.assessments import assess_merchant, input_hash_of, recompute
from tests.supplychain.world import inject, open_market

pytestmark = pytest.mark.django_db

LAST = date(2026, 11, 20)
FIRST = LAST - timedelta(days=99)
AT = datetime(2026, 11, 21, 4, tzinfo=UTC)
OPERATOR = Actor("OPERATOR", "OPRTEST", "复核")
SHARES = (0.05, 0.10, 0.20, 0.40)
KINDS = ("CIRCULAR", "NO_OUTBOUND", "INFLATED")
REASON = {"CIRCULAR": "circular", "NO_OUTBOUND": "agreement", "INFLATED": "price_consistency"}


def compare_books():
    for back in range(100):
        compute_agreements(day=LAST - timedelta(days=back), actor=OPERATOR, at=AT)


def market(merchants=16, daily=2):
    open_market(tag="W", merchants=merchants, first=FIRST, last=LAST, daily=daily)
    return list(Merchant.objects.filter(merchant_no__startswith="WM").order_by("id"))


def test_injected_fakes_lower_authenticity_step_by_step_and_name_the_right_reason():
    shops = market()
    cases = [(kind, share) for kind in KINDS for share in SHARES]
    for shop, (kind, share) in zip(shops, cases, strict=False):
        inject(kind=kind, tag="W", merchant_id=shop.pk, share=share)
    honest = shops[-1]
    compare_books()
    model = AssessmentModel.objects.get()
    card = read_scorecard(model.version, model.parameters)

    found = {row.merchant_id: row for row in features_of(until=LAST)}

    scores = {key: score(card, row.values, row.peers) for key, row in found.items()}
    for nth, kind in enumerate(KINDS):
        mine = [scores[shops[nth * 4 + step].pk] for step in range(4)]
        authenticity = [scores[honest.pk].results["T"], *(one.results["T"] for one in mine)]
        assert authenticity == sorted(authenticity, reverse=True), (kind, authenticity)
        assert len(set(authenticity)) == 5, (kind, authenticity)
        worst = {reason.feature: reason.lost for reason in mine[-1].reasons}
        assert REASON[kind] in worst, (kind, worst)
        others = {feature: found[shops[nth * 4 + 3].pk].values[feature] for feature in REASON.values()}
        untouched = [others[name] for name in REASON.values() if name != REASON[kind]]
        assert all(value is not None for value in untouched)


def test_a_closed_gate_issues_nothing_and_says_which():
    shop = market(merchants=6)[0]
    compare_books()

    row = assess_merchant(merchant=shop, until=LAST, actor=OPERATOR, at=AT)

    assert row.outcome == "REFERRED"
    assert set(row.gates) == {"NO_AUTHORISATION", "UNVERIFIED"}
    assert (row.authenticity, row.operation, row.circulation) == (None, None, None)


def test_recomputation_equals_what_was_stored_r17():
    shop = market(merchants=6)[0]
    compare_books()

    row = assess_merchant(merchant=shop, until=LAST, actor=OPERATOR, at=AT)
    again = assess_merchant(merchant=shop, until=LAST, actor=OPERATOR, at=AT)

    assert again.features == row.features
    assert again.input_hash == row.input_hash == input_hash_of(assessment=Assessment.objects.get(pk=row.pk))
    stored = dict.fromkeys("TOF", 0)
    for feature in read_scorecard("x", row.model.parameters).features:
        stored[feature.result] += row.features[feature.code]["points"]
    assert recompute(assessment=row) == stored


def test_an_assessment_is_never_changed_in_sql_either():
    shop = market(merchants=4)[0]
    compare_books()
    row = assess_merchant(merchant=shop, until=LAST, actor=OPERATOR, at=AT)

    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE supplychain_assessment SET gates = '[]' WHERE id = %s", [row.pk])

    assert Assessment.objects.get(pk=row.pk).gates == row.gates

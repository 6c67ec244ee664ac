"""The workbench: filters, both sides, one resolution for many of one cause by two people."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from payments.models import Discrepancy
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.models import Approval
from tests.console.conftest import sit_down  # noqa: F401
from tests.payments.factories import MerchantFactory

pytestmark = pytest.mark.django_db
BENCH = "admin:payments_discrepancy_workbench"
DAY, AT = date(2026, 11, 17), datetime(2026, 11, 18, 3, tzinfo=UTC)
SECOND = Actor("OPERATOR", "2", "乙")


def case(number, *, kind="FEE", cause="RATE_DIFFERS", **more):
    values = {
        "status": "OPEN", "acquirer_code": "WECHAT", "day": DAY, "ours_fen": 8_000, "theirs_fen": 8_000,
        "ours": {"fee_fen": 30, "status": "PAID"}, "theirs": {"fee_fen": 33, "status": "PAID"},
    } | more  # fmt: skip
    return Discrepancy.objects.create(
        discrepancy_no=f"DSC{number:04d}", subject_no=f"ATT{number:04d}", kind=kind, cause=cause, opened_at=AT, **values
    )


def test_the_largest_group_comes_first_and_both_sides_stand_beside_each_other(sit_down):  # noqa: F811
    client = sit_down("MAKER")
    for number in range(3):
        case(number)
    case(9, kind="AMOUNT_OVER", cause="AMOUNT_CHANGED", theirs_fen=8_100)

    page = client.get(reverse(BENCH))

    assert [(group["n"], group["is_now"]) for group in page.context["groups"]] == [(3, True), (1, False)]
    sides = page.context["rows"][0][1]
    assert [(side.ours, side.theirs, side.differs) for side in sides if side.differs] == [("¥0.30", "¥0.33", True)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"acquirer": "ALIPAY"}, ["ATT0002"]),
        ({"first": "2026-11-18"}, ["ATT0003"]),
        ({"last": "2026-11-16"}, []),
        ({"words": "ATT0001"}, ["ATT0001"]),
        ({"words": "孔雀"}, ["ATT0004"]),
        ({"state": "SUSPENSE"}, ["ATT0005"]),
        ({"first": "not a day"}, ["ATT0001", "ATT0002", "ATT0004", "ATT0003"]),
    ],
)
def test_a_filter_narrows_groups_and_cases(query, found, sit_down):  # noqa: F811
    client = sit_down("MAKER")
    case(1)
    case(2, acquirer_code="ALIPAY")
    case(3, day=DAY + timedelta(days=1))
    case(4, merchant=MerchantFactory(name="孔雀河蔬菜行"))
    case(5, status="SUSPENSE")

    page = client.get(reverse(BENCH), query)

    assert [row.subject_no for row, _sides in page.context["rows"]] == found


def test_all_of_one_cause_are_proposed_at_once_and_settled_by_another(sit_down):  # noqa: F811
    client = sit_down("MAKER")
    for number in range(60):
        case(number)
    case(99, kind="AMOUNT_OVER", cause="AMOUNT_CHANGED")
    answer = {"everything": "1", "way": "ACCEPT", "reason": "费率已和机构确认", "evidence": "邮件 11-18"}

    client.post(f"{reverse(BENCH)}?kind=FEE&cause=RATE_DIFFERS", answer)

    approval = Approval.objects.get()
    assert len(approval.diff["cases"]) == 60
    approve(approval_no=approval.approval_no, checker=SECOND, at=AT)
    assert Discrepancy.objects.filter(status="RESOLVED").count() == 60
    assert Discrepancy.objects.get(kind="AMOUNT_OVER").status == "OPEN"


@pytest.mark.parametrize(
    "spoil", [{"reason": ""}, {"evidence": ""}, {"no": []}, {"way": "ADJUST"}, {"amount": "1.005"}, {"way": "NO"}]
)
def test_a_proposal_that_lacks_something_changes_nothing(spoil, sit_down):  # noqa: F811
    client = sit_down("MAKER")
    case(1)
    answer = {"no": ["DSC0001"], "way": "ACCEPT", "reason": "已核对", "evidence": "工单", "amount": ""}

    client.post(reverse(BENCH), answer | spoil)

    assert Discrepancy.objects.get().status == "OPEN"
    assert not Approval.objects.exists()


def test_who_is_no_maker_looks_but_proposes_nothing(sit_down):  # noqa: F811
    client = sit_down("AUDITOR")
    case(1)

    page = client.get(reverse(BENCH))
    client.post(reverse(BENCH), {"no": ["DSC0001"], "way": "ACCEPT", "reason": "已核对", "evidence": "工单"})

    assert not page.context["may_propose"]
    assert Discrepancy.objects.get().status == "OPEN"


def test_the_bench_asks_as_often_for_one_case_as_for_fifty(sit_down):  # noqa: F811
    client = sit_down("MAKER")
    case(0, merchant=MerchantFactory())
    client.get(reverse(BENCH))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(reverse(BENCH))
    for number in range(1, 50):
        case(number, merchant=MerchantFactory())

    with CaptureQueriesContext(connection) as many:
        client.get(reverse(BENCH))

    assert len(many) <= len(one)

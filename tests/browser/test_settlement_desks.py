"""The desks of settlement in a real browser: the workbench by keys alone, books and bills at a phone's width."""

from datetime import UTC, date, datetime, timedelta

import pytest

from payments.models import Discrepancy
from silk_road_ebao.console.operators import FACTOR_KEY
from silk_road_ebao.kernel.models import Approval
from tests.accounts.factories import OperatorFactory
from tests.payments.factories import InstitutionFactory, MerchantFactory

pytestmark = pytest.mark.django_db(transaction=True)
DAY, AT = date(2026, 11, 17), datetime(2026, 11, 18, 3, tzinfo=UTC)


@pytest.fixture
def desk(live_server, open_page, client):
    operator = OperatorFactory(roles=["MAKER", "CHECKER", "AUDITOR"])
    client.force_login(operator.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[FACTOR_KEY] = operator.user.pk
    session.save()
    page = open_page(width=1280, height=860)
    page.context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": live_server.url}])
    return page


def cases(count=5):
    merchant = MerchantFactory(name="库尔勒香梨与南疆干果批发零售（孔雀河农贸市场二区）合作社")
    for number in range(count):
        Discrepancy.objects.create(
            status="OPEN", discrepancy_no=f"DSC{number:04d}", acquirer_code="WECHAT", day=DAY - timedelta(days=number),
            kind="FEE", subject_no=f"ATT7Q2W9E4R5T6Y1U8I3{number:04d}", merchant=merchant, cause="RATE_DIFFERS",
            ours_fen=8_000, theirs_fen=8_000, ours={"fee_fen": 30, "status": "PAID", "trade_no": "4200001234567890"},
            theirs={"fee_fen": 33, "status": "SUCCESS", "trade_no": "4200001234567890"}, opened_at=AT, line_no=number,
        )  # fmt: skip
    Discrepancy.objects.create(
        status="OPEN", discrepancy_no="DSC9000", acquirer_code="ALIPAY", day=DAY, kind="AMOUNT_OVER",
        subject_no="ATT7Q2W9E4R5T6Y1U8I39999", cause="AMOUNT_CHANGED", ours_fen=12_345_678_901,
        theirs_fen=12_345_679_001, opened_at=AT,
    )  # fmt: skip


def test_cases_of_one_cause_are_ticked_and_proposed_by_keys_alone(live_server, desk, complaints):
    cases()
    desk.goto(f"{live_server.url}/admin/payments/discrepancy/workbench/")

    for key in ("j", "x", "j", "j", "x", "r"):
        desk.keyboard.press(key)
    assert desk.text_content("#ticked") == "2"
    desk.keyboard.type("费率表换了版本")
    desk.keyboard.press("Tab")
    desk.keyboard.type("机构邮件 11-18")
    with desk.expect_navigation():
        desk.keyboard.press("Enter")

    approval = Approval.objects.get()
    assert approval.diff["cases"] == ["DSC0002", "DSC0004"]
    assert complaints == []


def test_n_goes_to_the_next_cause_and_slash_to_the_search(live_server, desk):
    cases()
    desk.goto(f"{live_server.url}/admin/payments/discrepancy/workbench/")

    desk.keyboard.press("n")
    desk.wait_for_url("**cause=AMOUNT_CHANGED**")
    desk.keyboard.press("/")
    desk.keyboard.type("DSC0001")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**words=DSC0001**")

    assert desk.locator(".bench__row").count() == 1


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("place", ["discrepancy/workbench", "feeinvoice/books", "bill/upload", "bill/template"])
def test_a_desk_breaks_no_policy_and_never_scrolls_sideways(live_server, desk, complaints, place, width):
    cases()
    InstitutionFactory()
    desk.set_viewport_size({"width": width, "height": 860})

    desk.goto(f"{live_server.url}/admin/payments/{place}/")
    desk.wait_for_timeout(200)

    assert complaints == []
    assert desk.evaluate("document.documentElement.scrollWidth") <= width

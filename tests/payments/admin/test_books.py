"""Books in the console: a month closed by two people, reports, the export, one merchant's papers."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from payments.ledger.models import Book
from payments.ledger.services import PeriodClosed, post_transfers
from payments.models import BusinessDay, Discrepancy, FeeInvoice
from payments.services.fee_invoices import issue_invoices
from payments.services.month_closes import MonthOpen, propose_month_close
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.models import Approval, AuditEvent
from tests.console.conftest import sit_down  # noqa: F401
from tests.payments.services.test_service_fees import DAY, invoiced

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)
FIRST, SECOND = Actor("OPERATOR", "1", "甲"), Actor("OPERATOR", "2", "乙")
BOOKS = "admin:payments_books"


@pytest.fixture(autouse=True)
def _december():
    with clock.frozen(AT):
        yield


def published(day=DAY):
    return BusinessDay.objects.create(date=day, status="PUBLISHED", reached="PUBLISHED", opened_at=AT)


def test_a_month_is_closed_by_two_people_and_takes_nothing_after(sit_down):  # noqa: F811
    client, invoice = sit_down("MAKER"), invoiced()
    published()

    page = client.get(reverse(BOOKS), {"month": "2026-11"})
    assert all(check.is_good for check in page.context["checks"])
    client.post(f"{reverse(BOOKS)}?month=2026-11")
    approval = Approval.objects.get(verb="payments.month.close")
    assert not Book.objects.exists()
    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=Actor("OPERATOR", client.operator.operator_no, ""), at=AT)
    approve(approval_no=approval.approval_no, checker=SECOND, at=AT)

    assert Book.objects.get().closed_through == date(2026, 11, 30)
    assert invoice.status == "ISSUED"
    late = {"subject": new_uuid(), "on": date(2026, 11, 30)}
    with pytest.raises(PeriodClosed):
        post_transfers(**late, **_any_posting())


def _any_posting():
    from payments.ledger.rules.chart import memo_due, memo_earned
    from payments.ledger.rules.kinds import Kind
    from payments.ledger.rules.postings import Leg

    return {"kind": Kind.CAPTURE, "legs": [Leg(memo_due("WECHAT", "M"), memo_earned("WECHAT", "M"), 1)]}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (
            lambda: BusinessDay.objects.create(
                date=date(2026, 11, 18), status="HELD", reached="PROVED", hold_reason="x", opened_at=AT
            ),
            "DAYS",
        ),
        (lambda: BusinessDay.objects.all().delete(), "MISSED"),
        (
            lambda: Discrepancy.objects.create(
                status="OPEN", discrepancy_no="D1", acquirer_code="WECHAT", day=DAY, kind="FEE", subject_no="A",
                cause="RATE_DIFFERS", opened_at=AT,
            ),
            "CASES",
        ),
    ],
)  # fmt: skip
def test_a_month_with_something_open_is_not_even_proposed(spoil, code, sit_down):  # noqa: F811
    client = sit_down("MAKER")
    invoiced()
    published()
    spoil()

    page = client.get(reverse(BOOKS), {"month": "2026-11"})
    failed = [check.code for check in page.context["checks"] if not check.is_good]
    with pytest.raises(MonthOpen):
        propose_month_close(month=DAY, actor=FIRST, at=AT)

    assert failed == [code]
    assert not Approval.objects.filter(verb="payments.month.close").exists()


def test_a_month_that_lasts_and_one_that_is_closed_are_not_proposed():
    with pytest.raises(MonthOpen):
        propose_month_close(month=date(2026, 12, 1), actor=FIRST, at=AT)
    approve(
        approval_no=propose_month_close(month=date(2026, 10, 1), actor=FIRST, at=AT).approval_no, checker=SECOND, at=AT
    )

    with pytest.raises(MonthOpen):
        propose_month_close(month=date(2026, 10, 1), actor=FIRST, at=AT)

    assert Book.objects.count() == 1


def test_income_and_ageing_are_shown_and_given_as_workbooks(sit_down):  # noqa: F811
    client, invoice = sit_down("AUDITOR"), invoiced()
    FeeInvoice.objects.filter(pk=invoice.pk).update(due_date=date(2026, 11, 1), status="OVERDUE")

    page = client.get(reverse(BOOKS), {"month": "2026-11"})
    income = load_workbook(io.BytesIO(client.get(reverse("admin:payments_books_income"), {"month": "2026-11"}).content))
    ageing = load_workbook(io.BytesIO(client.get(reverse("admin:payments_books_ageing")).content))

    assert (page.context["income_fen"], page.context["owed_fen"]) == (500, 500)
    assert [cell.value for cell in income.active[2]][3:6] == [5, 0, 5]
    assert [cell.value for cell in ageing.active[2]][2:] == [0, 0, 5, 0, 0, 5]


def test_the_ledger_is_exported_through_the_months_end_and_the_export_is_recorded(sit_down):  # noqa: F811
    client = sit_down("AUDITOR")
    invoiced()

    answer = client.get(reverse("admin:payments_books_beancount"), {"month": "2026-11"})
    text = b"".join(answer.streaming_content).decode()

    assert "Income" in text or "Receivable" in text or "Assets" in text
    assert AuditEvent.objects.filter(action="payments.ledger.export").exists()


def test_one_merchants_papers_are_one_zip_and_who_took_them_and_why_is_recorded(sit_down):  # noqa: F811
    client, invoice = sit_down("CHECKER"), invoiced()
    merchant = invoice.merchant
    told = {"merchant_no": merchant.merchant_no, "first": "2026-11-01", "last": "2026-11-30", "reason": "法院调取 1 号"}

    answer = client.post(reverse("admin:payments_books_pack"), told)

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = set(archive.namelist())
        assert {"payments.csv", "contracts.csv", "service_fees.csv", "fee_invoices.csv", "audit.csv"} <= names
        assert archive.read("service_fees.csv").decode("utf-8-sig").count("\n") == 2
        assert archive.read("payments.csv").decode("utf-8-sig").count("\n") == 2
        assert merchant.merchant_no in archive.read("ledger.beancount.txt").decode()
    event = AuditEvent.objects.get(action="payments.inquiry_pack.take")
    assert (event.subject, event.detail["reason"]) == (merchant.merchant_no, "法院调取 1 号")


@pytest.mark.parametrize(
    "spoil",
    [{"merchant_no": "MERNOBODY"}, {"reason": ""}, {"last": "2026-10-01"}, {"first": "2024-01-01"}],
)
def test_a_pack_without_merchant_reason_or_span_is_refused_and_nothing_recorded(spoil, sit_down):  # noqa: F811
    client, invoice = sit_down("CHECKER"), invoiced()
    told = {
        "merchant_no": invoice.merchant.merchant_no, "first": "2026-11-01", "last": "2026-11-30", "reason": "法院调取",
    }  # fmt: skip

    answer = client.post(reverse("admin:payments_books_pack"), told | spoil)

    assert answer.status_code == 422
    assert not AuditEvent.objects.filter(action="payments.inquiry_pack.take").exists()


def test_roles_open_the_books_and_the_pack(sit_down):  # noqa: F811
    assert sit_down("RISK").get(reverse(BOOKS)).status_code == 403
    assert sit_down("MAKER").post(reverse("admin:payments_books_pack"), {}).status_code == 403


def test_money_received_at_the_bank_is_entered_by_two_people(sit_down):  # noqa: F811
    client, invoice = sit_down("MAKER"), invoiced()

    client.post(
        reverse("admin:payments_feeinvoice_press", args=[invoice.pk, "receive"]), {"reason": "CCB 20261202-0031"}
    )
    approval = Approval.objects.get(verb="payments.fee_invoice.receive")
    invoice.refresh_from_db()
    assert invoice.status == "ISSUED"
    approve(approval_no=approval.approval_no, checker=SECOND, at=AT + timedelta(minutes=1))

    invoice.refresh_from_db()
    assert (invoice.status, invoice.receipt_ref) == ("PAID", "20261202-0031")
    assert issue_invoices(month=DAY, actor=SYSTEM, at=AT) == 0

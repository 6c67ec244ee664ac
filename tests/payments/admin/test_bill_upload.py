"""A bank's own table: declared by two people, tried row by row, taken whole or not at all (F18)."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from payments.ledger.rules.chart import memo_due, memo_earned
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg
from payments.ledger.services import post_transfers
from payments.models import Bill, BillRow, BillTemplate, Discrepancy, Settlement
from payments.services.bill_templates import TemplateKnown, TemplateUnfit, propose_template
from payments.services.business_days import close_business_day
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from tests.console.conftest import sit_down  # noqa: F401
from tests.payments.factories import InstitutionFactory, SubMerchantFactory
from tests.payments.market import enter_working_days
from tests.payments.services.test_service_fees import paid

pytestmark = pytest.mark.django_db
FIRST, SECOND = Actor("OPERATOR", "1", "甲"), Actor("OPERATOR", "2", "乙")
DAY = date(2026, 11, 17)
AT = datetime(2026, 11, 18, 10, 30, tzinfo=BUSINESS_ZONE)
HEAD = ["流水", "订单", "商户", "时间", "金额", "费用", "类型"]
COLUMNS = {
    "acquirer_no": "流水", "our_no": "订单", "party": "商户", "occurred_at": "时间", "amount": "金额", "fee": "费用",
    "type": "类型",
}  # fmt: skip
FORMAT = "%Y%m%d %H%M%S"


def declared(**changes):
    told = {
        "code": "KRLBANK", "name": "库尔勒银行日终表", "columns": COLUMNS, "refund_words": ["退货"],
        "success_words": ["成功"], "totals_mark": "总计", "totals": {"rows": 1, "paid": 2, "refunded": 3, "fee": 4},
        "time_format": FORMAT, "is_ordered": True,
    } | changes  # fmt: skip
    return propose_template(**told, actor=FIRST, at=AT)


@pytest.fixture
def template():
    approve(approval_no=declared().approval_no, checker=SECOND, at=AT)
    return BillTemplate.objects.get()


@pytest.fixture
def bank(settings, tmp_path):
    settings.ACQUIRERS, settings.MEDIA_ROOT = {}, tmp_path
    enter_working_days()
    return SubMerchantFactory(acquirer_code="KRL", acquirer=InstitutionFactory(code="KRL"), sub_mchid="KRL0001")


def table(attempts, *, count=None, paid_yuan=None):
    rows = [
        [f"B{n:06d}", attempt.attempt_no, "KRL0001", datetime(2026, 11, 17, 12, n), attempt.amount_fen / 100,
         round(attempt.amount_fen * 38 / 10_000) / 100, "消费"]
        for n, attempt in enumerate(attempts)
    ]  # fmt: skip
    fee = sum(row[5] for row in rows)
    total = ["总计", len(rows) if count is None else count, round(sum(row[4] for row in rows), 2), 0, round(fee, 2)]
    if paid_yuan is not None:
        total[2] = paid_yuan
    return [HEAD, *rows, total]


def as_xlsx(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return SimpleUploadedFile("日终.xlsx", target.getvalue())


def as_csv(rows):
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([cell.strftime(FORMAT) if isinstance(cell, datetime) else cell for cell in row])
    return SimpleUploadedFile("日终.csv", text.getvalue().encode("gbk"))


def given(file, **changes):
    return {
        "acquirer_code": "KRL", "day": DAY.isoformat(), "form": "TABLE:KRLBANK", "scope": "", "file": file
    } | changes  # fmt: skip


def attempts_of(bank, count=3):
    found = [paid(bank, 8_000 + n) for n in range(count)]
    for n, attempt in enumerate(found):
        attempt.paid_at = datetime(2026, 11, 17, 12, n, tzinfo=BUSINESS_ZONE)
        attempt.save(update_fields=["paid_at"])
        no = bank.merchant.merchant_no
        legs = [Leg(memo_due("KRL", no), memo_earned("KRL", no), attempt.amount_fen)]
        post_transfers(subject=attempt.uid, kind=Kind.CAPTURE, legs=legs, on=DAY)
    return found


ADDRESS = "admin:payments_bill_upload"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", [as_xlsx, as_csv], ids=["xlsx", "gbk csv"])
def test_a_banks_table_is_tried_shown_taken_and_closes_its_day(write, template, bank, sit_down):  # noqa: F811
    client, attempts = sit_down("MAKER"), attempts_of(bank)

    trial = client.post(reverse(ADDRESS), given(write(table(attempts))))

    assert trial.status_code == 200, trial.context["form"].errors or trial.context["trial"].errors
    page = trial.content.decode()
    assert attempts[0].attempt_no in page
    assert "¥240.03" in page
    assert not Bill.objects.exists()
    client.post(reverse(ADDRESS), {"token": trial.context["token"]})
    bill = Bill.objects.get()
    assert (bill.acquirer_code, bill.form, bill.status, bill.kind) == ("KRL", "TABLE:KRLBANK", "FETCHED", "TRADE")
    day = close_business_day(day=DAY, actor=SYSTEM, at=AT)
    assert (day.status, day.hold_reason, Discrepancy.objects.count()) == ("PUBLISHED", "", 0)
    assert BillRow.objects.count() == 3
    assert Settlement.objects.get().gross_fen == 24_003


@pytest.mark.parametrize(
    ("spoil", "line", "word"),
    [
        (lambda rows: [*rows[:2], [*rows[2][:4], "八十", *rows[2][5:]], *rows[3:]], 3, "no amount"),
        (lambda rows: [*rows[:2], [*rows[2][:3], "昨天", *rows[2][4:]], *rows[3:]], 3, "no time"),
        (lambda rows: [*rows[:3], ["", *rows[3][1:]], *rows[4:]], 4, "empty"),
        (lambda rows: [rows[0], rows[2], rows[1], rows[3], rows[4]], 4, "order of time"),
        (lambda rows: rows[:-1], 0, "cut off"),
        (lambda rows: [*rows[:-1], ["总计", 4, *rows[-1][2:]]], 5, "rows comes to 3"),
        (lambda rows: [*rows[:-1], [*rows[-1][:2], 1, *rows[-1][3:]]], 5, "paid comes to"),
        (lambda rows: [*rows, rows[1]], 6, "after the totals"),
        (lambda rows: [[cell if cell != "费用" else "手续" for cell in rows[0]], *rows[1:]], 1, "columns are missing"),
    ],
)
def test_a_table_with_one_fault_is_refused_whole_and_the_row_is_named(spoil, line, word, template, bank, sit_down):  # noqa: F811
    client, attempts = sit_down("MAKER"), attempts_of(bank)

    trial = client.post(reverse(ADDRESS), given(as_csv(spoil(table(attempts)))))

    assert trial.status_code == 422
    told = [(fault.line_no, fault.reason) for fault in trial.context["trial"].errors]
    assert any(number == line and word in reason for number, reason in told), told
    assert trial.context["token"] == ""
    if line:
        assert f"第 {line} 行" in trial.content.decode()
    assert not Bill.objects.exists()


def test_every_faulty_row_is_named_at_once(template, bank, sit_down):  # noqa: F811
    client, rows = sit_down("MAKER"), table(attempts_of(bank, 5))
    rows[2][4], rows[4][5] = "x", "y"

    trial = client.post(reverse(ADDRESS), given(as_csv(rows)))

    assert [fault.line_no for fault in trial.context["trial"].errors][:2] == [3, 5]


def test_a_number_that_lost_its_end_in_the_spreadsheet_is_refused(template, bank, sit_down):  # noqa: F811
    client, rows = sit_down("MAKER"), table(attempts_of(bank))
    rows[2][0] = 4200001234567890123

    trial = client.post(reverse(ADDRESS), given(as_xlsx(rows)))

    assert [(fault.line_no, "lost digits" in fault.reason) for fault in trial.context["trial"].errors] == [(3, True)]


def test_the_bill_of_another_day_an_old_excel_and_a_day_that_lasts_are_refused(template, bank, sit_down):  # noqa: F811
    client, rows = sit_down("MAKER"), table(attempts_of(bank))
    other = client.post(reverse(ADDRESS), given(as_csv(rows), day=(DAY - timedelta(days=1)).isoformat()))
    old = client.post(reverse(ADDRESS), given(SimpleUploadedFile("a.xls", b"\xd0\xcf\x11\xe0rest")))
    lasting = client.post(reverse(ADDRESS), given(as_csv(rows), day=(date.today() + timedelta(days=400)).isoformat()))

    assert [answer.status_code for answer in (other, old, lasting)] == [422, 422, 422]
    assert not Bill.objects.exists()


def test_only_a_maker_hands_bills_in(template, bank, sit_down):  # noqa: F811
    client = sit_down("AUDITOR")

    assert client.get(reverse(ADDRESS)).status_code == 403
    assert client.post(reverse("admin:payments_bill_template"), {}).status_code == 403


def test_a_template_needs_a_second_person_totals_and_a_new_code(sit_down):  # noqa: F811
    approval = declared()
    assert not BillTemplate.objects.exists()
    approve(approval_no=approval.approval_no, checker=SECOND, at=AT)

    with pytest.raises(TemplateKnown):
        declared()
    for changes in (
        {"code": "x"}, {"totals": {"rows": 1}}, {"time_format": "%Y"}, {"columns": COLUMNS | {"fee": ""}},
        {"columns": COLUMNS | {"fee": "金额"}},
    ):  # fmt: skip
        with pytest.raises(TemplateUnfit):
            declared(**({"code": "OTHER"} | changes))
    assert BillTemplate.objects.count() == 1


def test_a_template_is_declared_on_its_page(sit_down):  # noqa: F811
    client = sit_down("MAKER")
    told = {f"column_{what}": name for what, name in COLUMNS.items()}
    told |= {
        "code": "KRLBANK", "name": "库尔勒银行", "refund_words": "退货", "success_words": "成功",
        "time_format": FORMAT, "is_ordered": "on", "totals_mark": "总计", "total_rows": 1, "total_paid": 2,
    }  # fmt: skip

    assert client.post(reverse("admin:payments_bill_template"), told | {"total_rows": 0}).status_code == 422
    answer = client.post(reverse("admin:payments_bill_template"), told)

    assert answer.status_code == 302
    assert client.get(reverse(ADDRESS)).status_code == 200

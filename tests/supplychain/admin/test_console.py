"""The console's pages of trade, index and assessment: what operators enter, by two where it matters."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from silk_road_ebao.console.operators import FACTOR_KEY
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.clock import now
from silk_road_ebao.kernel.models import Approval
from supplychain.models import (
    AssessmentModel,
    Commodity,
    CommodityConcordance,
    IndexRelease,
    PaperCheck,
    PriceSheet,
    PriceSource,
)
from supplychain.services.index_releases import release_week
from supplychain.services.price_sources import Equation, enter_concordance
from tests.accounts.factories import OperatorFactory
from tests.payments.factories import MerchantFactory

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 1, 5)
CHECKER = Actor("OPERATOR", "OPRCHECK", "复核")


@pytest.fixture
def maker():
    return sit_down("MAKER")


def sit_down(*roles):
    operator, client = OperatorFactory(roles=list(roles)), Client()
    client.force_login(operator.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[FACTOR_KEY] = operator.user.pk
    session.save()
    return client


@pytest.fixture
def source():
    found = PriceSource.objects.create(code="MKT", name="批发市场", kind="SHEET")
    lines = [Equation("番茄", "Q0", "番茄", "LEAFY", "NORTH", "UNGRADED", Decimal(1), MONDAY, "市场品名表")]
    enter_concordance(source=found, equations=lines, actor=CHECKER, at=now())
    return found


def sheet(name, week):
    lines = [f"{week + timedelta(days=day)},{name},3.20,100" for day in range(3)]
    return "\n".join(["日期,品名,均价,重量", *lines]).encode()


def upload(client, source, content, file_name="w.csv"):
    told = {
        "source": source.pk, "day": "日期", "name": "品名", "price": "均价", "quantity": "重量", "unit": "公斤",
        "file": SimpleUploadedFile(file_name, content),
    }  # fmt: skip
    return client.post(reverse("admin:supplychain_pricesheet_upload"), told, follow=True)


def test_a_sheet_is_loaded_and_its_bad_lines_are_listed_with_number_and_reason(maker, source):
    bad = sheet("番茄", MONDAY) + "\n2026-01-06,番茄,0,10\n2026-01-07,生姜,3,10".encode()

    page = upload(maker, source, bad).content.decode()

    assert PriceSheet.objects.get().rows_total == 5
    assert "<th>5</th><td>拒收</td><td>价格或重量不大于零</td>" in page
    assert "<th>6</th><td>等对照</td><td>品名没有编码对照</td><td>生姜</td>" in page
    again = maker.get(reverse("admin:supplychain_pricesheet_upload")).content.decode()
    assert 'value="均价"' in again


def test_a_sheet_that_cannot_be_read_is_refused_whole(maker, source):
    page = upload(maker, source, b"a,b\n1,2\n")

    assert "读不出来" in page.content.decode()
    assert not PriceSheet.objects.exists()


def test_a_renamed_market_is_explained_on_one_page_and_a_second_person_agrees(maker, source):
    upload(maker, source, sheet("番茄", MONDAY))
    upload(maker, source, sheet("番茄 牛番茄", MONDAY + timedelta(days=7)), "x.csv")
    weeks = (MONDAY, MONDAY + timedelta(days=7))
    *_, held = [release_week(source=source, week=week, kind="FINAL", actor=CHECKER, at=now()) for week in weeks]
    shown = maker.get(reverse("admin:supplychain_indexrelease_change", args=[held.pk])).content.decode()
    address = reverse("admin:supplychain_concordance_waiting", args=["MKT"])
    assert address in shown
    page = maker.get(address).content.decode()
    assert "三样都像" in page
    assert 'value="Q0 番茄"' in page

    told = {"name_0": "番茄 牛番茄", "use_0": "on", "to_0": "Q0 番茄", "category_0": "OTHER", "origin_class": "INLAND"}
    refused = maker.post(address, told)
    assert (refused.status_code, Approval.objects.count()) == (422, 0)
    maker.post(address, told | {"reason": "市场更名公告"})
    approve(approval_no=Approval.objects.get().approval_no, checker=CHECKER, at=now())
    maker.post(f"/admin/supplychain/pricesource/{source.pk}/press/resume/")

    assert CommodityConcordance.objects.get(source_name="番茄 牛番茄").commodity.code == "Q0"
    assert IndexRelease.objects.get(period=weeks[1], vintage=2).status == "PUBLISHED"


def test_a_name_like_none_becomes_a_commodity_of_its_own(maker, source):
    upload(maker, source, sheet("草菇", MONDAY))
    address = reverse("admin:supplychain_concordance_waiting", args=["MKT"])
    told = {"name_0": "草菇", "use_0": "on", "to_0": "草菇", "category_0": "FUNGI", "origin_class": "INLAND"}

    maker.post(address, told | {"reason": "新上市"})
    approve(approval_no=Approval.objects.get().approval_no, checker=CHECKER, at=now())

    row = Commodity.objects.get(variety="草菇", origin_class="INLAND")
    assert (row.category, row.valid_from) == ("FUNGI", MONDAY)


def test_a_checker_may_look_at_the_names_but_asks_for_nothing(source):
    client = sit_down("CHECKER")
    upload(sit_down("MAKER"), source, sheet("草菇", MONDAY))
    address = reverse("admin:supplychain_concordance_waiting", args=["MKT"])

    assert "提交复核" not in client.get(address).content.decode()
    assert client.post(address, {"reason": "x"}).status_code == 403
    assert not Approval.objects.exists()


PAPER = {"kind": "STALL_CONTRACT", "paper_ref": "TW-2026-12", "is_matched": "1", "note": "市场管理处，看过原件"}


def test_a_stall_contract_counts_once_a_second_person_saw_it_too(maker):
    merchant = MerchantFactory()
    address = reverse("admin:supplychain_papercheck_enter")
    told = {"merchant_no": merchant.merchant_no} | PAPER

    assert maker.post(address, {"merchant_no": "MERNONE"} | PAPER).status_code == 422
    maker.post(address, told)
    assert not PaperCheck.objects.exists()
    approve(approval_no=Approval.objects.get().approval_no, checker=CHECKER, at=now())

    check = PaperCheck.objects.get()
    assert (check.kind, check.is_matched) == ("STALL_CONTRACT", True)
    assert check.checked_by.endswith("、复核")
    assert "已经核对过" in maker.post(address, told).content.decode()


def test_an_invoice_is_noted_by_the_one_who_saw_it(maker):
    merchant = MerchantFactory()
    told = {"merchant_no": merchant.merchant_no} | PAPER | {"kind": "INVOICE", "is_matched": "0"}

    maker.post(reverse("admin:supplychain_papercheck_enter"), told)

    assert PaperCheck.objects.get().is_matched is False
    assert not Approval.objects.exists()


CODE = {
    "variety": "试种甜菜叶", "category": "LEAFY", "grade": "UNGRADED", "sale_unit": "KG", "unit_kg": "1",
    "origin_class": "SOUTH", "shelf_life_days": "5", "since": "2026-11-01",
}  # fmt: skip


def test_a_commodity_is_entered_and_revised_by_two(maker):
    maker.post(reverse("admin:supplychain_commodity_enter"), CODE)
    approve(approval_no=Approval.objects.get().approval_no, checker=CHECKER, at=now())
    row = Commodity.objects.get(variety="试种甜菜叶")
    address = reverse("admin:supplychain_commodity_revise", args=[row.pk])
    assert address in maker.get(reverse("admin:supplychain_commodity_change", args=[row.pk])).content.decode()

    maker.post(address, CODE | {"shelf_life_days": "6", "since": "2026-11-20"})
    asked = Approval.objects.get(status="PENDING")
    assert set(asked.diff) == {"shelf_life_days", "since"}
    approve(approval_no=asked.approval_no, checker=CHECKER, at=now())

    assert Commodity.objects.get(code=row.code, version=2).shelf_life_days == 6
    assert maker.get(address).status_code == 404


def test_what_is_sold_by_the_kilogram_weighs_one(maker):
    page = maker.post(reverse("admin:supplychain_commodity_enter"), CODE | {"unit_kg": "2"})

    assert (page.status_code, Approval.objects.count()) == (422, 0)


def test_a_source_is_founded_and_the_drift_is_shown(maker):
    maker.post(reverse("admin:supplychain_pricesource_enter"), {"code": "KQ", "name": "孔雀市场", "currency": "CNY"})
    model = AssessmentModel.objects.get()

    page = maker.get(reverse("admin:supplychain_assessmentmodel_change", args=[model.pk])).content.decode()

    assert PriceSource.objects.get(code="KQ").kind == "SHEET"
    assert "份数不够，没法比" in page


def test_entering_is_the_makers(source):
    client = sit_down("CHECKER")

    for name in ("papercheck_enter", "commodity_enter", "pricesource_enter", "pricesheet_upload"):
        assert client.get(reverse(f"admin:supplychain_{name}")).status_code == 403

"""Concordances: a market's names get their meaning from two people, and what was held for them runs again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve, reject
from silk_road_ebao.kernel.outbox import deliver_due
from supplychain.models import Commodity, CommodityConcordance, IndexRelease, PriceSource
from supplychain.rules.sheet_rows import ControlTotals, SheetColumns
from supplychain.selectors.concordances import waiting_names
from supplychain.selectors.index_pages import headline_rows
from supplychain.services.concordances import (
    ConcordanceReasonMissing,
    ConcordanceUnfit,
    ask_for_concordance,
    equation_of,
)
from supplychain.services.index_holds import HeldForNames, NotHeld, propose_held_release, resume_held
from supplychain.services.index_releases import release_week
from supplychain.services.price_sheets import import_price_sheet
from supplychain.services.price_sources import Equation, enter_concordance

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 1, 5)
AT = datetime(2026, 11, 23, 4, tzinfo=UTC)
MAKER, CHECKER = Actor("OPERATOR", "OPR1", "经办"), Actor("OPERATOR", "OPR2", "复核")
NAMES = ("番茄", "菠菜", "黄瓜", "茄子", "土豆")


@pytest.fixture
def source():
    found = PriceSource.objects.create(code="MKT", name="批发市场", kind="SHEET")
    lines = [
        Equation(name, f"Q{n}", name, "LEAFY", "NORTH", "UNGRADED", Decimal(1), MONDAY, "市场品名表")
        for n, name in enumerate(NAMES)
    ]
    enter_concordance(source=found, equations=lines, actor=MAKER, at=AT)
    return found


def load(source, week, names, *, price=3):
    rows = [
        f"{week + timedelta(days=day)},{name},{price + nth / 10:.2f},{100 + nth}"
        for day in range(3)
        for nth, name in enumerate(names)
    ]
    import_price_sheet(
        source=source, file_name=f"{week}.csv", content="\n".join(["日期,品名,均价,重量", *rows]).encode(),
        columns=SheetColumns("日期", "品名", "均价", "重量"), totals=ControlTotals(), actor=MAKER, at=AT,
    )  # fmt: skip


def release(source, week):
    return release_week(source=source, week=week, kind="FINAL", actor=MAKER, at=AT)


def equations(source, **more):
    found = waiting_names(source)
    return [
        equation_of(
            source_name=row.source_name, commodity=row.proposal, since=row.first_day, reason="市场更名公告", **more
        )
        for row in found
    ]


def rename(source, weeks):
    for week in weeks[:2]:
        load(source, week, NAMES)
    for week in weeks[2:]:
        load(source, week, [f"{name} 一号" for name in NAMES])
    return [release(source, week) for week in weeks]


def weeks(count):
    return [MONDAY + timedelta(days=7 * place) for place in range(count)]


def test_a_rename_holds_the_weeks_without_a_number_until_two_people_say_what_the_names_mean(source):
    all_weeks = weeks(4)
    *_, third, fourth = rename(source, all_weeks)
    assert [(row.status, row.value, row.shortfalls) for row in (third, fourth)] == [
        ("HELD", None, ["ALL_NAMES_CHANGED"])
    ] * 2
    assert set(dict(headline_rows(source, "WEEK"))) == set(all_weeks[:2])

    approval = ask_for_concordance(source=source, equations=equations(source), maker=MAKER, at=AT)
    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=MAKER, at=AT)
    assert len(waiting_names(source)) == len(NAMES)
    approve(approval_no=approval.approval_no, checker=CHECKER, at=AT)
    deliver_due()

    assert waiting_names(source) == []
    again = IndexRelease.objects.filter(period__in=all_weeks[2:], vintage=2).order_by("id")
    assert [(row.period, row.status) for row in again] == [(week, "PUBLISHED") for week in all_weeks[2:]]
    assert set(IndexRelease.objects.filter(pk__in=[third.pk, fourth.pk]).values_list("status", flat=True)) == {
        "SUPERSEDED"
    }
    assert {round(value, 6) for value in dict(headline_rows(source, "WEEK")).values()} == {100.0}


@pytest.mark.django_db(transaction=True)
def test_two_who_run_held_weeks_again_at_once_write_each_week_once(source):
    """The command and the worker hear of new names at the same moment."""
    all_weeks = weeks(6)
    rename(source, all_weeks)
    approval = ask_for_concordance(source=source, equations=equations(source), maker=MAKER, at=AT)
    approve(approval_no=approval.approval_no, checker=CHECKER, at=AT)

    with ThreadPoolExecutor(2) as both:
        runs = [both.submit(_resume_on_own_connection, source) for _ in range(2)]
        again = [release.period for run in runs for release in run.result()]

    assert sorted(again) == all_weeks[2:]
    assert set(IndexRelease.objects.filter(period__in=all_weeks[2:]).values_list("vintage", flat=True)) == {1, 2}


def _resume_on_own_connection(source):
    try:
        return resume_held(source=source, actor=CHECKER, at=AT)
    finally:
        connection.close()


def test_a_week_held_for_its_names_cannot_be_let_out_and_is_not_written_twice(source):
    *_, held = rename(source, weeks(3))

    with pytest.raises(HeldForNames):
        propose_held_release(release_no=held.release_no, reason="没关系", actor=MAKER, at=AT)
    again = resume_held(source=source, actor=MAKER, at=AT)

    assert again == []
    assert release(source, held.period).pk == held.pk
    assert IndexRelease.objects.filter(period=held.period).count() == 1


def test_a_release_held_no_longer_cannot_be_let_out(source):
    first, second = weeks(2)
    load(source, first, NAMES)
    load(source, second, [*NAMES, "新品"])
    new = Equation("新品", "", "新品", "LEAFY", "NORTH", "UNGRADED", Decimal(1), second, "新品上市")
    enter_concordance(source=source, equations=[new], actor=MAKER, at=AT)
    release(source, first)
    held = release(source, second)
    assert (held.status, held.value is None) == ("HELD", False)
    approval = propose_held_release(release_no=held.release_no, reason="新品上市", actor=MAKER, at=AT)
    load(source, second, NAMES[:1], price=4)
    newer = release(source, second)
    assert newer.vintage == 2

    with pytest.raises(NotHeld):
        approve(approval_no=approval.approval_no, checker=CHECKER, at=AT)

    held.refresh_from_db()
    assert held.status == "SUPERSEDED"


def test_a_concordance_needs_its_evidence_and_fit_lines(source):
    before = CommodityConcordance.objects.count()
    row = Commodity.objects.get(code="Q0")
    told = {"source_name": "西红柿", "commodity": row, "since": MONDAY}

    for lines, fault in (
        ([equation_of(reason=" ", **told)], ConcordanceReasonMissing),
        ([equation_of(reason="更名公告", kg_factor=Decimal(0), **told)], ConcordanceUnfit),
        ([equation_of(reason="更名公告", **told)] * 2, ConcordanceUnfit),
        ([], ConcordanceUnfit),
    ):
        with pytest.raises(fault):
            ask_for_concordance(source=source, equations=lines, maker=MAKER, at=AT)

    assert CommodityConcordance.objects.count() == before


def test_a_new_meaning_ends_the_one_before_and_a_rejected_one_changes_nothing(source):
    later = MONDAY + timedelta(days=30)
    line = equation_of(
        source_name="番茄", commodity=Commodity.objects.get(code="Q1"), since=later, reason="更名公告 2 号"
    )
    turned_down = ask_for_concordance(source=source, equations=[line], maker=MAKER, at=AT)
    reject(approval_no=turned_down.approval_no, checker=CHECKER, reason="看不出", at=AT)
    assert CommodityConcordance.objects.filter(source_name="番茄").count() == 1

    approval = ask_for_concordance(source=source, equations=[line], maker=MAKER, at=AT)
    approve(approval_no=approval.approval_no, checker=CHECKER, at=AT)

    first, second = CommodityConcordance.objects.filter(source_name="番茄").order_by("pk")
    assert (first.valid_until, second.valid_until, second.commodity.code) == (later, None, "Q1")

"""Lists of those who may not be served (R9, R21)."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ListEntry, ListHit, Person
from accounts.selectors.list_entries import open_hits, overdue_hits
from accounts.services.list_entries import (
    ListRowRefused,
    blocking_entries,
    import_list,
    request_hit_dismissal,
    screen_all,
)
from accounts.services.merchants import StillOnList, leave_merchant, request_resume, suspend_merchant
from accounts.tasks import screen_lists
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.clock import frozen
from tests.accounts import numbers
from tests.accounts.factories import MerchantFactory, OperatorFactory, PersonFactory

pytestmark = pytest.mark.django_db

HEAD = "entry_key,name,resident_id,uscc,reason,listed_date,delisted_date"


def _import(at, *rows):
    return import_list(list_code="PBOC", lines=[HEAD, *rows], source="测试名单", actor=SYSTEM, at=at)


def _listed(merchant):
    return f"1,,,{merchant.uscc},,2026-11-01,"


def test_r9_r21_a_later_hit_is_an_exit_task_due_in_ten_days(at):
    merchant, other = MerchantFactory(), MerchantFactory()
    with frozen(at) as clock:
        screen_lists()
        assert not ListHit.objects.exists()
        _import(at, _listed(merchant))

        clock.move_to(at + timedelta(days=1))
        screen_lists()

    hit = open_hits().get()
    assert (hit.merchant, hit.exit_due_date) == (merchant, date(2026, 12, 4))
    assert not overdue_hits(date(2026, 12, 4)).exists()
    assert overdue_hits(date(2026, 12, 5)).get() == hit
    assert not ListHit.objects.filter(merchant=other).exists()


def test_r21_the_daily_run_finds_nothing_twice(at):
    merchant = MerchantFactory()
    _import(at, _listed(merchant))

    assert len(screen_all(at=at)) == 1
    assert screen_all(at=at + timedelta(days=1)) == []


def test_r21_the_legal_representative_and_bare_names_are_found_too(at):
    head = PersonFactory(number=numbers.resident_id(7))
    by_head, by_name = MerchantFactory(legal_person=head), MerchantFactory(legal_name="黑名单商行")
    alone = PersonFactory(number=numbers.resident_id(8))
    _import(
        at,
        f"1,,{numbers.resident_id(7)},,,2026-11-01,",
        "2,黑名单商行,,,,2026-11-01,",
        f"3,,{numbers.resident_id(8)},,,2026-11-01,",
    )

    hits = screen_all(at=at)

    assert [(hit.merchant, hit.person) for hit in hits] == [(by_head, None), (by_name, None), (None, alone)]


def test_an_entry_not_yet_or_no_longer_listed_hits_nobody(at):
    merchant = MerchantFactory()
    _import(at, f"1,,,{merchant.uscc},,2026-11-24,", f"2,,,{merchant.uscc},,2026-01-01,2026-11-23")

    assert screen_all(at=at) == []


def test_resident_ids_of_a_list_are_kept_as_index_only(at):
    _import(at, f"1,某人,{numbers.resident_id(7)},,,2026-11-01,")

    entry = ListEntry.objects.get()
    assert numbers.resident_id(7) not in repr(entry.__dict__)
    assert entry.id_index is not None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",某人,,,,2026-11-01,", "名单第 3 行“entry_key”不对"),
        ("2,某人,,,,昨天,", "名单第 3 行“listed_date”不对"),
        ("2,某人,652801196101010007,,,2026-11-01,", "名单第 3 行“resident_id”不对"),
        ("2,某人,,92652801MA00000000,,2026-11-01,", "名单第 3 行“uscc”不对"),
        ("2,,,,,2026-11-01,", "名单第 3 行“name”不对"),
    ],
)
def test_one_bad_row_refuses_the_whole_file(row, message, at):
    with pytest.raises(ListRowRefused, match=message):
        _import(at, "1,好行,,,,2026-11-01,", row)

    assert not ListEntry.objects.exists()


def test_a_file_without_the_columns_is_refused(at):
    with pytest.raises(ListRowRefused, match="第 1 行“entry_key”"):
        import_list(list_code="X", lines=["a,b", "1,2"], source="测试", actor=SYSTEM, at=at)


def test_the_command_imports_and_screens(tmp_path, at):
    merchant = MerchantFactory()
    file = tmp_path / "list.csv"
    file.write_text(f"\ufeff{HEAD}\n{_listed(merchant)}\n", encoding="utf8")
    out = StringIO()

    call_command("import_list", str(file), "--list", "PBOC", "--source", "测试", stdout=out)

    assert out.getvalue().strip() == "1 entries, 1 new hits"
    with pytest.raises(CommandError, match="none"):
        call_command("import_list", str(tmp_path / "none.csv"), "--list", "X", "--source", "测试")


def test_a_hit_is_dismissed_by_two_operators_and_blocks_no_more(checker, at):
    risk = Actor("OPERATOR", OperatorFactory(roles=["RISK"]).operator_no)
    merchant = MerchantFactory()
    _import(at, _listed(merchant))
    hit = screen_all(at=at)[0]
    assert blocking_entries(merchant=merchant, at=at)

    approval = request_hit_dismissal(hit=hit, reason="同名不同人", actor=risk, at=at)
    approve(approval_no=approval.approval_no, checker=checker, at=at)

    assert not blocking_entries(merchant=merchant, at=at)
    assert not open_hits().exists()


def test_a_merchant_with_an_open_hit_does_not_return_and_leaves_with_it(maker, checker, at):
    merchant = MerchantFactory()
    _import(at, _listed(merchant))
    hit = screen_all(at=at)[0]
    suspend_merchant(merchant=merchant, cause="LIST", actor=SYSTEM, at=at)
    approval = request_resume(merchant=merchant, reason="想恢复", actor=maker, at=at)

    with pytest.raises(StillOnList):
        approve(approval_no=approval.approval_no, checker=checker, at=at)
    leave_merchant(merchant=merchant, actor=SYSTEM, at=at, reason="清退")

    hit.refresh_from_db()
    assert (merchant.status, hit.status) == ("LEFT", "EXITED")
    assert Person.objects.count() == 1

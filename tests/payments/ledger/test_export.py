"""The export in Beancount's form, confirmed by Beancount itself."""

import subprocess
import sys
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Balance, Transaction
from django.core.management import CommandError, call_command
from django.db import connection

from payments.ledger.rules.chart import points_funder, points_holder
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg, Posting
from payments.ledger.selectors.export import export_beancount
from payments.ledger.services import post_many, post_transfers, reverse
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import DAY, EARNED, FEE, capture, connect

BEAN_CHECK = Path(sys.executable).with_name("bean-check")


def days(number):
    return DAY + timedelta(days=number)


@pytest.fixture
def history(accounts):
    subject = new_uuid()
    capture(1_000_005, subject=subject, legs=2)
    capture(7, on=days(1))
    post_transfers(subject=subject, kind=Kind.CHANNEL_FEE, legs=[Leg(EARNED, FEE, 3)], on=days(1))
    reverse(subject=subject, kind=Kind.CAPTURE, on=days(2))
    post_transfers(
        subject=new_uuid(),
        kind=Kind.POINTS_GRANTED,
        legs=[Leg(points_funder("CCB"), points_holder("PERA"), 12)],
        on=days(2),
    )


def load(text):
    entries, errors, _options = loader.load_string(text)
    return entries, errors


def test_beancount_confirms_the_whole_ledger(history):
    entries, errors = load("".join(export_beancount()))

    assert errors == []
    assert len([e for e in entries if isinstance(e, Transaction)]) == 5
    balances = {e.account: str(e.amount) for e in entries if isinstance(e, Balance)}
    assert balances["Liabilities:Memo:Fee:WECHAT"] == "-0.03 CNY"
    assert balances["Liabilities:Points:Holder:PERA"] == "-12 POINT"
    assert balances["Assets:Memo:Due:WECHAT:MERA"] == "0.07 CNY"


@pytest.mark.parametrize(("since", "through"), [(1, 1), (1, None), (None, 1), (2, 2), (5, 9)])
def test_beancount_confirms_a_span_brought_forward(history, since, through):
    span = {"since": since and days(since), "through": through and days(through)}

    entries, errors = load("".join(export_beancount(**span)))

    assert errors == []
    assert any(isinstance(e, Balance) for e in entries)


def test_beancount_finds_a_journal_that_differs_from_the_balances(history):
    """The checker is independent: an altered amount is seen although both legs of the row agree."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_transfer SET amount = amount + 1 WHERE amount = 7")

    _entries, errors = load("".join(export_beancount()))

    assert {type(error).__name__ for error in errors} == {"BalanceError"}
    assert len(errors) == 2


def test_the_same_ledger_gives_the_same_bytes(history):
    assert list(export_beancount()) == list(export_beancount())


def test_an_empty_ledger_is_a_valid_file(db):
    assert load("".join(export_beancount())) == ([], [])


def test_the_command_writes_a_file_that_bean_check_accepts(history, tmp_path):
    target = tmp_path / "ledger.beancount"

    call_command("ledger_export", "--output", str(target), verbosity=0)

    assert subprocess.run([BEAN_CHECK, target], capture_output=True, check=False).returncode == 0
    assert target.read_text() == "".join(export_beancount())
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    "arguments", [["--since", "2026-11-02", "--through", "2026-11-01"], ["--since", "soon"], ["--output", "/nowhere/x"]]
)
def test_a_wrong_argument_is_one_clear_error(history, arguments):
    with pytest.raises(CommandError):
        call_command("ledger_export", *arguments)


def test_memory_does_not_grow_with_the_ledger(live_accounts):
    def peak():
        tracemalloc.start()
        size = sum(len(piece) for piece in export_beancount())
        _now, top = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return size, top

    post_many(postings=[Posting(new_uuid(), Kind.CHANNEL_FEE, [Leg(EARNED, FEE, 1)], DAY) for _ in range(5_000)])
    peak()
    small_size, small_top = peak()
    for _ in range(4):
        post_many(postings=[Posting(new_uuid(), Kind.CHANNEL_FEE, [Leg(EARNED, FEE, 1)], DAY) for _ in range(5_000)])
    large_size, large_top = peak()

    assert large_size > 4.5 * small_size
    assert large_top < 1.5 * small_top


def test_the_export_sees_one_moment(live_accounts):
    """A posting made while the export streams is wholly outside it."""
    capture(5)

    pieces = export_beancount()
    text = [next(pieces) for _ in range(3)]
    with connect() as own:
        own.execute(
            "INSERT INTO ledger_transfer (subject, kind, leg, unit, effective_on, debit_account_id, credit_account_id,"
            " amount) SELECT uuidv7(), kind, leg, unit, effective_on, debit_account_id, credit_account_id, 999"
            " FROM ledger_transfer"
        )
    text.extend(pieces)

    assert load("".join(text))[1] == []
    assert "9.99" not in "".join(text)

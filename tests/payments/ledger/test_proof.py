"""The proofs find what somebody did past the guards."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from payments.ledger.models import Proof
from payments.ledger.selectors import prove
from payments.ledger.services.proof import record_proof
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import DAY, capture

TAMPERINGS = {
    "a balance moved by hand": (
        "UPDATE ledger_balance SET credits = credits + 1 WHERE credits > 0",
        {"trial balance", "journal against cache since the closing"},
        {"trial balance", "journal against cache", },
    ),
    "both sides of the cache moved": (
        "UPDATE ledger_balance SET credits = credits + 1 WHERE credits > 0;"
        " UPDATE ledger_balance SET debits = debits + 1 WHERE debits > 0",
        {"journal against cache since the closing"},
        {"journal against cache"},
    ),
    "an amount changed in the open journal": (
        "UPDATE ledger_transfer SET amount = amount + 1 WHERE effective_on > '2026-11-01'",
        {"journal against cache since the closing"},
        {"journal against cache", "reversals"},
    ),
    "an amount changed in a closed period": (
        "UPDATE ledger_transfer SET amount = amount + 1 WHERE effective_on = '2026-11-01' AND kind = 1 AND leg = 1",
        set(),
        {"journal against cache", "journal against the last closing"},
    ),
    "a transfer removed": (
        "DELETE FROM ledger_transfer WHERE leg = 0 AND kind = 1 AND effective_on = '2026-11-01'"
        " AND subject IN (SELECT subject FROM ledger_transfer WHERE leg = 1)",
        set(),
        {"journal against cache", "journal against the last closing", "legs"},
    ),
    "a closing line changed": (
        "UPDATE ledger_book_line SET credits = credits + 1 WHERE credits > 0",
        {"journal against cache since the closing"},
        {"journal against the last closing"},
    ),
    "an original removed from under its reversal": (
        "DELETE FROM ledger_transfer WHERE kind = 1"
        " AND subject IN (SELECT subject FROM ledger_transfer WHERE kind < 0)",
        set(),
        {"journal against cache", "journal against the last closing", "reversals"},
    ),
    "a unit changed": ("UPDATE ledger_transfer SET unit = 2 WHERE leg = 1", set(), {"units"}),
}  # fmt: skip


def past_the_guards(sql):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture
def some_history(accounts):
    from payments.ledger.rules.kinds import Kind
    from payments.ledger.services import reverse

    reversed_later = new_uuid()
    capture(100, legs=2)
    capture(70, subject=reversed_later)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_book VALUES (%s, 0, 'test', now())", [DAY])
    reverse(subject=reversed_later, kind=Kind.CAPTURE, on=DAY + timedelta(days=1))
    capture(9, on=DAY + timedelta(days=1))


def test_an_untouched_ledger_has_no_findings(some_history):
    assert prove() == prove(deep=True) == []


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(some_history, name):
    sql, quick, deep = TAMPERINGS[name]

    past_the_guards(sql)

    assert {finding.proof for finding in prove()} == quick
    assert {finding.proof for finding in prove(deep=True)} == deep


def test_a_proof_is_kept_with_what_it_found(some_history):
    past_the_guards("UPDATE ledger_balance SET credits = credits + 1 WHERE credits > 0")

    proof = record_proof(deep=True, actor=SYSTEM, at=datetime(2026, 11, 2, tzinfo=UTC))

    assert Proof.objects.get() == proof
    assert {finding["proof"] for finding in proof.findings} == {"trial balance", "journal against cache"}


def test_the_command_says_so_and_fails(some_history, capsys):
    call_command("ledger_prove", "--deep")
    agreed = capsys.readouterr().out
    past_the_guards("UPDATE ledger_balance SET credits = credits + 1 WHERE credits > 0")

    with pytest.raises(CommandError, match="does not agree: 3 findings"):
        call_command("ledger_prove")

    assert "the ledger agrees" in agreed
    assert "trial balance: unit 1" in capsys.readouterr().err

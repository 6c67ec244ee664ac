"""The application's role can post and nothing more (sql/roles.sql)."""

import re
import secrets

import psycopg
import pytest
from django.db import connection

from payments.ledger.sql import read_sql
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import DAY, DUE, EARNED, connect, post_raw, state

APP = f"ebao_app_{secrets.token_hex(4)}"
FORBIDDEN = [
    "UPDATE ledger_balance SET credits = 1",
    "INSERT INTO ledger_balance (account_id, stripe, unit) SELECT id, 3, 1 FROM ledger_account",
    "DELETE FROM ledger_balance",
    "UPDATE ledger_transfer SET amount = 1",
    "DELETE FROM ledger_transfer",
    "TRUNCATE ledger_transfer",
    "DELETE FROM ledger_book",
    "UPDATE ledger_account SET floor = NULL",
    "INSERT INTO ledger_book_line (account_id, closed_through, debits, credits)"
    " SELECT id, now(), 1, 1 FROM ledger_account",
    "ALTER TABLE ledger_transfer DISABLE TRIGGER ALL",
    "DROP TRIGGER ledger_apply_one ON ledger_transfer",
    "CREATE OR REPLACE FUNCTION ledger_deny() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SET session_replication_role = replica",
    "CREATE TABLE public.mine (x int)",
]  # fmt: skip


@pytest.fixture
def application(live_accounts):
    """Give a connection that acts as the application's role; the role is dropped afterwards."""
    database = connection.settings_dict["NAME"]
    script = "\n".join(line for line in read_sql("roles").splitlines() if not line.startswith("\\"))
    for name, role in (("app", APP), ("database", database)):
        script = re.sub(rf':"{name}"', f'"{role}"', script)
    with connect() as owner:
        owner.execute(f"CREATE ROLE {APP} NOLOGIN")
        owner.execute(script.encode())
        with connect() as own:
            own.execute(f"SET SESSION AUTHORIZATION {APP}")
            yield own
        owner.execute(f"DROP OWNED BY {APP}; DROP ROLE {APP}")


def test_the_application_posts_reverses_opens_and_closes(application):
    subject = new_uuid()

    assert post_raw(application, subject, [DUE], [EARNED], [5]) == "posted"
    assert post_raw(application, new_uuid(), [DUE] * 40, [EARNED] * 40, [5] * 40) == "posted"
    assert application.execute("SELECT ledger_reverse(%s, 1::smallint, %s)", (subject, DAY)).fetchone()[0] == "posted"
    assert application.execute("SELECT ledger_open('memo:fee:X', 'MEMO', 1::smallint, true, NULL, NULL)").fetchone()[0]
    application.execute("INSERT INTO ledger_book VALUES (%s, 0, 'test', now())", (DAY,))
    assert application.execute("SELECT count(*) FROM ledger_book_line").fetchone()[0] == 2


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_the_application_can_do_nothing_else(application, sql):
    before = state()

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(sql)

    assert state() == before

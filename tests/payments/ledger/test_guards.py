"""The drift check finds every guard that is missing or altered, and every way around them."""

import re

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from payments.ledger.selectors.guards import FUNCTION, TRIGGER, find_drift
from payments.ledger.sql import read_sql

TRIGGERS = [(name, table) for _text, name, table in TRIGGER.findall(read_sql("guards"))]
FUNCTIONS = FUNCTION.findall(read_sql("guards") + read_sql("posting"))
ALTERED = "CREATE OR REPLACE FUNCTION {name}({arguments}) {header} AS $${body} $$"

pytestmark = pytest.mark.django_db


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def found():
    return [finding.what for finding in find_drift()]


def test_a_fresh_database_has_every_guard_as_written():
    assert find_drift() == []
    assert len(TRIGGERS) == read_sql("guards").count("CREATE TRIGGER") == 13
    assert len(FUNCTIONS) == 12


@pytest.mark.parametrize(("name", "table"), TRIGGERS)
def test_a_missing_or_disabled_trigger_is_found(name, table):
    run(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    disabled = found()
    run(f"DROP TRIGGER {name} ON {table}")
    dropped = found()

    assert disabled == dropped == [f"trigger {name} on {table}"]


@pytest.mark.parametrize(("name", "arguments", "header", "body"), FUNCTIONS)
def test_an_altered_function_is_found(name, arguments, header, body):
    run(ALTERED.format(name=name, arguments=arguments, header=header, body=body))

    assert found() == [f"function {name}"]


def test_a_function_that_no_longer_runs_as_owner_is_found():
    run("ALTER FUNCTION ledger_apply_one() SECURITY INVOKER")

    assert found() == ["function ledger_apply_one"]


def test_a_trigger_of_a_stranger_is_found():
    run("CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    run("CREATE TRIGGER a_swallow BEFORE INSERT ON ledger_transfer FOR EACH ROW EXECUTE FUNCTION swallow()")

    assert found() == ["trigger a_swallow on ledger_transfer"]


def test_a_rewrite_rule_is_found():
    run("CREATE RULE away AS ON INSERT TO ledger_transfer DO INSTEAD NOTHING")

    assert found() == ["rule away on ledger_transfer"]


def test_a_child_table_without_the_triggers_is_found():
    """Trap: rows put straight into a partition or child pass the parent's statement trigger by."""
    run("CREATE TABLE ledger_transfer_202611 () INHERITS (ledger_transfer)")

    assert found() == ["table ledger_transfer_202611"]


@pytest.mark.parametrize(
    ("table", "constraint"),
    [
        ("ledger_account", "ledger_account_r1_klass"),
        ("ledger_account", "ledger_account_r1_code"),
        ("ledger_balance", "ledger_balance_floor"),
        ("ledger_transfer", "ledger_transfer_amount_positive"),
    ],
)
def test_a_missing_constraint_is_found(table, constraint):
    run(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")

    assert f"constraint {constraint}" in found()


def test_a_wider_chart_of_accounts_is_found():
    """R1: a head that rules/chart.py does not know."""
    run("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_r1_code")
    run("ALTER TABLE ledger_account ADD CONSTRAINT ledger_account_r1_code CHECK (code ~ '^(memo|wallet):')")

    assert found() == ["constraint ledger_account_r1_code"]


def test_a_lost_key_is_found():
    run("ALTER TABLE ledger_transfer DROP CONSTRAINT ledger_transfer_pkey")

    assert found() == ["key of ledger_transfer"]


def test_the_system_check_and_the_command_report_drift():
    assert run_checks(tags=["database"], databases=["default"]) == []
    call_command("ledger_guards", verbosity=0)

    run("DROP TRIGGER ledger_apply_one ON ledger_transfer")

    assert [message.id for message in run_checks(tags=["database"], databases=["default"])] == ["ledger.E001"]
    with pytest.raises(CommandError, match="1 guards"):
        call_command("ledger_guards", verbosity=0)


def test_the_system_check_waits_for_the_migrations():
    run("DELETE FROM django_migrations WHERE app = 'ledger' AND name = '0004_posting'")
    run("DROP TRIGGER ledger_apply_one ON ledger_transfer")

    assert run_checks(tags=["database"], databases=["default"]) == []


def test_the_system_check_refuses_another_isolation_level():
    run("SET LOCAL default_transaction_isolation = 'serializable'")

    assert [message.id for message in run_checks(tags=["database"], databases=["default"])] == ["ledger.E002"]


def test_every_definer_function_fixes_its_search_path():
    for name, _arguments, header, _body in FUNCTIONS:
        if "SECURITY DEFINER" in header:
            assert re.search(r"SET search_path = public, pg_temp$", header), name

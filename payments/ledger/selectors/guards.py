"""The drift check: are the guards in the database, and are they the ones written in sql/*.sql."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import CheckConstraint

from payments.ledger.rules.chart import CODE_PATTERN
from payments.ledger.rules.findings import Finding
from payments.ledger.sql import read_sql

FUNCTION = re.compile(r"^CREATE FUNCTION (\w+)\((.*?)\) (.*?) AS \$\$(.*?)\$\$;$", re.MULTILINE | re.DOTALL)
TRIGGER = re.compile(r"^(CREATE TRIGGER (\w+) .*? ON public\.(\w+) .*);$", re.MULTILINE)
FIXED_PATH = ["search_path=public, pg_temp"]
TABLES = ("ledger_account", "ledger_balance", "ledger_book", "ledger_book_line", "ledger_transfer")
KEY = "PRIMARY KEY (subject, kind, leg)"


def guards_expected() -> bool:
    """Tell whether all migrations of the ledger are applied, so that the check has a meaning."""
    loader = MigrationLoader(connection)
    ours = {key for key in loader.disk_migrations if key[0] == "ledger"}
    return ours <= set(loader.applied_migrations)


def find_drift() -> list[Finding]:
    """Compare functions, triggers, constraints and the key with the files; names every difference."""
    return [*_functions(), *_triggers(), *_constraints(), *_detours()]


def _functions() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc, prosecdef, coalesce(proconfig, '{}') FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'ledger\\_%%'"
        )
        found = {name: rest for name, *rest in cursor.fetchall()}
    for name, _arguments, header, body in FUNCTION.findall(read_sql("guards") + read_sql("posting")):
        wanted = [body, "SECURITY DEFINER" in header, FIXED_PATH if "SET search_path" in header else []]
        if found.pop(name, None) != wanted:
            yield Finding("drift", f"function {name}", "as in sql/", "missing or altered")
    for name in found:
        yield Finding("drift", f"function {name}", "none", "not of the ledger's SQL")


def _triggers() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
            " AND c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s)",
            [list(TABLES)],
        )
        found = {(table, name): (text, enabled) for name, table, text, enabled in cursor.fetchall()}
    for text, name, table in TRIGGER.findall(read_sql("guards")):
        if found.pop((table, name), None) != (text, "O"):
            yield Finding("drift", f"trigger {name} on {table}", "as in sql/, enabled", "missing or altered")
    for table, name in found:
        yield Finding("drift", f"trigger {name} on {table}", "none", "not of the ledger's SQL")


def _constraints() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('c', 'p')",
            [list(TABLES)],
        )
        found = {name: (valid, text) for name, valid, text in cursor.fetchall()}
    for model in apps.get_app_config("ledger").get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, CheckConstraint):
                valid, text = found.get(constraint.name, (False, ""))
                if not valid or "NOT ENFORCED" in text:
                    yield Finding("drift", f"constraint {constraint.name}", "present", "missing or not enforced")
    if CODE_PATTERN not in found.get("ledger_account_r1_code", (False, ""))[1]:
        yield Finding("drift", "constraint ledger_account_r1_code", "the chart of rules/chart.py", "another list")
    if KEY not in [text for _valid, text in found.values()]:
        yield Finding("drift", "key of ledger_transfer", KEY, "missing")


def _detours() -> Iterator[Finding]:
    """Find ways around the triggers: child tables that lack them, and rewrite rules."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.inhrelid::regclass::text FROM pg_inherits i"
            " WHERE i.inhparent = ANY(%s::regclass[]) AND EXISTS ("
            "   SELECT FROM pg_trigger p WHERE p.tgrelid = i.inhparent AND NOT p.tgisinternal AND NOT EXISTS ("
            "     SELECT FROM pg_trigger c WHERE c.tgrelid = i.inhrelid AND c.tgfoid = p.tgfoid"
            "       AND c.tgtype = p.tgtype AND c.tgenabled = 'O'))",
            [list(TABLES)],
        )
        for (child,) in cursor.fetchall():
            yield Finding("drift", f"table {child}", "the triggers of its parent", "rows may enter past the triggers")
        cursor.execute(
            "SELECT rulename, ev_class::regclass::text FROM pg_rewrite WHERE ev_class = ANY(%s::regclass[])",
            [list(TABLES)],
        )
        for rule, table in cursor.fetchall():
            yield Finding("drift", f"rule {rule} on {table}", "none", "statements are rewritten")

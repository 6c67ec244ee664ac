"""What all tests share."""

import math
import os
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

STANDING = "('django_migrations', 'django_content_type', 'auth_permission')"
TABLES = f"""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN {STANDING}
    ORDER BY c.relname
"""
EMPTY = f"""
    DO $$DECLARE name text; has_rows boolean; BEGIN
      FOR name IN {TABLES} LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO has_rows;
        IF has_rows THEN EXECUTE format('DELETE FROM %I', name); END IF;
      END LOOP; END$$
"""
"""Empties what is not empty; for the few rows of a test that is ten times faster than TRUNCATE of every table."""
restore: list[str] = []
"""Statements that enter the migrations' facts again after the tables were emptied."""


def pytest_configure() -> None:
    """Give every worker a Redis number of its own, so that none empties another's cache."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    cache = settings.CACHES["default"]
    cache["LOCATION"] = urlsplit(cache["LOCATION"])._replace(path=f"/{worker % 15 + 1}").geturl()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Keep a copy of what migrations entered (institutions, legal limits, working days, commodities…)."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('facts') IS NULL")
        is_new = cursor.fetchone()[0]
        if is_new:
            cursor.execute("CREATE SCHEMA facts")
            cursor.execute(TABLES)
            for (table,) in cursor.fetchall():
                cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
                if cursor.fetchone()[0]:
                    cursor.execute(f'CREATE TABLE facts."{table}" AS TABLE "{table}"')
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'facts' ORDER BY 1")
        restore[:] = [
            f'INSERT INTO "{table}" OVERRIDING SYSTEM VALUE SELECT * FROM facts."{table}"'
            for (table,) in cursor.fetchall()
        ]


@pytest.fixture(scope="session", autouse=True)
def _flush_past_append_only_guards() -> Iterator[None]:
    """Let Django empty the tables after a `transaction=True` test although triggers refuse it.

    Only the flush itself runs with triggers off, for one transaction, which needs the superuser tests
    connect as; the tests see every guard at work. The facts of the migrations come back with it.
    """
    flush = DatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: DatabaseOperations, sql_list: Sequence[str]) -> Any:
        past_guards = ["SET LOCAL session_replication_role = replica", EMPTY, *restore]
        return flush(self, past_guards if sql_list else [])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_without_triggers)
        yield


@pytest.fixture(autouse=True)
def _cache_that_remembers_no_other_test() -> None:
    """Begin every test with an empty cache: what one counted against a network or a person is nothing to the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _dynamic_codes_do_not_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the half minute of a test's dynamic codes from ending between reading a code and typing it."""
    now = time.time()
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", SimpleNamespace(time=lambda: now))


@pytest.fixture(autouse=True)
def _clock_that_nobody_has_set() -> None:
    """Begin every test at real time as read for good, so that the number of queries hangs on no half second."""
    from silk_road_ebao.kernel import clock

    clock._offset.value, clock._offset.read_until = timedelta(0), math.inf

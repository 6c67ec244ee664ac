"""What all tests share."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(scope="session", autouse=True)
def _flush_past_append_only_guards() -> Iterator[None]:
    """Let Django empty the tables after a `transaction=True` test although triggers refuse TRUNCATE.

    Only the flush itself runs with triggers off, for one transaction, which needs the superuser tests
    connect as; the tests see every guard at work.
    """
    flush = DatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: DatabaseOperations, sql_list: Sequence[str]) -> Any:
        return flush(self, ["SET LOCAL session_replication_role = replica", *sql_list] if sql_list else [])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_without_triggers)
        yield

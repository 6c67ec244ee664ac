"""Migration operations that let the database itself refuse what no code may do."""

from collections.abc import Iterable
from pathlib import Path

from django.db import migrations

from silk_road_ebao.kernel.state_table import StateTable


def run_sql(folder: Path, name: str) -> migrations.RunSQL:
    """Run `name`.sql from a folder, with `name`_reverse.sql as its reverse."""
    forward = (folder / f"{name}.sql").read_text(encoding="utf-8")
    return migrations.RunSQL(forward, (folder / f"{name}_reverse.sql").read_text(encoding="utf-8"))


def append_only(table: str) -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on a table. Needs kernel 0002 among the dependencies."""
    rows, whole = f"{table}_append_only", f"{table}_no_truncate"
    return migrations.RunSQL(
        f"CREATE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION kernel_append_only();"
        f"CREATE TRIGGER {whole} BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only();",
        f"DROP TRIGGER {whole} ON {table}; DROP TRIGGER {rows} ON {table};",
    )


def guard_status(table: str, edges: Iterable[tuple[str, str]] | StateTable) -> migrations.RunSQL:
    """Refuse a status change off the edges, even in SQL past the ORM. Needs kernel 0002.

    Write the edges out in the migration: a migration that reads a live table changes with it.
    """
    pairs = edges.edges() if isinstance(edges, StateTable) else edges
    listed = ", ".join(f"'{old}>{new}'" for old, new in pairs)
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_status BEFORE UPDATE OF status ON {table} FOR EACH ROW"
        f" WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION kernel_guard_status({listed});",
        f"DROP TRIGGER {table}_status ON {table};",
    )

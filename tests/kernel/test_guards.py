from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.state import ProjectState

from silk_road_ebao.kernel.guards import append_only, guard_status
from tests.kernel.trial import Crate, execute

TRIGGERS = {
    "kernel_approval": {"kernel_approval_frozen", "kernel_approval_status"},
    "kernel_auditevent": {"kernel_auditevent_append_only", "kernel_auditevent_no_truncate", "kernel_audit_chain"},
    "kernel_audithead": {"kernel_audit_head_guard"},
    "kernel_auditlink": {"kernel_auditlink_append_only", "kernel_auditlink_no_truncate"},
    "kernel_statuschange": {"kernel_statuschange_append_only", "kernel_statuschange_no_truncate"},
}


def triggers_of(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O'",
            [table],
        )
        return {row[0] for row in cursor.fetchall()}


def apply(operation, backwards=False):
    with connection.schema_editor(atomic=False) as editor:
        run = operation.database_backwards if backwards else operation.database_forwards
        run("trial", editor, ProjectState(), ProjectState())


@pytest.mark.parametrize("table", TRIGGERS)
def test_the_guards_stand_and_are_awake(db, table):
    assert triggers_of(table) == TRIGGERS[table]


def test_a_guarded_status_follows_its_edges_even_past_the_orm(rows):
    Crate.objects.create(crate_no="C1", status="PACKED")
    guard = guard_status("trial_crate", Crate.STATES)
    apply(guard)

    with pytest.raises(DatabaseError, match="no edge from PACKED to RECEIVED"):
        execute("UPDATE trial_crate SET status = 'RECEIVED'")
    execute("UPDATE trial_crate SET status = 'SENT'")

    apply(guard, backwards=True)
    execute("UPDATE trial_crate SET status = 'PACKED'")
    assert triggers_of("trial_crate") == set()


def test_an_append_only_table_takes_rows_and_lets_none_go(rows):
    guard = append_only("trial_crate")
    apply(guard)

    Crate.objects.create(crate_no="C1", status="PACKED")
    for statement in ("UPDATE trial_crate SET weight_kg = 1", "DELETE FROM trial_crate", "TRUNCATE trial_crate"):
        with pytest.raises(DatabaseError, match="append-only"):
            execute(statement)

    apply(guard, backwards=True)
    execute("DELETE FROM trial_crate")
    assert not Crate.objects.exists()


def test_the_migrations_are_up_to_date(db):
    call_command("makemigrations", "kernel", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("name", ["0002_append_only", "0003_audit_chain", "0004_guards"])
def test_every_sql_migration_has_its_reverse(name):
    migration = import_module(f"silk_road_ebao.kernel.migrations.{name}").Migration

    assert all(operation.reversible for operation in migration.operations)

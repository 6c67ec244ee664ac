"""Tables of the trial rows, made once per test database and emptied after each use."""

import pytest
from django.db import connection

from silk_road_ebao.kernel import outbox
from tests.kernel.trial import MODELS


@pytest.fixture(scope="session")
def _trial_tables(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        known = connection.introspection.table_names()
        with connection.schema_editor() as editor:
            for model in MODELS:
                if model._meta.db_table in known:  # left by --reuse-db
                    editor.delete_model(model)
                editor.create_model(model)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in MODELS:
            editor.delete_model(model)


@pytest.fixture
def rows(_trial_tables, db):
    """Trial rows inside the test's own transaction."""


@pytest.fixture
def committed_rows(_trial_tables, transactional_db):
    """Trial rows that other threads see."""
    yield
    for model in MODELS:
        model._base_manager.all().delete()


@pytest.fixture
def handlers(monkeypatch):
    """An empty register of outbox handlers; gives `on`."""
    monkeypatch.setattr(outbox, "_registry", outbox._Registry())
    monkeypatch.setattr(outbox, "_hints", outbox._Hints())
    return outbox.on


@pytest.fixture
def hints(monkeypatch):
    """Hints sent to the broker, caught instead of sent."""
    sent = []
    monkeypatch.setattr(outbox.current_app, "send_task", lambda *args, **options: sent.append(args[0]))
    return sent

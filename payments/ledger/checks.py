"""System checks: `check --database default` and every `migrate` compare the guards with their SQL."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.core.checks.messages import CheckMessage
from django.db import connection

from payments.ledger.selectors.guards import find_drift, guards_expected


@register(Tags.database)
def check_guards(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Report guards that are missing or altered, once all migrations of the ledger are applied."""
    if "default" not in (databases or ()) or not guards_expected():
        return []
    return [Error(str(finding), id="ledger.E001") for finding in find_drift()]


@register(Tags.database)
def check_isolation(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse another default isolation level than READ COMMITTED, for which the fence is made."""
    if "default" not in (databases or ()):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SHOW default_transaction_isolation")
        level = cursor.fetchone()[0]
    if level == "read committed":
        return []
    return [Error(f"the ledger needs READ COMMITTED, the connection has {level.upper()}", id="ledger.E002")]


@register(Tags.database, deploy=True)
def check_role(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn when the application connects as owner of the journal or as superuser (sql/roles.sql)."""
    if "default" not in (databases or ()) or settings.DEMO or not guards_expected():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR pg_has_role(current_user, relowner, 'MEMBER') FROM pg_roles, pg_class"
            " WHERE rolname = current_user AND pg_class.oid = 'ledger_transfer'::regclass"
        )
        too_strong = cursor.fetchone()[0]
    if not too_strong:
        return []
    return [Warning("the application's role owns the ledger: see payments/ledger/sql/roles.sql", id="ledger.W001")]

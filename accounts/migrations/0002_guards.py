"""The disclosure log is append-only, and statuses keep to their edges, past the ORM too."""

from django.db import migrations

from silk_road_ebao.kernel.guards import append_only, guard_status

CONSENT = [
    ("REQUESTED", "ACTIVE"),
    ("REQUESTED", "EXPIRED"),
    ("REQUESTED", "REVOKED"),
    ("ACTIVE", "EXPIRED"),
    ("ACTIVE", "REVOKED"),
    ("ACTIVE", "SUPERSEDED"),
]
SETTLEMENT_ACCOUNT = [
    ("PROPOSED", "ACTIVE"),
    ("PROPOSED", "HELD"),
    ("PROPOSED", "CLOSED"),
    ("HELD", "ACTIVE"),
    ("HELD", "CLOSED"),
    ("ACTIVE", "SUSPENDED"),
    ("ACTIVE", "CLOSED"),
    ("SUSPENDED", "ACTIVE"),
    ("SUSPENDED", "CLOSED"),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("kernel", "0004_guards")]

    operations = [
        append_only("accounts_disclosure"),
        guard_status("accounts_consent", CONSENT),
        guard_status("accounts_settlementaccount", SETTLEMENT_ACCOUNT),
    ]

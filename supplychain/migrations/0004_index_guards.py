"""What was measured, released, assessed or signed stays, in SQL as well."""

from pathlib import Path

from django.db import migrations

from silk_road_ebao.kernel.guards import append_only, guard_status, run_sql

SQL = Path(__file__).parents[1] / "sql"
KEPT = (
    "indexmethodversion",
    "indexcell",
    "indexvalue",
    "indexerratum",
    "assessmentmodel",
    "assessment",
    "assessmentdocument",
    "needstatement",
    "papercheck",
)


class Migration(migrations.Migration):
    dependencies = [
        ("supplychain", "0003_beginnings"),
        ("kernel", "0002_append_only"),
    ]

    operations = [
        *[append_only(f"supplychain_{name}") for name in KEPT],
        run_sql(SQL, "index_release_frozen"),
        guard_status(
            "supplychain_indexrelease",
            [("HELD", "PUBLISHED"), ("HELD", "DECLINED"), ("HELD", "WITHHELD"), ("HELD", "SUPERSEDED")],
        ),
        guard_status("supplychain_assessmentobjection", [("OPEN", "UPHELD"), ("OPEN", "DISMISSED")]),
    ]

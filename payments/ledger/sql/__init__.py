"""The SQL beside the migrations: each file with its reverse."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent


def read_sql(name: str) -> str:
    """Read one file of SQL by its name without the ending."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf8")

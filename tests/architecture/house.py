"""What the architecture tests look at: the project's own source files and models."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "payments", "supplychain", "banking", "loyalty")
FLOORS = ("kernel", "face", "console", "accounts", "ledger", "payments", "supplychain", "banking", "loyalty")
PACKAGES = (*APPS, "silk_road_ebao")
ELSEWHERE = {"migrations", "sandbox", "runner"}


def source_files(*layers: str) -> Iterator[Path]:
    """Yield our Python files; with layers given, only those inside such a folder."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = set(path.relative_to(ROOT).parts)
            if parts & ELSEWHERE or (layers and not parts & set(layers)):
                continue
            yield path


def tree_of(path: Path) -> ast.Module:
    """Parse one file."""
    return ast.parse(path.read_text(encoding="utf8"))


def place(path: Path, node: ast.AST) -> str:
    """Name a place as file:line."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"

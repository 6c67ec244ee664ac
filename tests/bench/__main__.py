"""Run the benchmarks, print a table, write var/bench.json.

usage: python -m tests.bench [NAME…]     (NAME of tests/bench/bench_NAME.py; all when none is given)
"""

import importlib
import json
import signal
import sys
from pathlib import Path

from tests.bench.result import Result, Skipped

HERE = Path(__file__).parent
OUTPUT = HERE.parents[1] / "var" / "bench.json"


def main(names: list[str]) -> int:
    """Run the named benchmarks; exit 2 for an unknown name, 1 when a goal is missed."""
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    if unknown := set(names) - set(known):
        sys.stderr.write(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}\n")
        return 2
    results: list[Result] = []
    for name in names or known:
        sys.stderr.write(f"… {name}\n")
        for result in importlib.import_module(f"tests.bench.bench_{name}").run():
            if isinstance(result, Skipped):
                say(f"{result.name}: skipped, {result.reason}")
            else:
                results.append(result)
    print_table(results)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([result.row() for result in results], indent=2, ensure_ascii=False) + "\n")
    say(f"written to {OUTPUT.relative_to(OUTPUT.parents[1])}")
    return int(any(result.met is False for result in results))


def say(line: str) -> None:
    """Write one line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def print_table(results: list[Result]) -> None:
    """Print one line a result."""
    width = max([len(result.name) for result in results], default=4)
    say(f"\n{'name':<{width}} {'ours':>12} {'reference':>12} {'ratio':>7} {'goal':>6}  met  unit")
    for result in results:
        goal = "" if result.goal is None else f"{result.goal:.2f}"
        met = {True: "yes", False: "NO", None: "–"}[result.met]
        say(
            f"{result.name:<{width}} {result.ours:>12,.0f} {result.reference:>12,.0f} {result.ratio:>7.2f} {goal:>6}"
            f"  {met:<4} {result.unit}{'  (' + result.note + ')' if result.note else ''}"
        )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server of a benchmark stops with it
    sys.exit(main(sys.argv[1:]))

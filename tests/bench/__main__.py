"""Run the benchmarks, print a table, write var/bench.json.

usage: python -m tests.bench [NAME…]     (NAME of tests/bench/bench_NAME.py; all when none is given)
"""

import json
import sys
import time
from pathlib import Path

from tests.bench.measuring import leave_on_term, measure
from tests.bench.result import Result, Skipped

HERE = Path(__file__).parent
OUTPUT = HERE.parents[1] / "var" / "bench.json"


def main(names: list[str]) -> int:
    """Run the named benchmarks; exit 2 for an unknown name, 1 when a goal is missed or one breaks off."""
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    if unknown := set(names) - set(known):
        sys.stderr.write(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}\n")
        return 2
    results: list[Result] = []
    broken: list[str] = []
    for nth, name in enumerate(names or known, 1):
        began = time.monotonic()
        sys.stderr.write(f"… {name} ({nth} of {len(names or known)})\n")
        outcome = measure(name)
        if outcome is None:
            broken.append(name)
            continue
        for skipped in (result for result in outcome if isinstance(result, Skipped)):
            say(f"{skipped.name}: skipped, {skipped.reason}")
        results += [result for result in outcome if isinstance(result, Result)]
        sys.stderr.write(f"  {name} took {time.monotonic() - began:.0f} s\n")
    print_table(results)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([result.row() for result in results], indent=2, ensure_ascii=False) + "\n")
    say(f"written to {OUTPUT.relative_to(OUTPUT.parents[1])}")
    if broken:
        say(f"broke off: {', '.join(broken)}")
    return int(bool(broken) or any(result.met is False for result in results))


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
    leave_on_term()
    sys.exit(main(sys.argv[1:]))

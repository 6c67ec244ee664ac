"""The lock files: everything by hash, no address, each set inside the next."""

import re
from pathlib import Path

import pytest

from silk_road_ebao.runner.install import LOCKS

PROJECT = Path(__file__).resolve().parents[2]


def pins(name):
    return set(re.findall(r"^([a-z0-9][^\s;]*==\S+)", (PROJECT / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize(("smaller", "larger"), [("demo", "dev"), ("dev", "bench")])
def test_a_larger_lock_holds_every_pin_of_the_smaller(smaller, larger):
    assert pins(LOCKS[smaller])
    assert pins(LOCKS[smaller]) - pins(LOCKS[larger]) == set()


@pytest.mark.parametrize("name", ["bootstrap.lock", *LOCKS.values()])
def test_every_pin_has_hashes_and_no_lock_names_a_host(name):
    text = (PROJECT / name).read_text()

    assert len(re.findall(r"^[a-z0-9].*==.*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)) == len(pins(name))
    assert "://" not in text

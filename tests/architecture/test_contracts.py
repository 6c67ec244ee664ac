"""The import contracts are kept, and each of them bites when it is broken on purpose."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT

BREAKS = {
    "floors": ("accounts/selectors/strangers.py", "import payments.models\n", "The floors"),
    "root": ("silk_road_ebao/kernel/strangers.py", "import silk_road_ebao.settings\n", "The root"),
    "rooms": ("payments/rules/strangers.py", "import payments.services\n", "The rooms of an app"),
    "stranger": ("payments/utils/__init__.py", "", "The rooms of an app"),
    "rules": ("payments/rules/strangers.py", "import django.db\n", "Rules are pure"),
    "rules of banking": ("banking/rules/strangers.py", "import django.db\n", "Rules are pure"),
    "http of banking": ("banking/services/strangers.py", "import httpx\n", "Only gateways speak HTTP"),
    "http of its API": ("banking/api/strangers.py", "import requests\n", "Only gateways speak HTTP"),
    "http of trade": ("supplychain/selectors/strangers.py", "import requests\n", "Only gateways speak HTTP"),
    "http": ("payments/services/strangers.py", "import requests\n", "Only gateways speak HTTP"),
    "sandbox": ("payments/sandbox/strangers.py", "import payments.rules\n", "A sandbox judges us"),
    "judged": ("payments/services/strangers.py", "import payments.sandbox\n", "Nothing of ours imports a sandbox"),
}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy_of_the_house(tmp_path):
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept(copy_of_the_house):
    result = _lint(copy_of_the_house)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_contract_bites(copy_of_the_house, name):
    file, text, contract = BREAKS[name]
    (copy_of_the_house / file).parent.mkdir(exist_ok=True)
    (copy_of_the_house / file).write_text(text)

    result = _lint(copy_of_the_house)

    broken = [line for line in result.stdout.splitlines() if line.startswith(contract)]
    assert result.returncode == 1, result.stdout
    assert any("BROKEN" in line for line in broken), result.stdout

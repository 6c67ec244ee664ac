"""The guide works as printed, for somebody who has nothing but it and the client."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import AccountUsage, CreditAccount, PartnerKey, SettlementAccount
from banking.models import AccountActivityBatch
from tests.accounts.facts import enter_facts

DOCS = Path(__file__).resolve().parents[3] / "docs"
GUIDE = (DOCS / "partner-api.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"<!-- run -->\n```\n(.+?)\n```", GUIDE)


@pytest.fixture
def desk(tmp_path, live_server, settings, transactional_db):
    """A bank's engineer's empty desk: a key as the guide makes it, the client as the page hands it out."""
    settings.PUBLIC_URL = live_server.url
    enter_facts()
    made = re.search(r'CMD="partner_key (.+?)"', GUIDE)[1]
    call_command("partner_key", *shlex.split(made), "--out", str(tmp_path))
    page = subprocess.run(
        ["curl", "-sf", f"{live_server.url}/partner/docs/partner_client.py"], capture_output=True, check=False
    )
    client = page.stdout or (DOCS / "examples" / "partner_client.py").read_bytes()
    (tmp_path / "partner_client.py").write_bytes(client)
    return tmp_path


def _run(desk, live_server, command):
    words = shlex.split(command.replace("http://localhost:8000", live_server.url))
    return subprocess.run(
        [sys.executable, *words[1:]],
        cwd=desk,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": ""},
    )


def test_every_command_of_the_guide_runs_as_printed(desk, live_server):
    assert len(COMMANDS) == 4

    for command in COMMANDS:
        result = _run(desk, live_server, command)
        assert (result.returncode, result.stderr) == (0, ""), command

    assert SettlementAccount.objects.filter(verification="VERIFIED").count() == 1
    assert AccountActivityBatch.objects.get().row_count == AccountUsage.objects.count() == 30
    assert CreditAccount.objects.get().status == "ACTIVE"


def test_the_client_refuses_an_answer_that_is_not_ours_and_says_what_is_wrong(desk, live_server):
    wrong = COMMANDS[0].replace("--keyid ccb-sandbox", "--keyid nobody")

    result = _run(desk, live_server, wrong)

    assert result.returncode == 1
    assert json.loads(result.stderr)["code"] == "SIGNATURE_INVALID"


def test_the_client_imports_nothing_of_ours():
    text = (DOCS / "examples" / "partner_client.py").read_text(encoding="utf-8")

    assert not re.search(r"^(?:from|import) (?:silk_road_ebao|accounts|banking|payments|django)", text, re.MULTILINE)


@pytest.mark.django_db
def test_the_sandbox_key_is_readable_by_its_owner_only_and_never_overwritten(tmp_path):
    call_command("partner_key", "--institution", "CCB", "--keyid", "ccb-1", "--out", str(tmp_path))
    file = tmp_path / "ccb-1.pem"
    before = file.read_bytes()

    with pytest.raises(CommandError):
        call_command("partner_key", "--institution", "CCB", "--keyid", "ccb-1", "--out", str(tmp_path))

    assert file.stat().st_mode & 0o077 == 0
    assert file.read_bytes() == before
    assert PartnerKey.objects.count() == 1


@pytest.mark.django_db
def test_outside_the_demo_a_partner_makes_its_own_key(tmp_path, settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="public-key"):
        call_command("partner_key", "--institution", "CCB", "--out", str(tmp_path))

    assert list(tmp_path.iterdir()) == []
    assert not PartnerKey.objects.exists()


@pytest.mark.django_db
def test_the_page_the_description_and_the_files_are_there_for_everybody(client):
    assert client.get("/partner/docs/").status_code == 200
    assert client.get("/partner/v1/openapi.json").json()["openapi"].startswith("3.")
    assert b"partner API in five minutes" in b"".join(client.get("/partner/docs/guide.md").streaming_content)
    assert client.get("/partner/docs/settings.py").status_code == 404

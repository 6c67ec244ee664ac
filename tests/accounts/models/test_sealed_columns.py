"""What is sealed stands nowhere in clear: a look at the tables in raw SQL, past the ORM (R12, R25)."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Market
from accounts.services.notices import send_due_notices
from accounts.services.settlement_account_changes import propose_account_change, review_account_change
from accounts.services.sign_in import request_code
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.masking import is_card_number, is_resident_id
from tests.accounts import numbers
from tests.accounts.opening import add_payee, open_merchant

pytestmark = pytest.mark.django_db

OURS = ("accounts_%", "kernel_%", "django_session", "mfa_%")


def dump_of_tables():
    """Return every row of our tables as PostgreSQL itself prints them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_name LIKE ANY(%s) ORDER BY 1",
            [list(OURS)],
        )
        names = [row[0] for row in cursor.fetchall()]
        lines = []
        for name in names:
            cursor.execute(f'SELECT t::text FROM "{name}" t')
            lines += [f"{name}: {row[0]}" for row in cursor.fetchall()]
    return "\n".join(lines)


def test_r25_a_dump_of_the_tables_holds_no_number_in_clear(market, maker, checker, sms, at):
    opened = open_merchant(1, market, maker, checker, at)
    add_payee(opened, 1, at)
    new = propose_account_change(
        merchant=opened.merchant,
        account_no=numbers.card(2),
        holder_name=opened.merchant.legal_name,
        actor=opened.actor,
        at=at,
    )
    approve(approval_no=review_account_change(account=new, actor=maker, at=at).approval_no, checker=checker, at=at)
    send_due_notices(gateway=sms, at=at)
    request_code(phone=numbers.phone(1), gateway=sms, actor=SYSTEM, at=at + timedelta(minutes=2))

    dump = dump_of_tables()

    secrets = [numbers.resident_id(1), numbers.phone(1), numbers.card(1), numbers.card(2)]
    assert [secret for secret in secrets if secret in dump] == []
    assert [secret for secret in secrets if secret.encode().hex() in dump] == []
    assert numbers.png(1).hex()[:60] not in dump
    assert "蔬菜1" in dump


def test_r12_the_tables_hold_nothing_that_looks_like_a_card_an_id_or_a_phone(market, maker, checker, at):
    for nth in (1, 2, 3):
        add_payee(open_merchant(nth, market, maker, checker, at), nth, at)

    words = re.findall(r"(?<![0-9A-Za-z])[0-9]{11,19}[Xx]?(?![0-9A-Za-z])", dump_of_tables())

    found = [
        word for word in words if is_card_number(word) or is_resident_id(word) or re.fullmatch(r"1[3-9]\d{9}", word)
    ]
    assert found == []


def test_the_grep_above_would_find_a_number_in_clear(market, at):
    Market.objects.filter(pk=market.pk).update(address=f"卡 {numbers.card(9)}")

    assert numbers.card(9) in dump_of_tables()

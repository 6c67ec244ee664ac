"""Accounts on the page: added, changed, stopped, with what Class II may still take."""

import pytest

from accounts.models import (
    SettlementAccount,
)
from accounts.services.settlement_accounts import report_verification
from tests.accounts import numbers
from tests.accounts.factories import (
    SettlementAccountFactory,
)
from tests.accounts.opening import CCB
from tests.accounts.visitors import text

pytestmark = pytest.mark.django_db


def test_a_shop_adds_its_account_and_sees_the_banks_word(owner, at):
    card = numbers.card(12)
    answer = owner.post(
        "/me/shop/accounts/add/", {"account_no": card, "holder_name": owner.merchant.legal_name, "bank": ""}
    )

    account = SettlementAccount.objects.get()
    assert answer["Location"] == f"/me/shop/accounts/{account.account_no}/"
    assert "只有银行说了算" in text(owner.get(answer["Location"]))
    report_verification(account_no=account.account_no, result="VERIFIED", actor=CCB, at=at)
    page = text(owner.get("/me/shop/accounts/"))
    assert "已验证" in page
    assert account.masked in page
    assert card not in page


def test_another_account_goes_the_way_of_a_change_and_can_be_stopped(owner):
    SettlementAccountFactory(owner_merchant=owner.merchant)

    page = text(owner.get("/me/shop/accounts/add/"))
    given = {"account_no": numbers.card(13), "holder_name": owner.merchant.legal_name}
    answer = owner.post("/me/shop/accounts/add/", given)
    number = answer["Location"].split("/")[-2]

    assert "两位工作人员复核" in page
    assert "24 小时" in page
    assert SettlementAccount.objects.get(account_no=number).status == "PROPOSED"
    owner.post(f"/me/shop/accounts/{number}/stop/")
    assert SettlementAccount.objects.get(account_no=number).status == "CLOSED"


def test_r13_a_class_ii_account_shows_what_is_left_today(owner):
    account = SettlementAccountFactory(owner_person=owner.person, owner_merchant=None, account_class="II")

    page = text(owner.get(f"/me/self/accounts/{account.account_no}/"))

    assert "10,000" in page.replace('<span class="amount__fen">', "")

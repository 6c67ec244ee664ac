"""Links on the page: both agree, either ends."""

import pytest

from accounts.models import (
    AccountLink,
)
from tests.accounts import numbers
from tests.accounts.factories import (
    SettlementAccountFactory,
)
from tests.accounts.visitors import known, text

pytestmark = pytest.mark.django_db


def test_a_link_needs_both_and_either_may_end_it(owner):
    kin_client, _user, kin = known(43, full_name="阿不都")
    account = SettlementAccountFactory(owner_person=kin, owner_merchant=None, account_class="II")
    given = {"target": numbers.phone(43), "relation": "other:FAMILY", "evidence_kind": "HOUSEHOLD"}

    owner.post("/me/shop/links/new/", given)
    link = AccountLink.objects.get()
    agree = f"/me/self/links/{link.link_no}/agree/"

    assert owner.post(f"/me/shop/links/{link.link_no}/agree/").status_code == 302
    assert AccountLink.objects.get().status == "PROPOSED"
    assert "等你答复" in text(kin_client.get("/me/self/links/"))
    kin_client.post(agree, {"account": account.account_no})
    link.refresh_from_db()
    assert (link.status, link.source_account) == ("LIVE", account)
    picture = text(owner.get("/me/shop/"))
    assert "<svg" in picture
    assert f"Ⅱ类户 {account.masked[-4:]}" in picture
    assert "看成表格" in picture
    owner.post(f"/me/shop/links/{link.link_no}/end/")
    assert AccountLink.objects.get().status == "ENDED"
    assert account.masked not in text(owner.get(f"/me/shop/links/{link.link_no}/"))


def test_an_unknown_phone_is_refused_at_the_field_and_looking_is_counted(owner):
    given = {"target": numbers.phone(999), "relation": "other:FAMILY", "evidence_kind": "STATEMENT"}

    answers = [owner.post("/me/shop/links/new/", given) for _ in range(21)]

    assert "没有找到对方" in text(answers[0])
    assert "一小时后再试" in text(answers[-1])
    assert not AccountLink.objects.exists()

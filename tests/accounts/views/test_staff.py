"""Who works in a shop, and what each may see."""

import pytest

from accounts.models import (
    Membership,
)
from tests.accounts import numbers
from tests.accounts.factories import (
    MembershipFactory,
    SettlementAccountFactory,
)
from tests.accounts.visitors import visitor

pytestmark = pytest.mark.django_db


def test_the_owner_adds_a_cashier_and_takes_him_out_again(owner):
    owner.post("/me/staff/", {"name": "小王", "phone": numbers.phone(77), "role": "CASHIER"})

    member = Membership.objects.get(role="CASHIER")
    assert str(member.user) == "小王"
    assert visitor(member.user).get("/me/staff/").status_code == 403
    owner.post(f"/me/staff/{member.pk}/end/")
    member.refresh_from_db()
    assert member.ended_at is not None


def test_a_cashier_sees_neither_accounts_nor_links(owner):
    cashier = visitor(MembershipFactory(merchant=owner.merchant, role="CASHIER").user)

    assert cashier.get("/me/").status_code == 200
    for part in ("", "accounts/", "links/", "consents/", "credit/"):
        assert cashier.get(f"/me/shop/{part}").status_code == 403


def test_a_bookkeeper_looks_but_does_not_sign(owner):
    account = SettlementAccountFactory(owner_merchant=owner.merchant)
    keeper = visitor(MembershipFactory(merchant=owner.merchant, role="BOOKKEEPER").user)

    assert keeper.get(f"/me/shop/accounts/{account.account_no}/").status_code == 200
    for address in ("accounts/add/", f"accounts/{account.account_no}/stop/", "links/new/"):
        assert keeper.post(f"/me/shop/{address}").status_code == 403

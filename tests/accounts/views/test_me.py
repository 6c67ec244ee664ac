"""The pages of one's own, for whoever has a shop and whoever has none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import (
    ConsentFactory,
    SettlementAccountFactory,
)
from tests.accounts.visitors import known, text

pytestmark = pytest.mark.django_db


def test_a_consumer_finds_everything_without_a_shop():
    client, *_ = known(46)

    assert client.get("/me/")["Location"] == "/me/own/"
    for part in (
        "own/",
        "self/",
        "self/accounts/",
        "self/links/",
        "self/consents/",
        "self/credit/",
        "self/disclosures/",
    ):
        answer = client.get(f"/me/{part}")
        assert answer.status_code == 200
        assert 'class="nav"' not in text(answer)
    assert client.get("/me/shop/")["Location"] == "/onboarding/"


@pytest.mark.parametrize("part", ["accounts/", "links/", "consents/", "disclosures/", ""])
def test_lists_cost_the_same_for_one_row_and_for_twenty(owner, part):
    def fill(count):
        for _ in range(count):
            account = SettlementAccountFactory(owner_person=owner.person, owner_merchant=None, account_class="I")
            ConsentFactory(subject_person=owner.person, status="REVOKED")
            assert account.pk

    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert owner.get(f"/me/self/{part}").status_code == 200
        return len(seen)

    fill(1)
    cost()
    before = cost()
    fill(19)

    assert cost() == before

"""What the tests of pages share."""

import pytest
from django.core.cache import cache

from tests.accounts.factories import MembershipFactory, MerchantFactory
from tests.accounts.visitors import known


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def owner():
    """An owner in her shop, with her browser."""
    client, user, person = known(41, full_name="阿依古丽")
    merchant = MerchantFactory(legal_person=person, name="阿依古丽蔬菜")
    MembershipFactory(merchant=merchant, user=user)
    client.merchant, client.user, client.person = merchant, user, person
    return client

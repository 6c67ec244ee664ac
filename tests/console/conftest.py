"""Operators at the console."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from silk_road_ebao.console.operators import FACTOR_KEY
from tests.accounts.factories import OperatorFactory


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def sit_down(db) -> Callable[..., Client]:
    """Sign an operator with roles in, past the second factor."""

    def sit(*roles: str) -> Client:
        operator = OperatorFactory(roles=list(roles))
        client = Client()
        client.force_login(operator.user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[FACTOR_KEY] = operator.user.pk
        session.save()
        client.operator = operator
        return client

    return sit

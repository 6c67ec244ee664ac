"""What the tests of accounts share."""

from datetime import UTC, datetime

import pytest

from accounts.gateways.sms import MemorySms
from accounts.models import Institution
from silk_road_ebao.kernel.actors import Actor
from tests.accounts.factories import MarketFactory, OperatorFactory
from tests.accounts.facts import enter_facts


@pytest.fixture(autouse=True)
def _facts(request):
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")
        enter_facts()


@pytest.fixture
def at():
    """Eight in the evening at Korla on a working day."""
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def market():
    return MarketFactory()


@pytest.fixture
def maker():
    return Actor("OPERATOR", OperatorFactory(roles=["MAKER"]).operator_no, "经办")


@pytest.fixture
def checker():
    return Actor("OPERATOR", OperatorFactory(roles=["CHECKER"]).operator_no, "复核")


@pytest.fixture
def ccb():
    return Institution.objects.get(code="CCB")


@pytest.fixture
def sms():
    return MemorySms()

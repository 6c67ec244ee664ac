"""What the tests of banking share."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import Institution
from banking.gateways import rate_counter
from tests.accounts.facts import enter_facts
from tests.banking.partner import Partner


class NoCounter:
    """Counts nothing: tests share one Redis."""

    def count(self, name, *, ttl_s):
        return None


@pytest.fixture(autouse=True)
def _facts(request):
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")
        enter_facts()


@pytest.fixture(autouse=True)
def _public_url(settings):
    settings.PUBLIC_URL = "http://testserver"
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture(autouse=True)
def _uncounted(monkeypatch, settings):
    monkeypatch.setitem(rate_counter._counters, settings.REDIS_URL, NoCounter())


@pytest.fixture
def at():
    """Eight in the evening at Korla on a working day."""
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def ccb():
    return Institution.objects.get(code="CCB")


@pytest.fixture
def icbc():
    return Institution.objects.get(code="ICBC")


@pytest.fixture
def bank(ccb):
    """建设银行 with a key, calling through Django's test client."""
    return Partner.of(ccb, Client(raise_request_exception=False))


@pytest.fixture
def other_bank(icbc):
    return Partner.of(icbc, Client(raise_request_exception=False))

"""What the tests of applying for a number share."""

import itertools
import secrets

import pytest

from tests.payments.services.onboarding_desk import Desk

_numbers = itertools.count(70_000 + secrets.randbelow(9_000) * 100)


@pytest.fixture
def desk(sandbox):
    """Sit down with an acquirer that steps by hand; it goes on by itself afterwards."""
    yield Desk(sandbox)
    sandbox.control("POST", "clock", now="real")
    sandbox.control("POST", "settings", applyment_step_s=10, applyment_needs_sign=0)


@pytest.fixture
def nth():
    """Number a merchant that no other run has brought to the same sandbox."""
    return next(_numbers)

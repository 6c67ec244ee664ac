"""What the tests of the partner API share."""

import pytest

from tests.banking.factories import told_account


@pytest.fixture
def account(ccb):
    """A person's account that its bank may know of."""
    return told_account(ccb)

"""A reversal mirrors a posting whole and once."""

from datetime import timedelta

import pytest
from django.db import transaction

from payments.ledger.rules.kinds import Kind
from payments.ledger.selectors import balance_of
from payments.ledger.services import (
    NothingToReverse,
    Posted,
    Replayed,
    UnmirroredReversal,
    reverse,
)
from payments.ledger.services.refusals import refusing
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import (
    DAY,
    DUE,
    EARNED,
    account_id,
    capture,
    rows_written,
    state,
)


def test_a_reversal_mirrors_all_legs_once(accounts):
    subject = new_uuid()
    capture(5, subject=subject, legs=3)

    first = reverse(subject=subject, kind=Kind.CAPTURE, on=DAY)
    after = state()
    second = reverse(subject=subject, kind=Kind.CAPTURE, on=DAY + timedelta(days=1))

    assert (type(first), type(second)) == (Posted, Replayed)
    assert balance_of(EARNED).amount == 0
    assert state() == after


def test_nothing_posted_is_nothing_to_reverse(accounts):
    before = state()

    with pytest.raises(NothingToReverse):
        reverse(subject=new_uuid(), kind=Kind.CAPTURE, on=DAY)

    assert state() == before


@pytest.mark.parametrize(("swap", "amount"), [(True, 7), (False, 10_000)])
def test_a_reversal_that_does_not_mirror_is_refused(accounts, swap, amount):
    subject = new_uuid()
    capture(10_000, subject=subject)
    before = state()
    sides = {"debit": account_id(EARNED), "credit": account_id(DUE)} if swap else {}

    with pytest.raises(UnmirroredReversal), refusing(), transaction.atomic():
        rows_written(-1, 0, amount, subject=subject, **sides)

    assert state() == before


def test_a_reversal_of_some_of_the_legs_is_refused(accounts):
    subject = new_uuid()
    capture(10_000, subject=subject, legs=2)
    before = state()

    with pytest.raises(UnmirroredReversal), refusing(), transaction.atomic():
        rows_written(-1, 0, 10_000, subject=subject, debit=account_id(EARNED), credit=account_id(DUE))

    assert state() == before

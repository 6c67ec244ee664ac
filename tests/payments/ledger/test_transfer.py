"""One transfer and its doors: what the database itself refuses, whichever road a row takes."""

import pytest
from django.db import DatabaseError, transaction

from payments.ledger.rules.chart import (
    income_service_fee,
    points_funder,
    points_holder,
    points_reserved,
    points_statement,
)
from payments.ledger.rules.kinds import FLOWS, Kind
from payments.ledger.rules.postings import Leg
from payments.ledger.selectors import balance_of, prove
from payments.ledger.services import (
    AccountUnusable,
    ImpossiblePosting,
    KeyReused,
    Overdrawn,
    open_accounts,
    post_transfers,
)
from payments.ledger.services.refusals import refusing
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import (
    DAY,
    DUE,
    EARNED,
    account_id,
    capture,
    connect,
    rows_written,
    state,
)


def test_the_database_refuses_zero_and_negative_amounts_too(accounts):
    before = state()

    for amount in (0, -5):
        with pytest.raises(DatabaseError, match="ledger_transfer_amount_positive"), transaction.atomic():
            rows_written(1, 0, amount)

    assert state() == before


def test_a_kind_moves_only_between_its_own_heads(accounts):
    before = state()

    with pytest.raises(ImpossiblePosting):
        post_transfers(subject=new_uuid(), kind=Kind.CAPTURE, legs=[Leg(EARNED, income_service_fee(), 1)], on=DAY)

    assert state() == before


def test_every_kind_has_flows_between_heads_of_one_unit():
    from payments.ledger.rules.chart import CHART, AccountCode

    for kind in Kind:
        for debit, credit in FLOWS[kind]:
            assert {debit, credit} <= set(CHART)
            assert AccountCode(debit, debit).unit == AccountCode(credit, credit).unit


def test_a_holder_cannot_spend_more_points_than_held(db):
    """R26: the floor is a CHECK on the balance row."""
    holder = points_holder("PERA")
    post_transfers(subject=new_uuid(), kind=Kind.POINTS_GRANTED, legs=[Leg(points_funder("CCB"), holder, 100)], on=DAY)
    open_accounts(codes=[points_statement("MERA")])
    before = state()

    with pytest.raises(Overdrawn), transaction.atomic():
        post_transfers(
            subject=new_uuid(), kind=Kind.POINTS_SPENT, legs=[Leg(holder, points_statement("MERA"), 101)], on=DAY
        )

    assert state() == before
    assert balance_of(holder).amount == 100


def test_reserved_points_stand_on_a_sub_account(db):
    holder, reserved = points_holder("PERA"), points_reserved("PERA")
    post_transfers(subject=new_uuid(), kind=Kind.POINTS_GRANTED, legs=[Leg(points_funder("CCB"), holder, 100)], on=DAY)

    post_transfers(subject=new_uuid(), kind=Kind.POINTS_RESERVED, legs=[Leg(holder, reserved, 60)], on=DAY)

    assert (balance_of(holder).amount, balance_of(reserved).amount) == (40, 60)


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("unit", [1, 2])
def test_yuan_and_points_never_meet_in_one_transfer(accounts, bulk, unit):
    open_accounts(codes=[points_holder("PERA")])
    before = state()

    with pytest.raises(AccountUnusable), refusing(), transaction.atomic():
        rows_written(1, 0, 5, bulk=bulk, unit=unit, credit=account_id(points_holder("PERA")))

    assert state() == before


@pytest.mark.parametrize("bulk", [False, True])
def test_an_unknown_account_is_refused_by_the_database(accounts, bulk):
    before = state()

    with pytest.raises(AccountUnusable), refusing(), transaction.atomic():
        rows_written(1, 0, 5, bulk=bulk, credit=999_999)

    assert state() == before


def test_a_transfer_needs_two_accounts(accounts):
    before = state()

    with pytest.raises(DatabaseError, match="ledger_transfer_two_accounts"), transaction.atomic():
        rows_written(1, 0, 5, credit=account_id(DUE))

    assert state() == before


def test_a_lone_transfer_cannot_claim_a_later_leg(accounts):
    """Trap: a leg that does not start at 0 would let the same key post twice."""
    before = state()

    with pytest.raises(DatabaseError, match="ledger_transfer_leg_from_zero"), transaction.atomic():
        rows_written(1, 1, 5)

    assert state() == before


def test_a_leg_cannot_be_added_to_a_posting_that_stands(accounts):
    subject = new_uuid()
    capture(5, subject=subject)
    before = state()

    with pytest.raises(KeyReused), refusing(), transaction.atomic():
        rows_written(1, 1, 5, bulk=True, subject=subject)

    assert state() == before


def test_insert_select_and_copy_pass_the_same_doors(live_accounts):
    due, earned = account_id(DUE), account_id(EARNED)
    columns = "(subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount)"
    with connect() as own:
        own.execute(
            f"INSERT INTO ledger_transfer {columns} SELECT uuidv7(), 1, 0, 1, true, %s, %s, %s, g"
            " FROM generate_series(1, 1000) g",
            (DAY, due, earned),
        )
        with own.cursor().copy(f"COPY ledger_transfer {columns} FROM STDIN") as copy:
            for amount in range(1, 1001):
                copy.write_row((new_uuid(), 1, 0, 1, amount % 2 == 0, DAY, due, earned, amount))

    assert balance_of(EARNED).amount == 1_001_000
    assert prove(deep=True) == []


def test_orm_bulk_create_passes_the_same_doors(accounts):
    from payments.ledger.models import Transfer

    due, earned = account_id(DUE), account_id(EARNED)

    Transfer.objects.bulk_create(
        [
            Transfer(
                subject=new_uuid(),
                kind=1,
                leg=0,
                unit=1,
                bulk=n % 2 == 0,
                effective_on=DAY,
                debit_account_id=due,
                credit_account_id=earned,
                amount=n,
            )
            for n in range(1, 21)
        ]
    )

    assert balance_of(EARNED).amount == 210
    assert prove(deep=True) == []

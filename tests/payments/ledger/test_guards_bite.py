"""Each guard is what refuses: with it removed, the act it forbids goes through. So no refusal test passes by luck."""

import pytest
from django.db import DatabaseError, connection, transaction

from payments.ledger.rules.chart import points_holder
from payments.ledger.services import open_accounts, set_frozen
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import DAY, DUE, EARNED, account_id, capture

ROW = (
    "INSERT INTO ledger_transfer"
    " (subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount)"
    " VALUES ({subject}, {kind}, {leg}, {unit}, {bulk}, {on}, {debit}, {credit}, {amount})"
)
BODY = {"kind": 1, "leg": 0, "unit": 1, "bulk": "false", "on": f"'{DAY}'", "amount": 5}
BOTH_APPLIERS = "DROP TRIGGER ledger_apply_one ON ledger_transfer; DROP TRIGGER ledger_apply_many ON ledger_transfer"


def drop(constraint):
    table = constraint.split("_")[0] + "_" + constraint.split("_")[1]
    return f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"


def trigger(name, table):
    return f"DROP TRIGGER {name} ON {table}"


def row(**change):
    return ROW, change


CASES = {
    "amounts above zero": (drop("ledger_transfer_amount_positive"), row(amount="0", bulk="true")),
    "two accounts": (drop("ledger_transfer_two_accounts"), row(credit="{due}")),
    "a kind": (drop("ledger_transfer_kind_not_zero"), row(kind=0)),
    "legs from zero": (drop("ledger_transfer_leg_from_zero"), row(leg=1)),
    "a whole posting": (trigger("ledger_apply_many", "ledger_transfer"), row(leg=1, bulk="true")),
    "the key": (drop("ledger_transfer_pkey"), row(subject="{stands}")),
    "known accounts": (BOTH_APPLIERS, row(credit=999_999)),
    "one unit": (BOTH_APPLIERS, row(credit="{points}")),
    "not frozen": (BOTH_APPLIERS, row(credit="{frozen}")),
    "open periods": (BOTH_APPLIERS, row(on="'2001-01-01'")),
    "mirrored reversals": (trigger("ledger_check_reversal", "ledger_transfer"), row(subject="{stands}", kind=-1)),
    "the floor": (drop("ledger_balance_floor"), row(unit=2, debit="{points}", credit="{other_points}")),
    "transfers stay": (trigger("ledger_transfer_immutable", "ledger_transfer"), ("DELETE FROM ledger_transfer", {})),
    "balances stay": (
        trigger("ledger_balance_guard", "ledger_balance"), ("UPDATE ledger_balance SET credits = credits + 1", {})
    ),
    "accounts stay": (
        trigger("ledger_account_immutable", "ledger_account"), ("UPDATE ledger_account SET opened_at = now()", {})
    ),
    "closings stay": (trigger("ledger_book_immutable", "ledger_book"), ("UPDATE ledger_book SET transfers = 5", {})),
    "closing lines stay": (
        trigger("ledger_book_line_immutable", "ledger_book_line"), ("DELETE FROM ledger_book_line", {})
    ),
    "closings go forward": (
        trigger("ledger_close", "ledger_book"),
        ("INSERT INTO ledger_book VALUES ('2000-01-01', 0, 'test', now())", {}),
    ),
    "the chart": (
        drop("ledger_account_r1_code"),
        ("INSERT INTO ledger_account (id, code, klass, unit) VALUES (9000, 'memo:wallet:PERA', 'MEMO', 1)", {}),
    ),
    "the class": (
        drop("ledger_account_klass_of_code"),
        ("INSERT INTO ledger_account (id, code, klass, unit) VALUES (9000, 'memo:fee:X', 'INCOME', 1)", {}),
    ),
    "the unit": (
        drop("ledger_account_unit_of_klass"),
        ("INSERT INTO ledger_account (id, code, klass, unit) VALUES (9000, 'memo:fee:X', 'MEMO', 2)", {}),
    ),
}  # fmt: skip


@pytest.fixture
def places(accounts):
    """Give what the rows of the cases refer to."""
    stands = new_uuid()
    capture(9, subject=stands)
    open_accounts(codes=[points_holder("PERA"), points_holder("PERB"), *map_frozen()])
    set_frozen(code=map_frozen()[0], frozen=True)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_book VALUES ('2026-10-01', 0, 'test', now())")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return {
        "due": account_id(DUE),
        "earned": account_id(EARNED),
        "points": account_id(points_holder("PERA")),
        "other_points": account_id(points_holder("PERB")),
        "frozen": account_id(map_frozen()[0]),
        "stands": f"'{stands}'",
    }


def map_frozen():
    from payments.ledger.rules.chart import memo_earned

    return [memo_earned("WECHAT", "MERFROZEN")]


@pytest.mark.parametrize("name", CASES)
def test_the_guard_is_what_refuses(places, name):
    guard, (sql, change) = CASES[name]
    body = {"subject": f"'{new_uuid()}'", "debit": places["due"], "credit": places["earned"]} | BODY
    act = sql.format(**body | {key: str(part).format(**places) for key, part in change.items()})

    with pytest.raises(DatabaseError), transaction.atomic():
        run(act)
    run(guard)
    run(act)


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)

"""The chart of accounts is a whitelist in the code and in the database (R1)."""

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from payments.ledger.rules import chart
from payments.ledger.rules.beancount import ROOTS, name_account
from payments.ledger.rules.chart import CHART, AccountCode, Klass, Unit, parse_code
from payments.ledger.services import NotInChart, open_account
from tests.payments.ledger.conftest import value

PARTS = st.from_regex(r"[A-Z0-9][A-Z0-9_]{0,20}", fullmatch=True)
BUILDERS = [
    chart.memo_due,
    chart.memo_earned,
    chart.memo_fee,
    chart.income_service_fee,
    chart.income_commission,
    chart.income_rounding,
    chart.receivable_split,
    chart.receivable_merchant,
    chart.receivable_commission,
    chart.contract_commission,
    chart.cash_own,
    chart.points_funder,
    chart.points_holder,
    chart.points_reserved,
    chart.points_statement,
]


def insert(code, klass, unit, account=5000):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_account (id, code, klass, unit) VALUES (%s, %s, %s, %s)", [account, code, klass, unit]
        )


def example(builder):
    return builder(*["MERA", "MERB"][: builder.__code__.co_argcount])


def test_every_head_has_one_builder_and_one_name_in_the_export():
    assert {example(b).head for b in BUILDERS} == set(CHART) == set(ROOTS)
    assert len(set(ROOTS.values())) == len(ROOTS)


@pytest.mark.django_db
@pytest.mark.parametrize("builder", BUILDERS)
def test_every_builder_makes_an_account_that_can_be_opened(builder):
    code = example(builder)

    account = open_account(code=code, klass=code.klass, unit=code.unit)

    assert (account.code, account.klass, account.unit) == (code.text, code.klass, code.unit)
    assert open_account(code=code).pk == account.pk
    assert parse_code(code.text) == code


@pytest.mark.django_db
@pytest.mark.parametrize(
    "code", ["wallet:customer:PERA", "liability:deposit:MERA", "memo:wallet:PERA", "memo:due:WECHAT", "memo:fee:wechat",
             "holder:money:PERA", "income:service_fee:X", "memo:fee:WECHAT\n", "memo:fee:", ""],
)  # fmt: skip
def test_r1_no_account_outside_the_chart_can_be_opened(code):
    """R1: nor past the service, by SQL."""
    with pytest.raises(NotInChart):
        open_account(code=code)
    with pytest.raises(IntegrityError):
        insert(code, code.split(":")[0].upper(), 1)

    assert value("SELECT count(*) FROM ledger_account") == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "klass", "unit"),
    [
        ("memo:fee:WECHAT", "INCOME", 1),
        ("memo:fee:WECHAT", "LIABILITY", 1),
        ("memo:fee:WECHAT", "MEMO", 2),
        ("holder:points:PERA", "HOLDER", 1),
        ("memo:fee:WECHAT", "MEMO", 3),
    ],
)
def test_r1_class_and_unit_follow_from_the_code(code, klass, unit):
    """R1: a holder has points, never money."""
    with pytest.raises(IntegrityError):
        insert(code, klass, unit)

    assert value("SELECT count(*) FROM ledger_account") == 0


@pytest.mark.django_db
def test_a_class_or_unit_that_contradicts_the_code_is_refused():
    with pytest.raises(NotInChart):
        open_account(code="memo:fee:WECHAT", klass=Klass.INCOME)
    with pytest.raises(NotInChart):
        open_account(code="memo:fee:WECHAT", unit=Unit.POINT)

    assert value("SELECT count(*) FROM ledger_account") == 0


@pytest.mark.django_db
def test_a_striped_account_cannot_have_a_limit():
    """A CHECK sees one stripe, so a limit there would be none."""
    with pytest.raises(IntegrityError, match="ledger_account_striped_unlimited"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_account (id, code, klass, unit, floor) VALUES (5, 'memo:fee:X', 'MEMO', 1, 0)"
        )


def test_no_striped_head_has_a_floor():
    assert [head for head, line in CHART.items() if line.striped and line.floor is not None] == []


@given(PARTS, PARTS)
def test_codes_and_their_names_in_the_export_are_one_to_one(one, other):
    codes = [chart.memo_fee(one), chart.memo_fee(other)]

    assert parse_code(codes[0].text) == codes[0]
    assert (name_account(codes[0].text) == name_account(codes[1].text)) == (one == other)


@pytest.mark.parametrize("part", ["", "a", "A:B", "A B", "_A", "А", "A-B", "A\n"])
def test_a_part_of_a_code_that_is_no_public_number_is_refused(part):
    with pytest.raises(ValueError, match="not an account"):
        chart.memo_fee(part)


def test_a_code_knows_its_class():
    assert AccountCode("memo:fee:X", "memo:fee").klass is Klass.MEMO
    assert AccountCode("holder:points:X", "holder:points").unit is Unit.POINT

"""Numbers of people, enterprises and phones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.cards import check_card_no, longest_prefix, normalise_account_no, prefixes_of
from accounts.rules.identity import BadNumber, normalise_phone, normalise_resident_id, normalise_uscc
from tests.accounts import numbers

NTH = st.integers(min_value=0, max_value=900_000)


@given(NTH)
def test_a_resident_id_is_read_back_whatever_its_spacing(nth: int) -> None:
    number = numbers.resident_id(nth)

    assert normalise_resident_id(f" {number[:6]} {number[6:].lower()} ".replace(" ", "")) == number


@given(NTH, st.integers(0, 16), st.integers(1, 9))
def test_one_changed_digit_of_a_resident_id_is_refused(nth: int, place: int, by: int) -> None:
    number = numbers.resident_id(nth)
    changed = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]

    with pytest.raises(BadNumber):
        normalise_resident_id(changed)


@given(NTH, st.integers(8, 16))
def test_one_changed_character_of_a_credit_code_is_refused(nth: int, place: int) -> None:
    code = numbers.credit_code(nth)
    other = "1" if code[place] != "1" else "2"

    with pytest.raises(BadNumber):
        normalise_uscc(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "MISSING"), ("65280119610101000", "FORMAT"), ("652801196101010007", "CHECK_DIGIT"), ("六五" * 9, "FORMAT")],
)
def test_a_bad_resident_id_says_what_is_wrong(text: str, code: str) -> None:
    with pytest.raises(BadNumber) as caught:
        normalise_resident_id(text)

    assert caught.value.code == code


@pytest.mark.parametrize("text", ["13900000001", "+86 139 0000 0001", "139-0000-0001", "0086 13900000001"])
def test_a_phone_is_written_one_way(text: str) -> None:
    assert normalise_phone(text) == "+8613900000001"


@pytest.mark.parametrize("text", ["", "1390000000", "0996-2061234", "+1 650 253 0000", "abc", "１２"])
def test_what_is_no_chinese_mobile_is_refused(text: str) -> None:
    with pytest.raises(BadNumber):
        normalise_phone(text)


@given(NTH, st.integers(0, 17), st.integers(1, 9))
def test_one_changed_digit_of_a_card_is_refused(nth: int, place: int, by: int) -> None:
    number = numbers.card(nth)
    changed = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]

    with pytest.raises(BadNumber):
        check_card_no(changed)


@pytest.mark.parametrize("text", ["", "12345", "6217 00a", "６２１７００００００００", "1" * 31])
def test_what_is_no_account_number_is_refused(text: str) -> None:
    with pytest.raises(BadNumber):
        normalise_account_no(text)


def test_the_longest_prefix_names_the_bank() -> None:
    known = ["95599", "955990", "622848"]

    assert longest_prefix("9559901234567890123", known) == "955990"
    assert longest_prefix("4000001234567890", known) is None
    assert prefixes_of("6228481234567", longest=7, shortest=5) == ["6228481", "622848", "62284"]

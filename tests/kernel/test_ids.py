import re
from uuid import RFC_4122

import pytest

from silk_road_ebao.kernel import ids
from silk_road_ebao.kernel.ids import PREFIXES, new_no, new_uuid


def test_a_number_is_its_prefix_and_twenty_characters_that_cannot_be_misread():
    assert re.fullmatch(r"PAY[0-9A-HJKMNP-TV-Z]{20}", new_no("PAY"))


def test_numbers_use_the_whole_alphabet_and_do_not_repeat():
    numbers = {new_no("PAY") for _ in range(5_000)}

    assert len(numbers) == 5_000
    assert {letter for number in numbers for letter in number[3:]} == set(ids.ALPHABET)


def test_an_unknown_prefix_is_refused():
    with pytest.raises(KeyError):
        new_no("XYZ")


def test_prefixes_are_three_letters_and_name_one_noun_each():
    assert all(re.fullmatch(r"[A-Z]{3}", prefix) for prefix in PREFIXES)
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_uuids_are_version_7_and_rise_even_when_the_clock_goes_back(monkeypatch):
    early = [new_uuid() for _ in range(2_000)]
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_000_000)

    late = [new_uuid() for _ in range(2_000)]

    values = [value.int for value in early + late]
    assert values == sorted(values)
    assert len(set(values)) == 4_000
    assert all(value.version == 7 and value.variant == RFC_4122 for value in early + late)

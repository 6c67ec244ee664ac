"""What a new name most likely continues: name, price level and volume, with how much speaks for it."""

import math

import pytest

from supplychain.rules.name_matching import NameFacts, Strength, likeness_of, propose_matches


@pytest.mark.parametrize(
    ("name", "known", "least", "most"),
    [
        ("番茄", "番茄", 1, 1),
        ("番茄 牛番茄", "番茄", 0.95, 0.95),
        ("番茄（黑柿）", "番茄", 0.95, 0.95),
        ("番茄王", "番茄", 0.85, 0.85),
        ("小番茄", "番茄", 0.5, 0.84),
        ("土豆", "番茄", 0, 0.49),
    ],
)
def test_names_are_alike_by_their_first_word_their_beginning_their_letters(name, known, least, most):
    assert least <= likeness_of(name, known) <= most


def test_a_split_name_is_continued_by_its_parts_together():
    known = [NameFacts("番茄", 300.0, 1000.0)]
    parts = [NameFacts("番茄 牛番茄", 330.0, 600.0), NameFacts("番茄 黑柿", 280.0, 400.0)]

    found = propose_matches(parts, known)

    assert [match.strength for match in found] == [Strength.STRONG, Strength.STRONG]
    assert found[0].volume_log == pytest.approx(0)
    assert found[0].price_log == pytest.approx(math.log(1.1))


@pytest.mark.parametrize(
    ("price", "kg", "strength"),
    [
        (300.0, 1000.0, Strength.STRONG),
        (700.0, 1000.0, Strength.LIKELY),
        (1000.0, 1000.0, Strength.WEAK),
        (300.0, 10.0, Strength.LIKELY),
        (None, 1000.0, Strength.LIKELY),
    ],
)
def test_a_price_or_volume_of_another_kind_weakens_a_proposal(price, kg, strength):
    (found,) = propose_matches([NameFacts("番茄 牛番茄", price, kg)], [NameFacts("番茄", 300.0, 1000.0)])

    assert found.strength == strength


def test_a_longer_known_name_is_nearer_and_a_stranger_gets_no_proposal():
    known = [NameFacts("菜", 100.0, 1.0), NameFacts("菜豆", 100.0, 1.0)]

    found = propose_matches([NameFacts("菜豆 红色", 100.0, 1.0), NameFacts("草菇", 100.0, 1.0)], known)

    assert [(match.name, match.continues) for match in found] == [("菜豆 红色", "菜豆")]

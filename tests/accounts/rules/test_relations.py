"""Which links contradict each other."""

from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import relations
from accounts.rules.relations import exclusion_key

PARTY = st.sampled_from(["PERSON:A", "PERSON:B", "MERCHANT:C", "MERCHANT:D"])


@given(PARTY, PARTY, st.sampled_from(sorted(relations.BELONGING)), st.sampled_from(sorted(relations.BELONGING)))
def test_two_belongings_of_one_pair_contradict_in_every_direction(a: str, b: str, one: str, other: str) -> None:
    assert exclusion_key(one, a, b) == exclusion_key(other, b, a)


@given(PARTY, PARTY)
def test_supplier_and_buyer_tell_one_fact(a: str, b: str) -> None:
    assert exclusion_key(relations.SUPPLIER, a, b) == exclusion_key(relations.BUYER, b, a)


@given(PARTY, PARTY)
def test_two_may_supply_each_other(a: str, b: str) -> None:
    if a != b:
        assert exclusion_key(relations.SUPPLIER, a, b) != exclusion_key(relations.SUPPLIER, b, a)


@given(PARTY, PARTY, PARTY, st.sampled_from(relations.RELATIONS))
def test_links_of_other_pairs_never_contradict(a: str, b: str, c: str, relation: str) -> None:
    if len({a, b, c}) == 3:
        assert exclusion_key(relation, a, b) != exclusion_key(relation, a, c)


def test_only_a_person_is_an_employee() -> None:
    assert ("MERCHANT", "MERCHANT") not in relations.allowed_kinds(relations.EMPLOYEE)
    assert ("PERSON", "MERCHANT") in relations.allowed_kinds(relations.OWNER)
    assert ("MERCHANT", "PERSON") not in relations.allowed_kinds(relations.OWNER)

import pytest

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.refusals import Refusal


class RefundTooLarge(Refusal):
    message = "最多还能退 %(left)s 元"
    field = "amount"


def test_a_refusal_has_a_stable_code_and_a_sentence():
    refusal = RefundTooLarge(left="1.00")

    assert (refusal.code, str(refusal), refusal.field) == ("REFUND_TOO_LARGE", "最多还能退 1.00 元", "amount")


def test_a_refusal_may_say_its_own_sentence():
    assert str(RefundTooLarge("今天不能退，100% 不行")) == "今天不能退，100% 不行"


@pytest.mark.parametrize(("kind", "ref"), [("ROBOT", "1"), ("SYSTEM", "")])
def test_an_actor_without_a_known_kind_or_reference_is_refused(kind, ref):
    with pytest.raises(ValueError, match="actor"):
        Actor(kind, ref)


def test_actors_are_the_same_whatever_their_label():
    assert Actor("STAFF", "7", "甲").same_as(Actor("STAFF", "7", "乙"))
    assert not Actor("STAFF", "7").same_as(Actor("OPERATOR", "7"))

"""Who somebody is, said once."""

import pytest

from accounts.models import (
    Person,
    User,
)
from tests.accounts import numbers
from tests.accounts.factories import (
    PersonFactory,
    UserFactory,
)
from tests.accounts.visitors import text, visitor

pytestmark = pytest.mark.django_db


def test_a_new_visitor_says_once_who_he_is():
    user = UserFactory(mobile=f"+86{numbers.phone(3)}", display_name="")
    client = visitor(user)

    answer = client.post("/me/identity/", {"full_name": "买买提", "resident_id": numbers.resident_id(3)})

    assert answer["Location"] == "/me/own/"
    person = Person.objects.get()
    assert (person.full_name, User.objects.get().person) == ("买买提", person)
    page = text(client.get("/me/identity/"))
    assert person.id_masked in page
    assert numbers.resident_id(3) not in page


def test_r10_a_phone_of_another_is_refused_at_the_field_and_nothing_is_written():
    PersonFactory(mobile=f"+86{numbers.phone(3)}")
    client = visitor(UserFactory(mobile=f"+86{numbers.phone(3)}"))

    answer = client.post("/me/identity/", {"full_name": "买买提", "resident_id": numbers.resident_id(3)})

    assert answer.status_code == 422
    assert "一个手机号只能对应一个人" in text(answer)
    assert 'aria-describedby="id_phone' in text(answer) or 'id="id_phone_error"' in text(answer)
    assert Person.objects.count() == 1


def test_a_wrong_check_digit_is_refused_at_the_field():
    client = visitor(UserFactory())
    wrong = numbers.resident_id(3)[:-1] + ("0" if numbers.resident_id(3)[-1] != "0" else "1")

    answer = client.post("/me/identity/", {"full_name": "买买提", "resident_id": wrong})

    assert "最后一位对不上" in text(answer)
    assert not Person.objects.exists()


def test_whether_an_id_is_registered_is_not_found_out_by_trying():
    for nth in range(20, 27):
        PersonFactory(number=numbers.resident_id(nth))
    client = visitor(UserFactory())
    slip = numbers.resident_id(19)[:-1] + ("0" if numbers.resident_id(19)[-1] != "0" else "1")

    for _ in range(3):
        assert "最后一位对不上" in text(client.post("/me/identity/", {"full_name": "某人", "resident_id": slip}))
    answers = [
        text(client.post("/me/identity/", {"full_name": "某人", "resident_id": numbers.resident_id(nth)}))
        for nth in range(20, 27)
    ]

    assert ["已经登记过" in answer for answer in answers] == [True] * 5 + [False] * 2
    assert "请明天再试" in answers[-1]
    assert Person.objects.count() == 7

"""People: one ID, one phone, not silent."""

from datetime import UTC, datetime

import pytest

from accounts.models import Person, PhoneException
from accounts.selectors.persons import needs_reverification
from accounts.services.numbers import NumberRefused
from accounts.services.operators import RoleMissing
from accounts.services.persons import (
    NameMissing,
    PhoneBelongsToAnother,
    ResidentIdTaken,
    mark_silent_persons,
    note_person_activity,
    register_person,
    reverify_person,
)
from accounts.services.phone_exceptions import ExceptionReasonMissing, request_phone_exception
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.models import Approval, AuditEvent
from tests.accounts import numbers
from tests.accounts.factories import PersonFactory

pytestmark = pytest.mark.django_db


def _register(nth, at, **given):
    content = {
        "full_name": f"古丽{nth}",
        "resident_id": numbers.resident_id(nth),
        "phone": numbers.phone(nth),
    } | given
    return register_person(**content, actor=SYSTEM, at=at)


def test_a_person_is_kept_masked_and_sealed(at):
    person = _register(1, at)

    person.refresh_from_db()
    assert person.id_masked == f"6{'*' * 16}{numbers.resident_id(1)[-1]}"
    assert person.phone_masked.startswith("139")
    assert numbers.resident_id(1) not in repr(person.__dict__)
    assert person.id_sealed is not None
    assert person.id_sealed.open() == numbers.resident_id(1)


def test_the_same_person_registered_twice_is_one(at):
    assert _register(1, at) == _register(1, at)


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"full_name": "  "}, NameMissing, "full_name"),
        ({"resident_id": "652801196101010007"}, NumberRefused, "resident_id"),
        ({"resident_id": ""}, NumberRefused, "resident_id"),
        ({"phone": "1390000"}, NumberRefused, "phone"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_audited_without_the_input(given, refusal, field, at):
    with pytest.raises(refusal) as caught:
        _register(1, at, **given)

    assert caught.value.field == field
    assert not Person.objects.exists()
    attempt = AuditEvent.objects.get(action="accounts.person.register.refused")
    assert attempt.detail == {"code": caught.value.code, "field": field}


def test_r10_one_phone_one_id(at):
    _register(1, at)

    with pytest.raises(PhoneBelongsToAnother) as caught:
        _register(2, at, phone=numbers.phone(1))

    assert caught.value.field == "phone"
    assert Person.objects.count() == 1
    assert AuditEvent.objects.filter(action="accounts.person.register.refused").count() == 1


def test_r10_one_id_one_phone(at):
    _register(1, at)

    with pytest.raises(ResidentIdTaken):
        _register(1, at, phone=numbers.phone(2))

    assert Person.objects.count() == 1


def test_r10_a_reasoned_exception_counts_once_a_second_operator_agrees(maker, checker, at):
    _register(1, at)
    pair = {"phone": numbers.phone(1), "resident_id": numbers.resident_id(2)}
    with pytest.raises(ExceptionReasonMissing):
        request_phone_exception(**pair, reason=" ", actor=maker, at=at)
    exception = request_phone_exception(**pair, reason="老人用子女手机", actor=maker, at=at)
    with pytest.raises(PhoneBelongsToAnother):
        _register(2, at, phone=numbers.phone(1))

    approve(approval_no=Approval.objects.get().approval_no, checker=checker, at=at)
    shared = _register(2, at, phone=numbers.phone(1))

    assert shared.phone_exception == exception
    with pytest.raises(PhoneBelongsToAnother):
        _register(3, at, phone=numbers.phone(1))


def test_r10_an_exception_is_asked_for_by_operators_only(at):
    with pytest.raises(RoleMissing):
        request_phone_exception(
            phone=numbers.phone(1),
            resident_id=numbers.resident_id(2),
            reason="想要",
            actor=Actor("PERSON", "PER1"),
            at=at,
        )

    assert not PhoneException.objects.exists()


def test_r11_six_months_silent_and_not_one_day_less():
    active = datetime(2026, 5, 23, 4, tzinfo=UTC)

    assert not needs_reverification(active, datetime(2026, 11, 22, 15, 59, tzinfo=UTC))
    assert needs_reverification(active, datetime(2026, 11, 22, 16, 0, tzinfo=UTC))


def test_r11_the_sweep_marks_the_silent_and_a_check_wakes_them():
    at = datetime(2026, 11, 23, 2, tzinfo=UTC)
    silent = PersonFactory(last_active_at=datetime(2026, 5, 23, 15, 59, tzinfo=UTC))
    awake = PersonFactory(last_active_at=datetime(2026, 5, 23, 16, 0, tzinfo=UTC))

    assert mark_silent_persons(at=at) == 1
    assert mark_silent_persons(at=at) == 0

    silent.refresh_from_db()
    awake.refresh_from_db()
    assert (silent.status, awake.status) == ("SILENT", "ACTIVE")
    assert reverify_person(person=silent, actor=SYSTEM, at=at).status == "ACTIVE"
    assert mark_silent_persons(at=at) == 0


def test_activity_never_moves_back(at):
    person = PersonFactory(last_active_at=at)

    note_person_activity(person=person, at=datetime(2026, 1, 1, tzinfo=UTC))

    person.refresh_from_db()
    assert person.last_active_at == at

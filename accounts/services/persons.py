"""People: registered once, known by one resident ID and one phone."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, PhoneException
from accounts.rules.calendar import add_months
from accounts.selectors.dated_rules import value
from accounts.selectors.persons import RESIDENT_ID, person_by_phone
from accounts.selectors.users import PHONE
from accounts.services.numbers import read_phone, read_resident_id
from accounts.services.refused_attempts import audited
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date, day_bounds
from silk_road_ebao.kernel.crypto import blind_index, mask_id, mask_phone
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition, transition_many


class NameMissing(Refusal):
    """No name."""

    message = _("还差姓名")
    field = "full_name"


class ResidentIdTaken(Refusal):
    """The resident ID is registered already."""

    message = _("这个身份证已经登记过，请用登记时的手机号登录")
    field = "resident_id"


class PhoneBelongsToAnother(Refusal):
    """The phone stands for another resident ID (R10)."""

    message = _("这个手机号已登记在另一张身份证下。一个手机号只能对应一个人，确有原因请到服务台说明")
    field = "phone"


@audited(action="accounts.person.register")
@transaction.atomic
def register_person(*, full_name: str, resident_id: str, phone: str, actor: Actor, at: datetime) -> Person:
    """Register a person; the same person registered again with the same phone is returned as he stands.

    A phone that stands for another ID is refused (R10) unless an approved exception names this pair.

    Raises:
        NameMissing, NumberRefused, ResidentIdTaken, PhoneBelongsToAnother
    """
    name = full_name.strip()
    if not name:
        raise NameMissing
    number, mobile = read_resident_id(text=resident_id), read_phone(text=phone)
    id_index, phone_index = blind_index(number, RESIDENT_ID), blind_index(mobile, PHONE)
    known = Person.objects.filter(id_index=id_index).first()
    if known is not None:
        if bytes(known.phone_index or b"") != phone_index or known.full_name != name or known.status != "ACTIVE":
            raise ResidentIdTaken
        return known
    exception = PhoneException.objects.filter(phone_index=phone_index, id_index=id_index, status="APPROVED").first()
    person = Person(
        person_no=new_no("PER"),
        status="ACTIVE",
        full_name=name,
        id_sealed=number,
        id_index=id_index,
        id_masked=mask_id(number),
        phone_sealed=mobile,
        phone_index=phone_index,
        phone_masked=mask_phone(mobile),
        phone_exception=exception,
        registered_at=at,
        verified_at=at,
        last_active_at=at,
    )
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        raise (PhoneBelongsToAnother if person_by_phone(mobile) else ResidentIdTaken) from None
    record(actor=actor, action="accounts.person.register", subject=person.person_no, at=at, detail={})
    return person


@transaction.atomic
def note_person_activity(*, person: Person, at: datetime) -> None:
    """Move a person's last activity forward; it never moves back."""
    Person.objects.filter(pk=person.pk, last_active_at__lt=at).update(last_active_at=at)


@transaction.atomic
def reverify_person(*, person: Person, actor: Actor, at: datetime) -> Person:
    """Record that a silent person was checked again (R11)."""
    Person.objects.filter(pk=person.pk).update(verified_at=at, last_active_at=at)
    if person.status == "SILENT":
        return transition(person, "ACTIVE", actor=actor, at=at, reason="reverified")
    person.refresh_from_db()
    return person


def mark_silent_persons(*, at: datetime) -> int:
    """Mark everybody without a transaction for six months (R11, 银发〔2016〕261); returns how many."""
    last_day = add_months(business_date(at), -value("silence.months", at))
    cut = day_bounds(last_day + timedelta(days=1))[0]
    silent = Person.objects.filter(status="ACTIVE", last_active_at__lt=cut)
    return transition_many(silent, "ACTIVE", "SILENT", actor=SYSTEM, at=at, reason="six months silent")

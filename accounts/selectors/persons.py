"""Reads of people."""

from datetime import datetime

from accounts.models import Person
from accounts.rules.calendar import is_silent
from accounts.selectors.dated_rules import value
from accounts.selectors.users import PHONE
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.crypto import blind_index

RESIDENT_ID = "resident_id"
"""Purpose of the blind index of resident IDs."""


def person_by_no(person_no: str) -> Person:
    """Find a person by public number; raises Person.DoesNotExist."""
    return Person.objects.get(person_no=person_no)


def person_by_resident_id(resident_id: str) -> Person | None:
    """Find a person by resident ID (normalised)."""
    return Person.objects.filter(id_index=blind_index(resident_id, RESIDENT_ID)).first()


def person_by_phone(phone: str) -> Person | None:
    """Find the one person a phone (E.164) belongs to; agreed exceptions do not count."""
    return Person.objects.filter(phone_index=blind_index(phone, PHONE), phone_exception__isnull=True).first()


def needs_reverification(last_active_at: datetime, at: datetime) -> bool:
    """Say whether six months passed without a transaction (R11, 银发〔2016〕261)."""
    return is_silent(business_date(last_active_at), business_date(at), value("silence.months", at))

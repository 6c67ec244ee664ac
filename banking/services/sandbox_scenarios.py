"""Test data for a bank's engineer, made by the ordinary services. Only where DEMO is on."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from stdnum import luhn
from stdnum.cn import ric

from accounts.models import BankBin, Consent, Institution, Person, SettlementAccount
from accounts.selectors.consents import latest_text
from accounts.services.consents import give_consent, request_consent, withdraw_consent
from accounts.services.persons import register_person
from accounts.services.settlement_accounts import add_settlement_account, report_verification
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.refusals import Refusal

Made = dict[str, str]


class NoSuchScenario(Refusal):
    """Unknown, or this is no sandbox: 404."""

    message = _("没有这个演示场景")


@transaction.atomic
def play_scenario(*, name: str, bank: Institution, at: datetime) -> Made:
    """Make a scenario's test data for one bank; returns the public numbers it made.

    Raises:
        NoSuchScenario: an unknown name, or not in the demo.
    """
    scenario = SCENARIOS.get(name)
    if scenario is None or not settings.DEMO:
        raise NoSuchScenario
    return scenario(bank, at)


def _account_waiting(bank: Institution, at: datetime) -> Made:
    person = _make_person(at)
    account = _make_account(person, bank, at)
    consent = _make_consent(person, bank, "ACCOUNT_VERIFICATION", ["SETTLEMENT_ACCOUNT"], at)
    return {"account_no": account.account_no, "customer_no": person.person_no, "consent_no": consent.consent_no}


def _account_verified(bank: Institution, at: datetime) -> Made:
    made = _account_waiting(bank, at)
    actor = Actor("PARTNER", bank.code, bank.short_name)
    report_verification(account_no=made["account_no"], result="VERIFIED", actor=actor, at=at)
    return made


def _account_without_consent(bank: Institution, at: datetime) -> Made:
    person = _make_person(at)
    return {"account_no": _make_account(person, bank, at).account_no, "customer_no": person.person_no}


def _consent_given(bank: Institution, at: datetime) -> Made:
    person = _make_person(at)
    consent = _make_consent(person, bank, "CREDIT_APPLICATION", ["IDENTITY", "TRADE_SUMMARY"], at)
    return {"consent_no": consent.consent_no, "customer_no": person.person_no}


def _consent_withdrawn(bank: Institution, at: datetime) -> Made:
    person = _make_person(at)
    consent = _make_consent(person, bank, "CREDIT_APPLICATION", ["IDENTITY", "TRADE_SUMMARY"], at)
    withdraw_consent(consent=consent, subject=person, actor=_actor(person), at=at)
    return {"consent_no": consent.consent_no, "customer_no": person.person_no}


SCENARIOS: Mapping[str, Callable[[Institution, datetime], Made]] = {
    "account-waiting": _account_waiting,
    "account-verified": _account_verified,
    "account-without-consent": _account_without_consent,
    "consent-given": _consent_given,
    "consent-withdrawn": _consent_withdrawn,
}
"""What an engineer may ask for, by name."""


def _make_person(at: datetime) -> Person:
    """Register somebody who does not exist: born before 1910, under a phone prefix of virtual operators."""
    born = date(1900, 1, 1) + timedelta(days=secrets.randbelow(3650))
    body = f"652801{born:%Y%m%d}{secrets.randbelow(1000):03d}"
    return register_person(
        full_name=f"测试客户{secrets.randbelow(10_000):04d}",
        resident_id=body + ric.calc_check_digit(body + "0"),
        phone=f"165{secrets.randbelow(10**8):08d}",
        actor=Actor("SYSTEM", "sandbox", "沙箱"),
        at=at,
    )


def _actor(person: Person) -> Actor:
    return Actor("PERSON", person.person_no, person.full_name)


def _make_account(person: Person, bank: Institution, at: datetime) -> SettlementAccount:
    """Add a Class II account of the bank under a made-up card number with a right check digit."""
    known = BankBin.objects.filter(bank=bank).order_by("prefix").first()
    prefix, length = (known.prefix, known.card_length) if known else ("999999", 19)
    room = length - 1 - len(prefix)
    body = f"{prefix}{secrets.randbelow(10**room):0{room}d}"
    return add_settlement_account(
        owner=person,
        account_no=body + luhn.calc_check_digit(body),
        holder_name=person.full_name,
        account_class="II",
        bank_code=bank.code,
        actor=_actor(person),
        at=at,
    )


def _make_consent(person: Person, bank: Institution, purpose: str, kinds: list[str], at: datetime) -> Consent:
    asked = request_consent(
        subject=person,
        recipient=bank,
        kinds=kinds,
        text=latest_text(purpose),
        expires_at=(at + timedelta(days=30)).astimezone(UTC),
        actor=_actor(person),
        at=at,
    )
    return give_consent(consent=asked, subject=person, agreed=True, signature="sandbox", actor=_actor(person), at=at)

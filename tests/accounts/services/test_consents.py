"""Consents and what is handed out under them (R14, R15, R16)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import Error, connection, transaction

from accounts.models import Consent, ConsentText, Disclosure, Institution, Person
from accounts.selectors.consents import (
    ConsentMissing,
    check_consent,
    consent_of,
    consents_to,
    disclosures_of,
    latest_text,
)
from accounts.services.consents import (
    ConsentNotTicked,
    ConsentTooLong,
    KindsMissing,
    NotTheSubject,
    TextAltered,
    consent_holds,
    expire_consents,
    give_consent,
    publish_consent_text,
    request_consent,
    withdraw_consent,
)
from accounts.services.disclosures import ChannelNotPermitted, disclose
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.models import AuditEvent, OutboxFact
from silk_road_ebao.kernel.states import IllegalTransition
from tests.accounts.factories import ConsentFactory, MerchantFactory, PersonFactory

pytestmark = pytest.mark.django_db

BANK = Actor("PARTNER", "CCB", "建设银行")
SIGNATURE = "session 7, code confirmed"


def _request(subject, recipient, at, **more):
    content = {
        "kinds": ["TRADE_SUMMARY", "IDENTITY"],
        "text": latest_text("CREDIT_APPLICATION"),
        "expires_at": at + timedelta(days=90),
    } | more
    return request_consent(subject=subject, recipient=recipient, actor=SYSTEM, at=at, **content)


def _give(subject, recipient, at, **more):
    consent = _request(subject, recipient, at, **more)
    return give_consent(consent=consent, subject=subject, agreed=True, signature=SIGNATURE, actor=SYSTEM, at=at)


def _read(subject, recipient, at, **more):
    content = {"purpose": "CREDIT_APPLICATION", "kinds": ["TRADE_SUMMARY"], "what": "summary"} | more
    return disclose(subject=subject, recipient=recipient, actor=BANK, at=at, **content)


def test_r14_nothing_is_consented_by_default(ccb, at):
    person = PersonFactory()
    consent = _request(person, ccb, at)

    for agreed, signature in ((False, SIGNATURE), (True, ""), ("on", SIGNATURE)):
        with pytest.raises(ConsentNotTicked):
            give_consent(
                consent=consent,
                subject=person,
                agreed=agreed,
                signature=signature,
                actor=SYSTEM,
                at=at,
            )
    with pytest.raises(ConsentMissing):
        _read(person, ccb, at)

    consent.refresh_from_db()
    assert (consent.status, consent.given_at, consent.signature_hash) == ("REQUESTED", None, "")
    assert not Disclosure.objects.exists()


def test_r14_a_withdrawal_stops_the_very_next_read(ccb, at):
    person = PersonFactory()
    consent = _give(person, ccb, at)
    _read(person, ccb, at)

    withdraw_consent(consent=consent, subject=person, actor=SYSTEM, at=at)

    with pytest.raises(ConsentMissing):
        _read(person, ccb, at)
    assert Disclosure.objects.count() == 1
    assert OutboxFact.objects.get(topic="accounts.consent.withdrawn").payload["consent_no"] == consent.consent_no
    with pytest.raises(IllegalTransition):
        withdraw_consent(consent=consent, subject=person, actor=SYSTEM, at=at)


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": "PRODUCT_MATCHING"},
        {"kinds": ["TRADE_SUMMARY", "CONTACT"]},
        {"kinds": []},
        {"data_from": date(2025, 12, 31), "data_until": date(2026, 6, 30)},
        {"data_from": date(2026, 1, 1), "data_until": date(2026, 7, 1)},
        {"data_from": date(2026, 1, 1)},
    ],
)
def test_r14_a_consent_covers_its_purpose_kinds_and_range_and_no_more(other, ccb, at):
    person = PersonFactory()
    _give(person, ccb, at, data_from=date(2026, 1, 1), data_until=date(2026, 6, 30))
    inside = {"data_from": date(2026, 1, 1), "data_until": date(2026, 6, 30)}

    _read(person, ccb, at, **inside)
    with pytest.raises(ConsentMissing):
        _read(person, ccb, at, **(other if "data_from" in other else inside | other))

    assert Disclosure.objects.count() == 1


def test_r14_a_consent_covers_its_recipient_and_subject_alone(ccb, at):
    person = PersonFactory()
    _give(person, ccb, at)

    with pytest.raises(ConsentMissing):
        _read(person, Institution.objects.get(code="ICBC"), at)
    with pytest.raises(ConsentMissing):
        _read(PersonFactory(), ccb, at)

    assert not Disclosure.objects.exists()


def test_r14_a_consent_ends_on_its_day_with_or_without_the_sweep(ccb, at):
    person = PersonFactory()
    consent = _give(person, ccb, at)
    end = at + timedelta(days=90)

    _read(person, ccb, end - timedelta(microseconds=1))
    with pytest.raises(ConsentMissing):
        _read(person, ccb, end)
    assert expire_consents(at=end - timedelta(microseconds=1)) == 0
    assert expire_consents(at=end) == 1

    consent.refresh_from_db()
    assert consent.status == "EXPIRED"


def test_r14_a_new_consent_supersedes_the_one_for_the_same_use(ccb, at):
    person = PersonFactory()
    old = _give(person, ccb, at)

    new = _give(person, ccb, at, kinds=["CONTACT"])

    old.refresh_from_db()
    assert (old.status, new.status, new.supersedes) == ("SUPERSEDED", "ACTIVE", old)
    with pytest.raises(ConsentMissing):
        _read(person, ccb, at)


def test_r14_the_text_version_is_part_of_the_consent(ccb, at):
    person = PersonFactory()
    text = publish_consent_text(purpose="POINTS", version="1", body="同意积分。", actor=SYSTEM, at=at)
    consent = _request(person, ccb, at, text=text)

    with pytest.raises(TextAltered):
        publish_consent_text(purpose="POINTS", version="1", body="同意一切。", actor=SYSTEM, at=at)
    ConsentText.objects.filter(pk=text.pk).update(body="同意一切。")
    with pytest.raises(TextAltered):
        give_consent(consent=consent, subject=person, agreed=True, signature=SIGNATURE, actor=SYSTEM, at=at)

    consent.refresh_from_db()
    assert consent.status == "REQUESTED"


def test_r23_one_changed_term_of_a_signed_consent_is_found(ccb, at):
    consent = _give(PersonFactory(), ccb, at)
    assert consent_holds(consent=consent, signature=SIGNATURE)

    Consent.objects.filter(pk=consent.pk).update(kinds=[*consent.kinds, "ASSESSMENT"])

    assert not consent_holds(consent=Consent.objects.get(pk=consent.pk), signature=SIGNATURE)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"kinds": []}, KindsMissing),
        ({"kinds": ["PASSWORDS"]}, KindsMissing),
        ({"expires_at": datetime(2026, 11, 23, 12, tzinfo=UTC)}, ConsentTooLong),
    ],
)
def test_a_consent_without_sense_is_refused(more, refusal, ccb, at):
    with pytest.raises(refusal):
        _request(PersonFactory(), ccb, at, **more)

    assert not Consent.objects.exists()


def test_nobody_gives_withdraws_or_sees_another_ones_consent(ccb, at):
    person, stranger = PersonFactory(), PersonFactory()
    consent = _request(person, ccb, at)

    with pytest.raises(NotTheSubject):
        give_consent(consent=consent, subject=stranger, agreed=True, signature=SIGNATURE, actor=SYSTEM, at=at)
    with pytest.raises(NotTheSubject):
        withdraw_consent(consent=consent, subject=stranger, actor=SYSTEM, at=at)
    with pytest.raises(Consent.DoesNotExist):
        consent_of(stranger, consent.consent_no)

    consent.refresh_from_db()
    assert consent.status == "REQUESTED"
    assert list(consents_to(ccb)) == [consent]
    assert not consents_to(Institution.objects.get(code="ICBC")).exists()


def test_r16_every_read_served_is_logged_and_every_refused_one_audited(ccb, at):
    person = PersonFactory()
    consent = _give(person, ccb, at)
    served = 0

    for kinds in (["TRADE_SUMMARY"], ["IDENTITY"], ["CONTACT"], ["IDENTITY", "TRADE_SUMMARY"], ["LINKS"]):
        try:
            _read(person, ccb, at, kinds=kinds)
            served += 1
        except ConsentMissing:
            pass

    log = list(disclosures_of(person))
    assert len(log) == served == 3
    assert {(row.consent, row.recipient, row.actor_label, row.disclosed_at) for row in log} == {
        (consent, ccb, "建设银行", at)
    }
    assert AuditEvent.objects.filter(action="accounts.disclosure.refused").count() == 2


def test_r16_the_log_cannot_be_altered_or_cut_in_sql(ccb, at):
    person = PersonFactory()
    _give(person, ccb, at)
    _read(person, ccb, at)

    for statement in ("UPDATE accounts_disclosure SET what = ''", "DELETE FROM accounts_disclosure"):
        with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert Disclosure.objects.get().what == "summary"


def test_r15_an_assessment_of_a_natural_person_never_goes_to_a_bank(ccb, at):
    company, stall = MerchantFactory(kind="COMPANY"), MerchantFactory(kind="INDIVIDUAL")
    agency = Institution.objects.get(code="PUDAO")
    for subject, recipient in ((stall, ccb), (stall, agency), (company, ccb)):
        _give(subject, recipient, at, kinds=["ASSESSMENT"])

    with pytest.raises(ChannelNotPermitted):
        _read(stall, ccb, at, kinds=["ASSESSMENT"])

    assert not Disclosure.objects.exists()
    _read(stall, agency, at, kinds=["ASSESSMENT"])
    _read(company, ccb, at, kinds=["ASSESSMENT"])


def test_a_status_written_past_the_machine_is_refused_in_sql():
    consent = ConsentFactory(status="REVOKED")

    with pytest.raises(Error), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(status="ACTIVE")

    assert Person.objects.count() == 1


def test_a_check_alone_writes_nothing(ccb, at):
    person = PersonFactory()
    consent = _give(person, ccb, at)

    found = check_consent(subject=person, recipient=ccb, purpose="CREDIT_APPLICATION", kinds=["IDENTITY"], at=at)

    assert found == consent
    assert not Disclosure.objects.exists()

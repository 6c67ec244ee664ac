"""Events reach the right bank, once, in an order a cursor can rely on."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import Institution
from accounts.services.consents import withdraw_consent
from banking.models import PartnerEvent, PartnerEventCounter
from banking.services.partner_events import tell_partner
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.canonical import SecretInClear
from silk_road_ebao.kernel.outbox import deliver_due, emit
from tests.accounts.factories import PersonFactory, SettlementAccountFactory
from tests.banking.factories import consent_to, played

pytestmark = pytest.mark.django_db


def _tell(bank, source, at, **more):
    tell_partner(institution=bank, type="consent.given", data={"consent_no": "CON1"}, source=source, at=at, **more)


def _numbers(bank):
    return list(PartnerEvent.objects.filter(institution=bank).order_by("event_seq").values_list("event_seq", flat=True))


def test_numbers_rise_by_one_per_bank(ccb, icbc, at):
    for source in "abc":
        _tell(ccb, source, at)
    _tell(icbc, "a", at)

    assert _numbers(ccb) == [1, 2, 3]
    assert _numbers(icbc) == [1]


def test_the_same_source_tells_once_and_leaves_no_gap(ccb, at):
    for source in ("a", "a", "b", "a"):
        _tell(ccb, source, at)

    assert _numbers(ccb) == [1, 2]


def test_a_transaction_rolled_back_leaves_no_gap(ccb, at):
    _tell(ccb, "a", at)
    with transaction.atomic():
        _tell(ccb, "b", at)
        transaction.set_rollback(True)
    _tell(ccb, "c", at)

    assert _numbers(ccb) == [1, 2]


def test_r25_an_event_holds_no_number_of_a_person(ccb, at):
    with pytest.raises(SecretInClear):
        tell_partner(institution=ccb, type="consent.given", data={"phone": "13912345678"}, source="a", at=at)

    assert not PartnerEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_number_seen_is_never_followed_by_a_smaller_one(at):
    """The classic bug: number 7 commits before number 6, the reader stands at 7 and never meets 6."""
    ccb = Institution.objects.get(code="CCB")
    start, seen, stop = threading.Barrier(7), [], threading.Event()

    def write(name):
        start.wait()
        for place in range(6):
            with transaction.atomic():
                _tell(ccb, f"{name}-{place}", at)
                time.sleep(0.004 * (name % 3))  # some commits come long after their number was taken
        connection.close()

    def read():
        start.wait()
        cursor = 0
        while not stop.is_set() or PartnerEvent.objects.filter(event_seq__gt=cursor).exists():
            page = list(PartnerEvent.objects.filter(event_seq__gt=cursor).order_by("event_seq")[:3])
            seen.extend(event.event_seq for event in page)
            cursor = seen[-1] if seen else 0
        connection.close()

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(name,)) for name in range(6)]
    for thread in [reader, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()

    assert seen == list(range(1, 37))
    assert PartnerEventCounter.objects.get().last_seq == 36


@pytest.mark.django_db(transaction=True)
def test_the_banks_own_customers_become_its_events_and_nobody_elses(ccb, icbc, at):
    made = played(ccb, "account-waiting")
    played(icbc, "consent-withdrawn")

    deliver_due()

    ours = PartnerEvent.objects.filter(institution=ccb).order_by("event_seq")
    assert {(event.type, event.data.get("account_no"), event.data.get("consent_no")) for event in ours} == {
        ("settlement_account.verification_requested", made["account_no"], None),
        ("consent.given", None, made["consent_no"]),
    }
    theirs = PartnerEvent.objects.filter(institution=icbc)
    assert sorted(theirs.values_list("type", flat=True)) == ["consent.given", "consent.withdrawn"]


@pytest.mark.django_db(transaction=True)
def test_r14_a_withdrawal_is_told_to_its_recipient(ccb, at):
    consent = consent_to(ccb, person := PersonFactory())
    withdraw_consent(consent=consent, subject=person, actor=Actor("PERSON", person.person_no), at=at)

    deliver_due()

    event = PartnerEvent.objects.get(type="consent.withdrawn")
    assert event.institution == ccb
    assert event.data == {"consent_no": consent.consent_no, "purpose": "CREDIT_APPLICATION"}


@pytest.mark.django_db(transaction=True)
def test_a_published_day_is_told_to_the_banks_that_hold_merchants_accounts(ccb, icbc, at):
    SettlementAccountFactory(bank=ccb)
    SettlementAccountFactory(bank=icbc, status="CLOSED")
    with transaction.atomic():
        emit(
            "payments.business_day.published", key="2026-11-22", payload={"date": "2026-11-22", "settlements": 3}, at=at
        )

    deliver_due()

    event = PartnerEvent.objects.get()
    assert (event.institution, event.data) == (ccb, {"business_date": "2026-11-22"})


def test_a_reader_walks_all_events_and_comes_back_with_the_last_cursor(bank, ccb, icbc, at):
    for source in range(5):
        _tell(ccb, str(source), at + timedelta(seconds=source))
    _tell(icbc, "theirs", at)
    first = bank.get("/events", "?limit=3").json()
    second = bank.get("/events", f"?cursor={first['next_cursor']}").json()
    empty = bank.get("/events", f"?cursor={second['next_cursor']}").json()
    _tell(ccb, "later", at)

    later = bank.get("/events", f"?cursor={empty['next_cursor']}").json()

    assert [event["event_seq"] for page in (first, second, empty, later) for event in page["data"]] == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]
    assert (first["has_more"], second["has_more"], empty["data"]) == (True, False, [])


def test_what_was_told_cannot_be_altered_in_sql(ccb, at):
    _tell(ccb, "a", at)

    for statement in ("UPDATE banking_partnerevent SET event_seq = 9", "DELETE FROM banking_partnerevent"):
        with pytest.raises(ProgrammingError, match=r"append-only"), transaction.atomic():
            connection.cursor().execute(statement)

    assert _numbers(ccb) == [1]

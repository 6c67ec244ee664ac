"""Export of everything held, deletion as mask and hold, purge at ten years (R24)."""

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Consent, MerchantDocument, SettlementAccount, User
from accounts.services.data_exports import export_archive, export_everything
from accounts.services.deletions import StillInBusiness, delete_person
from accounts.services.merchant_documents import keep_document
from accounts.services.merchants import leave_merchant
from accounts.tasks import purge_retained
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import frozen
from silk_road_ebao.kernel.models import AuditEvent
from tests.accounts import numbers
from tests.accounts.factories import (
    ConsentFactory,
    MerchantFactory,
    PersonFactory,
    SettlementAccountFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def _somebody():
    person = PersonFactory(number=numbers.resident_id(5), mobile=f"+86{numbers.phone(5)}", full_name="阿依古丽")
    UserFactory(person=person, mobile=f"+86{numbers.phone(5)}")
    SettlementAccountFactory(owner_merchant=None, owner_person=person, account_class="II", digits=numbers.card(5))
    ConsentFactory(subject_person=person)
    return person


def test_everything_held_is_given_to_the_person_and_each_opening_is_logged(at):
    person = _somebody()

    content = export_everything(person=person, actor=SYSTEM, at=at)

    assert content["person"]["resident_id"] == numbers.resident_id(5)
    assert content["settlement_accounts"][0]["number"] == numbers.card(5)
    assert len(content["consents"]) == 1
    assert AuditEvent.objects.filter(action="kernel.sealed.reveal").count() == 3
    assert AuditEvent.objects.filter(action="accounts.person.export", subject=person.person_no).exists()


def test_the_archive_holds_one_file_per_kind(at):
    packed = export_archive(person=_somebody(), actor=SYSTEM, at=at)

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = set(archive.namelist())
        person = json.loads(archive.read("person.json"))
    assert {"person.json", "consents.json", "disclosures.json", "account_links.json"} <= names
    assert person["full_name"] == "阿依古丽"


def test_r24_deletion_masks_shuts_and_holds(at):
    person = _somebody()

    delete_person(person=person, actor=SYSTEM, at=at)

    person.refresh_from_db()
    assert (person.status, person.full_name, person.held_until) == ("HELD", "阿**", date(2036, 11, 23))
    assert person.id_sealed is not None
    assert not User.objects.get(person=person).is_active
    assert Consent.objects.get().status == "REVOKED"
    assert SettlementAccount.objects.get().status == "CLOSED"


def test_r24_whoever_runs_a_shop_stays(at):
    merchant = MerchantFactory()

    with pytest.raises(StillInBusiness):
        delete_person(person=merchant.legal_person, actor=SYSTEM, at=at)

    merchant.legal_person.refresh_from_db()
    assert merchant.legal_person.status == "ACTIVE"


def test_r24_the_purge_waits_ten_years_to_the_day():
    person = _somebody()
    begun = datetime(2026, 11, 23, 12, tzinfo=UTC)
    delete_person(person=person, actor=SYSTEM, at=begun)

    with frozen(datetime(2036, 11, 22, 15, 59, 59, tzinfo=UTC)) as clock:
        purge_retained()
        person.refresh_from_db()
        assert person.status == "HELD"
        clock.move_to(datetime(2036, 11, 22, 16, 0, tzinfo=UTC))
        purge_retained()
        purge_retained()

    person.refresh_from_db()
    assert (person.status, person.full_name, person.id_masked, person.id_sealed) == ("PURGED", "", "", None)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM accounts_person WHERE id_sealed IS NOT NULL OR phone_index IS NOT NULL)"
            " + (SELECT count(*) FROM accounts_settlementaccount WHERE account_no_sealed IS NOT NULL)"
            " + (SELECT count(*) FROM accounts_user WHERE phone_sealed IS NOT NULL)"
        )
        assert cursor.fetchone() == (0,)


def test_r24_papers_of_a_merchant_gone_are_purged_at_ten_years(at):
    merchant = MerchantFactory()
    keep_document(merchant=merchant, kind="BUSINESS_LICENCE", content=numbers.png(), actor=SYSTEM, at=at)
    leave_merchant(merchant=merchant, actor=SYSTEM, at=at, reason="不做了")

    def content_after(years_and_days):
        with frozen(at + years_and_days):
            purge_retained()
        return MerchantDocument.objects.get().content_sealed

    assert content_after(timedelta(days=3652)) is not None
    assert content_after(timedelta(days=3653)) is None
    assert len(MerchantDocument.objects.get().sha256) == 64

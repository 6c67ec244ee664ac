"""Races on the unique constraints: many threads, one winner, a refusal for the others."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.gateways.sms import MemorySms
from accounts.models import AccountLink, Consent, ListHit, Person, SettlementAccount, Stall, User
from accounts.selectors.consents import ConsentMissing
from accounts.services.account_links import LinkContradicts, propose_link
from accounts.services.consents import give_consent, request_consent, withdraw_consent
from accounts.services.disclosures import disclose
from accounts.services.list_entries import import_list, screen_all
from accounts.services.notices import send_due_notices, write_notice
from accounts.services.persons import PhoneBelongsToAnother, register_person
from accounts.services.settlement_account_changes import release_held_accounts
from accounts.services.settlement_accounts import AccountTaken, add_settlement_account
from accounts.services.sign_in import CodeWrong, confirm_code, request_code
from accounts.services.stalls import StallTaken, open_stall
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import IllegalTransition, StaleTransition
from tests.accounts import numbers
from tests.accounts.factories import (
    ConsentTextFactory,
    InstitutionFactory,
    MarketFactory,
    MerchantFactory,
    PersonFactory,
    SettlementAccountFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 6


def _race(work):
    """Run the work in several threads that begin together; returns results and refusals."""
    barrier = Barrier(THREADS)

    def run(nth):
        barrier.wait()
        try:
            return work(nth)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def _refused(results, refusal):
    return sum(isinstance(result, refusal) for result in results)


def test_r10_one_phone_for_many_ids_at_once_has_one_winner(at):
    results = _race(
        lambda nth: register_person(
            full_name=f"人{nth}",
            resident_id=numbers.resident_id(nth),
            phone=numbers.phone(1),
            actor=SYSTEM,
            at=at,
        )
    )

    assert _refused(results, PhoneBelongsToAnother) == THREADS - 1
    assert Person.objects.count() == 1


def test_one_account_number_at_many_merchants_at_once_has_one_owner(at):
    merchants = [MerchantFactory() for _ in range(THREADS)]

    results = _race(
        lambda nth: add_settlement_account(
            owner=merchants[nth],
            account_no=numbers.card(1),
            holder_name=merchants[nth].legal_name,
            actor=SYSTEM,
            at=at,
        )
    )

    assert _refused(results, AccountTaken) == THREADS - 1
    assert SettlementAccount.objects.count() == 1


def test_one_stall_taken_by_many_at_once_has_one_merchant(at):
    market, merchants = MarketFactory(), [MerchantFactory() for _ in range(THREADS)]

    results = _race(
        lambda nth: open_stall(merchant=merchants[nth], market=market, label="A1", signboard="", actor=SYSTEM, at=at)
    )

    assert _refused(results, StallTaken) == THREADS - 1
    assert Stall.objects.count() == 1


def test_contradictory_links_proposed_at_once_leave_one(at):
    one, other = MerchantFactory(), MerchantFactory()

    results = _race(
        lambda nth: propose_link(
            source=one if nth % 2 else other,
            target=other if nth % 2 else one,
            relation="OWNER",
            proposer=one,
            evidence_kind="LICENCE",
            actor=SYSTEM,
            at=at,
        )
    )

    assert _refused(results, LinkContradicts) == THREADS - 1
    assert AccountLink.objects.count() == 1


def test_one_code_lets_in_once_however_many_try_it_together(at):
    sms = MemorySms()
    request_code(phone=numbers.phone(1), gateway=sms, actor=SYSTEM, at=at)
    code = sms.sent[0][1].split("验证码 ")[1][:6]

    results = _race(lambda _nth: confirm_code(phone=numbers.phone(1), code=code, actor=SYSTEM, at=at))

    assert _refused(results, CodeWrong) == THREADS - 1
    assert User.objects.count() == 1


def test_r14_reads_and_a_withdrawal_at_once_leave_no_read_after_it(at):
    person, bank = PersonFactory(), InstitutionFactory(code="CCB")
    consent = request_consent(
        subject=person,
        recipient=bank,
        kinds=["IDENTITY"],
        text=ConsentTextFactory(),
        expires_at=at + timedelta(days=1),
        actor=SYSTEM,
        at=at,
    )
    give_consent(consent=consent, subject=person, agreed=True, signature="s", actor=SYSTEM, at=at)

    def work(nth):
        if nth == 0:
            return withdraw_consent(consent=consent, subject=person, actor=SYSTEM, at=at)
        return disclose(
            subject=person,
            recipient=bank,
            purpose="CREDIT_APPLICATION",
            kinds=["IDENTITY"],
            what="x",
            actor=SYSTEM,
            at=at,
        )

    results = _race(work)

    served = THREADS - 1 - _refused(results, ConsentMissing)
    assert Consent.objects.get().status == "REVOKED"
    assert Consent.objects.get().disclosures.count() == served
    assert isinstance(results[0], Consent)


def test_two_consents_for_one_use_given_at_once_leave_one_active(at):
    person, bank, text = PersonFactory(), InstitutionFactory(code="CCB"), ConsentTextFactory()
    consents = [
        request_consent(
            subject=person,
            recipient=bank,
            kinds=["IDENTITY"],
            text=text,
            expires_at=at + timedelta(days=1),
            actor=SYSTEM,
            at=at,
        )
        for _ in range(THREADS)
    ]

    _race(
        lambda nth: give_consent(consent=consents[nth], subject=person, agreed=True, signature="s", actor=SYSTEM, at=at)
    )

    assert Consent.objects.filter(status="ACTIVE").count() == 1
    assert Consent.objects.filter(status__in=["ACTIVE", "SUPERSEDED"]).count() == THREADS


def test_sweeps_running_twice_at_once_have_one_effect(at):
    old = SettlementAccountFactory()
    SettlementAccountFactory(owner_merchant=old.owner_merchant, status="HELD", usable_from=at, activated_at=None)
    import_list(
        list_code="X",
        lines=[
            "entry_key,name,resident_id,uscc,reason,listed_date,delisted_date",
            f"1,,,{old.owner_merchant.uscc},,2026-01-01,",
        ],
        source="测试",
        actor=SYSTEM,
        at=at,
    )
    write_notice(key="k", phone=f"+86{numbers.phone(1)}", text="x", at=at)
    sms = MemorySms()

    def work(_nth):
        sent = send_due_notices(gateway=sms, at=at)
        return release_held_accounts(at=at), len(screen_all(at=at)), sent

    results = _race(work)

    assert _refused(results, StaleTransition) == _refused(results, IllegalTransition) == 0
    assert [sum(column) for column in zip(*results, strict=True)] == [1, 1, 1]
    assert SettlementAccount.objects.get(status="ACTIVE") != old
    assert ListHit.objects.count() == len(sms.sent) == 1

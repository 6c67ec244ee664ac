"""Links between people and merchants."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AccountLink
from accounts.selectors.account_links import (
    link_of,
    linked_parties,
    links_of,
    live_links,
    relation_between,
)
from accounts.selectors.parties import party_key
from accounts.services.account_links import (
    ForeignAccount,
    LinkContradicts,
    LinkToItself,
    LinkUnfit,
    NotASide,
    ValidityUpsideDown,
    agree_link,
    decline_link,
    end_link,
    propose_link,
)
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.models import OutboxFact
from silk_road_ebao.kernel.states import IllegalTransition
from tests.accounts.factories import MerchantFactory, PersonFactory, SettlementAccountFactory

pytestmark = pytest.mark.django_db


def _propose(source, target, relation, at, **more):
    content = {"proposer": target, "evidence_kind": "STATEMENT"} | more
    return propose_link(source=source, target=target, relation=relation, actor=SYSTEM, at=at, **content)


def _link(source, target, relation, at, **more):
    link = _propose(source, target, relation, at, **more)
    return agree_link(link=link, party=source, actor=SYSTEM, at=at)


def test_a_link_lives_when_both_agree_and_either_sees_and_ends_it(at):
    person, merchant = PersonFactory(), MerchantFactory()
    account = SettlementAccountFactory(owner_merchant=None, owner_person=person, account_class="II")
    link = _propose(person, merchant, "FAMILY", at, source_account=account)
    assert not live_links(merchant, at).exists()

    agree_link(link=link, party=person, actor=SYSTEM, at=at)

    for party in (person, merchant):
        assert list(live_links(party, at)) == [link]
        assert link_of(party, link.link_no).source_account == account
    later = at + timedelta(days=3)
    end_link(link=link, party=person, actor=SYSTEM, at=later)
    assert not live_links(merchant, later).exists()
    assert list(live_links(merchant, at)) == [link]
    assert list(links_of(person)) == [link]
    facts = OutboxFact.objects.filter(topic="accounts.account_link.changed").order_by("id")
    assert [fact.payload["status"] for fact in facts] == ["LIVE", "ENDED"]


def test_nobody_but_the_side_asked_agrees(at):
    person, merchant, stranger = PersonFactory(), MerchantFactory(), PersonFactory()
    link = _propose(person, merchant, "OWNER", at)

    for party in (merchant, stranger):
        with pytest.raises(NotASide):
            agree_link(link=link, party=party, actor=SYSTEM, at=at)
        with pytest.raises(NotASide):
            decline_link(link=link, party=party, actor=SYSTEM, at=at)
    with pytest.raises(NotASide):
        end_link(link=link, party=stranger, actor=SYSTEM, at=at)
    with pytest.raises(AccountLink.DoesNotExist):
        link_of(stranger, link.link_no)

    link.refresh_from_db()
    assert (link.status, link.source_agreed_at) == ("PROPOSED", None)


def test_a_declined_link_stays_declined(at):
    person, merchant = PersonFactory(), MerchantFactory()
    link = _propose(person, merchant, "OWNER", at)

    decline_link(link=link, party=person, actor=SYSTEM, at=at)

    with pytest.raises(IllegalTransition):
        agree_link(link=link, party=person, actor=SYSTEM, at=at)
    _link(person, merchant, "OWNER", at)


@pytest.mark.parametrize(("first", "second"), [("OWNER", "EMPLOYEE"), ("OWNER", "OWNER"), ("MEMBER", "OWNER")])
def test_no_two_contradictory_live_links(first, second, at):
    person, merchant = PersonFactory(), MerchantFactory()
    link = _link(person, merchant, first, at)

    with pytest.raises(LinkContradicts):
        _propose(person, merchant, second, at)

    assert AccountLink.objects.count() == 1
    end_link(link=link, party=merchant, actor=SYSTEM, at=at + timedelta(hours=1))
    _link(person, merchant, second, at + timedelta(hours=1))


def test_two_merchants_never_own_each_other(at):
    one, other = MerchantFactory(), MerchantFactory()
    _link(one, other, "OWNER", at)

    with pytest.raises(LinkContradicts):
        _propose(other, one, "OWNER", at)

    assert AccountLink.objects.count() == 1


def test_the_database_itself_refuses_a_contradiction(at):
    person, merchant = PersonFactory(), MerchantFactory()
    link = _link(person, merchant, "OWNER", at)
    ended = _propose(PersonFactory(), merchant, "OWNER", at)

    with pytest.raises(IntegrityError, match="account_link_no_contradiction"), transaction.atomic():
        AccountLink.objects.filter(pk=ended.pk).update(exclusion_key=link.exclusion_key)
    with pytest.raises(IntegrityError, match="account_link_live_by_both"), transaction.atomic():
        AccountLink.objects.filter(pk=link.pk).update(source_agreed_at=None)
    with pytest.raises(IntegrityError, match="account_link_not_itself"), transaction.atomic():
        AccountLink.objects.filter(pk=link.pk).update(target_merchant=None, target_person=person, exclusion_key="x")


def test_links_of_different_times_do_not_contradict(at):
    person, merchant = PersonFactory(), MerchantFactory()
    change = at + timedelta(days=30)

    _link(person, merchant, "EMPLOYEE", at, valid_until=change)
    _link(person, merchant, "OWNER", at, valid_from=change)

    assert [link.relation for link in live_links(person, at)] == ["EMPLOYEE"]
    assert [link.relation for link in live_links(person, change)] == ["OWNER"]


def test_what_cannot_be_is_refused(at):
    person, merchant = PersonFactory(), MerchantFactory()
    foreign = SettlementAccountFactory()

    with pytest.raises(LinkToItself):
        _propose(person, person, "FAMILY", at)
    with pytest.raises(LinkUnfit):
        _propose(merchant, person, "OWNER", at, proposer=person)
    with pytest.raises(NotASide):
        _propose(person, merchant, "OWNER", at, proposer=PersonFactory())
    with pytest.raises(ValidityUpsideDown):
        _propose(person, merchant, "OWNER", at, valid_until=at)
    with pytest.raises(ForeignAccount):
        _propose(person, merchant, "OWNER", at, source_account=foreign)

    assert not AccountLink.objects.exists()


def test_circular_flows_follow_control_and_nothing_else(at):
    owner, sister, stranger = PersonFactory(), PersonFactory(), PersonFactory()
    shop, her_shop, supplier = MerchantFactory(), MerchantFactory(), MerchantFactory()
    _link(owner, shop, "OWNER", at)
    _link(sister, owner, "FAMILY", at)
    _link(sister, her_shop, "OWNER", at)
    _link(supplier, shop, "SUPPLIER", at)
    _propose(stranger, shop, "OWNER", at)

    found = linked_parties(shop, at)

    assert [(member.key, member.distance) for member in found] == [
        (party_key(owner), 1),
        (party_key(sister), 2),
        (party_key(her_shop), 3),
    ]
    assert [member.key for member in linked_parties(shop, at, max_distance=1)] == [party_key(owner)]
    assert [member.key for member in linked_parties(shop, at, relations=["SUPPLIER"])] == [party_key(supplier)]


def test_the_relation_of_payer_and_payee(at):
    person, merchant = PersonFactory(), MerchantFactory()
    assert relation_between(person, merchant, at) is None

    _link(person, merchant, "EMPLOYEE", at)

    assert relation_between(person, merchant, at) == "EMPLOYEE"
    assert relation_between(merchant, person, at) == "EMPLOYEE"

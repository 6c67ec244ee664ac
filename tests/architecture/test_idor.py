"""Nobody reaches what is somebody else's: every address × every role × an object of another house.

A new address with parameters for which `SAMPLES` makes no foreign object fails here by name.
"""

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Institution
from banking.gateways import rate_counter
from silk_road_ebao.kernel import clock
from tests.accounts import factories as accounts
from tests.accounts.facts import enter_facts
from tests.accounts.visitors import visitor
from tests.architecture.addresses import (
    API,
    NOT_AN_OBJECT,
    OWN_DAY,
    PAGES,
    PUBLIC,
    ROUTES,
    SAMPLES,
    address_of,
    parameters_of,
    sides_of,
)
from tests.banking import factories as banking
from tests.banking.partner import HOST, Partner
from tests.payments import factories as payments
from tests.supplychain import factories as trade

pytestmark = pytest.mark.django_db


def _kin(world, **more):
    return accounts.SettlementAccountFactory(owner_merchant=None, owner_person=world.person, account_class="I", **more)


@pytest.fixture(autouse=True)
def _house(monkeypatch, settings):
    enter_facts()
    cache.clear()
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = HOST, ["*"]
    counter = SimpleNamespace(count=lambda name, *, ttl_s: None)
    monkeypatch.setitem(rate_counter._counters, settings.REDIS_URL, counter)


@pytest.fixture
def world():
    """Another house with everything in it: its shop, its people, its goods, its bank."""
    at, ccb = clock.now(), Institution.objects.get(code="CCB")
    person = accounts.PersonFactory(full_name="别人家的人")
    merchant = accounts.MerchantFactory(legal_person=person, name="别人家的店")
    owner = accounts.MembershipFactory(merchant=merchant, user=accounts.UserFactory(person=person))
    made = SimpleNamespace(at=at, ccb=ccb, person=person, merchant=merchant, owner=owner)
    made.cashier = accounts.MembershipFactory(merchant=merchant, role="CASHIER")
    made.stall = accounts.StallFactory(merchant=merchant)
    made.account = accounts.SettlementAccountFactory(owner_merchant=merchant, bank=ccb)
    made.own_account = _kin(made, bank=ccb)
    payments.SubMerchantFactory(merchant=merchant)
    made.links = {"shop": _link(merchant, at), "self": _link(person, at)}
    made.consents = {
        "shop": accounts.ConsentFactory(subject_person=None, subject_merchant=merchant),
        "self": accounts.ConsentFactory(subject_person=person),
    }
    made.commodity = trade.CommodityFactory()
    made.goods = trade.GoodsFactory(stall=made.stall, commodity=made.commodity)
    made.lot = trade.stock(made.stall, made.commodity, at=at)
    made.batch_no, made.credit_no = _reported(made)
    return made


def _link(party, at):
    from accounts.services.account_links import propose_link
    from silk_road_ebao.kernel.actors import SYSTEM

    other = accounts.PersonFactory()
    return propose_link(
        source=other, target=party, relation="GUARANTOR", proposer=party, evidence_kind="STATEMENT", actor=SYSTEM, at=at
    )


def _reported(made):
    bank = Partner.of(made.ccb, Client(raise_request_exception=False))
    activity = banking.activity([(made.own_account.account_no, 1, 5, 0, 5)])
    batch = bank.post("/account-activity/batches", activity).json()
    made.customer = banking.played(made.ccb, "account-waiting")["customer_no"]
    credit = bank.post("/credit-accounts/reports", banking.credit_report(made.customer)).json()
    return batch["batch_no"], credit["credit_account_no"]


def _visitor(user):
    client = visitor(user)  # freshly signed in, so that no page asks for that instead of answering 404
    client.raise_request_exception = False
    return client


@pytest.fixture
def strangers():
    """People of another house, one for each role, and a consumer without any."""
    merchant = accounts.MerchantFactory()
    found = {
        role: _visitor(accounts.MembershipFactory(merchant=merchant, role=role, user=_known()).user)
        for role in ("OWNER", "CASHIER", "BOOKKEEPER")
    }
    return found | {"CONSUMER": _visitor(_known())}


def _known():
    return accounts.UserFactory(person=accounts.PersonFactory())


def _secrets(world):
    """What must not be read by anybody of another house."""
    rows = [world.merchant.merchant_no, world.person.person_no, world.account.account_no, world.own_account.account_no]
    rows += [one.link_no for one in world.links.values()] + [one.consent_no for one in world.consents.values()]
    return [*rows, "别人家的店", "别人家的人", world.goods.goods_no, world.lot.lot_no]


def test_every_address_with_parameters_has_a_foreign_object():
    lacking = [
        f"{name} /{route}: no sample for {parameter}"
        for name, route in [*PAGES, *API]
        for parameter in parameters_of(route)
        if parameter not in SAMPLES and name not in OWN_DAY and name not in NOT_AN_OBJECT
    ]

    assert lacking == []


def test_what_is_public_exists_and_has_a_reason():
    names = {name for name, _route in ROUTES}

    assert [name for name in PUBLIC if name not in names] == []
    assert all(len(reason) > 8 for reason in PUBLIC.values())


@pytest.mark.parametrize(("name", "route"), PAGES, ids=[name for name, _route in PAGES])
def test_a_page_opens_to_nobody_of_another_house(name, route, world, strangers):
    for side in sides_of(route):
        address = address_of(name, route, world, side)
        for method in ("get", "post"):
            nobody = getattr(Client(raise_request_exception=False), method)(address)
            assert _is_shut(nobody, to="/sign-in/"), f"anonymous {method} {address}: {nobody.status_code}"
            for role, client in strangers.items():
                answer = getattr(client, method)(address)
                said = f"{role} {method} {address}: {answer.status_code}"
                told = answer.content.decode(errors="replace") + answer.get("Location", "")
                is_foreign = bool(set(parameters_of(route)) - {"side"}) and name not in OWN_DAY
                assert answer.status_code < 500, said
                if is_foreign:
                    assert _is_closed(answer, role), said
                assert not [secret for secret in _secrets(world) if secret in told.replace(address, "")], said


def _is_shut(answer, *, to):
    if answer.status_code in (403, 404, 405):
        return True
    return answer.status_code in (301, 302) and answer["Location"].startswith((to, "/auth/login/"))


def _is_closed(answer, role):
    """404 to whoever might open one of his own; 403 where the page needs another role; else led away."""
    if answer.status_code in (404, 405):
        return True
    if answer.status_code == 403:
        return role in ("CASHIER", "BOOKKEEPER")
    return role == "CONSUMER" and answer.status_code == 302 and answer["Location"] == "/onboarding/"


OBJECT_PAGES = [(n, r) for n, r in PAGES if set(parameters_of(r)) - {"side"} and n not in OWN_DAY]


@pytest.mark.parametrize(("name", "route"), OBJECT_PAGES, ids=[name for name, _route in OBJECT_PAGES])
def test_the_sample_is_real_its_own_owner_finds_it(name, route, world):
    """A 404 to strangers means something only where the owner finds the object."""
    for side in sides_of(route):
        address, client = address_of(name, route, world, side), _visitor(world.owner.user)

        found = {method: getattr(client, method)(address).status_code for method in ("get", "post")}

        assert not {403, 404} & set(found.values()), f"{address}: {found}"


@pytest.mark.parametrize(("name", "route"), API, ids=[name for name, _route in API])
def test_the_api_gives_a_foreign_bank_nothing(name, route, world):
    if name in NOT_AN_OBJECT:
        return
    icbc = Partner.of(Institution.objects.get(code="ICBC"), Client(raise_request_exception=False))
    for side in ("self",):
        address = address_of(name, route, world, side)
        assert Client().get(address).status_code in (401, 405)
        path = address.removeprefix("/partner/v1")
        for answer in (icbc.get(path), icbc.post(path, {})):
            assert answer.status_code < 500
            if parameters_of(route):
                assert answer.status_code in (404, 405), f"{address}: {answer.status_code}"
            assert not [secret for secret in _secrets(world) if secret in answer.content.decode().replace(path, "")]
            assert "customer_no" not in answer.content.decode() or world.customer not in answer.content.decode()


def test_the_console_is_shut_to_merchants_and_visitors(world, strangers):
    addresses = ["/admin/", f"/admin/accounts/person/{world.person.pk}/change/", "/admin/kernel/approval/"]
    for address in addresses:
        for client in (Client(), *strangers.values()):
            answer = client.get(address)
            assert answer.status_code == 302, address
            assert answer["Location"].startswith("/admin/login/"), address


def test_a_foreign_passkey_is_not_found(world, strangers):
    from allauth.mfa.models import Authenticator

    key = Authenticator.objects.create(user=world.owner.user, type="webauthn", data={"name": "手机"})
    for verb in ("remove", "edit"):
        answer = strangers["OWNER"].post(f"/auth/2fa/webauthn/keys/{key.pk}/{verb}/")
        assert answer.status_code == 404 or answer["Location"].startswith("/auth/reauthenticate/")
    assert Authenticator.objects.filter(pk=key.pk).exists()

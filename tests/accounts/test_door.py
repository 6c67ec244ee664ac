"""The door: who gets in, whose merchant, and when a session ends."""

from datetime import timedelta
from types import ModuleType

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from accounts.door import (
    choose_merchant,
    merchant_page,
    open_session,
    operator_required,
    person_page,
    signed_in_page,
)
from accounts.models import User
from accounts.services.memberships import end_membership
from accounts.services.merchants import leave_merchant
from accounts.services.users import disable_user, enable_user, set_password
from silk_road_ebao.console.operators import FACTOR_KEY
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import frozen
from tests.accounts.factories import MembershipFactory, OperatorFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db


@merchant_page()
def any_member(request):
    return HttpResponse(f"{request.merchant.merchant_no} {request.membership.role}")


@merchant_page("OWNER", "BOOKKEEPER")
def books(request):
    return HttpResponse(request.merchant.merchant_no)


@person_page
def me(request):
    return HttpResponse(request.person.person_no)


@signed_in_page
def home(request):
    return HttpResponse("in")


@operator_required("RISK")
def risk(request):
    return HttpResponse(request.operator.operator_no)


def choose(request, merchant_no):
    choose_merchant(request, merchant_no)
    return HttpResponse("chosen")


def sign_in(request, user_id):
    return open_session(request, User.objects.get(pk=user_id), next_url="/home/")


urls = ModuleType("door_urls")
vars(urls)["urlpatterns"] = [
    path("shop/", any_member),
    path("shop/<str:merchant_no>/", any_member),
    path("books/", books),
    path("me/", me),
    path("home/", home),
    path("risk/", risk),
    path("choose/<str:merchant_no>/", choose),
    path("sign-in/<int:user_id>/", sign_in),
    path("", include("silk_road_ebao.urls")),
]


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = urls


@pytest.fixture
def visit(client):
    def go(user, url, **more):
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(url, **more)

    return go


def test_a_member_enters_his_own_shop(visit):
    membership = MembershipFactory(role="CASHIER")

    answer = visit(membership.user, "/shop/")

    assert answer.content.decode() == f"{membership.merchant.merchant_no} CASHIER"


def test_a_foreign_shop_does_not_exist(visit):
    mine, foreign = MembershipFactory(), MembershipFactory()

    assert visit(mine.user, f"/shop/{mine.merchant.merchant_no}/").status_code == 200
    assert visit(mine.user, f"/shop/{foreign.merchant.merchant_no}/").status_code == 404
    assert visit(mine.user, f"/choose/{foreign.merchant.merchant_no}/").status_code == 404
    assert visit(mine.user, "/shop/MERNONE/").status_code == 404


def test_nobody_signed_in_goes_to_the_sign_in_and_comes_back(visit):
    answer = visit(None, "/shop/?day=1")

    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/shop/%3Fday%3D1"
    for url in ("/me/", "/home/", "/risk/"):
        assert visit(None, url).status_code == 302


def test_a_panel_sends_the_whole_page_to_the_sign_in(visit):
    answer = visit(None, "/shop/", HTTP_HX_REQUEST="true")

    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/sign-in/")


def test_a_user_without_a_shop_goes_to_the_onboarding(visit):
    assert visit(UserFactory(), "/shop/")["Location"] == "/onboarding/"


def test_a_role_that_may_not_is_turned_away(visit):
    assert visit(MembershipFactory(role="CASHIER").user, "/books/").status_code == 403
    assert visit(MembershipFactory(role="BOOKKEEPER").user, "/books/").status_code == 200


def test_with_several_shops_the_chosen_one_counts(visit):
    first = MembershipFactory()
    second = MembershipFactory(user=first.user, role="CASHIER", since_at=first.since_at + timedelta(days=1))

    assert visit(first.user, "/shop/").content.decode().startswith(first.merchant.merchant_no)
    assert visit(None, f"/choose/{second.merchant.merchant_no}/").status_code == 200
    assert visit(None, "/shop/").content.decode() == f"{second.merchant.merchant_no} CASHIER"


def test_a_membership_ended_shuts_the_door_at_the_next_request(visit, at):
    owner = MembershipFactory()
    cashier = MembershipFactory(merchant=owner.merchant, role="CASHIER")
    assert visit(cashier.user, f"/choose/{owner.merchant.merchant_no}/").status_code == 200

    end_membership(membership=cashier, actor=SYSTEM, at=at)

    assert visit(None, "/shop/").status_code == 404
    assert visit(None, "/shop/")["Location"] == "/onboarding/"


def test_a_merchant_that_left_has_no_door(visit, at):
    membership = MembershipFactory()

    leave_merchant(merchant=membership.merchant, actor=SYSTEM, at=at, reason="不做了")

    assert visit(membership.user, f"/shop/{membership.merchant.merchant_no}/").status_code == 404


def test_a_person_enters_as_himself_once_known(visit):
    person = PersonFactory()

    assert visit(UserFactory(person=person), "/me/").content.decode() == person.person_no
    assert visit(UserFactory(), "/me/")["Location"] == "/me/identity/"


def test_operators_enter_with_a_second_factor_and_the_role(client):
    risk_officer, maker = OperatorFactory(roles=["RISK"]), OperatorFactory(roles=["MAKER"])

    def enter(user, *, has_factor):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[FACTOR_KEY] = user.pk if has_factor else None
        session.save()
        return int(client.get("/risk/").status_code)

    assert enter(risk_officer.user, has_factor=True) == 200
    assert enter(risk_officer.user, has_factor=False) == 302
    assert enter(maker.user, has_factor=True) == 403
    assert enter(MembershipFactory().user, has_factor=True) == 404


def test_disabling_somebody_ends_his_sessions_at_once_and_for_good(visit, at):
    user = UserFactory()
    with frozen(at) as clock:
        assert visit(user, "/home/").status_code == 200
        assert visit(None, "/home/").status_code == 200
        clock.tick(1)
        disable_user(user=user, reason="投诉", actor=SYSTEM, at=clock.at)
        assert visit(None, "/home/").status_code == 302
        clock.tick(1)
        enable_user(user=user, reason="查清了", actor=SYSTEM, at=clock.at)
        assert visit(None, "/home/").status_code == 302


def test_a_new_password_ends_the_other_sessions_and_not_the_next(client, at):
    user = UserFactory()
    other = Client()
    with frozen(at) as clock:
        client.get(f"/sign-in/{user.pk}/")
        other.get(f"/sign-in/{user.pk}/")
        assert client.get("/home/").status_code == other.get("/home/").status_code == 200
        clock.tick(1)
        set_password(user=user, password="另一头骆驼", actor=SYSTEM, at=clock.at)
        client.get(f"/sign-in/{user.pk}/")

        assert client.get("/home/").status_code == 200
        assert other.get("/home/").status_code == 302

"""Operators at the console: no page without the second factor; who has which role; roles changed by four eyes."""

import re

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.test import Client

from accounts.selectors.operators import roles_of
from accounts.services.users import disable_user
from silk_road_ebao.console.operators import FACTOR_KEY
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.models import Approval
from tests.accounts.factories import OperatorFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
OPEN = {"login", "logout", "second_factor", "jsi18n"}
"""Pages of the door itself."""


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


def sit_down(operator, *, factor=True):
    """An operator at the console, past the second factor or not."""
    client = Client(raise_request_exception=False)
    client.force_login(operator.user, backend=BACKEND)
    if factor:
        session = client.session
        session[FACTOR_KEY] = operator.user.pk
        session.save()
    return client


def _addresses(patterns, before="/admin/"):
    for entry in patterns:
        route = before + str(entry.pattern).replace("^", "").replace("$", "")
        if hasattr(entry, "url_patterns"):
            yield from _addresses(entry.url_patterns, route)
        elif entry.name not in OPEN:
            yield re.sub(r"<[^>]+>|\(\?P.*?\)", "1", route)


def test_no_page_of_the_console_opens_with_the_password_alone():
    operator = OperatorFactory(roles=["MAKER", "CHECKER", "RISK", "AUDITOR"])
    half, addresses = sit_down(operator, factor=False), sorted(set(_addresses(admin.site.urls[0])))

    answers = {(address, verb): getattr(half, verb)(address) for address in addresses for verb in ("get", "post")}

    assert len(addresses) > 40
    opened = [key for key, answer in answers.items() if answer.status_code not in (302, 404)]
    assert opened == []
    led = {answer["Location"].split("?")[0] for answer in answers.values() if answer.status_code == 302}
    assert led <= {"/admin/login/", *(f"{address}/" for address in addresses)}


def test_the_second_factor_of_one_operator_opens_nothing_for_another():
    first, second = OperatorFactory(roles=["MAKER"]), OperatorFactory(roles=["MAKER"])
    client = sit_down(second, factor=False)
    session = client.session
    session[FACTOR_KEY] = first.user.pk
    session.save()

    assert client.get("/admin/accounts/operator/").status_code == 302


def test_in_the_demo_the_page_shows_the_code_from_the_first_visit_on(settings):
    operator = OperatorFactory(roles=["MAKER"])
    client = sit_down(operator, factor=False)
    settings.DEMO = False
    hidden = client.get("/admin/second-factor/").content.decode()
    settings.DEMO = True

    shown = client.get("/admin/second-factor/").content.decode()
    client.post("/admin/second-factor/", {"code": re.search(r"<b>(\d{6})</b>", shown)[1]})

    assert "factor__demo" not in hidden
    assert client.get("/admin/accounts/operator/").status_code == 200


def test_a_disabled_operator_is_out_at_the_next_click():
    operator = OperatorFactory(roles=["RISK"])
    client = sit_down(operator)
    before = client.get("/admin/accounts/operator/").status_code

    disable_user(user=operator.user, reason="离职", actor=SYSTEM, at=clock.now())

    assert before == 200
    assert client.get("/admin/accounts/operator/").status_code == 302
    assert client.post(f"/admin/accounts/operator/{operator.pk}/press/disable/", {"reason": "x"}).status_code == 302


def test_a_reason_with_a_card_number_is_answered_in_words_and_nothing_is_done():
    """R25: the reason would stand in the audit in clear."""
    operator, target = OperatorFactory(roles=["RISK"]), OperatorFactory(roles=["MAKER"])

    page = sit_down(operator).post(
        f"/admin/accounts/operator/{target.pk}/press/disable/", {"reason": "卡 6222 0202 0011 2230"}, follow=True
    )

    assert "这里不要写手机号、银行卡号、身份证号或密钥" in page.content.decode()
    target.user.refresh_from_db()
    assert target.user.is_active


def test_the_list_says_who_has_which_role_and_a_change_takes_two():
    maker, checker = OperatorFactory(roles=["MAKER"]), OperatorFactory(roles=["CHECKER"])
    third = OperatorFactory(name="新来的", roles=["AUDITOR"])
    page = sit_down(maker).get("/admin/accounts/operator/").content.decode()

    sit_down(maker).post(
        "/admin/accounts/operator/enter/", {"operator_no": third.operator_no, "roles": ["RISK"], "reason": "换岗"}
    )
    approval = Approval.objects.get()
    waiting = roles_of(third.user)
    frozen = sit_down(checker).get(f"/admin/kernel/approval/{approval.pk}/change/").content.decode()
    sit_down(checker).post(f"/admin/kernel/approval/{approval.pk}/press/approve/")

    assert "新来的" in page
    assert "审计" in page
    assert waiting == {"AUDITOR"}
    assert "改运营人员角色" in frozen
    assert "风控" in frozen
    assert roles_of(third.user) == {"RISK"}


def test_only_a_maker_reaches_the_form_of_roles():
    for role in ("CHECKER", "RISK", "AUDITOR"):
        client = sit_down(OperatorFactory(roles=[role]))
        assert client.get("/admin/accounts/operator/enter/").status_code == 403
        assert client.post("/admin/accounts/operator/enter/", {}).status_code == 403

    assert not Approval.objects.exists()

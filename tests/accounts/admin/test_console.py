"""The operators' pages of accounts: reviews, sending back, revealing with a trace, entries by four eyes."""

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.cache import cache
from django.test import Client

from accounts.admin import __all__ as pages
from accounts.models import DatedRule, Merchant, Onboarding, PhoneException, SettlementAccount
from accounts.services.onboardings import submit_onboarding
from accounts.services.settlement_account_changes import propose_account_change
from silk_road_ebao.console.operators import FACTOR_KEY
from silk_road_ebao.kernel.models import Approval, AuditEvent
from tests.accounts import numbers
from tests.accounts.factories import (
    InstitutionFactory,
    OperatorFactory,
    PersonFactory,
    SettlementAccountFactory,
)
from tests.accounts.opening import fill_in
from tests.dynamic_codes import code_of

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


def sit_down(*roles):
    """An operator at the console, past the second factor."""
    operator, client = OperatorFactory(roles=list(roles)), Client()
    client.force_login(operator.user, backend=BACKEND)
    session = client.session
    session[FACTOR_KEY] = operator.user.pk
    session.save()
    return client


@pytest.fixture
def waiting(market, at):
    InstitutionFactory(code="WECHAT", kind="ACQUIRER")
    opened = fill_in(61, market, at)
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)
    return opened


def press(client, model, row, name, *, app="accounts", **given):
    return client.post(f"/admin/{app}/{model}/{row.pk}/press/{name}/", given)


def test_every_page_opens_for_an_operator(waiting):
    client = sit_down("MAKER", "CHECKER", "RISK", "AUDITOR")
    SettlementAccountFactory()
    models = (
        "onboarding", "merchant", "stall", "person", "settlementaccount", "accountlink", "creditaccount", "listentry",
        "listhit", "phoneexception", "institution", "institutionpaper", "institutionlimit", "datedrule", "consent",
        "disclosure", "operator", "merchantdocument",
    )  # fmt: skip

    opened = {model: client.get(f"/admin/accounts/{model}/").status_code for model in models}
    forms = [client.get(f"/admin/accounts/{model}/enter/").status_code for model in ("datedrule", "phoneexception")]

    assert set(opened.values()) == {200}
    assert forms == [200, 200]
    assert len(pages) >= 15


def test_two_operators_approve_a_form_from_the_queue(waiting):
    maker, checker = sit_down("MAKER"), sit_down("CHECKER")
    page = maker.get(f"/admin/accounts/onboarding/{waiting.form.pk}/change/").content.decode()

    press(maker, "onboarding", waiting.form, "review")
    approval = Approval.objects.get()
    maker.post(f"/admin/kernel/approval/{approval.pk}/press/approve/")
    assert Merchant.objects.get().status == "SUBMITTED"
    checker.post(f"/admin/kernel/approval/{approval.pk}/press/approve/")

    assert "营业执照照片" in page
    assert Merchant.objects.get().status == "APPROVED"


def test_what_the_second_operator_rejects_goes_back_to_the_merchant(waiting):
    maker, checker = sit_down("MAKER"), sit_down("CHECKER")
    press(maker, "onboarding", waiting.form, "review")

    checker.post(f"/admin/kernel/approval/{Approval.objects.get().pk}/press/reject/", {"reason": "照片看不清"})

    form = Onboarding.objects.get()
    assert (form.status, form.rejection_reason) == ("REJECTED", "照片看不清")
    assert Merchant.objects.get().status == "DRAFT"


def test_a_form_is_sent_back_with_a_reason(waiting):
    press(sit_down("MAKER"), "onboarding", waiting.form, "send_back", reason="执照过期")

    assert Onboarding.objects.get().rejection_reason == "执照过期"


def test_without_a_reason_nothing_goes_back(waiting):
    press(sit_down("MAKER"), "onboarding", waiting.form, "send_back")

    assert Onboarding.objects.get().status == "SUBMITTED"


def test_a_rejected_change_of_account_is_stopped(at, maker):
    old = SettlementAccountFactory()
    new = propose_account_change(
        merchant=old.owner_merchant, account_no=numbers.card(71), holder_name=old.holder_name, actor=maker, at=at
    )
    press(sit_down("MAKER"), "settlementaccount", new, "review")

    sit_down("CHECKER").post(
        f"/admin/kernel/approval/{Approval.objects.get().pk}/press/reject/", {"reason": "不是本人"}
    )

    assert SettlementAccount.objects.get(pk=new.pk).status == "CLOSED"
    assert SettlementAccount.objects.get(pk=old.pk).status == "ACTIVE"


def test_a_rejected_phone_exception_is_over():
    given = {"phone": numbers.phone(72), "resident_id": numbers.resident_id(72), "reason": "母女合用"}
    sit_down("MAKER").post("/admin/accounts/phoneexception/enter/", given)

    sit_down("CHECKER").post(f"/admin/kernel/approval/{Approval.objects.get().pk}/press/reject/", {"reason": "说不通"})

    assert PhoneException.objects.get().status == "REJECTED"


def test_r25_an_id_is_revealed_with_a_reason_and_a_trace():
    person, client = PersonFactory(number=numbers.resident_id(73)), sit_down("MAKER")

    silent = press(client, "person", person, "reveal_id")
    shown = press(client, "person", person, "reveal_id", reason="核对进件")

    assert silent.status_code == 302
    assert numbers.resident_id(73) in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    event = AuditEvent.objects.get(action="kernel.sealed.reveal")
    assert event.detail["purpose"] == "核对进件"
    assert numbers.resident_id(73) not in client.get(f"/admin/accounts/person/{person.pk}/change/").content.decode()


def test_r25_a_paper_is_opened_with_a_reason_and_a_trace(waiting):
    client, paper = sit_down("MAKER"), waiting.merchant.documents.get(kind="BUSINESS_LICENCE")

    shown = press(client, "merchantdocument", paper, "open", reason="看执照")

    assert shown.content == numbers.png(61)
    assert shown["Content-Type"] == "image/png"
    assert AuditEvent.objects.filter(action="kernel.sealed.reveal").count() == 1


def test_a_new_rule_waits_for_a_second_person():
    given = {"name": "silence.months", "value": "9", "unit": "月", "valid_from": "2027-01-01", "source": "测试文号"}
    before = DatedRule.objects.count()

    sit_down("MAKER").post("/admin/accounts/datedrule/enter/", given)
    refused = sit_down("AUDITOR").get("/admin/accounts/datedrule/enter/")

    assert Approval.objects.get().verb == "accounts.dated_rule.enter"
    assert DatedRule.objects.count() == before
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("page", "given", "verb"),
    [
        (
            "institutionpaper",
            {"kind": "CONTRACT", "reference": "HT-1", "valid_from": "2026-12-01", "source": "协议原件"},
            "accounts.institution_paper.enter",
        ),
        (
            "institutionlimit",
            {"name": "transfer.daily", "value": "5", "unit": "fen", "valid_from": "2026-12-01", "source": "协议原件"},
            "accounts.institution_limit.enter",
        ),
    ],
)
def test_what_an_institution_may_do_waits_for_a_second_person_who_makes_it_count(page, given, verb):
    InstitutionFactory(code="CCB")
    maker, path = sit_down("MAKER", "CHECKER"), f"/admin/accounts/{page}/enter/"
    model = apps.get_model("accounts", page)

    told = maker.post(path, {"institution": "ccb", **given}, follow=True).content.decode()
    approval = Approval.objects.get()
    press(maker, "approval", approval, "approve", app="kernel")
    alone = model.objects.count()
    press(sit_down("CHECKER"), "approval", approval, "approve", app="kernel")

    assert sit_down("CHECKER").get(path).status_code == 403
    assert (approval.verb, alone) == (verb, 0)
    assert f"等同事复核：{approval.approval_no}" in told
    assert model.objects.get().institution.code == "CCB"


def test_the_console_opens_with_password_and_the_devices_code_and_not_before():
    operator = OperatorFactory(roles=["MAKER"])
    operator.user.set_password("kongque-2026-console")
    operator.user.save()
    client = Client()
    client.post("/admin/login/", {"username": operator.user.username, "password": "kongque-2026-console"})

    assert client.get("/admin/accounts/merchant/").status_code == 302
    client.get("/admin/second-factor/")
    secret = client.session["console.new_device"]
    code = code_of(secret)
    client.post("/admin/second-factor/", {"code": "000000" if code != "000000" else "111111"})
    assert not Authenticator.objects.exists()
    client.post("/admin/second-factor/", {"code": code})

    assert client.get("/admin/accounts/merchant/").status_code == 200

"""Who works in a shop applies for its owner with a letter; the owner's page tells how far the acquirers have come."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Institution, MerchantChange, Notice, Onboarding, Person
from accounts.services.onboarding_reviews import record_acquirer_answer
from accounts.services.onboardings import StillMissing, submit_onboarding
from silk_road_ebao.kernel.actors import SYSTEM
from tests.accounts import numbers
from tests.accounts.opening import add_payee, fill_in, open_merchant

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def clerk(market, at):
    opened = fill_in(91, market, at)
    client = Client()
    client.force_login(opened.user, backend=BACKEND)
    return opened, client


def _post(client, opened, **more):
    form, merchant = opened.form, opened.merchant
    given = {
        "kind": "INDIVIDUAL", "name": "替人开的店", "province": "65", "market": form.market.code, "stall_label": "Z9",
        "address": "孔雀农贸市场", "phone": merchant.contact_phone_masked, "legal_name": merchant.legal_name,
        "uscc": merchant.uscc, "applicant": "AGENT", "head_name": "店里老板",
        "head_id": numbers.resident_id(92), "head_phone": numbers.phone(92),
    }  # fmt: skip
    return client.post(reverse("accounts:onboarding"), given | more)


def test_a_clerk_applies_for_the_owner_and_the_letter_is_asked_for(clerk, at):
    opened, client = clerk

    _post(client, opened)
    form = Onboarding.objects.select_related("merchant__legal_person", "agent").get(pk=opened.form.pk)
    with pytest.raises(StillMissing) as refused:
        submit_onboarding(onboarding=form, actor=opened.actor, at=at)

    assert (form.merchant.legal_person.full_name, form.agent.full_name) == ("店里老板", "店主91")
    assert "授权书" in str(refused.value)
    form.refresh_from_db()
    assert form.status == "DRAFT"


def test_with_the_letter_it_is_handed_in_and_the_owner_is_told_by_sms(clerk, at):
    opened, client = clerk
    from django.core.files.uploadedfile import SimpleUploadedFile

    letter = SimpleUploadedFile("letter.png", numbers.png(5), "image/png")
    _post(client, opened, authorisation_letter=letter, submit="1")

    form = Onboarding.objects.get(pk=opened.form.pk)
    assert form.status == "SUBMITTED"
    notice = Notice.objects.get(key__startswith="onboarding.agent:")
    assert notice.phone_sealed.open().endswith(numbers.phone(92))
    page = client.get(reverse("accounts:onboarding")).content.decode()
    assert numbers.resident_id(92) not in page


def test_a_wrong_number_of_the_owner_is_told_at_its_field_and_registers_nobody(clerk):
    opened, client = clerk

    answer = _post(client, opened, head_id="652801199001011230")

    assert answer.status_code == 422
    assert answer.context["form"].errors.get("head_id")
    assert not Person.objects.filter(full_name="店里老板").exists()


def test_who_applies_for_another_but_names_nobody_is_told_so(clerk, at):
    opened, client = clerk

    _post(client, opened, head_name="", head_id="", head_phone="")
    form = Onboarding.objects.get(pk=opened.form.pk)

    with pytest.raises(StillMissing) as refused:
        submit_onboarding(onboarding=form, actor=opened.actor, at=at)
    assert "法定代表人" in str(refused.value)


@pytest.fixture
def owner(market, maker, checker, at):
    opened = open_merchant(93, market, maker, checker, at)
    client = Client()
    client.force_login(opened.user, backend=BACKEND)
    return opened, client


def _answer(opened, at, code="WECHAT", **told):
    acquirer = Institution.objects.get(code=code)
    record_acquirer_answer(onboarding_no=opened.form.onboarding_no, acquirer=acquirer, actor=SYSTEM, at=at, **told)


def test_the_page_leads_to_the_account_first(owner, at):
    opened, client = owner
    _answer(opened, at, state="WAITING", reason="等商户登记收款账户，银行核实后自动送出")

    before = client.get(reverse("accounts:onboarding")).content.decode()
    add_payee(opened, 93, at)
    after = client.get(reverse("accounts:onboarding")).content.decode()

    assert "还差收款账户" in before
    assert "还没送出" in before
    assert "还差收款账户" not in after


def test_the_link_stands_there_only_while_the_acquirer_waits_for_a_signature(owner, at):
    opened, client = owner
    link = "https://pay.example/sign?1"

    shown = {}
    for state in ("AUDITING", "TO_BE_SIGNED", "SIGNING", "FINISHED"):
        _answer(opened, at, state=state, sign_url=link, sub_mchid="1600000001")
        shown[state] = link in client.get(reverse("accounts:onboarding")).content.decode()

    assert shown == {"AUDITING": False, "TO_BE_SIGNED": True, "SIGNING": False, "FINISHED": False}


def test_a_rejection_is_told_in_the_acquirers_words_with_the_way_to_mend_it(owner, at):
    opened, client = owner
    _answer(opened, at, state="REJECTED", reason="银行账号：资料不符合要求，请修改后重新提交")

    page = client.get(reverse("accounts:onboarding")).content.decode()

    assert "银行账号：资料不符合要求" in page
    assert reverse("accounts:merchant_change") in page


def test_the_owner_proposes_a_correction_and_takes_it_back(owner):
    opened, client = owner
    address = reverse("accounts:merchant_change")

    client.post(address, {"address": "新地址 8 号"})
    waiting = client.get(address).content.decode()
    client.post(reverse("accounts:merchant_change_withdraw"))

    assert "新地址 8 号" in waiting
    assert MerchantChange.objects.get(merchant=opened.merchant).status == "WITHDRAWN"
    assert client.post(address, {}).status_code == 422

"""The pages of accounts, from the first visit to the withdrawn consent, without a browser."""

import io
import json
import zipfile

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    AccountLink,
    Consent,
    Membership,
    Merchant,
    MerchantDocument,
    Onboarding,
    Person,
    SettlementAccount,
    User,
)
from accounts.services.onboarding_reviews import record_acquirer_answer, review_onboarding
from accounts.services.settlement_accounts import report_verification
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approve
from tests.accounts import numbers
from tests.accounts.factories import (
    ConsentFactory,
    InstitutionFactory,
    MarketFactory,
    MembershipFactory,
    MerchantFactory,
    PersonFactory,
    SettlementAccountFactory,
    UserFactory,
)
from tests.accounts.opening import CCB

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


def visitor(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def known(nth, **more):
    """A signed-in user who is a known person, with his browser."""
    person = PersonFactory(number=numbers.resident_id(nth), mobile=f"+86{numbers.phone(nth)}", **more)
    user = UserFactory(mobile=f"+86{numbers.phone(nth)}", person=person)
    return visitor(user), user, person


@pytest.fixture
def owner():
    """An owner in her shop, with her browser."""
    client, user, person = known(41, full_name="阿依古丽")
    merchant = MerchantFactory(legal_person=person, name="阿依古丽蔬菜")
    MembershipFactory(merchant=merchant, user=user)
    client.merchant, client.user, client.person = merchant, user, person
    return client


def photo(nth=0, name="licence.png", kind="image/png"):
    return SimpleUploadedFile(name, numbers.png(nth), kind)


def form_of(**more):
    given = {"kind": "INDIVIDUAL", "province": "65", "market": "", "phone": numbers.phone(9)}
    return given | more


def text(answer):
    return answer.content.decode()


def test_a_new_visitor_says_once_who_he_is():
    user = UserFactory(mobile=f"+86{numbers.phone(3)}", display_name="")
    client = visitor(user)

    answer = client.post("/me/identity/", {"full_name": "买买提", "resident_id": numbers.resident_id(3)})

    assert answer["Location"] == "/me/own/"
    person = Person.objects.get()
    assert (person.full_name, User.objects.get().person) == ("买买提", person)
    page = text(client.get("/me/identity/"))
    assert person.id_masked in page
    assert numbers.resident_id(3) not in page


def test_r10_a_phone_of_another_is_refused_at_the_field_and_nothing_is_written():
    PersonFactory(mobile=f"+86{numbers.phone(3)}")
    client = visitor(UserFactory(mobile=f"+86{numbers.phone(3)}"))

    answer = client.post("/me/identity/", {"full_name": "买买提", "resident_id": numbers.resident_id(3)})

    assert answer.status_code == 422
    assert "一个手机号只能对应一个人" in text(answer)
    assert 'aria-describedby="id_phone' in text(answer) or 'id="id_phone_error"' in text(answer)
    assert Person.objects.count() == 1


def test_a_wrong_check_digit_is_refused_at_the_field():
    client = visitor(UserFactory())
    wrong = numbers.resident_id(3)[:-1] + ("0" if numbers.resident_id(3)[-1] != "0" else "1")

    answer = client.post("/me/identity/", {"full_name": "买买提", "resident_id": wrong})

    assert "最后一位对不上" in text(answer)
    assert not Person.objects.exists()


def test_the_form_waits_says_what_is_missing_and_resumes():
    client, _user, person = known(5)

    client.post("/onboarding/", form_of(name="老马瓜果", save="1"))

    page = text(client.get("/onboarding/"))
    assert "还差：登记名称、统一社会信用代码、经营地址、营业执照照片、法定代表人身份证照片" in page
    assert 'value="老马瓜果"' in page
    assert Merchant.objects.get().legal_person == person


def test_the_form_is_handed_in_only_when_nothing_is_missing():
    client, *_ = known(5)
    MarketFactory(code="KQ")

    early = client.post("/onboarding/", form_of(name="老马瓜果", submit="1"))
    full = form_of(
        name="老马瓜果",
        legal_name="库尔勒市老马瓜果经营部",
        uscc=numbers.credit_code(5),
        address="孔雀农贸市场",
        market="KQ",
        stall_label="B7",
        business_licence=photo(1),
        legal_person_id=photo(2),
        submit="1",
    )
    late = client.post("/onboarding/", full)

    assert early.status_code == 422
    assert "还差：" in text(early)
    assert late.status_code == 302
    assert Onboarding.objects.get().status == "SUBMITTED"
    assert "两位工作人员审核" in text(client.get("/onboarding/"))


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * (5 * 1024 * 1024), "image/png"), "超过 5 MB"),
        (SimpleUploadedFile("a.gif", b"GIF89a" + b"0" * 100, "image/gif"), "只收 JPG、PNG"),
        (photo(1, "a.jpg", "image/jpeg"), "夹着别的内容"),
    ],
    ids=["oversized", "wrong type", "disguised"],
)
def test_a_bad_file_is_refused_at_its_field_while_the_rest_is_kept(file, sentence):
    client, *_ = known(5)
    file.seek(0)

    answer = client.post("/onboarding/", form_of(name="老马瓜果", business_licence=file, save="1"))

    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not MerchantDocument.objects.exists()
    assert Merchant.objects.get().name == "老马瓜果"


def test_the_track_mirrors_the_acquirers_machine(maker, checker, at):
    client, *_ = known(5)
    given = {
        "name": "老马瓜果",
        "legal_name": "库尔勒市老马瓜果经营部",
        "uscc": numbers.credit_code(5),
        "address": "孔雀",
    }
    client.post("/onboarding/", form_of(**given, business_licence=photo(1), legal_person_id=photo(2), submit="1"))
    form = Onboarding.objects.get()
    approve(approval_no=review_onboarding(onboarding=form, actor=maker, at=at).approval_no, checker=checker, at=at)
    wechat = InstitutionFactory(code="WECHAT")

    record_acquirer_answer(
        onboarding_no=form.onboarding_no, acquirer=wechat, state="TO_BE_SIGNED", actor=Actor("ACQUIRER", "WECHAT"),
        at=at, sign_url="https://example.invalid/sign",
    )  # fmt: skip

    page = text(client.get("/onboarding/"))
    assert "track__station--now" in page
    assert "等你签约" in page
    assert "https://example.invalid/sign" in page


def test_a_shop_adds_its_account_and_sees_the_banks_word(owner, at):
    card = numbers.card(12)
    answer = owner.post(
        "/me/shop/accounts/add/", {"account_no": card, "holder_name": owner.merchant.legal_name, "bank": ""}
    )

    account = SettlementAccount.objects.get()
    assert answer["Location"] == f"/me/shop/accounts/{account.account_no}/"
    assert "只有银行说了算" in text(owner.get(answer["Location"]))
    report_verification(account_no=account.account_no, result="VERIFIED", actor=CCB, at=at)
    page = text(owner.get("/me/shop/accounts/"))
    assert "已验证" in page
    assert account.masked in page
    assert card not in page


def test_another_account_goes_the_way_of_a_change_and_can_be_stopped(owner):
    SettlementAccountFactory(owner_merchant=owner.merchant)

    page = text(owner.get("/me/shop/accounts/add/"))
    given = {"account_no": numbers.card(13), "holder_name": owner.merchant.legal_name}
    answer = owner.post("/me/shop/accounts/add/", given)
    number = answer["Location"].split("/")[-2]

    assert "两位工作人员复核" in page
    assert "24 小时" in page
    assert SettlementAccount.objects.get(account_no=number).status == "PROPOSED"
    owner.post(f"/me/shop/accounts/{number}/stop/")
    assert SettlementAccount.objects.get(account_no=number).status == "CLOSED"


def test_r13_a_class_ii_account_shows_what_is_left_today(owner):
    account = SettlementAccountFactory(owner_person=owner.person, owner_merchant=None, account_class="II")

    page = text(owner.get(f"/me/self/accounts/{account.account_no}/"))

    assert "10,000" in page.replace('<span class="amount__fen">', "")


def test_a_link_needs_both_and_either_may_end_it(owner):
    kin_client, _user, kin = known(43, full_name="阿不都")
    account = SettlementAccountFactory(owner_person=kin, owner_merchant=None, account_class="II")
    given = {"target": numbers.phone(43), "relation": "other:FAMILY", "evidence_kind": "HOUSEHOLD"}

    owner.post("/me/shop/links/new/", given)
    link = AccountLink.objects.get()
    agree = f"/me/self/links/{link.link_no}/agree/"

    assert owner.post(f"/me/shop/links/{link.link_no}/agree/").status_code == 302
    assert AccountLink.objects.get().status == "PROPOSED"
    assert "等你答复" in text(kin_client.get("/me/self/links/"))
    kin_client.post(agree, {"account": account.account_no})
    link.refresh_from_db()
    assert (link.status, link.source_account) == ("LIVE", account)
    picture = text(owner.get("/me/shop/"))
    assert "<svg" in picture
    assert f"Ⅱ类户 {account.masked[-4:]}" in picture
    assert "看成表格" in picture
    owner.post(f"/me/shop/links/{link.link_no}/end/")
    assert AccountLink.objects.get().status == "ENDED"


def test_an_unknown_phone_is_refused_at_the_field_and_looking_is_counted(owner):
    given = {"target": numbers.phone(999), "relation": "other:FAMILY", "evidence_kind": "STATEMENT"}

    answers = [owner.post("/me/shop/links/new/", given) for _ in range(21)]

    assert "没有找到对方" in text(answers[0])
    assert "一小时后再试" in text(answers[-1])
    assert not AccountLink.objects.exists()


def test_r14_no_box_is_ticked_beforehand_and_without_the_tick_nothing_is_written(owner):
    address = "/me/shop/consents/new/?recipient=CCB&purpose=CREDIT_APPLICATION"

    page = text(owner.get(address))
    refused = owner.post(address, {"kinds": ["IDENTITY"], "months": "3"})
    empty = owner.post(address, {"months": "3", "agreed": "on"})

    assert "checked" not in page
    assert "是否放款由银行决定" in page
    assert "2026-11 版" in page
    assert "亲手勾选" in text(refused)
    assert "请勾选要提供的资料" in text(empty)
    assert not Consent.objects.exists()


def test_r14_a_consent_is_given_and_withdrawn_by_one_tap(owner):
    address = "/me/shop/consents/new/?recipient=CCB&purpose=CREDIT_APPLICATION"

    owner.post(address, {"kinds": ["IDENTITY", "TRADE_SUMMARY"], "months": "3", "agreed": "on"})
    consent = Consent.objects.get()
    assert (consent.status, sorted(consent.kinds)) == ("ACTIVE", ["IDENTITY", "TRADE_SUMMARY"])
    assert "撤回" in text(owner.get("/me/shop/consents/"))
    owner.post(f"/me/shop/consents/{consent.consent_no}/withdraw/")

    assert Consent.objects.get().status == "REVOKED"


def test_a_consent_asked_for_is_given_by_ones_own_tick_only(owner):
    consent = ConsentFactory(subject_person=owner.person, status="REQUESTED", signature_hash="", given_at=None)
    address = f"/me/self/consents/{consent.consent_no}/"

    assert "checked" not in text(owner.get(address))
    owner.post(f"{address}give/")
    assert Consent.objects.get().status == "REQUESTED"
    # the factory's text says its purpose, and its hash fits
    owner.post(f"{address}give/", {"agreed": "on"})

    assert Consent.objects.get().status == "ACTIVE"


def test_everything_held_comes_as_one_zip(owner):
    answer = owner.post("/me/export/")

    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert json.loads(packed.read("person.json"))["resident_id"] == numbers.resident_id(41)
    assert owner.get("/me/export/").status_code == 405


def test_deletion_wants_a_tick_and_no_shop():
    client, _user, person = known(44)

    client.post("/me/delete/")
    assert Person.objects.get(pk=person.pk).status == "ACTIVE"
    client.post("/me/delete/", {"sure": "on"})

    assert Person.objects.get(pk=person.pk).status == "HELD"
    assert client.get("/me/own/").status_code == 302


def test_deletion_is_refused_while_a_shop_is_in_business(owner):
    answer = owner.post("/me/delete/", {"sure": "on"})

    assert "还有店在营业" in text(answer)
    assert Person.objects.get(pk=owner.person.pk).status == "ACTIVE"


def test_the_owner_adds_a_cashier_and_takes_him_out_again(owner):
    owner.post("/me/staff/", {"name": "小王", "phone": numbers.phone(77), "role": "CASHIER"})

    member = Membership.objects.get(role="CASHIER")
    assert str(member.user) == "小王"
    assert visitor(member.user).get("/me/staff/").status_code == 403
    owner.post(f"/me/staff/{member.pk}/end/")
    member.refresh_from_db()
    assert member.ended_at is not None


def test_a_cashier_sees_neither_accounts_nor_links(owner):
    cashier = visitor(MembershipFactory(merchant=owner.merchant, role="CASHIER").user)

    assert cashier.get("/me/").status_code == 200
    for part in ("", "accounts/", "links/", "consents/", "credit/"):
        assert cashier.get(f"/me/shop/{part}").status_code == 403


def test_a_bookkeeper_looks_but_does_not_sign(owner):
    account = SettlementAccountFactory(owner_merchant=owner.merchant)
    keeper = visitor(MembershipFactory(merchant=owner.merchant, role="BOOKKEEPER").user)

    assert keeper.get(f"/me/shop/accounts/{account.account_no}/").status_code == 200
    for address in ("accounts/add/", f"accounts/{account.account_no}/stop/", "links/new/"):
        assert keeper.post(f"/me/shop/{address}").status_code == 403


def test_a_consumer_finds_everything_without_a_shop():
    client, *_ = known(46)

    assert client.get("/me/")["Location"] == "/me/own/"
    for part in (
        "own/",
        "self/",
        "self/accounts/",
        "self/links/",
        "self/consents/",
        "self/credit/",
        "self/disclosures/",
    ):
        answer = client.get(f"/me/{part}")
        assert answer.status_code == 200
        assert 'class="nav"' not in text(answer)
    assert client.get("/me/shop/")["Location"] == "/onboarding/"


def test_a_password_ends_other_sessions_and_keeps_this_one():
    client, user, _person = known(47)
    other = visitor(user)
    other.get("/me/own/")

    weak = client.post("/me/password/", {"password": "12345678"})
    answer = client.post("/me/password/", {"password": "另一头骆驼走过沙漠"})

    assert weak.status_code == 422
    assert answer["Location"] == "/me/own/"
    assert client.get("/me/own/").status_code == 200
    assert other.get("/me/own/").status_code == 302


@pytest.mark.parametrize("part", ["accounts/", "links/", "consents/", "disclosures/", ""])
def test_lists_cost_the_same_for_one_row_and_for_twenty(owner, part):
    def fill(count):
        for _ in range(count):
            account = SettlementAccountFactory(owner_person=owner.person, owner_merchant=None, account_class="I")
            ConsentFactory(subject_person=owner.person, status="REVOKED")
            assert account.pk

    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert owner.get(f"/me/self/{part}").status_code == 200
        return len(seen)

    fill(1)
    cost()
    before = cost()
    fill(19)

    assert cost() == before

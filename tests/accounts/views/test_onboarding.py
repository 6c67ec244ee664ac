"""The form of a new merchant: resumed, handed in, followed on its track."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import (
    Merchant,
    MerchantDocument,
    Onboarding,
)
from accounts.services.onboarding_reviews import record_acquirer_answer, review_onboarding
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approve
from tests.accounts import numbers
from tests.accounts.factories import (
    InstitutionFactory,
    MarketFactory,
)
from tests.accounts.visitors import known, text

pytestmark = pytest.mark.django_db


def photo(nth=0, name="licence.png", kind="image/png"):
    return SimpleUploadedFile(name, numbers.png(nth), kind)


def form_of(**more):
    given = {"kind": "INDIVIDUAL", "province": "65", "market": "", "phone": numbers.phone(9)}
    return given | more


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

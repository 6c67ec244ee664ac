"""What an application carries: the payee's account and name, sealed fields, pictures; and what of it we keep."""

import pytest

from accounts.models import Merchant, SettlementAccount
from accounts.services.merchant_documents import keep_document
from payments.models import AcquirerMessage, SubMerchant
from payments.services.applyment_pushes import push_due_applyments
from payments.services.applyments import hurry_applyment
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.models import AuditEvent
from tests.payments.factories import moment
from tests.payments.services.onboarding_desk import finish, mirror_of, secrets_of

pytestmark = pytest.mark.django_db


def test_a_payee_account_in_another_name_is_never_sent(desk, nth):
    """R2: the legal name is that of the settlement account."""
    opened = desk.approve(nth)
    SettlementAccount.objects.filter(owner_merchant=opened.merchant).update(holder_name="别人")
    before = len(desk.theirs())

    row = desk.push(opened)

    assert (row.status, row.trouble, row.times_sent) == ("REQUESTED", "NAME_DIFFERS", 0)
    assert len(desk.theirs()) == before


@pytest.mark.parametrize("kind", ["INDIVIDUAL", "MICRO"])
def test_an_operators_own_account_is_sent_as_a_personal_one_and_opens_the_number(desk, nth, kind):
    """R2: 个体户 and 小微 are their operator; the trace says in whose name the account stands."""
    opened = desk.approve(nth)
    head = opened.merchant.legal_person.full_name
    Merchant.objects.filter(pk=opened.merchant.pk).update(kind=kind)
    SettlementAccount.objects.filter(owner_merchant=opened.merchant).update(holder_name=head)

    row = finish(desk, opened)

    shown = desk.settles_to(row.sub_mchid)
    assert (row.trouble, shown["account_type"]) == ("", "ACCOUNT_TYPE_PRIVATE")
    event = AuditEvent.objects.filter(action="payments.sub_merchant.open").latest("pk")
    assert (event.detail["acquirer"], event.detail["payee_holder"]) == ("WECHAT", ["OPERATOR"])


def test_an_account_in_the_registered_name_is_sent_as_the_firms(desk, nth):
    """R2."""
    opened = desk.approve(nth)

    row = finish(desk, opened)

    assert desk.settles_to(row.sub_mchid)["account_type"] == "ACCOUNT_TYPE_BUSINESS"
    event = AuditEvent.objects.filter(action="payments.sub_merchant.open").latest("pk")
    assert event.detail["payee_holder"] == ["LEGAL_NAME"]


def test_an_enterprises_account_in_the_name_of_its_head_is_never_sent(desk, nth):
    """R2: an enterprise is another person than its legal representative."""
    opened = desk.approve(nth)
    head = opened.merchant.legal_person.full_name
    Merchant.objects.filter(pk=opened.merchant.pk).update(kind="COMPANY")
    SettlementAccount.objects.filter(owner_merchant=opened.merchant).update(holder_name=head)
    before = len(desk.theirs())

    row = desk.push(opened)

    assert (row.status, row.trouble, row.times_sent) == ("REQUESTED", "NAME_DIFFERS", 0)
    assert len(desk.theirs()) == before


def test_a_name_that_changed_on_the_way_is_refused_at_the_end_and_shown_as_not_open(desk, nth):
    """R2: nobody is paid under a name the acquirer does not know."""
    opened = desk.approve(nth)
    desk.push(opened)
    Merchant.objects.filter(pk=opened.merchant.pk).update(legal_name="另一个名称")
    desk.step(6)

    row = desk.push(opened)

    assert (row.status, row.trouble) == ("FINISHED", "NAME_DIFFERS")
    assert not SubMerchant.objects.filter(merchant=opened.merchant).exists()
    assert mirror_of(opened).status == "SIGNING"
    assert AuditEvent.objects.filter(action="payments.applyment.opening_refused", subject=row.applyment_no).exists()


def test_an_acquirer_that_would_settle_to_another_account_opens_nothing_until_it_is_mended(desk, nth):
    """R2: the acquirer's own word on the settlement account is compared."""
    opened = desk.approve(nth)
    desk.push(opened)
    desk.step(6)
    desk.sandbox.fault("other_account", acquirer="wechat", count=1)

    row = desk.push(opened)
    assert (row.status, row.trouble) == ("FINISHED", "ACCOUNT_DIFFERS")
    assert not SubMerchant.objects.filter(merchant=opened.merchant).exists()
    hurry_applyment(applyment=row, actor=desk.maker, at=moment())
    push_due_applyments(acquirer_code="WECHAT", at=moment())

    assert desk.applyment(opened).trouble == ""
    assert SubMerchant.objects.filter(merchant=opened.merchant, acquirer_code="WECHAT").count() == 1


def test_the_archive_names_nobody_and_no_account(desk, nth):
    """R25: what identifies a person or an account goes out sealed and is kept nowhere in clear."""
    opened = desk.approve(nth)
    for code in ("WECHAT", "ALIPAY"):
        finish(desk, opened, code)

    kept = str(list(AcquirerMessage.objects.values_list("shown", "subject", "reason")))
    assert len(kept) > 1000
    for secret in secrets_of(nth):
        assert secret not in kept
    theirs = next(one for one in desk.theirs() if one["business_code"] == desk.applyment(opened).applyment_no)
    assert theirs["account_tail"] == secrets_of(nth)[2][-4:]


def test_the_acquirer_gets_the_sealed_fields_and_the_pictures(desk, nth, monkeypatch):
    """WeChat: RSA-OAEP under its public key, named in Wechatpay-Serial; pictures by their media ids."""
    opened = desk.approve(nth)
    from payments.gateways import gateway_of

    core, sent = gateway_of("WECHAT").sdk._core, []
    real = core._line.send

    def listen(method, url, **more):
        sent.append((url, more))
        return real(method, url, **more)

    monkeypatch.setattr(core._line, "send", listen)

    desk.push(opened)

    form = next(more for url, more in sent if url.endswith("/applyment/"))
    assert form["headers"]["Wechatpay-Serial"].startswith("PUB_KEY_ID_")
    for secret in secrets_of(nth):
        assert secret.encode() not in form["data"].replace(b'"service_phone": "' + secret.encode(), b"")
    assert sum(url.endswith("/media/upload") for url, _more in sent) == 2


def test_a_pdf_waits_for_a_photograph(desk, nth):
    opened = desk.approve(nth)
    pdf = b"%PDF-1.4\n" + b"1 0 obj<<>>endobj\n" * 8 + b"%%EOF"
    keep_document(merchant=opened.merchant, kind="BUSINESS_LICENCE", content=pdf, actor=SYSTEM, at=moment())

    row = desk.push(opened)

    assert (row.status, row.trouble) == ("REQUESTED", "PAPER_UNFIT")

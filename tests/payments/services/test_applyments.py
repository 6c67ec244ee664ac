"""Acquirer onboarding from two operators' signatures to a merchant that can be paid."""

import itertools
import secrets

import pytest

from accounts.models import AcquirerApplication, Merchant, SettlementAccount
from accounts.services.merchant_documents import keep_document
from payments.models import AcquirerMessage, Applyment, SubMerchant
from payments.services.applyment_finishes import NotByHand, propose_number
from payments.services.applyment_pushes import push_due_applyments
from payments.services.applyments import hurry_applyment, request_applyments, resend_applyment
from payments.services.attempts import look_at_attempt, start_attempt
from payments.services.payments import create_payment
from payments.services.sub_merchants import NameDiffers, open_sub_merchant
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.approvals import SamePerson, approve
from silk_road_ebao.kernel.models import AuditEvent, OutboxFact
from silk_road_ebao.kernel.outbox import deliver_due
from silk_road_ebao.kernel.refusals import Refusal
from tests.payments.factories import CASHIER, PAYER, moment
from tests.payments.services.onboarding_desk import Desk, secrets_of

pytestmark = pytest.mark.django_db
_numbers = itertools.count(70_000 + secrets.randbelow(9_000) * 100)


@pytest.fixture
def desk(sandbox):
    yield Desk(sandbox)
    sandbox.control("POST", "clock", now="real")
    sandbox.control("POST", "settings", applyment_step_s=10, applyment_needs_sign=0)


@pytest.fixture
def nth():
    return next(_numbers)


def _finish(desk, opened, code="WECHAT"):
    """Push through the acquirer's whole machine."""
    for _step in range(8):
        row = desk.push(opened, code)
        if row.status == "FINISHED":
            return row
        desk.step()
    raise AssertionError(f"still {row.status} {row.trouble} {row.failure_text}")


def _mirror(opened, code="WECHAT"):
    return AcquirerApplication.objects.get(onboarding=opened.form, acquirer__code=code)


def _pay(desk, merchant, code, amount_fen=1_234):
    desk.sandbox.control("POST", "clock", now="real")
    payment = create_payment(
        merchant=merchant, stall=merchant.stalls.first(), amount_fen=amount_fen, description="番茄",
        channel="DYNAMIC_CODE", actor=CASHIER, at=moment(),
    )  # fmt: skip
    attempt = start_attempt(payment_no=payment.payment_no, acquirer_code=code, flow="NATIVE", actor=PAYER, at=moment())
    desk.sandbox.pay(out_trade_no=attempt.attempt_no)
    return look_at_attempt(attempt_no=attempt.attempt_no, at=moment())


@pytest.mark.parametrize("code", ["WECHAT", "ALIPAY"])
def test_an_approved_merchant_is_taken_on_and_can_be_paid(desk, nth, code):
    opened = desk.approve(nth)
    states = []

    for _step in range(8):
        states.append(desk.push(opened, code).status)
        if states[-1] == "FINISHED":
            break
        desk.step()

    row, number = desk.applyment(opened, code), SubMerchant.objects.get(merchant=opened.merchant, acquirer_code=code)
    assert states[0] == "EDITTING"
    assert "TO_BE_SIGNED" in states
    assert (row.status, row.trouble, row.times_sent) == ("FINISHED", "", 1 if code == "WECHAT" else 2)
    assert (number.sub_mchid, number.legal_name, number.rate_bps) == (row.sub_mchid, opened.merchant.legal_name, 38)
    assert (_mirror(opened, code).status, _mirror(opened, code).sub_mchid) == ("FINISHED", row.sub_mchid)
    assert OutboxFact.objects.filter(topic="payments.sub_merchant.opened", key=f"{code}:{row.sub_mchid}").count() == 1
    assert _pay(desk, opened.merchant, code).status == "PAID"


def test_one_application_per_acquirer_however_often_the_fact_comes(desk, nth):
    opened = desk.approve(nth)

    again = request_applyments(
        merchant_no=opened.merchant.merchant_no, onboarding_no=opened.form.onboarding_no, actor=SYSTEM, at=moment()
    )

    assert again == []
    found = Applyment.objects.filter(merchant=opened.merchant).values_list("acquirer_code", "trouble")
    assert set(found) == {("WECHAT", ""), ("ALIPAY", ""), ("UNIONPAY", "BY_HAND")}


def test_nothing_is_sent_before_the_bank_has_verified_the_account_and_then_at_once(desk, nth):
    from tests.accounts.opening import add_payee

    opened = desk.approve(nth, with_account=False)
    before = len(desk.theirs())
    waiting = desk.push(opened)
    assert (waiting.status, waiting.trouble, len(desk.theirs())) == ("REQUESTED", "ACCOUNT_MISSING", before)
    assert _mirror(opened).status == "WAITING"
    assert "收款账户" in _mirror(opened).reason

    add_payee(opened, nth, moment())
    deliver_due()
    pushed = push_due_applyments(acquirer_code="WECHAT", at=moment())

    assert pushed == 1
    assert desk.applyment(opened).status == "EDITTING"
    assert len(desk.theirs()) == before + 1


@pytest.mark.parametrize("kind", ["http_500", "http_429", "drop", "drop_after", "unsigned_response",
                                  "bad_response_signature"])  # fmt: skip
@pytest.mark.parametrize("acts", [False, True])
@pytest.mark.parametrize("code", ["WECHAT", "ALIPAY"])
def test_doubt_is_unknown_and_asked_again_under_the_same_number(desk, nth, kind, acts, code):
    """F11: whether the acquirer acted or not, one application under one number ends finished."""
    opened = desk.approve(nth)
    if code == "ALIPAY":
        desk.push(opened, code)  # the batch is open; the fault strikes where it is applied for
    spec = {"act": acts} if kind.startswith("http") else {}
    desk.sandbox.fault(kind, acquirer=code.lower(), endpoint="applyment", count=1, **spec)

    doubtful = desk.push(opened, code)
    number = doubtful.applyment_no
    assert (doubtful.status, doubtful.failure_text != "") == ("UNKNOWN", True)
    row = _finish(desk, opened, code)

    assert row.applyment_no == number
    mine = [
        one
        for one in desk.theirs(code.lower())
        if one.get("business_code") == number or one.get("sub_mchid") == row.sub_mchid
    ]
    assert len(mine) == 1
    assert SubMerchant.objects.filter(merchant=opened.merchant, acquirer_code=code).count() == 1


def test_a_timeout_after_acting_is_found_by_asking(desk, nth, monkeypatch):
    monkeypatch.setattr(
        "payments.gateways.line.Line.send.__kwdefaults__", {"data": None, "headers": None, "timeout_s": (1, 1)}
    )
    monkeypatch.setattr("payments.gateways.wechat_core.TIMEOUT_S", (1, 1))
    opened = desk.approve(nth)
    desk.sandbox.fault("act_then_timeout", acquirer="wechat", endpoint="applyment", count=1, hang_ms=3000)

    doubtful = desk.push(opened)
    found = desk.push(opened)

    assert (doubtful.status, found.status, found.times_sent) == ("UNKNOWN", "EDITTING", 1)
    assert found.acquirer_no == str(desk.theirs()[-1]["applyment_id"])
    assert desk.theirs()[-1]["times"] == 1


def test_an_open_breaker_leaves_it_unsent(desk, nth):
    opened = desk.approve(nth)
    desk.sandbox.fault("http_500", acquirer="wechat")

    for minute in range(8):
        hurry_applyment(applyment=desk.applyment(opened), actor=desk.maker, at=moment())
        push_due_applyments(acquirer_code="WECHAT", at=moment())
        assert minute >= 0

    assert desk.applyment(opened).status == "UNKNOWN"
    assert desk.applyment(opened).times_sent <= 2


def test_a_rejection_tells_why_and_a_correction_goes_out_under_the_same_number(desk, nth):
    opened = desk.approve(nth)
    Merchant.objects.filter(pk=opened.merchant.pk).update(name="请驳回我")
    desk.push(opened)
    desk.step(3)
    rejected = desk.push(opened)
    assert rejected.status == "REJECTED"
    assert rejected.reasons[0]["why"] == "资料不符合要求，请修改后重新提交"
    assert (_mirror(opened).status, _mirror(opened).reason) == (
        "REJECTED",
        "商户简称：资料不符合要求，请修改后重新提交",
    )
    number = rejected.applyment_no

    Merchant.objects.filter(pk=opened.merchant.pk).update(name="改好了")
    resend_applyment(applyment=rejected, actor=desk.maker, at=moment())
    row = _finish(desk, opened)

    assert (row.applyment_no, row.times_sent, row.reasons) == (number, 2, [])
    assert [one["times"] for one in desk.theirs() if one["business_code"] == number] == [2]
    assert _mirror(opened).status == "FINISHED"


def test_a_correction_whose_answer_was_lost_is_not_taken_for_rejected_again(desk, nth):
    opened = desk.approve(nth)
    Merchant.objects.filter(pk=opened.merchant.pk).update(name="请驳回我")
    desk.push(opened)
    desk.step(3)
    desk.push(opened)
    Merchant.objects.filter(pk=opened.merchant.pk).update(name="改好了")
    resend_applyment(applyment=desk.applyment(opened), actor=desk.maker, at=moment())
    desk.sandbox.fault("drop", acquirer="wechat", endpoint="applyment", count=1)

    lost = desk.push(opened)
    row = _finish(desk, opened)

    assert lost.status == "UNKNOWN"
    assert (row.status, row.times_sent) == ("FINISHED", 3)


def test_a_refusal_at_the_door_is_a_rejection_with_the_acquirers_words(desk, nth):
    opened = desk.approve(nth)
    desk.sandbox.fault("refuse", acquirer="wechat", endpoint="applyment", status=400, code="PARAM_ERROR",
                       message="联系手机格式不正确", count=1)  # fmt: skip

    row = desk.push(opened)

    assert (row.status, row.next_look_at) == ("REJECTED", None)
    assert _mirror(opened).reason == "联系手机格式不正确"


def test_a_refusal_of_us_as_a_client_is_not_the_merchants_fault(desk, nth):
    opened = desk.approve(nth)
    desk.sandbox.fault("refuse", acquirer="wechat", endpoint="applyment", status=403, code="NO_AUTH",
                       message="没有权限", count=1)  # fmt: skip

    row = desk.push(opened)

    assert row.status == "UNKNOWN"
    assert _finish(desk, opened).status == "FINISHED"


@pytest.mark.parametrize("spoil", ["nonsense", "other_number"])
def test_an_answer_that_cannot_be_believed_moves_nothing(desk, nth, spoil, monkeypatch):
    opened = desk.approve(nth)
    desk.push(opened)
    desk.step(5)
    answer = {"business_code": "APMOTHER", "applyment_id": 1, "applyment_state": "APPLYMENT_STATE_FINISHED",
              "sub_mchid": "1600000000"}  # fmt: skip
    if spoil == "nonsense":
        answer = {"business_code": desk.applyment(opened).applyment_no, "applyment_state": "APPLYMENT_STATE_SPLENDID"}
    import json

    from payments.gateways import gateway_of

    monkeypatch.setattr(gateway_of("WECHAT").sdk._core, "request", lambda *a, **k: (200, json.dumps(answer)))

    row = desk.push(opened)

    assert row.status == "EDITTING"
    assert not SubMerchant.objects.filter(merchant=opened.merchant).exists()


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

    row = _finish(desk, opened)

    shown = desk.settles_to(row.sub_mchid)
    assert (row.trouble, shown["account_type"]) == ("", "ACCOUNT_TYPE_PRIVATE")
    event = AuditEvent.objects.filter(action="payments.sub_merchant.open").latest("pk")
    assert (event.detail["acquirer"], event.detail["payee_holder"]) == ("WECHAT", ["OPERATOR"])


def test_an_account_in_the_registered_name_is_sent_as_the_firms(desk, nth):
    """R2."""
    opened = desk.approve(nth)

    row = _finish(desk, opened)

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
    assert _mirror(opened).status == "SIGNING"
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
        _finish(desk, opened, code)

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


def test_the_merchant_is_led_to_sign_and_nothing_is_finished_before(desk, nth):
    desk.sandbox.control("POST", "settings", applyment_needs_sign=1)
    opened = desk.approve(nth)
    desk.push(opened)
    desk.step(9)

    waiting = desk.push(opened)
    assert waiting.status == "TO_BE_SIGNED"
    assert _mirror(opened).sign_url == waiting.sign_url != ""
    page = desk.sandbox.http.post(waiting.sign_url, timeout=5)
    desk.step(3)

    assert "已签约" in page.text
    assert desk.push(opened).status == "FINISHED"


def test_a_merchant_who_has_a_number_by_another_road_is_not_applied_for(desk, nth):
    opened = desk.approve(nth)
    before = len(desk.theirs())
    open_sub_merchant(
        merchant=opened.merchant, acquirer_code="WECHAT", sub_mchid=f"16{nth:08d}",
        legal_name=opened.merchant.legal_name, rate_bps=38, actor=SYSTEM, at=moment(),
    )  # fmt: skip

    row = desk.push(opened)

    assert (row.status, len(desk.theirs())) == ("CANCELED", before)
    assert (_mirror(opened).status, _mirror(opened).sub_mchid) == ("FINISHED", f"16{nth:08d}")


def test_a_number_by_another_road_ends_what_waits_for_a_person_too(desk, nth):
    opened = desk.approve(nth)
    open_sub_merchant(
        merchant=opened.merchant, acquirer_code="UNIONPAY", sub_mchid=f"8980{nth:011d}",
        legal_name=opened.merchant.legal_name, rate_bps=35, actor=SYSTEM, at=moment(),
    )  # fmt: skip

    deliver_due()

    assert desk.applyment(opened, "UNIONPAY").status == "CANCELED"
    assert _mirror(opened, "UNIONPAY").status == "FINISHED"


def test_a_number_from_the_counter_needs_two_operators_and_the_right_name(desk, nth):
    """R2, four eyes: UnionPay has no onboarding by wire."""
    opened = desk.approve(nth)
    row = desk.applyment(opened, "UNIONPAY")
    given = {"sub_mchid": f"8980{nth:011d}", "rate_bps": 35, "evidence": "入网回执 7 号", "at": moment()}

    with pytest.raises(NameDiffers):
        propose_number(applyment=row, legal_name="平台公司", actor=desk.maker, **given)
    approval = propose_number(applyment=row, legal_name=opened.merchant.legal_name, actor=desk.maker, **given)
    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=desk.maker, at=moment())
    assert not SubMerchant.objects.filter(merchant=opened.merchant).exists()
    approve(approval_no=approval.approval_no, checker=desk.checker, at=moment())

    row.refresh_from_db()
    assert (row.status, row.trouble) == ("FINISHED", "")
    assert SubMerchant.objects.get(merchant=opened.merchant, acquirer_code="UNIONPAY").sub_mchid == given["sub_mchid"]
    with pytest.raises(NotByHand):
        propose_number(applyment=row, legal_name=opened.merchant.legal_name, actor=desk.maker, **given)


def test_only_a_maker_sends_again(desk, nth):
    opened = desk.approve(nth)
    Applyment.objects.filter(merchant=opened.merchant, acquirer_code="WECHAT").update(status="REJECTED")

    with pytest.raises(Refusal):
        resend_applyment(applyment=desk.applyment(opened), actor=desk.checker, at=moment())

    assert desk.applyment(opened).status == "REJECTED"

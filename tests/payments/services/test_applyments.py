"""Acquirer onboarding from two operators' signatures to a merchant that can be paid."""

import pytest

from accounts.models import Merchant
from payments.models import Applyment, SubMerchant
from payments.services.applyment_finishes import NotByHand, propose_number
from payments.services.applyment_pushes import push_due_applyments
from payments.services.applyments import hurry_applyment, request_applyments, resend_applyment
from payments.services.attempts import look_at_attempt, start_attempt
from payments.services.payments import create_payment
from payments.services.sub_merchants import NameDiffers, open_sub_merchant
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.approvals import SamePerson, approve
from silk_road_ebao.kernel.models import OutboxFact
from silk_road_ebao.kernel.outbox import deliver_due
from silk_road_ebao.kernel.refusals import Refusal
from tests.payments.factories import CASHIER, PAYER, moment
from tests.payments.services.onboarding_desk import finish, mirror_of

pytestmark = pytest.mark.django_db


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
    assert (mirror_of(opened, code).status, mirror_of(opened, code).sub_mchid) == ("FINISHED", row.sub_mchid)
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
    assert mirror_of(opened).status == "WAITING"
    assert "收款账户" in mirror_of(opened).reason

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
    row = finish(desk, opened, code)

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
    assert (mirror_of(opened).status, mirror_of(opened).reason) == (
        "REJECTED",
        "商户简称：资料不符合要求，请修改后重新提交",
    )
    number = rejected.applyment_no

    Merchant.objects.filter(pk=opened.merchant.pk).update(name="改好了")
    resend_applyment(applyment=rejected, actor=desk.maker, at=moment())
    row = finish(desk, opened)

    assert (row.applyment_no, row.times_sent, row.reasons) == (number, 2, [])
    assert [one["times"] for one in desk.theirs() if one["business_code"] == number] == [2]
    assert mirror_of(opened).status == "FINISHED"


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
    row = finish(desk, opened)

    assert lost.status == "UNKNOWN"
    assert (row.status, row.times_sent) == ("FINISHED", 3)


def test_a_refusal_at_the_door_is_a_rejection_with_the_acquirers_words(desk, nth):
    opened = desk.approve(nth)
    desk.sandbox.fault("refuse", acquirer="wechat", endpoint="applyment", status=400, code="PARAM_ERROR",
                       message="联系手机格式不正确", count=1)  # fmt: skip

    row = desk.push(opened)

    assert (row.status, row.next_look_at) == ("REJECTED", None)
    assert mirror_of(opened).reason == "联系手机格式不正确"


def test_a_refusal_of_us_as_a_client_is_not_the_merchants_fault(desk, nth):
    opened = desk.approve(nth)
    desk.sandbox.fault("refuse", acquirer="wechat", endpoint="applyment", status=403, code="NO_AUTH",
                       message="没有权限", count=1)  # fmt: skip

    row = desk.push(opened)

    assert row.status == "UNKNOWN"
    assert finish(desk, opened).status == "FINISHED"


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


def test_the_merchant_is_led_to_sign_and_nothing_is_finished_before(desk, nth):
    desk.sandbox.control("POST", "settings", applyment_needs_sign=1)
    opened = desk.approve(nth)
    desk.push(opened)
    desk.step(9)

    waiting = desk.push(opened)
    assert waiting.status == "TO_BE_SIGNED"
    assert mirror_of(opened).sign_url == waiting.sign_url != ""
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
    assert (mirror_of(opened).status, mirror_of(opened).sub_mchid) == ("FINISHED", f"16{nth:08d}")


def test_a_number_by_another_road_ends_what_waits_for_a_person_too(desk, nth):
    opened = desk.approve(nth)
    open_sub_merchant(
        merchant=opened.merchant, acquirer_code="UNIONPAY", sub_mchid=f"8980{nth:011d}",
        legal_name=opened.merchant.legal_name, rate_bps=35, actor=SYSTEM, at=moment(),
    )  # fmt: skip

    deliver_due()

    assert desk.applyment(opened, "UNIONPAY").status == "CANCELED"
    assert mirror_of(opened, "UNIONPAY").status == "FINISHED"


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

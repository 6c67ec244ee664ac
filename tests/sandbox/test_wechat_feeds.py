"""Complaints and violations as WeChat Pay tells a service provider of them."""

import pytest

COMPLAIN = "/v3/merchant-service/complaints-v2"
HOOKS = {
    "/v3/merchant-service/complaint-notifications": "url",
    "/v3/merchant-risk-manage/violation-notifications": "notify_url",
}
COMPLAINTS, VIOLATIONS = HOOKS


@pytest.fixture(autouse=True)
def no_hooks(wechat):
    yield
    for path in HOOKS:
        wechat.call("DELETE", path)


@pytest.fixture
def complaint(wechat, sandbox, no):
    def make():
        number = no()
        wechat.native(number, 100)
        sandbox.pay(out_trade_no=number)
        return sandbox.post("complaints", out_trade_no=number, complaint_detail="番茄坏了")

    return make


@pytest.mark.parametrize("path", HOOKS)
def test_an_address_is_made_shown_changed_and_forgotten(wechat, path):
    name = HOOKS[path]
    absent = wechat.call("GET", path)

    made = wechat.call("POST", path, {name: "http://127.0.0.1:9/a"})
    again = wechat.call("POST", path, {name: "http://127.0.0.1:9/b"})
    changed = wechat.call("PUT", path, {name: "http://127.0.0.1:9/c"})
    shown = wechat.call("GET", path)
    deleted = wechat.call("DELETE", path)

    assert absent.status_code in (400, 404)
    assert made.json()[name] == "http://127.0.0.1:9/a"
    assert (again.status_code, changed.status_code, deleted.status_code) == (400, 200, 204)
    assert shown.json()[name] == "http://127.0.0.1:9/c"
    assert wechat.is_signed(deleted.headers, b"")
    assert wechat.call("GET", path).status_code == absent.status_code


def test_a_complaint_is_told_sealed_and_signed_to_the_address_given_for_it(wechat, receiver, complaint):
    wechat.call("POST", COMPLAINTS, {"url": receiver.url})

    made = complaint()

    _, _, headers, body = receiver.wait_for(1)[0]
    assert wechat.is_signed(headers, body)
    assert wechat.open(body) == {"complaint_id": made["complaint_id"], "action_type": "CREATE_COMPLAINT"}
    told = receiver.bodies()[0]
    assert (told["event_type"], told["resource"]["original_type"]) == ("COMPLAINT.CREATE", "complaint")


def test_a_complaint_is_answered_and_dealt_with_step_by_step(wechat, complaint):
    made = complaint()
    path = f"{COMPLAIN}/{made['complaint_id']}"
    who = {"complainted_mchid": made["complainted_mchid"]}

    answered = wechat.call("POST", f"{path}/response", who | {"response_content": "马上补发"})
    working = wechat.call("GET", path).json()
    ended = wechat.call("POST", f"{path}/complete", who)
    again = wechat.call("POST", f"{path}/complete", who)
    history = wechat.call("GET", f"{path}/negotiation-historys?limit=10&offset=0").json()

    assert (answered.status_code, ended.status_code, again.status_code) == (204, 204, 400)
    assert working["complaint_state"] == "PROCESSING"
    assert wechat.call("GET", path).json()["complaint_state"] == "PROCESSED"
    kinds = [row["operate_type"] for row in history["data"]]
    assert kinds == ["MERCHANT_CONFIRM_COMPLETE", "MERCHANT_RESPONSE", "USER_CREATE_COMPLAINT"]
    assert history["total_count"] == 3


def test_another_merchant_cannot_answer_a_complaint(wechat, complaint):
    made = complaint()
    path = f"{COMPLAIN}/{made['complaint_id']}"
    other = {"complainted_mchid": wechat.own["sub_mchids"][1], "response_content": "好"}

    refused = wechat.call("POST", f"{path}/response", other)

    assert (refused.status_code, refused.json()["code"]) == (403, "NO_AUTH")
    assert wechat.call("GET", path).json() == made


def test_a_violation_is_told_to_the_address_given_for_it(wechat, sandbox, receiver):
    wechat.call("POST", VIOLATIONS, {"notify_url": receiver.url})

    made = sandbox.post("violations", sub_mchid=wechat.own["sub_mchids"][0])

    _, _, headers, body = receiver.wait_for(1)[0]
    assert wechat.is_signed(headers, body)
    assert receiver.bodies()[0]["event_type"] == "VIOLATION.PUNISH"
    assert wechat.open(body) == made


def test_a_violation_of_nobody_is_refused(sandbox):
    refused = sandbox.post("violations", (400,), sub_mchid="1600000000")

    assert refused["error"].startswith("sub_mchid:")

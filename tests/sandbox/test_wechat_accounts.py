"""The account WeChat Pay settles a sub-merchant to: shown with few digits, changed after an audit."""

import pytest

ROOT = "/v3/apply4sub/sub_merchants"
FULL, OTHER = "6217000000000000123", "6222020000000004567"


@pytest.fixture
def sub(sandbox):
    """A ready merchant with the account that all ready ones have."""
    return sandbox.post("sub-merchants", acquirer="wechat", name="干果行")["sub_mchid"]


def shown(wechat, sub, rule=""):
    query = f"?account_number_rule={rule}" if rule else ""
    return wechat.call("GET", f"{ROOT}/{sub}/settlement{query}")


def change(wechat, sub, number, headers=None, **changed):
    body = {
        "account_type": "ACCOUNT_TYPE_PRIVATE",
        "account_bank": "工商银行",
        "account_number": wechat.seal(number),
    } | changed
    return wechat.call("POST", f"{ROOT}/{sub}/modify-settlement", body, headers=headers)


def test_an_account_number_is_shown_with_two_digits_at_each_end_or_six_and_four(wechat, sub):
    usual, longer, wrong = (
        shown(wechat, sub),
        shown(wechat, sub, "ACCOUNT_NUMBER_RULE_MASK_V2"),
        shown(wechat, sub, "V3"),
    )

    assert usual.json()["account_number"] == "62" + "*" * 15 + "00"
    assert longer.json()["account_number"] == "621700" + "*" * 9 + "0000"
    assert wrong.json()["detail"]["field"] == "account_number_rule"


def test_another_account_is_in_force_only_after_its_audit(wechat, sandbox, sub):
    sandbox.post("clock", now="2026-05-03T09:00:00+08:00", freeze=True)

    number = change(wechat, sub, OTHER).json()["application_no"]
    second = change(wechat, sub, FULL)
    waiting, before = wechat.call("GET", f"{ROOT}/{sub}/application/{number}"), shown(wechat, sub)
    sandbox.post("clock", advance_s=20, freeze=True)
    done, after = wechat.call("GET", f"{ROOT}/{sub}/application/{number}"), shown(wechat, sub)

    assert (second.status_code, second.json()["code"]) == (400, "INVALID_REQUEST")
    assert (waiting.json()["verify_result"], done.json()["verify_result"]) == ("AUDITING", "AUDIT_SUCCESS")
    assert before.json()["account_number"].endswith("*00")
    assert after.json()["account_number"].endswith("*67")
    assert after.json()["account_type"] == "ACCOUNT_TYPE_PRIVATE"


def test_an_account_that_fails_its_audit_changes_nothing(wechat, sandbox, sub):
    sandbox.post("clock", now="2026-05-04T09:00:00+08:00", freeze=True)
    number = change(wechat, sub, "not digits").json()["application_no"]

    sandbox.post("clock", advance_s=20, freeze=True)

    result = wechat.call("GET", f"{ROOT}/{sub}/application/{number}").json()
    assert (result["verify_result"], bool(result["verify_fail_reason"])) == ("AUDIT_FAIL", True)
    assert shown(wechat, sub).json()["account_number"].endswith("*00")


@pytest.mark.parametrize(
    "more", [{"account_type": "OTHER"}, {"account_number": FULL}, {"headers": {"Wechatpay-Serial": ""}}]
)
def test_a_change_of_account_that_is_not_well_formed_is_refused(wechat, sub, more):
    refused = change(wechat, sub, OTHER, **more)

    assert (refused.status_code, refused.json()["code"]) == (400, "PARAM_ERROR")
    assert shown(wechat, sub).json()["account_number"].endswith("*00")
    assert wechat.call("GET", f"{ROOT}/{sub}/application/1").status_code == 404

"""Sign merchants up on their behalf (代商户签约): open a batch, sign a product in it, confirm, ask."""

from __future__ import annotations

import re
from typing import Any

from payments.sandbox.alipay.errors import AlipayError, text
from payments.sandbox.book import digits
from payments.sandbox.store import Record
from payments.sandbox.world import World

AUDITING, CONFIRM, SUCCESS, CANCELED = (
    "MERCHANT_AUDITING",
    "MERCHANT_CONFIRM",
    "MERCHANT_CONFIRM_SUCCESS",
    "MERCHANT_APPLY_ORDER_CANCELED",
)
CONFIRM_STEP, SUCCESS_STEP = 2, 3
STEP_S = 10.0
REJECT_MARKS = ("驳回", "REJECT")
LEAST_PICTURE, MOST_PICTURE = 1, 5 * 1024 * 1024
YEAR_S = 31536000


def create(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Open a batch for a merchant's account; nothing is applied for until it is confirmed."""
    account = text(body, "account", 100)
    contact = body.get("contact_info")
    if not isinstance(contact, dict):
        raise AlipayError("40001", "isv.missing-contact_info", "缺少参数contact_info")
    for name, limit in (("contact_name", 40), ("contact_mobile", 20), ("contact_email", 100)):
        text(contact, name, limit)
    batch_no = world.clock.text()[:19].translate(str.maketrans("", "", "-T:")) + digits(11)
    record: Record = {"batch_no": batch_no, "account": account, "state": "init", "name": "", "signed_at": 0, "times": 0}
    world.store.write("alipay.agent.create", ("agent_batch", batch_no, record))
    return {"batch_no": batch_no, "batch_status": "init"}


def sign(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Put 当面付 into an open batch; a repeat overwrites."""
    fields: dict[str, Any] = call["fields"]
    record = _open_batch(world, text(fields, "batch_no", 25))
    text(fields, "mcc_code", 30)
    shop_name = text(fields, "shop_name", 100)
    license_no = text(fields, "business_license_no", 32, required=False)
    rate = text(fields, "rate", 8, required=False) or "0.38"
    if not re.fullmatch(r"0\.(3[8-9]|[4-5]\d?|60?)", rate):
        raise AlipayError("40004", "PRODUCT_RATE_ILLEGAL", "费率应在0.38到0.6之间")
    for name, content in call["files"].items():
        if not LEAST_PICTURE <= len(content) <= MOST_PICTURE:
            raise AlipayError("40002", "isv.invalid-parameter", f"图片{name}大小不符合要求")
    if license_no and "business_license_pic" not in call["files"]:
        raise AlipayError("40001", "isv.missing-business_license_pic", "缺少参数business_license_pic")
    more = {
        "name": shop_name,
        "rate_bps": round(float(rate) * 100),
        "pictures": sorted(call["files"]),
        "and_auth": fields.get("sign_and_auth") == "true",
        "state": "signed",
    }
    world.store.write("alipay.agent.sign", ("agent_batch", record["batch_no"], {**record, **more}))
    return {}


def confirm(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Submit a batch for review; the same once more gives the same answer."""
    record = _batch(world, text(body, "batch_no", 25))
    if record["state"] == "init":
        raise AlipayError("40004", "BATCH_STATUS_ILLEGAL", "事务中没有待签约的产品")
    if record["state"] == "signed":
        record = {
            **record,
            **world.new_authorisation(),
            "state": "submitted",
            "submitted": world.clock.epoch(),
            "sub_mchid": "2088" + digits(12),
            "order_no": digits(20),
            "rejected": any(mark in record["name"] for mark in REJECT_MARKS),
            "times": record["times"] + 1,
        }
        world.store.write("alipay.agent.confirm", ("agent_batch", record["batch_no"], record))
    shown = {"order_no": record["order_no"], "user_id": record["sub_mchid"], "auth_app_id": record["auth_app_id"]}
    if record["and_auth"]:
        shown |= {"app_auth_token": record["app_auth_token"], "expires_in": str(YEAR_S)}
    return shown


def query(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Show how far a confirmed batch has come."""
    record = _batch(world, text(body, "batch_no", 25))
    if record["state"] != "submitted":
        raise AlipayError("40004", "ORDER_NOT_EXIST", "申请单不存在")
    state = _state(world, record)
    shown: dict[str, Any] = {"order_no": record["order_no"], "order_status": state}
    if state == CONFIRM:
        shown["confirm_url"] = f"{call['base_url']}/_sandbox/sign?batch_no={record['batch_no']}"
    if state == CANCELED:
        shown["reject_reason"] = "门店名称不符合要求，请修改后重新提交"
    if state == SUCCESS:
        shown["merchant_pid"] = record["sub_mchid"]
        if not world.book.sub_merchant("alipay", record["sub_mchid"]):
            given = {name: record[name] for name in ("app_auth_token", "auth_app_id", "app_auth_code")}
            rate_bps, sub = record["rate_bps"], record["sub_mchid"]
            world.add_sub_merchant("alipay", name=record["name"], rate_bps=rate_bps, sub=sub, **given)
    return shown


def _state(world: World, record: Record) -> str:
    step_s = world.store.setting("applyment_step_s", STEP_S)
    passed = max(0.0, world.clock.epoch() - record["submitted"])
    step = int(passed / step_s) if step_s else SUCCESS_STEP
    if step >= CONFIRM_STEP and record["rejected"]:
        return CANCELED
    if step >= SUCCESS_STEP and world.store.setting("applyment_needs_sign", 0) and not record["signed_at"]:
        step = CONFIRM_STEP
    return SUCCESS if step >= SUCCESS_STEP else CONFIRM if step >= CONFIRM_STEP else AUDITING


def _batch(world: World, batch_no: str) -> Record:
    record = world.store.get("agent_batch", batch_no)
    if not record:
        raise AlipayError("40004", "BATCH_NOT_EXIST", "事务编号不存在")
    return record


def _open_batch(world: World, batch_no: str) -> Record:
    record = _batch(world, batch_no)
    if record["state"] == "submitted":
        raise AlipayError("40004", "BATCH_STATUS_ILLEGAL", "事务已提交，不能再修改")
    return record

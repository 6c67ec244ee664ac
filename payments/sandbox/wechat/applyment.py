"""Take sub-merchants on board (特约商户进件): the state moves on with sandbox time."""

from __future__ import annotations

import secrets
from typing import Any

from payments.sandbox.book import digits
from payments.sandbox.messages import Request
from payments.sandbox.store import Record
from payments.sandbox.wechat.errors import WechatError, param_error, text, walk
from payments.sandbox.wechat.sensitive import need_serial, open_field
from payments.sandbox.world import World

STEPS = (
    ("APPLYMENT_STATE_EDITTING", "编辑中"),
    ("APPLYMENT_STATE_AUDITING", "审核中"),
    ("APPLYMENT_STATE_TO_BE_CONFIRMED", "待账户验证"),
    ("APPLYMENT_STATE_TO_BE_SIGNED", "待签约"),
    ("APPLYMENT_STATE_SIGNING", "开通权限中"),
    ("APPLYMENT_STATE_FINISHED", "已完成"),
)
SUBJECTS = tuple(
    f"SUBJECT_TYPE_{kind}" for kind in ("INDIVIDUAL", "ENTERPRISE", "MICRO", "GOVERNMENT", "INSTITUTIONS", "OTHERS")
)
BUSINESS = "ACCOUNT_TYPE_BUSINESS"
ACCOUNT_TYPES = {"BANK_ACCOUNT_TYPE_PERSONAL": "ACCOUNT_TYPE_PRIVATE", "BANK_ACCOUNT_TYPE_CORPORATE": BUSINESS}
SIGNED_STEP, FINISHED_STEP = 3, 5
STEP_S = 10.0
REJECT_MARKS = ("驳回", "REJECT")
SECRET_FIELDS = (
    "/contact_info/contact_name",
    "/contact_info/contact_id_number",
    "/contact_info/mobile_phone",
    "/contact_info/contact_email",
    "/subject_info/identity_info/id_card_info/id_card_name",
    "/subject_info/identity_info/id_card_info/id_card_number",
    "/subject_info/identity_info/id_card_info/id_card_address",
    "/bank_account_info/account_name",
    "/bank_account_info/account_number",
)
MEDIA_FIELDS = (
    "/subject_info/business_license_info/license_copy",
    "/subject_info/identity_info/id_card_info/id_card_copy",
    "/subject_info/identity_info/id_card_info/id_card_national",
    "/contact_info/business_authorization_letter",
)
NEEDED_SECRETS = frozenset(SECRET_FIELDS[:1] + SECRET_FIELDS[2:3] + SECRET_FIELDS[-2:])


def submit(world: World, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Accept an application; after a rejection the same business_code overwrites it."""
    code = text(body, "/business_code", 124)
    for part in ("contact_info", "subject_info", "business_info", "settlement_info"):
        if not isinstance(body.get(part), dict):
            raise param_error(f"/{part}", "缺少必填字段")
    opened = _open_secrets(world, request, body)
    for pointer in MEDIA_FIELDS:
        media_id = text(body, pointer, 1024, required=False)
        if media_id and not world.store.get("media", media_id):
            raise param_error(pointer, "图片资源不存在，请先上传", media_id)
    if walk(body, "/contact_info/contact_type") == "SUPER":
        text(body, "/contact_info/business_authorization_letter", 1024)
    shortname = text(body, "/business_info/merchant_shortname", 64)
    subject = text(body, "/subject_info/subject_type", 32)
    if subject not in SUBJECTS:
        raise param_error("/subject_info/subject_type", "不在取值范围内", subject)
    account_type = text(body, "/bank_account_info/bank_account_type", 32)
    if account_type not in ACCOUNT_TYPES:
        raise param_error("/bank_account_info/bank_account_type", "不在取值范围内", account_type)
    name = walk(body, "/subject_info/business_license_info/merchant_name") or shortname
    old = _by_code(world, code)
    if old and state_of(world, old)[0] != "APPLYMENT_STATE_REJECTED":
        raise WechatError(400, "INVALID_REQUEST", "该业务申请编号已提交且未被驳回，不能重复提交")
    account = opened["/bank_account_info/account_number"]
    marked = [mark for mark in REJECT_MARKS if mark in f"{shortname} {name}"]
    record: Record = {
        "business_code": code,
        "applyment_id": old["applyment_id"] if old else 2000000000000000 + secrets.randbelow(10**14),
        "name": str(name),
        "subject_type": subject,
        "rejected": bool(marked) or not account.isdigit(),
        "reject_field": "merchant_shortname" if marked else "account_number",
        "submitted": world.clock.epoch(),
        "sub_mchid": "16" + digits(8),
        "account_head": account[:6],
        "account_tail": account[-4:],
        "account_length": len(account),
        "account_type": ACCOUNT_TYPES[account_type],
        "account_bank": text(body, "/bank_account_info/account_bank", 128),
        "rate_bps": _rate_bps(body),
        "times": (old.get("times", 1) if old else 0) + 1,
        "signed_at": 0,
    }
    world.store.write("wechat.applyment", ("applyment", str(record["applyment_id"]), record))
    return {"applyment_id": record["applyment_id"]}


def _open_secrets(world: World, request: Request, body: dict[str, Any]) -> dict[str, str]:
    need_serial(world, request)
    return {
        pointer: open_field(world, request, body, pointer, 2048, required=pointer in NEEDED_SECRETS)
        for pointer in SECRET_FIELDS
    }


def _rate_bps(body: dict[str, Any]) -> int:
    rate = walk(body, "/settlement_info/activities_rate") or "0.38"
    try:
        return round(float(str(rate).rstrip("%")) * 100)
    except ValueError:
        raise param_error("/settlement_info/activities_rate", "费率格式错误", rate) from None


def _by_code(world: World, code: str) -> Record | None:
    rows = world.store.tables["applyment"].values()
    return next((row for row in rows if row["business_code"] == code), None)


def state_of(world: World, record: Record) -> tuple[str, str, int]:
    """Return state, words and step that the sandbox clock has brought the application to."""
    step_s = world.store.setting("applyment_step_s", STEP_S)
    step = _steps(world.clock.epoch() - record["submitted"], step_s)
    if world.store.setting("applyment_needs_sign", 0) and step >= SIGNED_STEP:
        signed = record.get("signed_at", 0)
        step = _steps(world.clock.epoch() - signed, step_s, SIGNED_STEP) if signed else SIGNED_STEP
    if record["rejected"] and step >= 2:
        return "APPLYMENT_STATE_REJECTED", "已驳回", step
    return (*STEPS[step], step)


def _steps(passed_s: float, step_s: float, first: int = 0) -> int:
    return min(FINISHED_STEP, first + int(max(0.0, passed_s) / step_s)) if step_s else FINISHED_STEP


def query_by_code(world: World, request: Request, code: str) -> dict[str, Any]:
    """Show an application by the client's business_code."""
    return _view(world, request, _by_code(world, code))


def query_by_id(world: World, request: Request, applyment_id: str) -> dict[str, Any]:
    """Show an application by WeChat's number."""
    return _view(world, request, world.store.get("applyment", applyment_id))


def _view(world: World, request: Request, record: Record | None) -> dict[str, Any]:
    if not record:
        raise WechatError(404, "APPLYMENT_NOT_EXIST", "申请单不存在")
    state, words, step = state_of(world, record)
    shown: dict[str, Any] = {
        "business_code": record["business_code"],
        "applyment_id": record["applyment_id"],
        "applyment_state": state,
        "applyment_state_msg": words,
    }
    if record["rejected"]:
        if step >= 2:
            shown["audit_detail"] = [
                {
                    "field": record["reject_field"],
                    "field_name": "商户简称" if "short" in record["reject_field"] else "银行账号",
                    "reject_reason": "资料不符合要求，请修改后重新提交",
                }
            ]
        return shown
    if step >= 2:
        shown["sign_url"] = f"{request.base_url}/_sandbox/sign?applyment_id={record['applyment_id']}"
    if step >= SIGNED_STEP:
        shown["sub_mchid"] = record["sub_mchid"]
    if step >= FINISHED_STEP and not world.book.sub_merchant("wechat", record["sub_mchid"]):
        world.add_sub_merchant(
            "wechat",
            name=record["name"],
            rate_bps=record["rate_bps"],
            sub=record["sub_mchid"],
            **{name: value for name, value in record.items() if name.startswith("account_")},
        )
    return shown

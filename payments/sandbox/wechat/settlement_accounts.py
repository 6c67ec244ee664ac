"""Show and change the account that WeChat settles a sub-merchant to (结算账户)."""

from __future__ import annotations

from typing import Any

from payments.sandbox.book import digits
from payments.sandbox.messages import Request
from payments.sandbox.store import Record
from payments.sandbox.wechat.applyment import STEP_S
from payments.sandbox.wechat.errors import WechatError, param_error, text
from payments.sandbox.wechat.sensitive import need_serial, open_field
from payments.sandbox.world import World

BUSINESS, PRIVATE = "ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"
MASKS = {"ACCOUNT_NUMBER_RULE_MASK_V1": (2, 2), "ACCOUNT_NUMBER_RULE_MASK_V2": (6, 4)}
"""How many digits stay to be seen at both ends of an account number; the first rule is the usual one."""
ACCOUNT = {
    "account_type": BUSINESS,
    "account_bank": "建设银行",
    "account_head": "621700",
    "account_tail": "0000",
    "account_length": 19,
}


def show(world: World, request: Request, sub: str) -> dict[str, Any]:
    """Show the masked account in force."""
    account = _current(world, _merchant(world, sub))
    if world.faults.strike("other_account", "wechat", sub, "applyment_query"):
        account |= {"account_tail": "9999" if account["account_tail"].endswith("00") else "0000"}
    return {**_view(request, account), "verify_result": "VERIFY_SUCCESS", "verify_fail_reason": ""}


def change(world: World, request: Request, body: dict[str, Any], sub: str) -> tuple[int, dict[str, Any]]:
    """Take an application for another account; it is audited while the sandbox clock moves one state."""
    _merchant(world, sub)
    need_serial(world, request)
    kind = text(body, "/account_type", 32)
    if kind not in (BUSINESS, PRIVATE):
        raise param_error("/account_type", "不在取值范围内", kind)
    account_no = open_field(world, request, body, "/account_number", required=True)
    open_field(world, request, body, "/account_name")
    if any(_result(world, row) == "AUDITING" for row in _changes(world, sub)):
        raise WechatError(400, "INVALID_REQUEST", "存在审核中的结算账户修改申请，请等待审核结果")
    record: Record = {
        "application_no": "1" + digits(15),
        "sub_mchid": sub,
        "account_type": kind,
        "account_bank": text(body, "/account_bank", 128),
        "account_head": account_no[:6],
        "account_tail": account_no[-4:],
        "account_length": len(account_no),
        "is_good": account_no.isdigit(),
        "submitted": world.clock.epoch(),
    }
    world.store.write("wechat.account_change", ("account_change", record["application_no"], record))
    return 200, {"application_no": record["application_no"]}


def show_change(world: World, request: Request, sub: str) -> dict[str, Any]:
    """Show what became of an application, by the number at the end of the path."""
    record = world.store.get("account_change", request.path.rsplit("/", 1)[1])
    if not record or record["sub_mchid"] != sub:
        raise WechatError(404, "RESOURCE_NOT_EXISTS", "修改申请单不存在")
    result = _result(world, record)
    reason = "银行账号有误" if result == "AUDIT_FAIL" else ""
    return {"account_name": "*", **_view(request, record), "verify_result": result, "verify_fail_reason": reason}


def _merchant(world: World, sub: str) -> Record:
    merchant = world.book.sub_merchant("wechat", sub)
    if not merchant:
        raise WechatError(403, "NO_AUTH", "该商户不是本服务商进件的子商户，无权限操作")
    return merchant


def _changes(world: World, sub: str) -> list[Record]:
    return [row for row in world.store.tables["account_change"].values() if row["sub_mchid"] == sub]


def _result(world: World, record: Record) -> str:
    if world.clock.epoch() - record["submitted"] < world.store.setting("applyment_step_s", STEP_S):
        return "AUDITING"
    return "AUDIT_SUCCESS" if record["is_good"] else "AUDIT_FAIL"


def _current(world: World, merchant: Record) -> Record:
    """Return the account in force: the last one that passed its audit."""
    rows = [row for row in _changes(world, merchant["sub_mchid"]) if _result(world, row) == "AUDIT_SUCCESS"]
    last = rows[-1] if rows else merchant
    return {name: last.get(name, usual) for name, usual in ACCOUNT.items()}


def _view(request: Request, account: Record) -> dict[str, Any]:
    rule = request.query.get("account_number_rule", "") or next(iter(MASKS))
    if rule not in MASKS:
        raise param_error("/account_number_rule", "不在取值范围内", rule, "query")
    head, tail = MASKS[rule]
    stars = "*" * max(1, account["account_length"] - head - tail)
    return {
        "account_type": account["account_type"],
        "account_bank": account["account_bank"],
        "account_number": account["account_head"][:head] + stars + account["account_tail"][-tail:],
    }

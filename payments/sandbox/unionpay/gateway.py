"""Route UnionPay forms: verify, let faults strike, act, wait for the disk, sign."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

from payments.sandbox.messages import Reply, Request
from payments.sandbox.outcome import after, before
from payments.sandbox.unionpay import counter, files, orders, refunds
from payments.sandbox.unionpay.errors import UnionpayError, need
from payments.sandbox.unionpay.signing import is_signed, sign
from payments.sandbox.world import World

Form = dict[str, str]
BACK, QUERY, FILE = "/gateway/api/backTransReq.do", "/gateway/api/queryTrans.do", "/fileTransfer"
PATHS = (BACK, QUERY, FILE, FILE + "/", "/gateway/api/fileTransfer.do")
CALLS: dict[tuple[str, str], tuple[str, Callable[[World, Form], Form]]] = {
    ("01", "07"): ("create", orders.apply_code),
    ("01", "06"): ("create", counter.pay_by_code),
    ("04", "00"): ("refund", refunds.request_refund),
    ("31", "00"): ("reverse", refunds.revoke),
    ("99", "01"): ("reverse", refunds.reverse),
    ("99", "00"): ("reverse", refunds.reverse),
    ("00", "00"): ("query", orders.query),
    ("76", "01"): ("bill", files.download),
}
ECHOED = (
    *("merId", "orderId", "txnTime", "txnType", "txnSubType", "bizType", "accessType"),
    *("reqReserved", "txnAmt", "currencyCode"),
)


def prepare(world: World) -> None:
    """Tell the world what UnionPay's refund notices hold; called once before serving."""
    world.refunds.payloads["unionpay"] = refunds.notice_payload


def answer(world: World, request: Request) -> Reply:
    """Answer one form."""
    if request.method != "POST":
        return Reply(405, b"", [("Allow", "POST")])
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    endpoint, number = "unknown", form.get("orderId", "")
    try:
        _admit(world, request.path, form)
        endpoint, call = CALLS[(form["txnType"], form["txnSubType"])]
        before(world, "unionpay", endpoint, number, _refuse)
        with world.store.lock:
            shown = {"respCode": "00", "respMsg": "成功[0000000]", **call(world, form)}
    except UnionpayError as refusal:
        shown = {"respCode": refusal.code, "respMsg": refusal.message}
    finally:
        world.store.wait()
    return after(world, "unionpay", endpoint, number, _wrap(world, form, shown, endpoint, number))


def _admit(world: World, path: str, form: Form) -> None:
    need(form, "version", r"5\.1\.0")
    need(form, "signMethod", r"01")
    if form.get("encoding", "UTF-8").upper() != "UTF-8":
        raise UnionpayError("10", "报文格式错误[encoding]")
    own = world.credentials.data["unionpay"]
    if need(form, "certId", r"[0-9]{1,60}") != own["sign_cert_id"]:
        raise UnionpayError("11", "验证签名失败[证书不存在]")
    if not is_signed(form, world.credentials.unionpay_merchant_public):
        raise UnionpayError("11")
    kind = need(form, "txnType", r"[0-9]{2}"), need(form, "txnSubType", r"[0-9]{2}")
    if kind not in CALLS:
        raise UnionpayError("32")
    wanted = {"query": QUERY, "bill": FILE}.get(CALLS[kind][0], BACK)
    is_file = wanted == FILE and "fileTransfer" in path
    if path != wanted and not is_file:
        raise UnionpayError("10", "报文格式错误[请求地址与交易类型不符]")


def _refuse(status: int, code: str, message: str) -> None:
    if status == 429:
        raise UnionpayError("37")
    if status >= 500:
        raise UnionpayError("99")
    raise UnionpayError(code, message)


def _wrap(world: World, form: Form, shown: Form, endpoint: str, number: str) -> Reply:
    """Return the answer as k=v pairs, which UnionPay does not escape."""
    fields = {name: form[name] for name in ECHOED if form.get(name)}
    fields |= {"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", **shown}
    if not world.faults.strike("unsigned_response", "unionpay", number, endpoint):
        bad = world.faults.strike("bad_response_signature", "unionpay", number, endpoint)
        credentials = world.credentials
        fields["signPubKeyCert"] = credentials.data["unionpay"]["platform_certificate"]
        key = credentials.forger_key if bad else credentials.unionpay_platform_key
        fields["signature"] = sign(fields, key)
    body = "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if value != "")
    return Reply(200, body.encode(), [("Content-Type", "text/html;charset=UTF-8")])

"""Lead a request to the acquirer or the control room it is meant for."""

from __future__ import annotations

from payments.sandbox import control, oauth, payer_page
from payments.sandbox.alipay import gateway as alipay
from payments.sandbox.messages import Reply, Request
from payments.sandbox.unionpay import gateway as unionpay
from payments.sandbox.wechat import gateway as wechat
from payments.sandbox.world import World


def answer(world: World, request: Request) -> Reply:
    """Return the reply of whoever lives at this path."""
    path = request.path
    if path == "/":
        return Reply(302, b"", [("Location", "/_sandbox/payer")])
    if path.startswith("/v3/"):
        return wechat.answer(world, request)
    if path in ("/gateway.do", "/downloadBillFile.resource"):
        return alipay.answer(world, request)
    if path in unionpay.PATHS:
        return unionpay.answer(world, request)
    if path in oauth.PATHS:
        return oauth.answer(world, request)
    if path.startswith(("/_sandbox/payer", "/_sandbox/sign", "/cgi-bin/mmpayweb-bin/")):
        return payer_page.answer(world, request)
    if path.startswith("/_sandbox/"):
        return control.answer(world, request)
    return Reply(404, b"nothing here\n", [("Content-Type", "text/plain")])


def prepare(world: World) -> None:
    """Let every acquirer put its parts into the world, before anything is served."""
    wechat.prepare(world)
    unionpay.prepare(world)

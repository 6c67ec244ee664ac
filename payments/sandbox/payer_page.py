"""Let a person pay in the browser as a WeChat, Alipay or UnionPay user; no script needed."""

from __future__ import annotations

import html
import ipaddress
from urllib.parse import parse_qsl, urlencode, urlsplit

from payments.sandbox import payer
from payments.sandbox.billing import yuan
from payments.sandbox.book import CLOSED, OPEN, PAID, PAYING
from payments.sandbox.control import is_local
from payments.sandbox.messages import PayerRefused, Reply, Request
from payments.sandbox.payer import FieldError
from payments.sandbox.store import Record
from payments.sandbox.world import World

WALLETS = {"wechat": "微信支付", "alipay": "支付宝", "unionpay": "云闪付"}
COLOURS = {"wechat": "#07883f", "alipay": "#1260d8", "unionpay": "#c2151f"}
STATES = {PAID: "已付款", CLOSED: "已关闭", OPEN: "等待付款", PAYING: "等待输入密码"}
STYLE = """
body{margin:0;background:#f3f3f1;color:#1c2a2e;font:17px/1.5 system-ui,"PingFang SC",
"Microsoft YaHei","WenQuanYi Micro Hei",sans-serif}
main{max-width:390px;margin:0 auto;padding:16px}
.card{background:#fff;border-radius:10px;padding:24px 20px;margin-block:16px;text-align:center}
h1{font-size:20px;margin:0;padding:12px 0;text-align:center}
.sum{font-size:40px;font-variant-numeric:tabular-nums;margin:8px 0}.sum small{font-size:22px}
.muted{color:#55646a;font-size:15px}button,a.go{display:block;width:100%;box-sizing:border-box;
min-height:52px;border:0;border-radius:10px;color:#fff;background:var(--brand);font-size:20px;
text-decoration:none;line-height:52px;text-align:center;cursor:pointer}
label{display:inline-block;padding:8px 10px}ul{list-style:none;padding:0;margin:0}
li a{display:flex;justify-content:space-between;gap:12px;background:#fff;padding:14px 16px;
border-radius:10px;margin-block:8px;color:inherit;text-decoration:none}
li b{font-variant-numeric:tabular-nums}
@media(prefers-color-scheme:dark){body{background:#10181a;color:#ede7da}
.card,li a{background:#182326}.muted{color:#a3b0b3}}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


def answer(world: World, request: Request) -> Reply:
    """Show the open orders, one order, or the outcome of paying it."""
    if not is_local(request):
        return _page("只能在本机打开", "<p class=card>这个页面只能在运行沙箱的机器上打开。</p>", 403)
    if request.path == "/_sandbox/sign":
        return _sign(world, request)
    spec, funding, back = _read(request)
    if not set(spec) - {"acquirer", "sub_mchid"}:
        return _listing(world, spec.get("acquirer", ""))
    try:
        with world.store.lock:
            order = payer.find_order(world, spec)
            if request.method == "POST":
                order = payer.pay(world, {**spec, "payer": {"funding": funding}})
    except FieldError as refusal:
        return _page("看不懂这个地址", f"<p class=card>{html.escape(str(refusal))}</p>", 400)
    except PayerRefused as refusal:
        return _page("没有付款", _words(refusal.message, "这笔钱没有离开你的账户。", back), 409)
    world.store.wait()
    if order["state"] == PAID:
        return _done(order, back)
    return _cashier(world, order, spec, back)


def _sign(world: World, request: Request) -> Reply:
    """Let a merchant sign the acquirer's contract; a second time changes nothing."""
    fields = {**request.query, **dict(parse_qsl(request.body.decode("utf-8", "replace")))}
    table, name = ("agent_batch", "batch_no") if fields.get("batch_no") else ("applyment", "applyment_id")
    key = fields.get(name, "")
    with world.store.lock:
        record = world.store.get(table, key)
        if not record:
            return _page("签约", '<p class="card">没有这份签约，请从商户页面重新打开。</p>', 404)
        if request.method == "POST" and not record.get("signed_at"):
            record = {**record, "signed_at": world.clock.epoch()}
            world.store.write("applyment.sign", (table, key, record))
    world.store.wait()
    if record.get("signed_at"):
        return _page("签约", '<p class="card">已签约。几分钟后就能收款，可以关掉这一页。</p>')
    body = (
        f'<div class="card"><p><strong>{html.escape(str(record["name"]))}</strong></p>'
        '<p class="muted">同意收单服务协议，按协议费率收款</p></div>'
        f'<form method="post" action="/_sandbox/sign"><input type="hidden" name="{name}" value="{html.escape(key)}">'
        '<button type="submit">同意并签约</button></form><p class="muted">模拟签约：没有法律效力</p>'
    )
    return _page("签约", body)


def _read(request: Request) -> tuple[dict[str, str], str, str]:
    """Return what leads to the order, the funding chosen, and where to lead back to."""
    fields = dict(request.query)
    if request.method == "POST":
        fields |= dict(parse_qsl(request.body.decode("utf-8", "replace")))
    names = (*payer.TOKEN_FIELDS, "out_trade_no", "acquirer", "sub_mchid")
    spec = {name: fields[name] for name in names if fields.get(name)}
    back = safe_return(fields.get("return") or fields.get("redirect_url", ""))
    return spec, fields.get("funding", "debit"), back


def _money(fen: int) -> str:
    whole, part = yuan(fen).split(".")
    return f"{int(whole):,}.{part}"


def safe_return(address: str) -> str:
    """Return the address if it leads back to this machine, else ''."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return ""
    odd = any(ord(letter) < 33 or letter in "\\\"'<>" for letter in address)
    has_user = "@" in parts.netloc
    return address if local and parts.scheme in ("http", "https") and not odd | has_user else ""


def _cashier(world: World, order: Record, spec: dict[str, str], back: str) -> Reply:
    sub = world.store.get("sub_merchant", f"{order['acquirer']}:{order['sub']}") or {}
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in {**spec, "return": back}.items()
    )
    amount = _money(order["amount_fen"])
    body = (
        f'<div class="card"><p class="muted">付款给</p><p><strong>{html.escape(sub.get("name", ""))}'
        f'</strong></p><p class="sum"><small>¥</small>{amount}</p>'
        f'<p class="muted">{html.escape(order["subject"])}</p></div>'
        f'<form method="post" action="/_sandbox/payer">{hidden}<p class="muted">'
        '<label><input type="radio" name="funding" value="debit" checked> 储蓄卡</label>'
        '<label><input type="radio" name="funding" value="credit"> 信用卡</label>'
        '<label><input type="radio" name="funding" value="balance"> 零钱</label></p>'
        f'<button type="submit">付款 ¥{amount}</button></form>'
        '<p class="muted">模拟钱包：不会动用真实的钱</p>'
    )
    return _page(WALLETS[order["acquirer"]], body, brand=COLOURS[order["acquirer"]])


def _done(order: Record, back: str) -> Reply:
    body = (
        '<div class="card"><p>付款成功</p>'
        f'<p class="sum"><small>¥</small>{_money(order["amount_fen"])}</p>'
        f'<p class="muted">订单 {html.escape(order["no"])}</p></div>'
    )
    if back:
        body += f'<a class="go" href="{html.escape(back)}">返回商家</a>'
    brand = COLOURS[order["acquirer"]]
    return _page(WALLETS[order["acquirer"]], body, brand=brand, refresh=back)


def _words(message: str, comfort: str, back: str) -> str:
    link = f'<a class="go" href="{html.escape(back)}">返回商家</a>' if back else ""
    text = f"<p>{html.escape(message)}</p><p class=muted>{html.escape(comfort)}</p>"
    return f'<div class="card">{text}</div>{link}'


def _listing(world: World, acquirer: str) -> Reply:
    with world.store.lock:
        orders = [
            order
            for order in reversed(world.store.tables["order"].values())
            if order["state"] in (OPEN, PAYING, "CODE") and acquirer in ("", order["acquirer"])
        ][:50]
        subs = world.store.tables["sub_merchant"]
        rows = []
        for order in orders:
            sub = subs.get(f"{order['acquirer']}:{order['sub']}", {})
            link = {"acquirer": order["acquirer"], "out_trade_no": order["no"]}
            query = urlencode({**link, "sub_mchid": order["sub"]})
            rows.append(
                f'<li><a href="/_sandbox/payer?{html.escape(query)}"><span>'
                f"{WALLETS[order['acquirer']]} · {html.escape(str(sub.get('name', '')))}<br>"
                f'<small class="muted">{html.escape(order["subject"])}</small></span>'
                f"<b>¥{yuan(order['amount_fen'])}</b></a></li>"
            )
    empty = '<p class="card">没有等待付款的订单。商家开单后会出现在这里。</p>'
    return _page("等待付款的订单", f"<ul>{''.join(rows)}</ul>" if rows else empty)


def _page(title: str, body: str, status: int = 200, *, brand: str = "#0a6c6e", refresh: str = "") -> Reply:
    meta = f'<meta http-equiv="refresh" content="2;url={html.escape(refresh)}">' if refresh else ""
    text = (
        '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title>{meta}<style>:root{{--brand:{brand}}}{STYLE}</style>"
        f"</head><body><main><h1>{html.escape(title)}</h1>{body}</main></body></html>"
    )
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", POLICY),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return Reply(status, text.encode(), headers)

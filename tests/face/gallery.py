# ruff: noqa: E501
"""Pages with made-up rows, for tests of the shell only: every component in every state, without a database."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from silk_road_ebao.face.pages import show
from silk_road_ebao.face.sums import Sum, Term

AT = datetime(2026, 11, 23, 1, 12, tzinfo=UTC)
STALL = SimpleNamespace(signboard="阿依古丽蔬菜", label="A12", market=SimpleNamespace(name="库尔勒孔雀农贸市场"))
LONG = "巴音郭楞蒙古自治州库尔勒经济技术开发区孔雀河畔农副产品批发市场阿依古丽和她的姐妹们新鲜蔬菜水果干果调料经营部"


class Sample(forms.Form):
    """A form with one field refused."""

    phone = forms.CharField(label="手机号", help_text="11 位，用来登录")
    name = forms.CharField(label="店名")


def _lines(count: int) -> list[SimpleNamespace]:
    rows = [
        ("番茄 25kg", "微信", 8_000, "PAID"),
        ("散客", "支付宝", 1_500, "PAID"),
        ("黄瓜 40kg、线椒 15kg、西葫芦 20kg、库尔勒香梨 60kg", "云闪付", 123_456_789_00, "PAID"),
        ("土豆 100kg", "微信", 21_000, "UNKNOWN"),
        ("洋葱 30kg", "微信", 6_600, "PARTIALLY_REFUNDED"),
        ("散客", "支付宝", 3_000, "CLOSED"),
    ]
    return [
        SimpleNamespace(
            payment_no=f"PAY{place:020d}",
            key=f"PAY{place}",
            title=rows[place % 6][0],
            sub=rows[place % 6][1],
            at=AT - timedelta(minutes=2 * place),
            amount_fen=rows[place % 6][2],
            status=rows[place % 6][3],
            counted=rows[place % 6][3] == "PAID",
        )
        for place in range(count)
    ]


def _today(empty: bool) -> SimpleNamespace:
    hours = [0, 0, 0, 0, 0, 21_000, 96_000, 182_000, 240_500, 88_050, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    return SimpleNamespace(
        received_fen=0 if empty else 1_248_050,
        count=0 if empty else 86,
        hours=[(f"{hour}:00", 0 if empty else fen) for hour, fen in enumerate(hours)][4:22],
        hour_now=5,
        before_fen=0 if empty else 1_155_600,
        before_day=date(2026, 11, 16),
        refunded_fen=0 if empty else 5_000,
    )


def today(request: HttpRequest) -> HttpResponse:
    """Show 今日 with a market morning, or empty."""
    empty = "empty" in request.GET
    request.stall = (
        STALL if "long" not in request.GET else SimpleNamespace(signboard=LONG, label="A12-15", market=STALL.market)
    )  # type: ignore[attr-defined]
    total = Sum(
        "明天到账",
        993_210,
        [
            Term("昨日收款", 1_002_000, href="/gallery/"),
            Term("退款", -5_000, reason="1 笔，黄瓜 10kg 退回"),
            Term("手续费", -3_790, reason="微信 0.38%，按每笔四舍五入"),
        ],
    )
    settles = SimpleNamespace(
        title="明天到账",
        sum=total,
        account="建设银行 6217 00** **** 1234",
        reason="昨天是周日，银行周一上午 10 点前付。",
        href="",
    )
    context = {"today": _today(empty), "settles": None if empty else settles, "latest": [] if empty else _lines(8)}
    return show(request, "payments/today.html", context, parts=("latest",))


def collect(request: HttpRequest) -> HttpResponse:
    """Show the pad, refused when asked to."""
    request.stall = STALL  # type: ignore[attr-defined]
    error = "一次最多收 50,000 元，请分两次收。" if "error" in request.GET else ""
    return show(request, "payments/collect.html", {"error": error, "order_no": "", "amount_text": ""})


def code(request: HttpRequest, state: str) -> HttpResponse:
    """Show the code page in one of its states."""
    request.stall = STALL  # type: ignore[attr-defined]
    context = {
        "payment": SimpleNamespace(payment_no="PAY1", amount_fen=8_000, description="番茄 25kg"),
        "state": state,
        "code_text": "https://pay.example.cn/p/PAY7Q2K4M8N1P5R9S3T6W0/",
        "acquirer": "微信",
        "failed": "余额不足" if state == "failed" else "",
        "until_line": "09:27 前有效",
        "payer_line": "微信 · 番茄 25kg",
        "may_cancel": False,
    }
    return show(request, "payments/collect_code.html", context, parts=("collect",))


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component once."""
    request.stall = STALL  # type: ignore[attr-defined]
    if "toast" in request.GET:
        messages.success(request, "已经记下")
    weeks = [(f"{week}周", 3.2 + (week % 7) * 0.11) for week in range(1, 53)]
    index: list[tuple[str, Any]] = [
        (f"{week}周", 3.3 + (week % 5) * 0.08 if week != 20 else None) for week in range(1, 53)
    ]
    context = {
        "form": Sample({"phone": "", "name": LONG}),
        "weeks": weeks,
        "index": index,
        "page": Paginator(range(1000), 20).page(3),
        "lines": _lines(6),
        "long": LONG,
        "sum": Sum(
            "明天到账", 993_210, [Term("昨日收款", 1_002_000), Term("退款", -5_000, "1 笔"), Term("手续费", -3_790)]
        ),
        "points": [(f"{hour}:00", hour * 100 % 700) for hour in range(24)],
    }
    return HttpResponse(engines["django"].from_string(GALLERY).render(context, request))


GALLERY = """{% extends "base.html" %}{% block title %}gallery{% endblock %}{% block main %}
{% amount 1248050 size="xl" %}{% amount -350 size="l" %}{% amount 99 sign=True tone="good" %}{% amount None size="m" %}
{% card title="列表" href="/gallery/" flush=True %}<div class="rows">{% for l in lines %}{% list_row l.title sub=l.sub lead=l.at|moment fen=l.amount_fen sign=l.counted noun="payment" code=l.status href="/gallery/" %}{% endfor %}{% list_row long sub=long lead="昨天" tail="3.20/kg" %}</div>{% pager page %}{% endcard %}
{% card title="算式" %}{% sum_lines sum %}{% endcard %}
<div class="cluster">{% chip "已收" "good" %}{% chip "等付款" "wait" %}{% chip "没付成" "bad" %}{% chip "已关闭" %}</div>
<div class="cluster"><a class="button button--go" href="#">收款</a><a class="button button--main" href="#">保存</a><a class="button" href="#why">为什么</a><button class="button button--danger button--small">退款</button><button class="button" disabled>等一下</button></div>
{% notice "写在这里的话" %}{% notice "已经记下" "good" %}{% notice "还差营业执照照片" "wait" %}{% notice "这笔钱没有离开你的账户" "bad" %}
{% card %}{% field form.phone %}{% field form.name hint="招牌上的名字" %}{% endcard %}
{% card %}{% empty "还没有订单" "开第一单，货和钱就连在一起了。" drawing="basket" action="开单" href="#" %}{% endcard %}
{% card %}{% failure "没取到行情" "市场的数据还没有到，钱不受影响。" href="#" %}{% endcard %}
{% card %}{% skeleton 3 %}{% endcard %}
{% card %}{% line_chart weeks title="番茄比指数低 4%" name="我的番茄" other=index other_name="南疆指数" unit="元/kg" %}{% endcard %}
{% card title="小柱" %}{% spark points title="每小时收款" now=9 %}{% endcard %}
{% number_pad "weight" label="重量" unit="kg" places=1 %}
{% dialog name="why" title="为什么" %}<p>因为昨天是周日。</p>{% enddialog %}
{% endblock %}"""

payments_patterns = (
    [
        path("today/", today, name="today"),
        path("collect/", collect, name="collect"),
        path("collect/barcode/", collect, name="barcode"),
        path("collect/<slug:state>/", code, name="collect_code"),
    ],
    "payments",
)
urlpatterns = [
    path("gallery/", gallery, name="gallery"),
    path("", include(payments_patterns)),
    path("", include("silk_road_ebao.face.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]

"""What acquirers and days are called on the merchant's pages."""

from datetime import date

from django.utils.translation import gettext as _

from payments.models import Payment
from payments.rules.scene import Offer
from silk_road_ebao.face.figures import day as day_text
from silk_road_ebao.face.figures import weekday


def acquirer_name(code: str) -> str:
    """Name an acquirer as people do."""
    names = {"WECHAT": _("微信"), "ALIPAY": _("支付宝"), "UNIONPAY": _("云闪付"), "CCB": _("建行")}
    return names.get(code, code)


def scene_name(code: str, name: str) -> str:
    """Name a scene: those the house begins with in the page's language, others as their definition says."""
    names = {
        "": _("其他"),
        "MARKET_SCAN": _("摊位扫码"),
        "MARKET_BILL": _("称重开单"),
        "TILL": _("付款码"),
        "STORE": _("云店下单"),
        "RESTOCK": _("批发进货"),
    }
    return names.get(code, name)


def scan_line(code: str) -> str:
    """Say with which app the payer scans."""
    lines = {
        "WECHAT": _("请顾客用微信扫一扫"),
        "ALIPAY": _("请顾客用支付宝扫一扫"),
        "UNIONPAY": _("请顾客用云闪付扫一扫"),
    }
    return lines.get(code, _("请顾客扫码"))


def flow_name(flow: str) -> str:
    """Name a flow ("WECHAT:JSAPI", "BANK:ACCOUNT") as payers do."""
    code = flow.partition(":")[0]
    return _("我的银行账户") if code == "BANK" else acquirer_name(code)


def offer_words(offer: Offer, wallet: str) -> dict[str, object]:
    """Say what one way to pay is called, whether it can be taken now, and why or why not."""
    code = offer.flow.partition(":")[0]
    has_own = {"NO_ACCOUNT", "NOT_VERIFIED"} & set(offer.reasons)  # the line matters to those who have an account
    reasons = [reason for reason in offer.reasons if not (has_own and reason == "LINE_DOWN")]
    return {
        "code": code,
        "name": flow_name(offer.flow),
        "is_feasible": offer.is_feasible,
        "is_here": offer.is_feasible and wallet in ("", code),
        "reasons": [words for reason in reasons if (words := _reason(reason, code))],
    }


def _reason(reason: str, code: str) -> str:
    if reason.startswith("SUCCEEDED_"):
        percent = int(reason.removeprefix("SUCCEEDED_")) // 100
        return _("最近 %(percent)s%% 一次付成") % {"percent": percent}
    down = _("银行还没有接通这种付法") if code == "BANK" else _("这会儿连不上，过一阵再试")
    reasons = {
        "SCENE_PREFERS": _("这种买卖大家常用"),
        "OTHER_WALLET": _("打开它，扫一扫店主的码"),
        "LINE_DOWN": down,
        "NO_ACCOUNT": _("你还没有在这里登记银行账户"),
        "NOT_VERIFIED": _("账户还没有核实好"),
        "ALLOWANCE_TOO_SMALL": _("今天这个账户剩下的额度不够付这一笔"),
    }
    return reasons.get(reason, "")


def page_state(payment: Payment) -> str:
    """Put a payment into one of the code page's four states: received, waiting, checking, over."""
    if payment.paid_at is not None:
        return "received"
    return {"CREATED": "waiting", "PENDING": "waiting", "UNKNOWN": "checking"}.get(payment.status, "over")


def day_name(when: date, today: date) -> str:
    """Name a day from today: 今天, 明天, else 11月25日."""
    return {0: _("今天"), 1: _("明天")}.get((when - today).days) or day_text(when)


def weekday_name(when: date, today: date) -> str:
    """Name a day with its weekday: 明天（周二）, 11月25日（周三）."""
    return _("%(day)s（%(weekday)s）") % {"day": day_name(when, today), "weekday": weekday(when)}

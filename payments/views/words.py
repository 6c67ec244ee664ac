"""What acquirers and days are called on the merchant's pages."""

from datetime import date

from django.utils.translation import gettext as _

from payments.models import Payment
from silk_road_ebao.face.figures import day as day_text
from silk_road_ebao.face.figures import weekday


def acquirer_name(code: str) -> str:
    """Name an acquirer as people do."""
    names = {"WECHAT": _("微信"), "ALIPAY": _("支付宝"), "UNIONPAY": _("云闪付"), "CCB": _("建行")}
    return names.get(code, code)


def scan_line(code: str) -> str:
    """Say with which app the payer scans."""
    lines = {
        "WECHAT": _("请顾客用微信扫一扫"),
        "ALIPAY": _("请顾客用支付宝扫一扫"),
        "UNIONPAY": _("请顾客用云闪付扫一扫"),
    }
    return lines.get(code, _("请顾客扫码"))


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

"""Sentences for the reasons of the index."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    "CELL_FEW_MERCHANTS": _("卖这种货的商户不到 3 家"),
    "CELL_FEW_DAYS": _("这周成交不到 2 天"),
    "CELL_FEW_TRADES": _("成交不到 10 笔"),
    "SUB_FEW_CELLS": _("可用的品种不到 5 个"),
    "SUB_FEW_MERCHANTS": _("商户不到 5 家"),
    "SUB_ONE_MERCHANT_DOMINATES": _("一家商户占了一半以上"),
    "SUB_LOW_MATCHED_SHARE": _("能和前几周对上的成交不到六成"),
    "ALL_LOW_MATCHED_SHARE": _("能和前几周对上的成交不到八成"),
    "ALL_NAMES_CHANGED": _("这一周大部分品名和以前对不上，多半是市场改了品名；等两个人核对编码对照后重算"),
    "ALL_MATCHED_SHARE_TO_REVIEW": _("能和前几周对上的成交不到九成，等第二人复核"),
    "NOT_CONNECTED": _("和以前的周没有共同的品种"),
    "NO_TRADE": _("没有成交"),
    "LESS_THAN_A_YEAR": _("还不满一年"),
    "NO_DATA": _("这个来源没有这项记录"),
}

PARAMETERS: dict[str, str | Promise] = {
    "window_weeks": _("窗口周数"),
    "base_weeks": _("基期周数"),
    "flash_weeks": _("快报和可比份额看前几周"),
    "carry_weeks": _("页面最多沿用旧价几周（不进指数）"),
    "reference_days": _("比价看最近几个成交日"),
    "reject_log": _("偏离多少不要（对数，ln 3 是 3 倍）"),
    "quarantine_log": _("偏离多少先隔离（对数，ln 2 是 2 倍）"),
    "mad_multiple": _("隔离还要超过几倍离散度"),
    "mad_scale": _("离散度换算系数"),
    "merchant_cap_share": _("一家商户最多占一格的份额"),
    "cell_merchants_min": _("一格最少商户数"),
    "cell_days_min": _("一格最少天数"),
    "cell_trades_min": _("一格最少笔数"),
    "sub_cells_min": _("分类指数最少格数"),
    "sub_merchants_min": _("分类指数最少商户数"),
    "sub_largest_share_max": _("分类里最大一家最多占"),
    "sub_matched_share_min": _("分类可比份额最少"),
    "all_matched_share_min": _("总指数可比份额最少"),
    "all_matched_share_hold": _("总指数可比份额低于此要复核"),
}


def reason_text(codes: list[str]) -> str:
    """Say why there is no number."""
    return "；".join(str(REASONS.get(code, code)) for code in codes)


def change_text(bps: int | None) -> str:
    """Show a change in ten-thousandths as +1.2%, −0.3%."""
    if bps is None:
        return ""
    sign = "+" if bps > 0 else "−" if bps < 0 else "±"
    return f"{sign}{abs(bps) / 100:.2f}%"

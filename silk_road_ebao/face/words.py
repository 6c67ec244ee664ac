"""What the status codes are called on the pages, per noun, with the tone of their chip."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Word = tuple[str | Promise, str]

WORDS: dict[str, dict[str, Word]] = {
    "payment": {
        "CREATED": (_("等付款"), "wait"),
        "PENDING": (_("等付款"), "wait"),
        "PAID": (_("已收"), "good"),
        "PARTIALLY_REFUNDED": (_("退了一部分"), ""),
        "REFUNDED": (_("已退款"), ""),
        "CLOSED": (_("已关闭"), ""),
        "FAILED": (_("没付成"), "bad"),
        "UNKNOWN": (_("正在核实"), "wait"),
    },
    "refund": {
        "REQUESTED": (_("已申请"), "wait"),
        "PENDING": (_("退款中"), "wait"),
        "SUCCEEDED": (_("已退回"), "good"),
        "FAILED": (_("没退成"), "bad"),
        "UNKNOWN": (_("正在核实"), "wait"),
    },
    "merchant": {
        "DRAFT": (_("资料没填完"), "wait"),
        "SUBMITTED": (_("审核中"), "wait"),
        "APPROVED": (_("正常"), "good"),
        "SUSPENDED": (_("暂停收款"), "bad"),
        "LEFT": (_("已退出"), ""),
    },
    "acquirer_application": {
        "WAITING": (_("还没送出"), "wait"),
        "EDITTING": (_("已送到"), "wait"),
        "AUDITING": (_("审核中"), "wait"),
        "TO_BE_CONFIRMED": (_("等你验证"), "wait"),
        "TO_BE_SIGNED": (_("等你签约"), "wait"),
        "SIGNING": (_("开通中"), "wait"),
        "FINISHED": (_("可以收款"), "good"),
        "REJECTED": (_("被退回"), "bad"),
        "CANCELED": (_("已撤销"), ""),
    },
    "order": {
        "PLACED": (_("等付款"), "wait"),
        "PAID": (_("待出货"), "wait"),
        "FULFILLED": (_("货出了，没收钱"), "wait"),
        "COMPLETED": (_("做完了"), "good"),
        "RETURNED": (_("退了货"), ""),
        "CANCELLED": (_("取消了"), ""),
    },
    "settlement_account": {
        "PENDING": (_("等银行验证"), "wait"),
        "VERIFIED": (_("已验证"), "good"),
        "REFUSED": (_("没通过"), "bad"),
    },
    "account_link": {
        "PROPOSED": (_("等对方同意"), "wait"),
        "LIVE": (_("已关联"), "good"),
        "DECLINED": (_("没同意"), ""),
        "ENDED": (_("已结束"), ""),
    },
    "credit_account": {
        "REPORTED": (_("银行已报"), "wait"),
        "ACTIVE": (_("在用"), "good"),
        "DORMANT": (_("睡眠"), ""),
        "FROZEN": (_("冻结"), "bad"),
        "CLOSED": (_("已销户"), ""),
    },
    "consent": {
        "REQUESTED": (_("等你答复"), "wait"),
        "ACTIVE": (_("有效"), "good"),
        "EXPIRED": (_("已到期"), ""),
        "REVOKED": (_("已撤回"), ""),
        "SUPERSEDED": (_("已换新"), ""),
    },
}
"""A room adds its noun here; a code nobody named is shown as it is."""


def word_of(noun: str, code: str) -> Word:
    """Give label and tone of a status code."""
    return WORDS.get(noun, {}).get(code, (code, ""))

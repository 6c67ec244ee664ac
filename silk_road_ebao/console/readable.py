"""Turn columns that hold codes, fen or ten-thousandths into words and figures, on every console page."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.admin.filters import AllValuesFieldListFilter
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.columns import yuan_column
from silk_road_ebao.face.figures import rate
from silk_road_ebao.face.words import WORDS

Column = str | Callable[[Any], Any]

STATES: dict[str, str | Promise] = {
    "REQUESTED": _("已申请"),
    "PENDING": _("处理中"),
    "PROPOSED": _("已提出"),
    "SUBMITTED": _("已提交"),
    "APPROVED": _("已通过"),
    "REJECTED": _("已退回"),
    "WITHDRAWN": _("已撤回"),
    "ACTIVE": _("在用"),
    "SILENT": _("静默"),
    "BLOCKED": _("已停用"),
    "PURGED": _("资料已清除"),
    "SUSPENDED": _("已暂停"),
    "HELD": _("待核"),
    "ENDED": _("已终止"),
    "CLOSED": _("已关闭"),
    "DRAFT": _("草稿"),
    "CANCELED": _("已撤销"),
    "REVOKED": _("已停用"),
    "REFUSED": _("没通过"),
    "OPEN": _("待处理"),
    "DISMISSED": _("不成立"),
    "EXITED": _("已清退"),
    "UPHELD": _("成立"),
    "PASSED": _("已放行"),
    "FETCHED": _("已取回"),
    "VERIFIED": _("已核验"),
    "LOADED": _("已入库"),
    "SUPERSEDED": _("已换新"),
    "RESOLVED": _("已处理"),
    "CARRIED": _("转下一日"),
    "SUSPENSE": _("挂账"),
    "CHARGED": _("已计费"),
    "INVOICED": _("已开账单"),
    "COLLECTED": _("已收到"),
    "POSTED": _("已记账"),
    "WAIVED": _("已减免"),
    "ISSUED": _("已开出"),
    "OVERDUE": _("已逾期"),
    "PAID": _("已付"),
    "SIGNED": _("已签约"),
    "BOUND": _("已绑定"),
    "CREATED": _("已建单"),
    "FAILED": _("没成功"),
    "FINISHED": _("已完成"),
    "UNKNOWN": _("正在核实"),
    "PUBLISHED": _("已发布"),
    "WITHHELD": _("数据不足，未发布"),
    "DECLINED": _("不予发布"),
    "CUT": _("已切日"),
    "BILLS_FETCHED": _("账单已取"),
    "BILLS_VERIFIED": _("账单已验"),
    "ROWS_LOADED": _("明细已入"),
    "RECONCILED": _("已对账"),
    "FEES_CHARGED": _("已计费"),
    "STATEMENTS_MADE": _("结算单已出"),
    "PROVED": _("已证明"),
    "DUE": _("待发"),
    "SENT": _("已发"),
}
"""What a state is called where its noun has no word of its own in face/words.py."""

OWN: dict[str, dict[str, str | Promise]] = {
    "lot": {"OPEN": _("在库"), "CLOSED": _("已清")},
    "business_day": {"OPEN": _("进行中"), "HELD": _("停住了")},
    "list_hit": {"DISMISSED": _("已解除")},
    "settlement_account": {"HELD": _("等生效")},
    "applyment": {code: word for code, (word, _tone) in WORDS["acquirer_application"].items()},
}
ACQUIRERS: dict[str, str | Promise] = {"WECHAT": _("微信"), "ALIPAY": _("支付宝"), "UNIONPAY": _("云闪付")}
CODES: dict[str, dict[str, str | Promise]] = {
    "acquirer_code": ACQUIRERS,
    "subject_no": ACQUIRERS,
    "funding": {"DEBIT": _("借记卡"), "CREDIT": _("信用卡"), "BALANCE": _("余额")},
}
"""Columns that hold a code, and what each code is called."""


def status_text(model: type[models.Model], code: str) -> str | Promise:
    """Name a state of a noun in words; a code nobody named is shown as it is."""
    noun = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", model.__name__).lower()
    own = OWN.get(noun, {}).get(code)
    return own or WORDS.get(noun, {}).get(code, (STATES.get(code, code), ""))[0]


@cache
def readable(model: type[models.Model], name: str) -> Column:
    """Give the column a page shows for a field: itself, or what it says in words, yuan or percent.

    The same object for the same field, for Django tells read-only columns by identity.
    """
    field: Any = next((one for one in model._meta.concrete_fields if one.name == name), None)
    if field is None or field.choices:
        return name
    if name == "status":
        return _column(field, lambda value: status_text(model, value))
    if name in CODES:
        return _column(field, lambda value: CODES[name].get(value, value))
    if isinstance(field, models.IntegerField):
        if name.endswith("_fen"):
            return yuan_column(name, field.verbose_name)
        if name.endswith("_bps"):
            return _column(field, rate)
    return name


def readable_columns(model: type[models.Model], names: Sequence[Any]) -> list[Any]:
    """Put the readable column in the place of each field named; what is not a field's name stays."""
    return [readable(model, name) if isinstance(name, str) else name for name in names]


def readable_filters(model: type[models.Model], filters: Sequence[Any]) -> list[Any]:
    """Let filters by a code offer it in words."""
    return [(name, WordsFilter) if isinstance(name, str) and _has_words(model, name) else name for name in filters]


class WordsFilter(AllValuesFieldListFilter):
    """A filter whose choices are codes, shown in words."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Name each choice."""
        model = self.field.model
        for choice in super().choices(changelist):
            code = str(choice["display"])
            known = status_text(model, code) if self.field.name == "status" else CODES[self.field.name].get(code, code)
            yield {**choice, "display": known}


def _has_words(model: type[models.Model], name: str) -> bool:
    return name in ("status", *CODES) and callable(readable(model, name))


def _column(field: Any, say: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def shown(row: Any) -> Any:
        value = getattr(row, field.name)
        return None if value in (None, "") else say(value)

    described = admin.display(description=field.verbose_name, ordering=field.name)(shown)
    described.__name__ = f"{field.name}_in_words"
    return described

"""Templates of banks' tables: declared by one, agreed by another, never edited."""

import re
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from payments.models import BillTemplate
from payments.rules.bill_template import NEEDED
from payments.selectors.bill_templates import BUILT_IN
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal

DECLARE = "payments.bill_template.declare"
CODE = re.compile(r"[A-Z][A-Z0-9_]{2,15}")
OPTIONAL = ("type", "status", "origin_no")
TOTALS = ("rows", "paid", "refunded", "fee")


class TemplateUnfit(Refusal):
    """A template that could not tell a whole table from a part of it."""

    message = _("模板填写有误：%(why)s")


class TemplateKnown(Refusal):
    """A template is never edited."""

    message = _("这个代码已经有模板，银行换了格式请用新代码")


def propose_template(
    *, code: str, name: str, columns: dict[str, str], refund_words: list[str], success_words: list[str],
    totals_mark: str, totals: dict[str, int], time_format: str, is_ordered: bool, actor: Actor, at: datetime,
) -> Approval:  # fmt: skip
    """Ask a second person to agree how a bank's table is read. Raises TemplateUnfit, TemplateKnown, ApprovalOpen."""
    _refuse_unfit(code, columns, totals_mark, totals, time_format, at)
    if code in BUILT_IN or BillTemplate.objects.filter(code=code).exists():
        raise TemplateKnown
    diff = {
        "code": code, "name": name.strip() or code, "columns": {k: v.strip() for k, v in columns.items() if v.strip()},
        "refund_words": refund_words, "success_words": success_words, "totals_mark": totals_mark.strip(),
        "totals": totals, "time_format": time_format, "is_ordered": is_ordered,
    }  # fmt: skip
    return request_approval(verb=DECLARE, subject=f"bill_template:{code}", diff=diff, maker=actor, at=at)


def _refuse_unfit(
    code: str, columns: dict[str, str], totals_mark: str, totals: dict[str, int], time_format: str, at: datetime
) -> None:
    if not CODE.fullmatch(code):
        raise TemplateUnfit(why=_("代码用大写字母和数字，3 到 16 位"))
    given = {what: name.strip() for what, name in columns.items() if name.strip()}
    if any(what not in given for what in NEEDED) or set(given) - {*NEEDED, *OPTIONAL}:
        raise TemplateUnfit(why=_("单号、流水号、商户号、时间、金额、手续费六列都要写"))
    if len(set(given.values())) != len(given):
        raise TemplateUnfit(why=_("两处写了同一列"))
    if not totals_mark.strip() or not {"rows", "paid"} <= set(totals) or set(totals) - set(TOTALS):
        raise TemplateUnfit(why=_("没有合计的表不能收：至少要有笔数和金额的合计"))
    if len(set(totals.values())) != len(totals) or any(place < 1 for place in totals.values()):
        raise TemplateUnfit(why=_("合计的位置从 1 数起，不能重复"))
    try:
        told = at.strftime(time_format)
        is_whole = datetime.strptime(told, time_format).strftime("%Y%m%d%H%M") == at.strftime("%Y%m%d%H%M")  # noqa: DTZ007
    except ValueError:
        is_whole = False
    if not is_whole:
        raise TemplateUnfit(why=_("时间格式要能读出日期和时分"))


@approves(DECLARE)
def declare_template(
    *, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime
) -> BillTemplate:
    """Enter a template two people agreed on. Raises TemplateKnown."""
    if BillTemplate.objects.filter(code=diff["code"]).exists():
        raise TemplateKnown
    record(actor=actor, action=DECLARE, subject=subject, at=at, detail={"approval_no": approval_no})
    return BillTemplate.objects.create(**diff, declared_by=f"{actor.kind}:{actor.ref}", declared_at=at)

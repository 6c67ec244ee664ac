"""Reads of templates: how a bank's own table is read."""

from collections.abc import Iterable

from payments.models import BillTemplate
from payments.rules.bill_template import Template

BUILT_IN = {
    "BANK_STANDARD": Template(
        columns={
            "our_no": "商户订单号", "acquirer_no": "银行流水号", "party": "商户号", "occurred_at": "交易时间",
            "amount": "交易金额", "fee": "手续费", "type": "交易类型", "status": "交易状态", "origin_no": "原订单号",
        },
        totals={"rows": 1, "paid": 2, "refunded": 3, "fee": 4},
    )
}  # fmt: skip
"""What every house has; a bank with another table gets one declared by two people (form "TABLE:<code>")."""


def bill_template(code: str) -> Template | None:
    """Find a template by its code, or None."""
    row = BillTemplate.objects.filter(code=code).first()
    return template_of(row) if row else BUILT_IN.get(code)


_learnt: dict[str, Template] = {}


def learn_templates(forms: Iterable[str]) -> None:
    """Read the templates of forms ahead: while rows are copied, their connection can answer no query.

    A template is never edited, so what was learnt stays true.
    """
    codes = {form.removeprefix("TABLE:") for form in forms if form.startswith("TABLE:")}
    for code in codes:
        if (found := bill_template(code)) is not None:
            _learnt[code] = found


def learnt_template(code: str) -> Template | None:
    """Give a template that was learnt ahead, or a built-in one."""
    return _learnt.get(code) or BUILT_IN.get(code)


def template_of(row: BillTemplate) -> Template:
    """Give a declared template in the form rules read with."""
    return Template(
        columns=row.columns, refund_words=frozenset(row.refund_words), success_words=frozenset(row.success_words),
        totals_mark=row.totals_mark, totals=row.totals, time_format=row.time_format, is_ordered=row.is_ordered,
    )  # fmt: skip


def template_choices() -> list[tuple[str, str]]:
    """List every template's form and name."""
    declared = BillTemplate.objects.order_by("name").values_list("code", "name")
    return [(f"TABLE:{code}", code) for code in BUILT_IN] + [(f"TABLE:{code}", name) for code, name in declared]

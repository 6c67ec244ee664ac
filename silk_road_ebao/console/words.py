"""What verbs and the like are called at the console."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, str | Promise] = {
    "accounts.settlement_account.change": _("更换结算账户"),
    "accounts.dated_rule.enter": _("录入新规则"),
    "accounts.institution_limit.enter": _("录入机构限额"),
    "accounts.institution_paper.enter": _("录入机构凭据"),
    "accounts.list_hit.dismiss": _("解除名单命中"),
    "accounts.merchant.approve": _("商户进件通过"),
    "accounts.onboarding.approve": _("商户进件通过"),
    "accounts.phone_exception.approve": _("一机多证例外"),
    "accounts.operator.change_roles": _("改运营人员角色"),
    "accounts.operator.reset_device": _("重绑运营人员动态码"),
    "accounts.merchant.suspend": _("暂停商户"),
    "accounts.merchant.resume": _("恢复商户"),
    "accounts.merchant.change": _("商户改资料"),
    "payments.applyment.enter": _("录入特约商户号"),
    "payments.refund.request": _("退款"),
    "payments.risk_rule.change": _("风险规则生效或转试运行"),
    "payments.discrepancy.close": _("关闭差错"),
    "payments.discrepancy.settle": _("处理差错"),
    "payments.tariff.activate": _("费率生效"),
    "payments.fee_invoice.receive": _("服务费到账"),
    "payments.fee_invoice.waive": _("减免服务费"),
    "payments.fee_payee.appoint": _("设为收费主体"),
    "payments.month.close": _("月结"),
    "payments.bill_template.declare": _("录入账单模板"),
    "payments.tariff.change": _("修改费率"),
    "supplychain.commodity.register": _("新商品编码"),
    "supplychain.commodity.revise": _("商品编码新版本"),
    "supplychain.commodity.end": _("停用商品编码"),
    "supplychain.concordance.enter": _("编码对照"),
    "supplychain.paper.check": _("看过摊位合同"),
    "supplychain.index.release": _("发布待复核的指数"),
}
"""A room adds its verbs here; a verb nobody named is shown as it is."""

FIELDS: dict[str, str | Promise] = {
    "account": _("账户"),
    "address": _("经营地址"),
    "agent": _("经办人"),
    "amount_fen": _("金额"),
    "cases": _("差错"),
    "cause": _("原因"),
    "code": _("代码"),
    "codes": _("代码"),
    "day": _("日期"),
    "documents": _("证照"),
    "evidence": _("依据"),
    "from": _("从"),
    "holder_name": _("户名"),
    "invoice_no": _("账单号"),
    "is_matched": _("对得上"),
    "kind": _("类型"),
    "legal_name": _("登记名称"),
    "legal_person": _("法定代表人"),
    "matched_share_bps": _("可比份额"),
    "merchant": _("商户"),
    "merchant_no": _("商户号"),
    "name": _("名称"),
    "note": _("说明"),
    "paper_ref": _("凭据编号"),
    "period": _("期"),
    "prices": _("价目"),
    "province": _("省"),
    "reason": _("原因"),
    "receipt_ref": _("收款凭据"),
    "roles": _("角色"),
    "seen_by": _("看过的人"),
    "source": _("依据"),
    "stall_label": _("摊号"),
    "status": _("状态"),
    "tariff": _("价目表"),
    "to": _("到"),
    "totals": _("合计"),
    "unit": _("单位"),
    "uscc": _("统一社会信用代码"),
    "valid_from": _("启用日"),
    "valid_until": _("停用日"),
    "value": _("值"),
    "values": _("值"),
    "version": _("版本"),
    "way": _("处理办法"),
}
"""What the fields of a frozen diff are called; one nobody named is shown as it is."""

KINDS: dict[str, str | Promise] = {"INDIVIDUAL": _("个体工商户"), "COMPANY": _("企业"), "MICRO": _("小微商户")}
"""What kinds of merchants are called in a frozen diff."""


def field_text(name: str) -> str | Promise:
    """Name a field of a frozen diff."""
    return FIELDS.get(name, name)


def verb_text(verb: str) -> str | Promise:
    """Name a verb of four eyes in words."""
    return VERBS.get(verb, verb)

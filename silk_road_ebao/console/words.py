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


def verb_text(verb: str) -> str | Promise:
    """Name a verb of four eyes in words."""
    return VERBS.get(verb, verb)

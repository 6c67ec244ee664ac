"""The operators' console: its name, its colours and its sidebar."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Item = tuple[str | Promise, str, str]

SECTIONS: tuple[tuple[str | Promise, tuple[Item, ...]], ...] = (
    (
        _("今天"),
        (
            (_("今天"), "index", "today"),
            (_("营业日"), "payments_businessday_changelist", "event_repeat"),
        ),
    ),
    (_("复核"), ((_("待复核"), "kernel_approval_changelist", "approval"),)),
    (
        _("差错"),
        (
            (_("差错工作台"), "payments_discrepancy_workbench", "checklist"),
            (_("差错"), "payments_discrepancy_changelist", "difference"),
            (_("对账"), "payments_reconciliation_changelist", "rule"),
            (_("账单"), "payments_bill_changelist", "receipt_long"),
            (_("交账单"), "payments_bill_upload", "upload_file"),
            (_("风险"), "payments_riskreview_changelist", "gpp_maybe"),
        ),
    ),
    (
        _("商户"),
        (
            (_("进件"), "accounts_onboarding_changelist", "assignment_ind"),
            (_("收单进件"), "payments_applyment_changelist", "send"),
            (_("资料变更"), "accounts_merchantchange_changelist", "edit_document"),
            (_("商户"), "accounts_merchant_changelist", "storefront"),
            (_("摊位"), "accounts_stall_changelist", "location_on"),
            (_("人"), "accounts_person_changelist", "person"),
            (_("结算账户"), "accounts_settlementaccount_changelist", "account_balance"),
            (_("账户关联"), "accounts_accountlink_changelist", "link"),
            (_("信用账户"), "accounts_creditaccount_changelist", "credit_card"),
            (_("一机多证例外"), "accounts_phoneexception_changelist", "phonelink_lock"),
            (_("授权"), "accounts_consent_changelist", "verified_user"),
            (_("对外提供"), "accounts_disclosure_changelist", "output"),
        ),
    ),
    (
        _("收付"),
        (
            (_("支付单"), "payments_payment_changelist", "payments"),
            (_("支付尝试"), "payments_paymentattempt_changelist", "sync_alt"),
            (_("退款"), "payments_refund_changelist", "undo"),
            (_("分账"), "payments_profitsharing_changelist", "call_split"),
            (_("结算"), "payments_settlement_changelist", "account_balance_wallet"),
            (_("服务费"), "payments_servicefee_changelist", "percent"),
            (_("服务费账单"), "payments_feeinvoice_changelist", "request_quote"),
            (_("服务合同"), "payments_servicecontract_changelist", "contract"),
            (_("特约商户号"), "payments_submerchant_changelist", "badge"),
            (_("摊位码"), "payments_stallcode_changelist", "qr_code_2"),
            (_("收单报文"), "payments_acquirermessage_changelist", "mail"),
            (_("收单线路"), "payments_acquirerline_changelist", "cable"),
            (_("分账接收方"), "payments_sharingreceiver_changelist", "group"),
            (_("支付场景"), "payments_scenedefinition_changelist", "category"),
            (_("支付场景报表"), "payments_scene_report", "bar_chart"),
            (_("投诉与违规"), "payments_riskfeed_changelist", "report"),
            (_("风险规则"), "payments_riskrule_changelist", "rule"),
            (_("风险命中"), "payments_riskhit_changelist", "my_location"),
            (_("大额和可疑交易"), "payments_risk_flags", "flag"),
            (_("转账筛查"), "payments_screenedtransfer_changelist", "swap_horiz"),
            (_("信用卡收款累计"), "payments_creditreceipt_changelist", "credit_card"),
        ),
    ),
    (
        _("买卖"),
        (
            (_("三账合一"), "supplychain_agreement_changelist", "balance"),
            (_("三账差异"), "supplychain_agreementcase_changelist", "call_split"),
            (_("订单"), "supplychain_order_changelist", "shopping_cart"),
            (_("出货单"), "supplychain_outbound_changelist", "local_shipping"),
            (_("资金账"), "supplychain_fundsentry_changelist", "receipt_long"),
            (_("批次"), "supplychain_lot_changelist", "inventory_2"),
            (_("进货单"), "supplychain_receiving_changelist", "archive"),
            (_("商品"), "supplychain_goods_changelist", "sell"),
            (_("商品编码"), "supplychain_commodity_changelist", "category"),
            (_("编码对照"), "supplychain_commodityconcordance_changelist", "compare_arrows"),
        ),
    ),
    (
        _("账簿"),
        (
            (_("分户"), "ledger_ledgeraccount_changelist", "account_tree"),
            (_("凭证"), "ledger_journalline_changelist", "menu_book"),
            (_("账簿验证"), "ledger_proof_changelist", "fact_check"),
            (_("结账"), "ledger_book_changelist", "lock_clock"),
            (_("月结与报表"), "payments_books", "summarize"),
        ),
    ),
    (
        _("行情与评估"),
        (
            (_("指数发布"), "supplychain_indexrelease_changelist", "trending_up"),
            (_("行情表"), "supplychain_pricesheet_changelist", "table_view"),
            (_("价格来源"), "supplychain_pricesource_changelist", "source"),
            (_("指数成交"), "supplychain_indextrade_changelist", "receipt"),
            (_("经营评估"), "supplychain_assessment_changelist", "analytics"),
            (_("评估异议"), "supplychain_assessmentobjection_changelist", "report"),
            (_("单据核对"), "supplychain_papercheck_changelist", "fact_check"),
        ),
    ),
    (
        _("合作方"),
        (
            (_("合作方密钥"), "accounts_partnerkey_changelist", "key"),
            (_("合作方事件"), "banking_partnerevent_changelist", "campaign"),
            (_("账户动态"), "banking_accountactivitybatch_changelist", "upload_file"),
            (_("平台密钥"), "banking_platformkey_changelist", "encrypted"),
        ),
    ),
    (
        _("规则"),
        (
            (_("限额与规则"), "accounts_datedrule_changelist", "gavel"),
            (_("费率"), "payments_tariff_changelist", "sell"),
            (_("名单"), "accounts_listentry_changelist", "block"),
            (_("名单命中"), "accounts_listhit_changelist", "person_alert"),
            (_("机构"), "accounts_institution_changelist", "domain"),
            (_("机构凭据"), "accounts_institutionpaper_changelist", "license"),
            (_("机构限额"), "accounts_institutionlimit_changelist", "speed"),
        ),
    ),
    (
        _("系统"),
        (
            (_("运营人员"), "accounts_operator_changelist", "groups"),
            (_("审计记录"), "kernel_auditevent_changelist", "history"),
            (_("状态变更"), "kernel_statuschange_changelist", "timeline"),
            (_("投递"), "kernel_outboxdelivery_changelist", "outbox"),
            (_("事实"), "kernel_outboxfact_changelist", "inbox"),
        ),
    ),
)
"""A page whose model is not registered yet is left out; a room only adds its line."""


def sidebar(request: Any) -> list[dict[str, Any]]:
    """List the sections with the pages that exist and that the operator may see."""
    seen = _pages(request)
    below = [link for name, link in seen.items() if name != "index" and request.path.startswith(link)]
    here = max(below, key=len, default=request.path)
    groups = []
    for title, items in SECTIONS:
        found = [
            {"title": label, "icon": icon, "link": seen[name], "active": seen[name] == here}
            for label, name, icon in items
            if name in seen
        ]
        if found:
            groups.append({"title": title, "items": found, "separator": False})
    return groups


def _pages(request: Any) -> dict[str, str]:
    """Give the address of every page the operator may see, by its name."""
    from django.contrib.admin import site  # settings read this module before the apps are there

    from silk_road_ebao.console.operators import roles_of

    pages = {"index": reverse("admin:index")}
    own = roles_of(request)
    for model, page in site._registry.items():
        if page.has_view_permission(request):
            name = f"{model._meta.app_label}_{model._meta.model_name}_changelist"
            pages[name] = reverse(f"admin:{name}")
            pages |= {desk: reverse(f"admin:{desk}") for desk, may in getattr(page, "desks", ()) if may & own}
    return pages


def styles(request: Any) -> str:
    """Give the console's stylesheet."""
    return static("face/console.css")


def mark(request: Any) -> str:
    """Give our mark."""
    return static("face/mark.svg")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("丝路e宝 运营台"),
    "SITE_HEADER": _("丝路e宝"),
    "SITE_SUBHEADER": _("运营台"),
    "SITE_ICON": mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": mark}],
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "8px",
    "STYLES": [styles],
    "DASHBOARD_CALLBACK": "silk_road_ebao.dashboard.dashboard",
    "COMMAND": {"search_models": False, "show_history": False},
    "SIDEBAR": {
        "show_search": True,
        "command_search": False,
        "show_all_applications": False,
        "navigation": "silk_road_ebao.navigation.sidebar",
    },
    "COLORS": {
        "base": {
            "50": "#f7f3ea",
            "100": "#efe8da",
            "200": "#e2d9c6",
            "300": "#cfc5b0",
            "400": "#a3b0b3",
            "500": "#6b787c",
            "600": "#55646a",
            "700": "#3a4a4e",
            "800": "#2a393d",
            "900": "#10181a",
            "950": "#0c1315",
        },
        "primary": {
            "50": "#eef7f6",
            "100": "#dcebe8",
            "200": "#b7dcd9",
            "300": "#8fd6d3",
            "400": "#5cc7c3",
            "500": "#3fb3af",
            "600": "#0a6c6e",
            "700": "#085658",
            "800": "#074547",
            "900": "#063738",
            "950": "#032323",
        },
        "font": {
            "subtle-light": "#55646a",
            "subtle-dark": "#a3b0b3",
            "default-light": "#3a4a4e",
            "default-dark": "#d5cfc2",
            "important-light": "#1c2a2e",
            "important-dark": "#ede7da",
        },
    },
}

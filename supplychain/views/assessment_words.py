"""The assessment in a stallholder's words: what each feature is, why points are missing, what would help."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from silk_road_ebao.face.figures import yuan
from supplychain.models import Assessment
from supplychain.services.assessment_documents import ReportText, verify_url

Words = str | Promise

NAMES: dict[str, Words] = {
    "agreement": gettext_lazy("三账一致"),
    "price_consistency": gettext_lazy("价格合市"),
    "circular": gettext_lazy("自己付自己、转圈付款"),
    "documents": gettext_lazy("单据对账"),
    "scale": gettext_lazy("规模"),
    "growth": gettext_lazy("增长"),
    "stability": gettext_lazy("稳定"),
    "active_days": gettext_lazy("开市出摊"),
    "repeat_value": gettext_lazy("回头客"),
    "concentration": gettext_lazy("买家集中"),
    "loss": gettext_lazy("损耗"),
    "turnover": gettext_lazy("周转"),
    "on_time": gettext_lazy("按时出货"),
    "refunds": gettext_lazy("退款"),
}
WHY: dict[str, Words] = {
    "agreement": gettext_lazy("订单、出货、收款对得上的金额只占 %(value)s，同行是 %(peer)s。"),
    "price_consistency": gettext_lazy("价格离市场中位价不远的成交占 %(value)s，同行是 %(peer)s。"),
    "circular": gettext_lazy("来自自己人、或转一圈又回来的收款占 %(value)s，同行是 %(peer)s。"),
    "documents": gettext_lazy("核对过的单据里，和账相符的占 %(value)s，同行是 %(peer)s。"),
    "scale": gettext_lazy("近 90 天成交在同行里排在 %(value)s 的位置，同行中间是 %(peer)s。"),
    "growth": gettext_lazy("和去年同季比，比同行快慢 %(value)s，同行中间是 %(peer)s。"),
    "stability": gettext_lazy("每周成交上下起伏 %(value)s，同行是 %(peer)s，越小越稳。"),
    "active_days": gettext_lazy("近 180 天开市的日子里出摊 %(value)s，同行是 %(peer)s。"),
    "repeat_value": gettext_lazy("回头客买走的占 %(value)s，同行是 %(peer)s。"),
    "concentration": gettext_lazy("买家集中程度 %(value)s，同行是 %(peer)s，越小越分散。"),
    "loss": gettext_lazy("损耗率和同行中间比，相差 %(value)s。"),
    "turnover": gettext_lazy("存货周转和同行中间比，慢快 %(value)s，越小越快。"),
    "on_time": gettext_lazy("一天内出货的订单占 %(value)s，同行是 %(peer)s。"),
    "refunds": gettext_lazy("退款占收款 %(value)s，同行是 %(peer)s。"),
}
UNKNOWN: dict[str, Words] = {
    "documents": gettext_lazy("还没有核对过发票、合同或批次单据。"),
    "growth": gettext_lazy("平台上还没有去年同季的成交，按中间算。"),
    "price_consistency": gettext_lazy("没有三家以上卖同样的货，没法比价格，按中间算。"),
    "loss": gettext_lazy("还没有批次进出记录。"),
    "turnover": gettext_lazy("还没有批次进出记录。"),
    "stability": gettext_lazy("成交还不到 8 周。"),
}
ADVICE: dict[str, Words] = {
    "agreement": gettext_lazy("每一单都开单、出货、收款，缺的补一张出货单或冲正。"),
    "price_consistency": gettext_lazy("单价和公斤别填错；特殊等级的货请用对应的商品编码。"),
    "circular": gettext_lazy("自己人的货款请不要走收款码；真实的家人购买不影响经营。"),
    "documents": gettext_lazy("把发票、合同、批次单据拿到市场服务台核对。"),
    "scale": gettext_lazy("平时的成交都用平台收款，不要只走一部分。"),
    "growth": gettext_lazy("这一项看市场行情，不用专门做什么。"),
    "stability": gettext_lazy("尽量每周都正常出摊。"),
    "active_days": gettext_lazy("开市的日子尽量出摊。"),
    "repeat_value": gettext_lazy("多留老客户，让他们用同一个钱包付款。"),
    "concentration": gettext_lazy("多找几个买家，不要全靠一家。"),
    "loss": gettext_lazy("到货、损耗都登记，少进勤进。"),
    "turnover": gettext_lazy("卖得慢的货少进一点。"),
    "on_time": gettext_lazy("当天的单当天出货，出了就点出货。"),
    "refunds": gettext_lazy("开单前称准、报清价，退款自然少。"),
}
GATES: dict[str, Words] = {
    "NO_AUTHORISATION": gettext_lazy("你还没有授权做经营评估"),
    "SHORT_HISTORY": gettext_lazy("在平台经营还不满 90 天，或半年里出摊不到 60 天"),
    "BOOKS_PART": gettext_lazy("三账对得上的不到八成"),
    "CIRCULAR": gettext_lazy("自己付自己、转圈的收款超过一成"),
    "UNVERIFIED": gettext_lazy("营业执照或摊位合同还没有核实"),
}
VERDICTS: dict[str, Words] = {
    "SUPPORTED": gettext_lazy("和经营对得上"),
    "EXPLAIN": gettext_lazy("比经营需要的多，请说明用途"),
    "NOT_SUPPORTED": gettext_lazy("经营看不出要这么多"),
}
SHARES = {"agreement", "price_consistency", "circular", "documents", "scale", "active_days", "repeat_value",
          "on_time", "refunds", "loss"}  # fmt: skip


def shown(code: str, value: str | None) -> str:
    """Show a feature's value as people read it."""
    if value is None:
        return "—"
    number = float(value)
    return f"{number * 100:.1f}%" if code in SHARES else f"{number:.2f}"


def sentence(code: str, value: str | None, peer: str | None) -> str:
    """Say one reason: the value and what the peers have."""
    if value is None:
        return str(UNKNOWN.get(code, _("没有记录。")))
    return str(WHY[code]) % {"value": shown(code, value), "peer": shown(code, peer)}


def reasons_of(row: Assessment) -> list[dict[str, Any]]:
    """List the reasons with what would help."""
    return [
        {
            "name": str(NAMES[reason["feature"]]),
            "feature": reason["feature"],
            "lost": reason["lost"],
            "sentence": sentence(reason["feature"], reason["value"], reason["peer"]),
            "advice": str(ADVICE[reason["feature"]]),
        }
        for reason in row.reasons
    ]


def features_shown(row: Assessment) -> list[dict[str, Any]]:
    """List every feature with value, peers and points."""
    return [
        {
            "name": str(NAMES[code]),
            "code": code,
            "value": shown(code, told["value"]),
            "peer": shown(code, told["peer"]),
            "points": told["points"],
            "of": told["of"],
        }
        for code, told in sorted(row.features.items(), key=lambda item: list(NAMES).index(item[0]))
    ]


def need_shown(row: Assessment) -> dict[str, Any] | None:
    """Show the need for funds apart from the three results."""
    if not row.need:
        return None
    share = row.need["receipts_share"]
    return {
        "requested": row.need["requested_fen"],
        "working": row.need["working_capital_fen"],
        "lacking": row.need["lacking_fen"],
        "ratio": None if row.need_ratio is None else f"{row.need_ratio:.2f}",
        "verdict": str(VERDICTS[row.need["verdict"]]),
        "share": None if share is None else f"{float(share) * 100:.0f}%",
        "usual": row.need["is_in_usual_share"],
    }


def report_text(row: Assessment) -> ReportText:
    """Put the words of the report together."""
    need = need_shown(row)
    told = (
        _("资金需求：想用 %(asked)s，算下来还缺 %(lacking)s，需求比 %(ratio)s，%(verdict)s。")
        % {
            "asked": yuan(need["requested"]),
            "lacking": yuan(need["lacking"]),
            "ratio": need["ratio"] or "—",
            "verdict": need["verdict"],
        }
        if need
        else _("资金需求：没有申报。")
    )
    return ReportText(
        title=_("经营评估（参考）"),
        sub=f"{row.merchant.legal_name or row.merchant.name} · {row.window_from} — {row.window_until} · "
        f"{row.assessment_no} · {row.model.version}",
        results=[
            {"name": _("真实性"), "value": str(row.authenticity), "most": "400"},
            {"name": _("经营"), "value": str(row.operation), "most": "400"},
            {"name": _("流通"), "value": str(row.circulation), "most": "200"},
        ],
        why=_("扣分最多的地方"),
        reasons=[f"{reason['name']}：{reason['sentence']}" for reason in reasons_of(row)],
        head=[_("指标"), _("本户"), _("同行中间"), _("得分")],
        rows=[
            [one["name"], one["value"], one["peer"], f"{one['points']} / {one['of']}"] for one in features_shown(row)
        ],
        need=told,
        note=_("三项结果各看各的，不相加。本评估只供参考，不是审批，也不是额度；由商户本人决定交给谁。"),
        foot=_("核对真伪：%(url)s　输入指纹 %(hash)s") % {"url": verify_url(), "hash": row.input_hash[:16]},
    )

"""Both sides of a difference beside each other."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.models import Discrepancy
from payments.rules.bill import SUCCESS
from silk_road_ebao.face.figures import yuan

NAMES: tuple[tuple[str, str | Promise], ...] = (
    ("status", _("状态")), ("fee_fen", _("手续费")), ("sub_mchid", _("商户号")), ("trade_no", _("机构单号")),
    ("refund_no", _("机构退款号")), ("attempt_no", _("原支付号")), ("receiver", _("接收方")),
    ("split_no", _("机构分账号")), ("day", _("日期")),
)  # fmt: skip
DONE = ("PAID", "SUCCEEDED")
"""What we call what acquirers call SUCCESS."""


@dataclass(frozen=True, slots=True)
class Side:
    """One field as we have it and as they have it."""

    name: str
    ours: str
    theirs: str
    differs: bool


def sides_of(row: Discrepancy) -> list[Side]:
    """Lay out every field that either side has; amounts first, in yuan."""
    found: list[tuple[str, str | Promise, object, object]] = [("amount_fen", _("金额"), row.ours_fen, row.theirs_fen)]
    found += [(key, name, row.ours.get(key), row.theirs.get(key)) for key, name in NAMES]
    return [
        Side(str(name), _text(key, ours), _text(key, theirs), not _agree(ours, theirs))
        for key, name, ours, theirs in found
        if ours is not None or theirs is not None
    ]


def _agree(ours: object, theirs: object) -> bool:
    """Tell whether both say the same, each in its own words."""
    return ours == theirs or (ours in DONE and theirs == SUCCESS)


def _text(key: str, value: object) -> str:
    if value is None:
        return "—"
    return str(yuan(value)) if key.endswith("_fen") and isinstance(value, int) else str(value)

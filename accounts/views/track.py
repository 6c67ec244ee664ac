"""How far an onboarding has come: our own two signatures, then each acquirer's machine as it last answered."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import AcquirerApplication, Onboarding
from accounts.selectors.onboardings import applications_of

STATIONS = (
    ("WAITING", _("备资料")),
    ("EDITTING", _("资料送到")),
    ("AUDITING", _("机构审核")),
    ("TO_BE_CONFIRMED", _("验证账户")),
    ("TO_BE_SIGNED", _("签约")),
    ("SIGNING", _("开通权限")),
    ("FINISHED", _("可以收款")),
)

FIRST = {"REJECTED": 0, "TO_BE_CONFIRMED": 0, "TO_BE_SIGNED": 0, "WAITING": 2, "CANCELED": 3}
"""What waits for the merchant stands first."""
LINKS = {"TO_BE_CONFIRMED": _("去验证账户"), "TO_BE_SIGNED": _("去签约")}


@dataclass(frozen=True, slots=True)
class Station:
    """One step: its name and whether it lies behind, is where it stands, or is to come."""

    label: str | Promise
    state: str
    note: str | Promise = ""


@dataclass(frozen=True, slots=True)
class AcquirerTrack:
    """One acquirer's machine."""

    row: AcquirerApplication
    stations: list[Station]
    link_label: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Track:
    """Ours, then theirs."""

    ours: list[Station]
    acquirers: list[AcquirerTrack]


def track_of(row: Onboarding) -> Track:
    """Lay an onboarding out as a track."""
    rows = sorted(applications_of(row), key=lambda one: (FIRST.get(one.status, 1), one.acquirer.code))
    return Track(_ours(row), [_acquirer(one) for one in rows])


def _acquirer(one: AcquirerApplication) -> AcquirerTrack:
    """Lead the merchant on only where the acquirer waits for him."""
    label = LINKS.get(one.status, "") if one.sign_url else ""
    return AcquirerTrack(one, _theirs(one), label)


def _ours(row: Onboarding) -> list[Station]:
    is_in = row.status in ("SUBMITTED", "APPROVED")
    review = {"APPROVED": "done", "SUBMITTED": "now"}.get(row.status, "ahead")
    return [
        Station(_("填资料"), "done" if is_in else "now", row.rejection_reason),
        Station(_("两位工作人员审核"), review, _("一般一个工作日") if review == "now" else ""),
        Station(_("通过，开摊"), "done" if row.status == "APPROVED" else "ahead"),
    ]


def _theirs(one: AcquirerApplication) -> list[Station]:
    """Lay the acquirer's machine out; what it sent back or gave up stands where it examines papers."""
    order = [code for code, _label in STATIONS]
    is_back = one.status in ("REJECTED", "CANCELED")
    place = order.index("AUDITING" if is_back else one.status)
    stations = []
    for index, (_code, label) in enumerate(STATIONS):
        is_over = index < place or one.status == "FINISHED"
        here = "bad" if is_back else "now"
        state = "done" if is_over else here if index == place else "ahead"
        text = label
        if is_back and index == place:
            text = _("机构退回") if one.status == "REJECTED" else _("已撤销")
        stations.append(Station(text, state, _reason(one) if index == place and not is_over else ""))
    return [stations[0], stations[-1]] if one.status == "WAITING" else stations


def _reason(one: AcquirerApplication) -> str:
    """Show a reason in the reader's language where it is our own; an acquirer's words stay as they came."""
    return gettext(one.reason) if one.reason else ""

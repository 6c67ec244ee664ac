"""How far an onboarding has come: our own two signatures, then each acquirer's machine as it last answered."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import AcquirerApplication, Onboarding
from accounts.selectors.onboardings import applications_of

STATIONS = (
    ("EDITTING", _("资料送到")),
    ("AUDITING", _("机构审核")),
    ("TO_BE_CONFIRMED", _("等你验证账户")),
    ("TO_BE_SIGNED", _("等你签约")),
    ("SIGNING", _("开通权限")),
    ("FINISHED", _("可以收款")),
)


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


@dataclass(frozen=True, slots=True)
class Track:
    """Ours, then theirs."""

    ours: list[Station]
    acquirers: list[AcquirerTrack]


def track_of(row: Onboarding) -> Track:
    """Lay an onboarding out as a track."""
    return Track(_ours(row), [AcquirerTrack(one, _theirs(one)) for one in applications_of(row)])


def _ours(row: Onboarding) -> list[Station]:
    is_in = row.status in ("SUBMITTED", "APPROVED")
    review = {"APPROVED": "done", "SUBMITTED": "now"}.get(row.status, "ahead")
    return [
        Station(_("填资料"), "done" if is_in else "now", row.rejection_reason),
        Station(_("两位工作人员审核"), review, _("一般一个工作日") if review == "now" else ""),
        Station(_("通过，开摊"), "done" if row.status == "APPROVED" else "ahead"),
    ]


def _theirs(one: AcquirerApplication) -> list[Station]:
    order = [code for code, _label in STATIONS]
    place = order.index(one.status) if one.status in order else -1
    stations = []
    for index, (_code, label) in enumerate(STATIONS):
        is_over = index < place or one.status == "FINISHED"
        state = "done" if is_over else "now" if index == place else "ahead"
        stations.append(Station(label, state, one.reason if index == place else ""))
    if one.status in ("REJECTED", "CANCELED"):
        stations.append(Station(_("机构退回") if one.status == "REJECTED" else _("已撤销"), "bad", one.reason))
    return stations

"""Credit accounts as their banks report them."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import CreditAccount, CreditActivation, CreditKind, Institution
from accounts.rules.bands import LIMIT_BANDS, USAGE_BANDS
from accounts.selectors.parties import Party, party_columns
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition


class CreditReportRefused(Refusal):
    """A band that does not exist, a day in the future, or a reference that looks like an account number."""

    message = _("报告内容不对：%(what)s")


class HolderChanged(Refusal):
    """The bank's reference stands for another holder."""

    message = _("这个银行参考号已经属于另一位客户")
    field = "bank_reference"


@transaction.atomic
def report_credit_account(
    *,
    bank: Institution,
    bank_reference: str,
    holder: Party,
    kind: str,
    state: str,
    limit_band: str,
    usage_band: str,
    reported_at: datetime,
    actor: Actor,
    at: datetime,
    opened_date: date | None = None,
) -> CreditAccount:
    """Record a bank's report on one credit account; a report older than the last changes nothing.

    Raises:
        CreditReportRefused, HolderChanged
        IllegalTransition: a closed account reported alive.
    """
    _refuse_unreadable(bank_reference, limit_band, usage_band, reported_at, at)
    account, is_new = CreditAccount.objects.get_or_create(
        bank=bank,
        bank_reference=bank_reference,
        defaults={
            "credit_account_no": new_no("CRA"),
            "status": "REPORTED",
            "kind": CreditKind(kind).value,
            **party_columns(holder, "holder"),
            "limit_band": limit_band,
            "usage_band": usage_band,
            "opened_date": opened_date,
            "reported_at": reported_at,
        },
    )
    account = CreditAccount.objects.select_for_update().get(pk=account.pk)
    if any(getattr(account, name) != party for name, party in party_columns(holder, "holder").items()):
        raise HolderChanged
    if not is_new and reported_at <= account.reported_at:
        return account
    told = {"limit_band": limit_band, "usage_band": usage_band, "reported_at": reported_at}
    CreditAccount.objects.filter(pk=account.pk).update(**told)
    account.refresh_from_db()
    if state != account.status:
        first = {"activated_at": reported_at} if state == "ACTIVE" and account.activated_at is None else {}
        transition(account, state, actor=actor, at=at, reason="reported by bank", **first)
    record(
        actor=actor,
        action="accounts.credit_account.report",
        subject=account.credit_account_no,
        at=at,
        detail={"state": state, "kind": kind},
    )
    return account


def _refuse_unreadable(
    bank_reference: str, limit_band: str, usage_band: str, reported_at: datetime, at: datetime
) -> None:
    digits = bank_reference.replace(" ", "").replace("-", "")
    if not bank_reference or (digits.isdigit() and len(digits) >= 12):
        raise CreditReportRefused(what="bank_reference", field="bank_reference")
    if limit_band not in LIMIT_BANDS:
        raise CreditReportRefused(what="limit_band", field="limit_band")
    if usage_band not in USAGE_BANDS:
        raise CreditReportRefused(what="usage_band", field="usage_band")
    if reported_at > at:
        raise CreditReportRefused(what="reported_at", field="reported_at")


@transaction.atomic
def record_activation_days(*, account: CreditAccount, days: Iterable[date], actor: Actor, at: datetime) -> int:
    """Record the days an account was used on; days known already count once. Returns how many were new.

    Raises:
        CreditReportRefused: a day in the future.
    """
    wanted = set(days)
    if any(day > business_date(at) for day in wanted):
        raise CreditReportRefused(what="active_date", field="active_date")
    before = CreditActivation.objects.filter(credit_account=account).count()
    CreditActivation.objects.bulk_create(
        [CreditActivation(credit_account=account, active_date=day) for day in sorted(wanted)], ignore_conflicts=True
    )
    return CreditActivation.objects.filter(credit_account=account).count() - before

"""What a bank reports about its credit accounts, in bands, with the days they were used on."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import CreditAccount, Institution
from accounts.services.credit_accounts import record_activation_days, report_credit_account
from banking.selectors.credit_accounts import credit_accounts_at
from banking.selectors.customers import customer_of
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.refusals import Refusal


class CustomerUnknown(Refusal):
    """No such customer, or one who has nothing to do with this bank: 404, whichever it is."""

    message = _("没有这位客户")
    field = "customer_no"


@transaction.atomic
def take_credit_report(
    *, bank: Institution, customer_no: str, active_dates: Iterable[date], actor: Actor, at: datetime, **report: Any
) -> CreditAccount:
    """Record a report on one credit account and the days it was used on.

    Args:
        report: what `report_credit_account` takes besides bank, holder, actor and at.

    Raises:
        CustomerUnknown, CreditReportRefused, HolderChanged, IllegalTransition
    """
    holder = customer_of(bank, customer_no)
    if holder is None:
        raise CustomerUnknown
    account = report_credit_account(bank=bank, holder=holder, actor=actor, at=at, **report)
    record_activation_days(account=account, days=active_dates, actor=actor, at=at)
    return credit_accounts_at(bank).get(pk=account.pk)

"""Facts of the lower floors become events of the one partner they concern."""

from collections.abc import Iterable

from accounts.models import SettlementAccount
from accounts.selectors.institutions import institution_by_code
from accounts.selectors.verification_requests import may_be_told
from banking.selectors.settlement_accounts import banks_of_merchants
from banking.services import partner_keys
from banking.services.partner_events import tell_partner
from silk_road_ebao.kernel.clock import now
from silk_road_ebao.kernel.outbox import Fact, on

VERBS = (partner_keys.ROTATE,)
"""What two operators may agree upon in this room; loaded in every process with this file."""

TOLD_PHASES = frozenset({"VERIFIED", "CLOSED"})
"""What a bank learns about an account it holds: in use here, or no longer. Changes under review are not its affair."""


@on("accounts.settlement_account.waiting")
def tell_waiting_account(fact: Fact) -> None:
    """Tell the account's bank that its word is awaited."""
    account = _account(fact)
    if not may_be_told(account=account, at=now()):
        return
    tell_partner(
        institution=account.bank,
        type="settlement_account.verification_requested",
        data=_only(fact, ("account_no",)),
        source=_source(fact),
        at=fact.at,
    )


@on("accounts.settlement_account.changed")
def tell_changed_account(fact: Fact) -> None:
    """Tell the account's bank that a merchant's account came into use or went out of use, if it may know of it."""
    account = _account(fact)
    if fact.payload["phase"] in TOLD_PHASES and may_be_told(account=account, at=now()):
        tell_partner(
            institution=account.bank,
            type="settlement_account.changed",
            data=_only(fact, ("account_no", "phase")),
            source=_source(fact),
            at=fact.at,
        )


@on("accounts.consent.given")
def tell_given_consent(fact: Fact) -> None:
    """Tell the recipient of an authorisation."""
    _tell_recipient("consent.given", fact)


@on("accounts.consent.withdrawn")
def tell_withdrawn_consent(fact: Fact) -> None:
    """Tell the recipient that an authorisation is over; reads have been refused since that moment already (R14)."""
    _tell_recipient("consent.withdrawn", fact)


@on("payments.business_day.published")
def tell_published_day(fact: Fact) -> None:
    """Tell every bank of a merchant's account that a day's settlement statements are out; no figures."""
    for bank in banks_of_merchants():
        tell_partner(
            institution=bank,
            type="business_day.published",
            data={"business_date": fact.payload["date"]},
            source=_source(fact),
            at=fact.at,
        )


def _tell_recipient(type: str, fact: Fact) -> None:
    tell_partner(
        institution=institution_by_code(fact.payload["recipient"]),
        type=type,
        data=_only(fact, ("consent_no", "purpose")),
        source=_source(fact),
        at=fact.at,
    )


def _account(fact: Fact) -> SettlementAccount:
    rows = SettlementAccount.objects.select_related("bank", "owner_merchant", "owner_person")
    return rows.get(account_no=fact.payload["account_no"])


def _only(fact: Fact, names: Iterable[str]) -> dict[str, str]:
    return {name: fact.payload[name] for name in names}


def _source(fact: Fact) -> str:
    return f"{fact.topic}:{fact.key}"

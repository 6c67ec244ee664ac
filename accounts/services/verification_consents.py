"""Consent to have an account verified by its bank: asked where the account is added, never ticked beforehand."""

from datetime import datetime, timedelta

from accounts.models import Consent, SettlementAccount
from accounts.selectors.consents import latest_text
from accounts.selectors.parties import Party
from accounts.selectors.verification_requests import KINDS, PURPOSE
from accounts.services.consent_grants import grant_consent
from silk_road_ebao.kernel.actors import Actor

LASTS = timedelta(days=365)
"""A year: the bank is asked again after six silent months (R11)."""


def agree_to_verification(
    *, account: SettlementAccount, subject: Party, agreed: bool, signature: str, actor: Actor, at: datetime
) -> Consent:
    """Give the account's bank number and name for verification; the bank is told of the account thereby.

    Raises:
        ConsentNotTicked, TextAltered
    """
    return grant_consent(
        subject=subject,
        recipient=account.bank,
        kinds=KINDS,
        text=latest_text(PURPOSE),
        expires_at=at + LASTS,
        agreed=agreed,
        signature=signature,
        actor=actor,
        at=at,
    )

"""A consent its subject gives of his own accord: asked for and given in one step."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import Consent, ConsentText, Institution
from accounts.selectors.parties import Party
from accounts.services.consents import give_consent, request_consent
from accounts.services.refused_attempts import audited
from silk_road_ebao.kernel.actors import Actor


@audited(action="accounts.consent.grant")
@transaction.atomic
def grant_consent(
    *,
    subject: Party,
    recipient: Institution,
    kinds: Iterable[str],
    text: ConsentText,
    expires_at: datetime,
    agreed: bool,
    signature: str,
    actor: Actor,
    at: datetime,
) -> Consent:
    """Write the consent and sign it with the subject's own tick; without the tick nothing is written (R14).

    Raises:
        KindsMissing, ConsentTooLong, TextAltered, ConsentNotTicked
    """
    asked = request_consent(
        subject=subject, recipient=recipient, kinds=kinds, text=text, expires_at=expires_at, actor=actor, at=at
    )
    return give_consent(consent=asked, subject=subject, agreed=agreed, signature=signature, actor=actor, at=at)

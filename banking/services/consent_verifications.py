"""A partner asks whether an authorisation covers what it is about to read."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import Consent, Disclosure
from accounts.selectors.consents import ConsentMissing
from accounts.services.disclosures import disclose
from silk_road_ebao.kernel.actors import Actor


@transaction.atomic
def verify_consent(*, consent: Consent, kinds: Iterable[str], actor: Actor, at: datetime) -> Disclosure:
    """Confirm that this very consent is in force for these kinds of data, and log the reading (R14, R16).

    Raises:
        ConsentMissing: withdrawn, expired, not given, or for other kinds: 403.
        ChannelNotPermitted: an assessment of a natural person asked for by a bank (R15).
    """
    subject = consent.subject_person or consent.subject_merchant
    assert subject is not None  # consent_one_subject
    disclosure = disclose(
        subject=subject,
        recipient=consent.recipient,
        purpose=consent.purpose,
        kinds=kinds,
        what=consent.consent_no,
        actor=actor,
        at=at,
        data_from=consent.data_from,
        data_until=consent.data_until,
    )
    if disclosure.consent_id != consent.pk:  # superseded by another one for the same use
        raise ConsentMissing
    return disclosure

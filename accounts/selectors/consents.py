"""Reads of consents. None of them is ever cached: a withdrawal stops the very next read (R14)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, ConsentText, Disclosure, Institution
from accounts.selectors.parties import Party, party_columns
from silk_road_ebao.kernel.refusals import Refusal


class ConsentMissing(Refusal):
    """No consent in force covers the recipient, purpose, kinds and range: 403."""

    message = _("没有得到授权，不能提供这些资料")


def consents_of(party: Party) -> QuerySet[Consent]:
    """List everything a party was asked or agreed to, newest first."""
    return (
        Consent.objects.filter(**_filled(party, "subject"))
        .select_related("recipient", "text")
        .order_by("-requested_at")
    )


def consent_of(party: Party, consent_no: str) -> Consent:
    """Find a consent of this party only; raises Consent.DoesNotExist for anybody else's."""
    return consents_of(party).get(consent_no=consent_no)


def consents_to(institution: Institution) -> QuerySet[Consent]:
    """List the consents that name this recipient, newest first: what its API may show."""
    return (
        Consent.objects.filter(recipient=institution)
        .select_related("subject_person", "subject_merchant", "text")
        .order_by("-requested_at", "-id")
    )


def check_consent(
    *,
    subject: Party,
    recipient: Institution,
    purpose: str,
    kinds: Iterable[str],
    at: datetime,
    data_from: date | None = None,
    data_until: date | None = None,
    lock: bool = False,
) -> Consent:
    """Return the consent that covers this disclosure now: recipient, purpose, every kind, and the range of data.

    Read from the table each time. ``lock`` holds off a withdrawal until the caller's transaction has ended.

    Raises:
        ConsentMissing
    """
    rows = consents_covering(
        recipient=recipient, purpose=purpose, kinds=kinds, at=at, data_from=data_from, data_until=data_until
    ).filter(**_filled(subject, "subject"))
    consent = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if consent is None:
        raise ConsentMissing
    return consent


def consents_covering(
    *,
    recipient: Institution | OuterRef,
    purpose: str,
    kinds: Iterable[str],
    at: datetime,
    data_from: date | None = None,
    data_until: date | None = None,
) -> QuerySet[Consent]:
    """List everybody's consents that cover a disclosure at a moment; none where no kind is named.

    What ``check_consent`` asks about one subject, for a list to be narrowed by in the same statement
    (``recipient`` may be a column of that list).
    """
    wanted = sorted(set(kinds))
    if not wanted:
        return Consent.objects.none()
    return Consent.objects.filter(
        _covers(data_from, data_until),
        recipient=recipient,
        purpose=purpose,
        status="ACTIVE",
        kinds__contains=wanted,
        given_at__lte=at,
        expires_at__gt=at,
    )


def _covers(data_from: date | None, data_until: date | None) -> Q:
    """Match consents whose range holds the range asked for; an open end asked for needs an open end given."""
    begins = Q(data_from__isnull=True) | (Q(data_from__lte=data_from) if data_from else Q(pk=None))
    ends = Q(data_until__isnull=True) | (Q(data_until__gte=data_until) if data_until else Q(pk=None))
    return begins & ends


def latest_text(purpose: str) -> ConsentText:
    """Find the wording in use for a purpose; raises ConsentText.DoesNotExist."""
    text = ConsentText.objects.filter(purpose=purpose).order_by("-published_at", "-id").first()
    if text is None:
        raise ConsentText.DoesNotExist(purpose)
    return text


def disclosures_of(party: Party) -> QuerySet[Disclosure]:
    """List what was handed out about a party, newest first."""
    return (
        Disclosure.objects.filter(**_filled(party, "subject"))
        .select_related("recipient", "consent")
        .order_by("-disclosed_at", "-id")
    )


def _filled(party: Party, prefix: str) -> dict[str, Party]:
    return {name: row for name, row in party_columns(party, prefix).items() if row is not None}

"""Consents: given item by item, withdrawn in one step (R14, 个人信息保护法 13–17, 23)."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, ConsentPurpose, ConsentText, DataKind, Institution
from accounts.selectors.parties import Party, party_columns, party_key
from accounts.services.refused_attempts import audited
from accounts.services.verification_requests import tell_waiting_accounts
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.canonical import digest
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition, transition_many


class ConsentNotTicked(Refusal):
    """Nothing was ticked: silence is no consent."""

    message = _("请先看完授权书，再亲手勾选同意")
    field = "agreed"


class KindsMissing(Refusal):
    """No kinds of data named, or one that does not exist."""

    message = _("请勾选要提供的资料")
    field = "kinds"


class ConsentTooLong(Refusal):
    """It would have ended before it began."""

    message = _("授权的到期日要晚于今天")
    field = "expires_at"


class TextAltered(Refusal):
    """The wording no longer has the hash fixed at publication (R23)."""

    message = _("授权书文本有变动，请刷新后重新阅读")
    field = "text"


class NotTheSubject(Refusal):
    """Somebody else's consent."""

    message = _("没有这份授权")


@transaction.atomic
def publish_consent_text(*, purpose: str, version: str, body: str, actor: Actor, at: datetime) -> ConsentText:
    """Publish a wording with its fixed hash; the same version with other words is refused.

    Raises:
        TextAltered
    """
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    text, is_new = ConsentText.objects.get_or_create(
        purpose=ConsentPurpose(purpose).value,
        version=version,
        defaults={"body": body, "sha256": sha256, "published_at": at},
    )
    if text.sha256 != sha256:
        raise TextAltered
    if is_new:
        record(
            actor=actor,
            action="accounts.consent_text.publish",
            subject=f"{purpose} {version}",
            at=at,
            detail={"sha256": sha256},
        )
    return text


@transaction.atomic
def request_consent(
    *,
    subject: Party,
    recipient: Institution,
    kinds: Iterable[str],
    text: ConsentText,
    expires_at: datetime,
    actor: Actor,
    at: datetime,
    data_from: date | None = None,
    data_until: date | None = None,
) -> Consent:
    """Lay a consent before its subject. It allows nothing until it is given.

    Raises:
        KindsMissing, ConsentTooLong, TextAltered
    """
    wanted = _read_kinds(kinds)
    if expires_at <= at:
        raise ConsentTooLong
    if hashlib.sha256(text.body.encode()).hexdigest() != text.sha256:
        raise TextAltered
    consent = Consent.objects.create(
        consent_no=new_no("CON"),
        status="REQUESTED",
        **party_columns(subject, "subject"),
        recipient=recipient,
        purpose=text.purpose,
        kinds=wanted,
        data_from=data_from,
        data_until=data_until,
        text=text,
        text_sha256=text.sha256,
        requested_at=at,
        expires_at=expires_at,
    )
    record(
        actor=actor,
        action="accounts.consent.request",
        subject=consent.consent_no,
        at=at,
        detail={"recipient": recipient.code, "purpose": text.purpose, "kinds": wanted},
    )
    return consent


def _read_kinds(kinds: Iterable[str]) -> list[str]:
    wanted = sorted(set(kinds))
    if not wanted or not set(wanted) <= set(DataKind.values):
        raise KindsMissing
    return wanted


@audited(action="accounts.consent.give")
@transaction.atomic
def give_consent(
    *, consent: Consent, subject: Party, agreed: bool, signature: str, actor: Actor, at: datetime
) -> Consent:
    """Give a requested consent with one's own tick; it supersedes the one in force for the same use.

    ``signature`` is the evidence of who agreed (for instance the session and the code confirmed by SMS); only
    the hash over it and every term is kept.

    Raises:
        ConsentNotTicked: ``agreed`` is not True, or no signature.
        NotTheSubject, TextAltered, ConsentTooLong
    """
    type(subject).objects.select_for_update(no_key=True, of=("self",)).get(pk=subject.pk)
    row = Consent.objects.select_for_update(of=("self",)).select_related("recipient", "text").get(pk=consent.pk)
    if _subject_key(row) != party_key(subject):
        raise NotTheSubject
    if agreed is not True or not signature:
        raise ConsentNotTicked
    if row.expires_at <= at:
        raise ConsentTooLong
    if row.text.sha256 != row.text_sha256 or hashlib.sha256(row.text.body.encode()).hexdigest() != row.text_sha256:
        raise TextAltered
    before = _in_force(row)
    if before is not None:
        transition(before, "SUPERSEDED", actor=actor, at=at, reason=row.consent_no)
    transition(
        row, "ACTIVE", actor=actor, at=at, given_at=at, signature_hash=_sign(row, signature, at), supersedes=before
    )
    record(actor=actor, action="accounts.consent.give", subject=row.consent_no, at=at, detail={})
    if row.purpose == ConsentPurpose.ACCOUNT_VERIFICATION:
        tell_waiting_accounts(subject=subject, bank=row.recipient, at=at)
    emit(
        "accounts.consent.given",
        key=row.consent_no,
        payload={"consent_no": row.consent_no, "recipient": row.recipient.code, "purpose": row.purpose},
        at=at,
    )
    return row


def _subject_key(consent: Consent) -> str:
    party = consent.subject_person or consent.subject_merchant
    assert party is not None  # consent_one_subject
    return party_key(party)


def _in_force(consent: Consent) -> Consent | None:
    return (
        Consent.objects.select_for_update(of=("self",))
        .filter(
            subject_person=consent.subject_person_id,
            subject_merchant=consent.subject_merchant_id,
            recipient=consent.recipient_id,
            purpose=consent.purpose,
            status="ACTIVE",
        )
        .first()
    )


def _sign(consent: Consent, signature: str, at: datetime) -> str:
    """Return the hash over every term of the consent and the evidence of who agreed."""
    terms = {
        "consent_no": consent.consent_no,
        "subject": _subject_key(consent),
        "recipient": consent.recipient.code,
        "purpose": consent.purpose,
        "kinds": consent.kinds,
        "data_from": consent.data_from,
        "data_until": consent.data_until,
        "text_sha256": consent.text_sha256,
        "expires_at": consent.expires_at,
        "given_at": at,
        "signature": signature,
    }
    return digest(terms).hex()


def consent_holds(*, consent: Consent, signature: str) -> bool:
    """Say whether not one byte of a given consent's terms has changed since it was signed (R23)."""
    return consent.given_at is not None and _sign(consent, signature, consent.given_at) == consent.signature_hash


@transaction.atomic
def withdraw_consent(*, consent: Consent, subject: Party, actor: Actor, at: datetime, reason: str = "") -> Consent:
    """Withdraw a consent (or decline a request): the very next read is refused (R14).

    Raises:
        NotTheSubject
        IllegalTransition: it is over already.
    """
    row = Consent.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=consent.pk)
    if _subject_key(row) != party_key(subject):
        raise NotTheSubject
    transition(row, "REVOKED", actor=actor, at=at, reason=reason or "withdrawn", withdrawn_at=at)
    record(actor=actor, action="accounts.consent.withdraw", subject=row.consent_no, at=at, detail={})
    emit(
        "accounts.consent.withdrawn",
        key=row.consent_no,
        payload={"consent_no": row.consent_no, "recipient": row.recipient.code, "purpose": row.purpose},
        at=at,
    )
    return row


def expire_consents(*, at: datetime) -> int:
    """Mark what is past its day as expired; reads refuse it from that moment anyway. Returns how many."""
    over = Consent.objects.filter(expires_at__lte=at)
    return sum(
        transition_many(over, status, "EXPIRED", actor=SYSTEM, at=at, reason="past its day")
        for status in ("REQUESTED", "ACTIVE")
    )

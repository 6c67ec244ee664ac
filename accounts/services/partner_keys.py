"""Keys of partner institutions: added, changed with an overlap, revoked at once."""

import hashlib
from datetime import datetime, timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, PartnerKey
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.refusals import Refusal

ALGORITHM = "ed25519"
OVERLAP = timedelta(days=7)


class KeyUnreadable(Refusal):
    """Not a PEM of an Ed25519 public key."""

    message = _("这不是 Ed25519 公钥(PEM)，请重新粘贴")
    field = "public_key_pem"


class KeyKnown(Refusal):
    """The key or its id is in use."""

    message = _("这个公钥或密钥号已经登记过，请换一把")
    field = "keyid"


@transaction.atomic
def add_key(
    *,
    institution: Institution,
    keyid: str,
    public_key_pem: str,
    actor: Actor,
    at: datetime,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> PartnerKey:
    """Register a partner's public key.

    Raises:
        KeyUnreadable: no Ed25519 public key.
        KeyKnown: the same key or key id stands already, be it revoked or of another partner.
    """
    pem, fingerprint = _read(public_key_pem)
    try:
        with transaction.atomic():
            key = PartnerKey.objects.create(
                institution=institution,
                keyid=keyid,
                algorithm=ALGORITHM,
                public_key_pem=pem,
                fingerprint=fingerprint,
                valid_from=valid_from or at,
                valid_until=valid_until,
            )
    except IntegrityError:
        raise KeyKnown from None
    record(
        actor=actor,
        action="accounts.partner_key.add",
        subject=institution.code,
        at=at,
        detail={"keyid": keyid, "fingerprint": fingerprint},
    )
    return key


def _read(public_key_pem: str) -> tuple[str, str]:
    """Return the key rewritten in one form and the SHA-256 of its raw bytes."""
    try:
        key = load_pem_public_key(public_key_pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        raise KeyUnreadable from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnreadable
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return pem, hashlib.sha256(key.public_bytes_raw()).hexdigest()


@transaction.atomic
def rotate_key(
    *,
    institution: Institution,
    keyid: str,
    public_key_pem: str,
    actor: Actor,
    at: datetime,
    overlap: timedelta = OVERLAP,
) -> PartnerKey:
    """Register a partner's next key; the keys in use end after the overlap, not before (F21).

    Raises:
        KeyUnreadable, KeyKnown
    """
    Institution.objects.select_for_update().get(pk=institution.pk)
    end = at + overlap
    live = PartnerKey.objects.filter(institution=institution, revoked_at__isnull=True)
    live.filter(valid_until__isnull=True).update(valid_until=end)
    live.filter(valid_until__gt=end).update(valid_until=end)
    return add_key(institution=institution, keyid=keyid, public_key_pem=public_key_pem, actor=actor, at=at)


@transaction.atomic
def revoke_key(*, key: PartnerKey, reason: str, actor: Actor, at: datetime) -> None:
    """Kill a key at once; a second revocation changes nothing."""
    if PartnerKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=at):
        record(
            actor=actor,
            action="accounts.partner_key.revoke",
            subject=key.institution.code,
            at=at,
            detail={"keyid": key.keyid, "reason": reason},
        )

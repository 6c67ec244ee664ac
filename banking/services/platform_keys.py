"""Our own signing keys: made once per installation, changed with an overlap."""

import hashlib
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.db import IntegrityError, transaction

from banking.models import PlatformKey
from banking.selectors.platform_keys import signing_key
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.crypto import Sealed

OVERLAP = timedelta(days=30)
"""How long a replaced key stays published: partners fetch our keys at least monthly."""


def current_key(*, at: datetime) -> PlatformKey:
    """Return the key that signs, making the installation's first one if there is none."""
    key = signing_key()
    if key is not None:
        return key
    try:
        with transaction.atomic():
            return _make_key(actor=SYSTEM, at=at)
    except IntegrityError:  # another process was faster
        return PlatformKey.objects.get(replaced_at__isnull=True)


@transaction.atomic
def rotate_platform_key(*, actor: Actor, at: datetime) -> PlatformKey:
    """Make a new signing key; the one before stays published for thirty days, so that old answers still verify."""
    for old in PlatformKey.objects.select_for_update().filter(replaced_at__isnull=True):
        PlatformKey.objects.filter(pk=old.pk).update(replaced_at=at, published_until=at + OVERLAP)
    return _make_key(actor=actor, at=at)


def open_private_key(*, key: PlatformKey) -> Ed25519PrivateKey:
    """Open the private half for signing; kept open in this process."""
    sealed: Sealed = key.private_key_sealed
    return _open(sealed.blob, key)


@lru_cache(maxsize=4)
def _open(blob: bytes, key: PlatformKey) -> Ed25519PrivateKey:
    sealed: Sealed = key.private_key_sealed
    opened = load_pem_private_key(sealed.open().encode(), password=None)
    assert isinstance(opened, Ed25519PrivateKey)  # platform_key_algorithm
    return opened


def _make_key(*, actor: Actor, at: datetime) -> PlatformKey:
    private = Ed25519PrivateKey.generate()
    raw = private.public_key().public_bytes_raw()
    keyid = f"ebao-k{hashlib.sha256(raw).hexdigest()[:16]}"  # the letter: sixteen digits alone may pass for a card
    key = PlatformKey.objects.create(
        keyid=keyid,
        algorithm="ed25519",
        private_key_sealed=private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        public_key_pem=private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        created_at=at,
    )
    record(actor=actor, action="banking.platform_key.make", subject=keyid, at=at, detail={})
    return key

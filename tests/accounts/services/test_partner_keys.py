"""Keys of partners: rotation with an overlap, revocation at once (F21)."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accounts.models import Institution, PartnerKey
from accounts.selectors.partner_keys import keys_of, usable_key
from accounts.services.partner_keys import KeyKnown, KeyUnreadable, add_key, revoke_key, rotate_key
from silk_road_ebao.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db


def _pem():
    public = Ed25519PrivateKey.generate().public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_f21_both_keys_count_during_the_overlap_and_the_old_one_not_after(ccb, at):
    add_key(institution=ccb, keyid="ccb-1", public_key_pem=_pem(), actor=SYSTEM, at=at)
    turn = at + timedelta(days=100)

    rotate_key(institution=ccb, keyid="ccb-2", public_key_pem=_pem(), actor=SYSTEM, at=turn)

    assert usable_key("ccb-2", at) is None
    inside, end = turn + timedelta(days=7) - timedelta(seconds=1), turn + timedelta(days=7)
    assert usable_key("ccb-1", inside) is not None
    assert usable_key("ccb-2", inside) is not None
    assert usable_key("ccb-1", end) is None
    assert [key.keyid for key in keys_of(ccb)] == ["ccb-2", "ccb-1"]


def test_a_revoked_key_is_dead_at_once_and_cannot_be_registered_again(ccb, at):
    pem = _pem()
    key = add_key(institution=ccb, keyid="ccb-1", public_key_pem=pem, actor=SYSTEM, at=at)

    revoke_key(key=key, reason="泄露", actor=SYSTEM, at=at)

    assert usable_key("ccb-1", at) is None
    for keyid, other in (("ccb-9", pem), ("ccb-1", _pem())):
        with pytest.raises(KeyKnown):
            add_key(institution=ccb, keyid=keyid, public_key_pem=other, actor=SYSTEM, at=at)
    assert PartnerKey.objects.count() == 1


def test_keys_of_an_institution_out_of_service_do_not_count(ccb, at):
    add_key(institution=ccb, keyid="ccb-1", public_key_pem=_pem(), actor=SYSTEM, at=at)

    Institution.objects.filter(pk=ccb.pk).update(status="SUSPENDED")

    assert usable_key("ccb-1", at) is None


def test_only_an_ed25519_public_key_is_taken(ccb, at):
    rsa = generate_private_key(65537, 2048).public_key()
    rsa_pem = rsa.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    for text in ("", "hello", rsa_pem, _pem()[:60]):
        with pytest.raises(KeyUnreadable):
            add_key(institution=ccb, keyid="ccb-1", public_key_pem=text, actor=SYSTEM, at=at)

    assert not PartnerKey.objects.exists()

"""A partner in tests: signs as a bank would, calls through Django's test client, checks our signature."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms

from accounts.services.partner_keys import add_key, rotate_key
from banking.models import PlatformKey
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import wire_now

HOST = "http://testserver"
ROOT = "/partner/v1"
TAG = "ebao-bank-v1"


def key_pair():
    """Make a key pair: private and public PEM."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), public


class One(HTTPSignatureKeyResolver):
    """The same key for every id."""

    def __init__(self, key):
        self.key = key

    def resolve_private_key(self, key_id):
        return self.key

    def resolve_public_key(self, key_id):
        return self.key


@dataclass
class Partner:
    """One institution with one key."""

    institution: object
    client: object
    keyid: str
    private_key: bytes
    prepared: list = field(default_factory=list)

    @classmethod
    def of(cls, institution, client, *, keyid=""):
        """Give the institution a key that has been in force for an hour."""
        private, public = key_pair()
        name = keyid or f"{institution.code.lower()}-{secrets.token_hex(4)}"
        add_key(
            institution=institution,
            keyid=name,
            public_key_pem=public,
            actor=SYSTEM,
            at=wire_now() - timedelta(hours=1),
        )
        return cls(institution, client, name, private)

    def next_key(self, *, at):
        """Rotate to another key at a moment."""
        private, public = key_pair()
        name = f"{self.institution.code.lower()}-{secrets.token_hex(4)}"
        rotate_key(institution=self.institution, keyid=name, public_key_pem=public, actor=SYSTEM, at=at)
        return Partner(self.institution, self.client, name, private)

    def sign(self, method, url, body=None, *, headers=None, **how):
        """Return the headers of a signed request; `how` may change created, nonce, tag, covered, key."""
        request = SimpleNamespace(method=method, url=url, headers=dict(headers or {}))
        if body is not None:
            request.headers.setdefault("Content-Type", "application/json")
        signer = HTTPMessageSigner(
            signature_algorithm=algorithms.ED25519, key_resolver=One(how.get("key", self.private_key))
        )
        signer.sign(
            request,
            key_id=how.get("keyid", self.keyid),
            created=how.get("created") or wire_now(),
            nonce=how.get("nonce", secrets.token_urlsafe(18)),
            tag=how.get("tag", TAG),
            covered_component_ids=how.get("covered", ("@method", "@target-uri")),
            body=body,
            use_existing_digest=how.get("use_existing_digest", False),
        )
        return request.headers

    def send(self, method, path, headers, body=None, *, query=""):
        """Send a request as it is."""
        return self.client.generic(
            method,
            f"{path}{query}",
            body or b"",
            content_type=headers.get("Content-Type", ""),
            headers={name: value for name, value in headers.items() if name != "Content-Type"},
        )

    def get(self, path, query="", **how):
        """Read something."""
        headers = self.sign("GET", f"{HOST}{ROOT}{path}{query}", **how)
        return self.send("GET", ROOT + path, headers, query=query)

    def post(self, path, body=None, *, key=None, **how):
        """Write something; `key=""` sends no Idempotency-Key."""
        raw = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
        chosen = secrets.token_hex(8) if key is None else key
        headers = {"Idempotency-Key": chosen} if chosen else {}
        signed = self.sign("POST", f"{HOST}{ROOT}{path}", raw, headers={**headers, **how.pop("headers", {})}, **how)
        return self.send("POST", ROOT + path, signed, raw)


def our_signature_holds(response, *, method, url, headers):
    """Check our signature on an answer, bound to its request; raises InvalidSignature."""
    key = PlatformKey.objects.get(replaced_at__isnull=True)
    verifier = HTTPMessageVerifier(
        signature_algorithm=algorithms.ED25519, key_resolver=One(key.public_key_pem.encode())
    )
    message = SimpleNamespace(
        status_code=response.status_code,
        headers=dict(response.headers),
        request=SimpleNamespace(method=method, url=url, headers=headers),
    )
    (result,) = verifier.verify(
        message,
        expect_tag=TAG,
        max_age=timedelta(minutes=5),
        require_components=("@status", "content-digest", '"@method";req', '"@target-uri";req'),
        body=response.content,
    )
    return result

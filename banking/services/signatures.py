"""Signatures of the partner API, both ways (RFC 9421, Ed25519)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    VerifyResult,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from accounts.models import PartnerKey
from accounts.selectors.partner_keys import usable_key
from banking.models import PlatformKey
from banking.rules.signature import ALGORITHMS, LABEL, MAX_AGE_S, MAX_HEADER, REQUIRED, TAG, is_fresh, is_nonce
from banking.services.nonces import claim_nonce
from banking.services.platform_keys import open_private_key
from silk_road_ebao.kernel.refusals import Refusal


class SignatureRefused(Refusal):
    """A request whose signature is missing, wrong, late, or used before: 401. Says why, in English."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = code


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A request as the signature sees it; `urls` are the addresses it may have been sent to."""

    method: str
    urls: Sequence[str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class _Response:
    status_code: int
    headers: Any
    request: _Request


class _Keys(HTTPSignatureKeyResolver):
    """One partner's key for this one request, if it is in force and of the algorithm asked for."""

    def __init__(self, at: datetime, algorithm: str) -> None:
        self.at = at
        self.algorithm = algorithm
        self.found: PartnerKey | None = None

    def resolve_public_key(self, key_id: str) -> bytes | None:
        key = usable_key(key_id, self.at)
        self.found = key if key is not None and key.algorithm == self.algorithm else None
        return self.found.public_key_pem.encode() if self.found else None


class _Ours(HTTPSignatureKeyResolver):
    def __init__(self, key: PlatformKey) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> Any:
        return open_private_key(key=self.key)


class _Verifier(HTTPMessageVerifier):
    """Judges freshness by the moment it is given; the library's own look at the clock is left out."""

    wire_at: datetime

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        created, expires = sig_input.params.get("created"), sig_input.params.get("expires")
        if type(created) is not int:
            raise InvalidSignature("created is missing")
        now_s = self.wire_at.timestamp()
        if not is_fresh(created, now_s) or (expires is not None and (type(expires) is not int or expires < now_s)):
            raise _Late


class _Late(InvalidSignature):
    pass


def verify_request(*, message: SignedMessage, wire_at: datetime) -> PartnerKey:
    """Check a request's signature and use its nonce up; returns the key, with its institution.

    Exactly one signature bears our tag; it covers method, address and, where there is a body, its digest; it was
    made at most five minutes ago in real time (`wire_at`) by a key in force; its nonce is new.

    Raises:
        SignatureRefused: SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNATURE_LATE, NONCE_REPLAYED
    """
    headers = {name.lower(): value for name, value in message.headers.items()}
    given, signature = headers.get("signature-input", ""), headers.get("signature", "")
    if not given or not signature:
        raise SignatureRefused("SIGNATURE_MISSING", "send Signature-Input and Signature (RFC 9421)")
    if len(given) > MAX_HEADER or len(signature) > MAX_HEADER:
        raise SignatureRefused("SIGNATURE_INVALID", "the signature headers are too long")
    key, parameters = _verify(message, wire_at)
    nonce = parameters.get("nonce")
    if not is_nonce(nonce):
        raise SignatureRefused("SIGNATURE_INVALID", "the nonce is missing, or not 8 to 128 visible characters")
    created = datetime.fromtimestamp(int(parameters["created"]), tz=UTC)
    if not claim_nonce(keyid=key.keyid, nonce=str(nonce), created=created):
        raise SignatureRefused("NONCE_REPLAYED", "this nonce was used before; sign every request anew")
    return key


def _verify(message: SignedMessage, wire_at: datetime) -> tuple[PartnerKey, dict[str, int | str]]:
    """Try the addresses the request may have been sent to; nearly always there is one, and one algorithm."""
    fault = ""
    for algorithm in ALGORITHMS:
        for url in message.urls:
            keys = _Keys(wire_at, algorithm)
            try:
                results = _results(message, url, keys, wire_at)
            except _Late:
                detail = "created is more than five minutes away from real time"
                raise SignatureRefused("SIGNATURE_LATE", detail) from None
            except (HTTPMessageSignaturesException, ValueError) as error:
                fault = fault or str(error) or "the signature does not fit the request"
                continue
            if len(results) != 1 or keys.found is None:
                raise SignatureRefused("SIGNATURE_INVALID", f"send one signature with the tag {TAG}")
            return keys.found, results[0].parameters
    raise SignatureRefused("SIGNATURE_INVALID", fault[:200])


def _results(message: SignedMessage, url: str, keys: _Keys, wire_at: datetime) -> list[VerifyResult]:
    verifier = _Verifier(signature_algorithm=ALGORITHMS[keys.algorithm], key_resolver=keys)
    verifier.wire_at = wire_at
    found: list[VerifyResult] = verifier.verify(
        _Request(message.method, url, message.headers),
        max_age=timedelta(seconds=MAX_AGE_S),
        expect_tag=TAG,
        require_components=REQUIRED,
        body=message.body,
    )
    return found


def sign_response(
    *,
    key: PlatformKey,
    status: int,
    headers: Any,
    body: bytes,
    request: SignedMessage,
    wire_at: datetime,
    answers_signature: bool,
) -> None:
    """Sign an answer in place: status, body, and the request it answers (its signature too, if that held).

    An answer to a request that cannot be put into words (an address no URL may have) covers status and body alone.
    """
    ours = ("@status", "content-digest")
    theirs = ('"@method";req', '"@target-uri";req', *(('"signature";req',) if answers_signature else ()))
    answer = _Response(status, headers, _Request(request.method, request.urls[0], request.headers))
    signer = HTTPMessageSigner(signature_algorithm=ALGORITHMS[key.algorithm], key_resolver=_Ours(key))
    for covered in ((*ours, *theirs), ours):
        headers.pop("Content-Digest", None)
        try:
            signer.sign(
                answer,
                key_id=key.keyid,
                created=wire_at,
                label=LABEL,
                tag=TAG,
                covered_component_ids=covered,
                body=body,
            )
        except HTTPMessageSignaturesException:
            continue
        return

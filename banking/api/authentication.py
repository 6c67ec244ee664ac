"""Who is calling: the institution whose key signed the request."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import PartnerKey
from banking.services.signatures import SignatureRefused, SignedMessage, verify_request
from silk_road_ebao.kernel.clock import wire_now


class NotSigned(AuthenticationFailed):
    """The signature was refused, in a form that DRF knows how to end."""

    def __init__(self, refused: SignatureRefused) -> None:
        super().__init__(str(refused))
        self.reason = refused.reason


class Signature(BaseAuthentication):
    """RFC 9421 signature by a partner's key. `request.auth` is the key; there is no user, people sign in elsewhere."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, PartnerKey]:
        """Check the signature; raises NotSigned."""
        try:
            return AnonymousUser(), verify_request(message=message_of(request._request), wire_at=wire_now())
        except SignatureRefused as refused:
            raise NotSigned(refused) from refused

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme."""
        return "Signature"


class SignatureScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes it."""

    target_class = "banking.api.authentication.Signature"
    name = "Signature"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Describe the scheme."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Signature",
            "description": (
                "HTTP Message Signatures (RFC 9421), Ed25519. Cover @method, @target-uri and, with a body, "
                "content-digest; give created, keyid, nonce and tag=ebao-bank-v1."
            ),
        }


def message_of(request: HttpRequest, *, with_body: bool = True) -> SignedMessage:
    """Show a request as its signature sees it."""
    return SignedMessage(request.method or "", _urls(request), request.headers, request.body if with_body else b"")


def _urls(request: HttpRequest) -> list[str]:
    """Name the addresses the caller may have signed.

    That is the public one, whatever host and scheme a proxy passes on: a request signed for another installation is
    refused here. In the demo, where one machine has several names, the name called counts too.
    """
    path = request.get_full_path()
    urls = [settings.PUBLIC_URL + path]
    if settings.DEMO:
        called = request.build_absolute_uri("/").rstrip("/") + path
        urls = list(dict.fromkeys([called, *urls]))
    return urls

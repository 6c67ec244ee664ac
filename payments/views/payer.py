"""The payer as far as a page knows one: a random cookie, never an identity."""

import hashlib
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_uuid

COOKIE = "payer"
AGE_S = 180 * 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")


def payer_device(request: HttpRequest) -> str:
    """Return the random token of this browser, or nothing."""
    token = request.COOKIES.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else ""


def payer_actor(request: HttpRequest) -> Actor:
    """Name whoever pays by this browser's token, hashed."""
    token = payer_device(request)
    return Actor("PERSON", hashlib.sha256(token.encode()).hexdigest()[:16] if token else "unknown-payer")


def payer_ref_of(request: HttpRequest, wallet: str) -> str:
    """Return the wallet's name for the payer.

    In a demo it is made up from the cookie. Outside, the wallet's own sign-in must have left it in the session.
    """
    if not settings.DEMO:
        return str(request.session.get(f"payer_{wallet.lower()}", ""))
    digest = hashlib.sha256(payer_device(request).encode()).hexdigest()
    if wallet == "ALIPAY":
        return "2088" + str(int(digest[:12], 16)).zfill(12)[-12:]
    return "oDemo" + digest[:23]


def remember_payer(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give this browser a random token for half a year."""
    if not payer_device(request):
        response.set_cookie(
            COOKIE, new_uuid().hex, max_age=AGE_S, httponly=True, samesite="Lax", secure=settings.BEHIND_TLS
        )
    return response

"""The payer as far as a page knows one: which wallet shows it, and that wallet's own name for him."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.door import visitor_token
from payments.rules.stall_code import NAMING_WALLETS, WALLETS, wallet_of
from silk_road_ebao.kernel.crypto import Unreadable, open_sealed, seal

REF_AGE_S = 30 * 24 * 3600


def own_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Take a payer's form from our own pages only, told by the browser's Origin instead of a token in a cookie.

    A payer is nobody here: no sign-in could be abused, and a token of sixty-four random letters would double the
    price of a page that must come through a bad network.
    """

    @csrf_exempt
    @wraps(view)
    def enter(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST" and _is_foreign(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return enter


def _is_foreign(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin", "null")
    site = request.headers.get("Sec-Fetch-Site", "")
    return site == "cross-site" or (origin != "null" and urlsplit(origin).netloc != request.get_host())


def payer_wallet(request: HttpRequest) -> str:
    """Name the wallet that shows the page; in a demo any browser may play one with ?as=."""
    played = request.GET.get("as", "") if settings.DEMO else ""
    return played if played in WALLETS else wallet_of(request.headers.get("User-Agent", ""))


def stay(request: HttpRequest, path: str, **more: str) -> str:
    """Lead on to an address of ours in the wallet that is played, if one is."""
    played = request.GET.get("as", "") if settings.DEMO else ""
    fields = {**more, **({"as": played} if played in WALLETS else {})}
    return f"{path}?{urlencode(fields)}" if fields else path


def payer_ref_of(request: HttpRequest, wallet: str) -> str:
    """Return the wallet's own name for the payer, or nothing while the wallet has not told us.

    In a demo it is made up from the browser's token. Outside, the wallet's sign-in has left it, sealed and bound to
    this browser, in a cookie.
    """
    token = visitor_token(request)
    if settings.DEMO:
        digest = hashlib.sha256(token.encode()).hexdigest()
        return "2088" + str(int(digest[:12], 16)).zfill(12)[-12:] if wallet == "ALIPAY" else "oDemo" + digest[:23]
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(_cookie(wallet), ""))
        return open_sealed(sealed, _bound(wallet, token)) if sealed and token else ""
    except (binascii.Error, Unreadable, ValueError):
        return ""


def must_sign_in(request: HttpRequest, wallet: str) -> bool:
    """Tell whether this wallet has still to say who pays."""
    return wallet in NAMING_WALLETS and not settings.DEMO and not payer_ref_of(request, wallet)


def keep_payer_ref(request: HttpRequest, response: HttpResponse, wallet: str, payer_ref: str) -> HttpResponse:
    """Leave the wallet's name for the payer with this browser, sealed."""
    sealed = base64.urlsafe_b64encode(seal(payer_ref, _bound(wallet, visitor_token(request)))).decode()
    response.set_cookie(
        _cookie(wallet), sealed, max_age=REF_AGE_S, httponly=True, samesite="Lax", secure=settings.BEHIND_TLS
    )
    return response


def is_phone(request: HttpRequest) -> bool:
    """Tell whether the browser runs on a phone, where a wallet can be opened by a link."""
    return "Mobile" in request.headers.get("User-Agent", "")


def _cookie(wallet: str) -> str:
    return f"payer_{wallet.lower()}"


def _bound(wallet: str, token: str) -> str:
    return f"payer.{wallet}.{token}"

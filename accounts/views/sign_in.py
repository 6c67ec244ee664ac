"""Sign-in by a code to the phone or by password, sign-out."""

import base64
import binascii
from contextlib import suppress
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import note_fresh, open_session, signed_in_page
from accounts.gateways.sms import sms_gateway
from accounts.models import User
from accounts.selectors.users import actor_of
from accounts.services.password_sign_in import PasswordWrong
from accounts.services.sign_in import CodeTooSoon, confirm_code, request_code
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.crypto import Unreadable, open_sealed, seal
from silk_road_ebao.kernel.refusals import Refusal

PHONE_KEY = "accounts.sign_in_phone"
VISITOR = Actor("PERSON", "visitor")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the phone and send a code to it."""
    if request.method == "GET":
        if request.user.is_authenticated:
            return HttpResponseRedirect(_target(request))
        return _page(request, "phone")
    phone = request.POST.get("phone", "").strip()
    try:
        _send_code(request, phone)
    except Refusal as refusal:
        return _page(request, "phone", phone=phone, error=str(refusal))
    _keep_phone(request, phone)
    return HttpResponseRedirect(f"{reverse('accounts:sign_in_code')}?{urlencode({'next': _target(request)})}")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was sent."""
    phone = _kept_phone(request)
    if not phone:
        return HttpResponseRedirect(reverse("accounts:sign_in"))
    if request.method == "GET":
        return _page(request, "code", phone=phone)
    try:
        user = confirm_code(phone=phone, code=request.POST.get("code", ""), actor=VISITOR, at=clock.now())
    except Refusal as refusal:
        return _page(request, "code", phone=phone, error=str(refusal))
    request.session.pop(PHONE_KEY, None)
    return open_session(request, user, next_url=_target(request))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in_password(request: HttpRequest) -> HttpResponse:
    """Let in by phone and password."""
    if request.method == "GET":
        return _page(request, "password")
    phone, password = request.POST.get("phone", "").strip(), request.POST.get("password", "")
    told: dict[str, Any] = {}
    user = authenticate(request, phone=phone, password=password, response_context=told)
    if not isinstance(user, User):
        return _page(request, "password", phone=phone, error=str(told.get("error", PasswordWrong())))
    return open_session(request, user, next_url=_target(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(reverse("accounts:sign_in"))


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@signed_in_page
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Ask whoever is signed in for a code sent to his own phone, before what a found session must not do."""
    user = cast(User, request.user)
    if user.phone_sealed is None:
        raise Http404
    if request.method == "GET":
        return _page(request, "again", phone=user.phone_masked)
    phone = user.phone_sealed.open()
    try:
        if "code" not in request.POST:
            _send_code(request, phone)
            return _page(request, "again_code", phone=user.phone_masked)
        confirm_code(phone=phone, code=request.POST["code"], actor=actor_of(user), at=clock.now())
    except Refusal as refusal:
        step = "again_code" if "code" in request.POST else "again"
        return _page(request, step, phone=user.phone_masked, error=str(refusal))
    note_fresh(request, user)
    return HttpResponseRedirect(_target(request))


def _send_code(request: HttpRequest, phone: str) -> None:
    address = str(request.META.get("REMOTE_ADDR", ""))
    with suppress(CodeTooSoon):  # the code sent a moment ago still holds
        request_code(phone=phone, gateway=sms_gateway(), actor=VISITOR, at=clock.now(), address=address)


def _keep_phone(request: HttpRequest, phone: str) -> None:
    """Keep the phone for the next page, sealed: sessions stand in a table (R25)."""
    request.session[PHONE_KEY] = base64.b64encode(seal(phone, PHONE_KEY)).decode()


def _kept_phone(request: HttpRequest) -> str:
    try:
        return open_sealed(base64.b64decode(request.session.get(PHONE_KEY, "")), PHONE_KEY)
    except (Unreadable, binascii.Error):
        return ""


def _page(request: HttpRequest, step: str, *, phone: str = "", error: str = "") -> HttpResponse:
    context: dict[str, Any] = {"step": step, "phone": phone, "error": error, "next": _target(request)}
    return render(request, "accounts/sign_in.html", context, status=422 if error else 200)


def _target(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else resolve_url(settings.LOGIN_REDIRECT_URL)

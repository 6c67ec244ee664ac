"""Sign-in by a code to the phone or by password, sign-out."""

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import open_session
from accounts.gateways.sms import sms_gateway
from accounts.services.password_sign_in import confirm_password
from accounts.services.sign_in import CodeTooSoon, confirm_code, request_code
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import Actor
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
        request_code(phone=phone, gateway=sms_gateway(), actor=VISITOR, at=clock.now())
    except CodeTooSoon:
        pass  # the code sent a moment ago still holds
    except Refusal as refusal:
        return _page(request, "phone", phone=phone, error=str(refusal))
    request.session[PHONE_KEY] = phone
    return HttpResponseRedirect(f"{reverse('accounts:sign_in_code')}?next={_target(request)}")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was sent."""
    phone = request.session.get(PHONE_KEY, "")
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
    try:
        user = confirm_password(phone=phone, password=password, actor=VISITOR, at=clock.now())
    except Refusal as refusal:
        return _page(request, "password", phone=phone, error=str(refusal))
    return open_session(request, user, next_url=_target(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(reverse("accounts:sign_in"))


def _page(request: HttpRequest, step: str, *, phone: str = "", error: str = "") -> HttpResponse:
    context: dict[str, Any] = {"step": step, "phone": phone, "error": error, "next": _target(request)}
    return render(request, "accounts/sign_in.html", context, status=422 if error else 200)


def _target(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else resolve_url(settings.LOGIN_REDIRECT_URL)

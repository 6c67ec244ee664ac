"""The only door to a merchant, a person or the operators' own pages, for the pages of every app."""

import hashlib
import re
import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url

from accounts.models import Membership, Merchant, Operator, Person, User
from accounts.selectors.merchants import memberships_of
from accounts.selectors.operators import roles_of
from accounts.selectors.parties import Party
from accounts.selectors.users import actor_of, staff_actor
from silk_road_ebao.console.operators import has_second_factor
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_uuid

CHOSEN = "accounts.merchant_no"
"""Session key of the merchant a user with several has chosen."""

NO_MERCHANT_URL = "/onboarding/"
NO_PERSON_URL = "/me/identity/"
AGAIN_URL = "/sign-in/again/"

FRESH_FOR_S = 600

VISITOR_COOKIE = "payer"
VISITOR_AGE_S = 180 * 24 * 3600
_VISITOR = re.compile(r"[0-9a-f]{32}")

P = ParamSpec("P")


class MerchantRequest(HttpRequest):
    """A request that came through ``merchant_page``."""

    merchant: Merchant
    membership: Membership


class PersonRequest(HttpRequest):
    """A request that came through ``person_page``."""

    person: Person


class PartyRequest(HttpRequest):
    """A request that came through ``party_page``: of a shop or of a person for himself."""

    party: Party
    actor: Actor
    side: str


class OperatorRequest(HttpRequest):
    """A request that came through ``operator_required``."""

    operator: Operator


def merchant_page(
    *roles: str,
) -> Callable[[Callable[Concatenate[MerchantRequest, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Let in staff of a merchant and set ``request.merchant`` and ``request.membership``.

    The merchant is the one named by the address (``merchant_no``), else the one chosen in the session, else the
    user's first. Somebody else's is 404; a role not listed is 403; nobody signed in goes to the sign-in, and a
    user without any merchant to the onboarding. Without roles every member may enter.
    """

    def wrap(view: Callable[Concatenate[MerchantRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def enter(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = _signed_in(request)
            if user is None:
                return _to_sign_in(request)
            named = kwargs.pop("merchant_no", None)
            membership = _membership(request, user, None if named is None else str(named))
            if membership is None:
                return _go(request, NO_MERCHANT_URL)
            if roles and membership.role not in roles:
                raise PermissionDenied
            inside = cast(MerchantRequest, request)
            inside.merchant, inside.membership = membership.merchant, membership
            return view(inside, *args, **kwargs)

        return enter

    return wrap


def _membership(request: HttpRequest, user: User, named: str | None) -> Membership | None:
    wanted = named or request.session.get(CHOSEN)
    mine = list(memberships_of(user))
    if wanted is None:
        return mine[0] if mine else None
    for membership in mine:
        if membership.merchant.merchant_no == wanted:
            return membership
    if named is None:
        del request.session[CHOSEN]
    raise Http404


def choose_merchant(request: HttpRequest, merchant_no: str) -> None:
    """Remember which of his merchants a user works for; raises Http404 for somebody else's."""
    user = _signed_in(request)
    if user is None or not memberships_of(user).filter(merchant__merchant_no=merchant_no).exists():
        raise Http404
    request.session[CHOSEN] = merchant_no


def person_page(
    view: Callable[Concatenate[PersonRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Let in a signed-in user who is a known person and set ``request.person``; others go to identify themselves."""

    @wraps(view)
    def enter(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = _signed_in(request)
        if user is None:
            return _to_sign_in(request)
        if user.person is None:
            return _go(request, NO_PERSON_URL)
        inside = cast(PersonRequest, request)
        inside.person = user.person
        return view(inside, *args, **kwargs)

    return enter


def signed_in_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in whoever is signed in, person or not yet."""

    @wraps(view)
    def enter(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if _signed_in(request) is None:
            return _to_sign_in(request)
        return view(request, *args, **kwargs)

    return enter


def fresh_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in whoever signed in a moment ago; a found or stolen session first shows a code sent to the phone."""

    @wraps(view)
    def enter(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = _signed_in(request)
        if user is None:
            return _to_sign_in(request)
        if not _is_fresh(request, user):
            back = request.get_full_path() if request.method == "GET" else "/me/own/"
            return _hop(request, redirect_to_login(back, AGAIN_URL))
        return view(request, *args, **kwargs)

    return enter


def party_page(
    *roles: str,
) -> Callable[[Callable[Concatenate[PartyRequest, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Let in one side of what people and merchants share: the address says ``shop`` or ``self``.

    Sets ``request.party``, ``request.actor`` and ``request.side``. For a shop the roles count as in
    ``merchant_page``; for oneself they do not.
    """

    def wrap(view: Callable[Concatenate[PartyRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @merchant_page(*roles)
        def by_shop(request: MerchantRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            inside = cast(PartyRequest, request)
            inside.party, inside.actor = request.merchant, staff_actor(request.membership)
            return view(inside, *args, **kwargs)

        @person_page
        def by_self(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            inside = cast(PartyRequest, request)
            inside.party, inside.actor = request.person, actor_of(cast(User, request.user))
            return view(inside, *args, **kwargs)

        @wraps(view)
        def enter(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            side = str(kwargs.pop("side"))
            cast(PartyRequest, request).side = side
            return (by_shop if side == "shop" else by_self)(request, *args, **kwargs)

        return enter

    return wrap


def operator_required(
    *roles: str,
) -> Callable[[Callable[Concatenate[OperatorRequest, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Let in operators in service whose session passed the second factor and who hold one of the roles.

    To others the page does not exist (404); a missing role is 403. Without roles every operator may enter.
    """

    def wrap(view: Callable[Concatenate[OperatorRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def enter(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = _signed_in(request)
            if user is None:
                return _to_sign_in(request, "/admin/login/")
            held = roles_of(user)
            operator = getattr(user, "operator", None)
            if not held or operator is None:
                raise Http404
            if not has_second_factor(request):
                return _to_sign_in(request, "/admin/login/")
            if roles and not held & set(roles):
                raise PermissionDenied
            inside = cast(OperatorRequest, request)
            inside.operator = operator
            return view(inside, *args, **kwargs)

        return enter

    return wrap


def open_session(request: HttpRequest, user: User, *, next_url: str = "") -> HttpResponse:
    """Sign a user in whom ``confirm_code`` let through; whoever has a second factor is asked for it first.

    The moment is noted, so that a page which wants a fresh sign-in does not ask again at once.
    """
    note_fresh(request, user)
    response: HttpResponse = perform_login(
        request, user, email_verification="none", redirect_url=next_url or resolve_url(settings.LOGIN_REDIRECT_URL)
    )
    return response


def visitor_token(request: HttpRequest) -> str:
    """Return the random token of a payer's browser, or nothing; it is never an identity."""
    token = request.COOKIES.get(VISITOR_COOKIE, "")
    return token if _VISITOR.fullmatch(token) else ""


def visitor_actor(request: HttpRequest) -> Actor:
    """Name whoever pays or buys without signing in by this browser's token, hashed."""
    token = visitor_token(request)
    return Actor("PERSON", hashlib.sha256(token.encode()).hexdigest()[:16] if token else "unknown-payer")


def remember_visitor(request: HttpRequest, response: HttpResponse, token: str = "") -> HttpResponse:
    """Give this browser a random token for half a year, or the one given."""
    if not visitor_token(request):
        response.set_cookie(
            VISITOR_COOKIE,
            token or new_uuid().hex,
            max_age=VISITOR_AGE_S,
            httponly=True,
            samesite="Lax",
            secure=settings.BEHIND_TLS,
        )
    return response


def note_fresh(request: HttpRequest, user: User) -> None:
    """Note that the user has just shown who he is."""
    record_authentication(request, user, method="ours", reauthenticated=True)


def _is_fresh(request: HttpRequest, user: User) -> bool:
    records = get_authentication_records(request, user)
    return bool(records) and time.time() - float(records[-1]["at"]) < FRESH_FOR_S


def _signed_in(request: HttpRequest) -> User | None:
    user = request.user
    return user if isinstance(user, User) and user.is_active else None


def _to_sign_in(request: HttpRequest, sign_in_url: str | None = None) -> HttpResponse:
    return _hop(request, redirect_to_login(request.get_full_path(), sign_in_url))


def _go(request: HttpRequest, url: str) -> HttpResponse:
    return _hop(request, redirect(url))


def _hop(request: HttpRequest, response: HttpResponseRedirect) -> HttpResponse:
    """Send the whole page on, not the panel that htmx asked for."""
    if request.headers.get("HX-Request") != "true":
        return response
    return HttpResponse(status=204, headers={"HX-Redirect": response.url})

"""allauth fitted to the house: nobody signs up there, phones come from our table, secrets are sealed."""

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext

from accounts.door import fresh_page
from accounts.gateways.sms import sms_gateway
from accounts.models import User
from accounts.selectors.users import PHONE, user_by_phone
from accounts.services.numbers import NumberRefused, read_phone
from accounts.services.password_sign_in import confirm_password
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.crypto import blind_index, open_sealed, seal
from silk_road_ebao.kernel.refusals import Refusal

MFA_SECRET = "mfa.authenticator.data"  # noqa: S105 - the name of the column a secret is bound to
P = ParamSpec("P")
VISITOR = Actor("PERSON", "visitor")


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by user name or phone on allauth's flows; sign-up stays ours (``services.sign_in``)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep allauth's own sign-up shut."""
        return False

    def reauthenticate(self, user: User, password: str) -> bool:
        """Check the password of whoever is signed in: people have no user name to look them up by again."""
        return user.check_password(password)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """Return the phone (E.164) and that it is verified: nobody gets a user without the code."""
        return (user.phone_sealed.open(), True) if user.phone_sealed else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Refuse: a phone is changed by our service only."""
        raise NotImplementedError("phones are set by accounts.services.users")

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Accept: a phone on file is verified."""

    def get_user_by_phone(self, phone: str) -> User | None:
        """Find a user by phone in any usual spelling."""
        known = _as_phone(phone)
        return None if known is None else user_by_phone(known)

    def send_verification_code_sms(self, user: User, phone: str, code: str, **_more: object) -> None:
        """Send a code by our gateway."""
        sms_gateway().send(phone=phone, text=code)


class MfaAdapter(DefaultMFAAdapter):
    """Seals the secrets of second factors (C2) with the house's keys; shows a device the name, never the number."""

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Name the user to his own device as he is called."""
        return {**super().get_public_key_credential_user_entity(user), "display_name": str(user), "name": str(user)}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Name a new passkey by its place, as people would."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("这部手机") if count == 0 else gettext("第 %(n)s 把") % {"n": count + 1}

    def encrypt(self, text: str) -> str:
        """Seal a TOTP secret or the seed of recovery codes."""
        return base64.b64encode(seal(text, MFA_SECRET)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what ``encrypt`` sealed."""
        return open_sealed(base64.b64decode(encrypted_text), MFA_SECRET)


class PhoneBackend(ModelBackend):
    """Sign-in by phone and password, with axes before it; the service decides, this translates."""

    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,
        phone: str | None = None,
        password: str | None = None,
        response_context: dict[str, Any] | None = None,
    ) -> User | None:
        """Return the user whose phone and password these are; why not is told in ``response_context["error"]``.

        Raises:
            PermissionDenied: refused; no other backend is asked.
        """
        if phone is None or password is None:
            return None
        try:
            return confirm_password(phone=phone, password=password, actor=VISITOR, at=clock.now())
        except Refusal as refusal:
            if response_context is not None:
                response_context["error"] = refusal
            raise PermissionDenied from refusal


def own_factor_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let people at their own keys and codes, freshly signed in; operators have theirs on the console alone.

    Otherwise an operator's password by itself could take his device away and bind another.
    """

    @wraps(view)
    def enter(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if isinstance(request.user, User) and request.user.is_staff:
            raise Http404
        return fresh_page(view)(request, *args, **kwargs)

    return enter


def name_for_axes(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the name failed sign-ins are counted under: of a phone its keyed hash, never the number (R25)."""
    given = credentials or {}
    names = (given.get("phone"), given.get("username"), request.POST.get("phone"), request.POST.get("username"))
    typed = next((str(name) for name in names if name), "")
    phone = _as_phone(typed)
    return typed if phone is None else blind_index(phone, PHONE).hex()[:32]


def _as_phone(text: str | None) -> str | None:
    try:
        return read_phone(text=text or "")
    except NumberRefused:
        return None

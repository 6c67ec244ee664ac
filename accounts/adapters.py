"""allauth fitted to the house: nobody signs up there, phones come from our table, secrets are sealed."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.gateways.sms import sms_gateway
from accounts.models import User
from accounts.selectors.users import PHONE, user_by_phone
from accounts.services.numbers import NumberRefused, read_phone
from silk_road_ebao.kernel.crypto import blind_index, open_sealed, seal

MFA_SECRET = "mfa.authenticator.data"  # noqa: S105 - the name of the column a secret is bound to


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
    """Seals the secrets of second factors (C2) with the house's keys."""

    def encrypt(self, text: str) -> str:
        """Seal a TOTP secret or the seed of recovery codes."""
        return base64.b64encode(seal(text, MFA_SECRET)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what ``encrypt`` sealed."""
        return open_sealed(base64.b64decode(encrypted_text), MFA_SECRET)


class PhoneBackend(ModelBackend):
    """Sign-in by phone and password: what is typed as user name may be a phone in any usual spelling."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_more: Any
    ) -> User | None:
        """Return the user whose phone and password these are."""
        phone = _as_phone(username)
        if phone is None or password is None:
            return None
        user = user_by_phone(phone)
        if user is None:
            User().set_password(password)  # as slow as a wrong password, so that the time tells nothing
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None


def name_for_axes(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the name failed sign-ins are counted under: of a phone its keyed hash, never the number (R25)."""
    typed = str((credentials or {}).get("username") or request.POST.get("username") or "")
    phone = _as_phone(typed)
    return typed if phone is None else blind_index(phone, PHONE).hex()[:32]


def _as_phone(text: str | None) -> str | None:
    try:
        return read_phone(text=text or "")
    except NumberRefused:
        return None

"""The second factor of operators: time-based codes and recovery codes, on allauth's authenticators."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, validate_totp_code
from allauth.mfa.utils import decrypt
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.recall import forget, is_worn_out
from silk_road_ebao.kernel.refusals import Refusal

TRIES, TRIES_WINDOW_S = 6, 300
PERIOD_S = 30
ISSUER = "丝路e宝"


class TooManyTries(Refusal):
    message = _("试的次数太多，请五分钟后再来")


class WrongCode(Refusal):
    message = _("动态码不对，看看手机上的是不是已经换了一个")


def is_set_up(user: AbstractBaseUser) -> bool:
    """Say whether the user has a device."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def new_secret() -> str:
    """Draw a secret for a new device."""
    return str(generate_totp_secret())


def device_url(user: AbstractBaseUser, secret: str) -> str:
    """Give the address that a device reads from a QR code."""
    label = f"{ISSUER}:{user.get_username()}"
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"


@transaction.atomic
def set_up(user: AbstractBaseUser, *, secret: str, code: str) -> list[str]:
    """Bind a device that shows the right code; gives the recovery codes to write down.

    Raises:
        TooManyTries, WrongCode
    """
    _count_try(user)
    if not validate_totp_code(secret, code):
        raise WrongCode
    TOTP.activate(user, secret)
    return list(RecoveryCodes.activate(user).generate_codes())


def verify(user: AbstractBaseUser, code: str) -> None:
    """Accept a code of the device, each once, or an unused recovery code.

    Raises:
        TooManyTries, WrongCode
    """
    _count_try(user)
    owned = Authenticator.objects.filter(
        user_id=user.pk, type__in=(Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    )
    if not any(authenticator.wrap().validate_code(code) for authenticator in owned):
        raise WrongCode
    forget([_tries_key(user)])


def present_code(user: AbstractBaseUser) -> str:
    """Compute the code the device shows now: for the demo's sign-in page only."""
    device = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()
    if device is None:
        return ""
    return code_of(decrypt(device.data["secret"]))


def code_of(secret: str) -> str:
    """Compute the code a device with this secret shows now: for the demo's sign-in page only."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_S)))


def _tries_key(user: AbstractBaseUser) -> str:
    return f"console:second-factor:{user.pk}"


def _count_try(user: AbstractBaseUser) -> None:
    if is_worn_out(_tries_key(user), tries=TRIES, for_s=TRIES_WINDOW_S):
        raise TooManyTries

"""Sign-in by phone and password, for those who set one. The only way in by password that people have."""

import secrets
from datetime import datetime
from functools import cache as once

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors.users import PHONE, user_by_phone
from accounts.services.numbers import read_phone
from accounts.services.refused_attempts import audited
from accounts.services.sign_in import UserDisabled
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.crypto import blind_index
from silk_road_ebao.kernel.recall import forget, is_worn_out
from silk_road_ebao.kernel.refusals import Refusal

MAX_TRIES = 20
TRIES_WINDOW_S = 3600
"""Per phone from every address together; tries from one address are counted by axes, which shuts earlier."""


class PasswordWrong(Refusal):
    """No such user, no password, or another one: which of them is not told."""

    message = _("手机号或密码不对，忘了密码就用短信验证码登录")
    field = "password"


class TooManyPasswords(Refusal):
    """Twenty tries within an hour."""

    message = _("试的次数太多，请一小时后再试，或者用短信验证码登录")
    field = "password"


@audited(action="accounts.sign_in.by_password")
def confirm_password(*, phone: str, password: str, actor: Actor, at: datetime) -> User:
    """Return the user whom phone and password let in; the page then opens the session.

    An unknown phone, one without a password and a wrong password take the same time and get the same answer.

    Raises:
        NumberRefused, TooManyPasswords, PasswordWrong, UserDisabled
    """
    number = read_phone(text=phone)
    tries = f"accounts:password:{blind_index(number, PHONE).hex()}"
    if is_worn_out(tries, tries=MAX_TRIES, for_s=TRIES_WINDOW_S):
        raise TooManyPasswords
    user = user_by_phone(number)
    has_one = user is not None and user.has_usable_password()
    fits = check_password(password, user.password if user is not None and has_one else _nobodys_password())
    if user is None or not has_one or not fits:
        raise PasswordWrong
    if not user.is_active:
        raise UserDisabled
    forget([tries])
    record(actor=actor, action="accounts.sign_in.by_password", subject=f"user-{user.pk}", at=at, detail={})
    return user


@once
def _nobodys_password() -> str:
    return make_password(secrets.token_urlsafe())

"""Sign-in by a code sent to the phone. The code itself is never stored or logged (R25, C3)."""

import hmac
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.gateways.sms import SmsGateway, SmsNotSent
from accounts.models import SignInCode, User
from accounts.selectors.users import PHONE, user_by_phone
from accounts.services.numbers import read_phone
from accounts.services.refused_attempts import audited
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.addresses import network_of
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.crypto import blind_index, mask_phone
from silk_road_ebao.kernel.recall import count
from silk_road_ebao.kernel.refusals import Refusal

VALID_FOR = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
MAX_ATTEMPTS = 5
MAX_PER_DAY = 10
MAX_PER_NETWORK = 60
NETWORK_WINDOW_S = 3600
"""Per network address, whatever the phones: a market's stalls share one, and so do a mobile operator's customers."""
_CODE_PURPOSE = "sign_in_code"
TEXT = gettext_noop("【丝路e宝】验证码 %(code)s，5 分钟内有效。不要告诉任何人。")


class CodeTooSoon(Refusal):
    """A code was sent less than a minute ago and has not been used."""

    message = _("刚发过验证码，%(seconds)s 秒后可以重发")
    field = "phone"


class TooManyCodes(Refusal):
    """Ten codes went to the phone within a day."""

    message = _("今天发的验证码太多了，请明天再试或用密码登录")
    field = "phone"


class TooManyFromHere(Refusal):
    """Sixty codes were asked for from one network address within an hour: somebody has strangers' phones called."""

    message = _("同一个网络里要验证码的次数太多了，请换成手机流量再试，或者过一小时；设过密码的也可以用密码登录")
    field = "phone"


class CodeNotSent(Refusal):
    """The SMS gateway did not take the message."""

    message = _("短信没有发出去，请过一会儿再试")
    field = "phone"


class CodeWrong(Refusal):
    """No live code, or another one."""

    message = _("验证码不对或已过期，请再看一眼短信，或重新获取")
    field = "code"


class UserDisabled(Refusal):
    """The user was shut out."""

    message = _("这个账号已停用，请联系服务台")
    field = "phone"


@audited(action="accounts.sign_in.request_code")
def request_code(*, phone: str, gateway: SmsGateway, actor: Actor, at: datetime, address: str = "") -> str:
    """Send a six-digit code, valid five minutes; returns the masked phone for the page.

    Whether a user exists is not told. The row commits before the call goes out.

    Args:
        address: the network address that asks; "" where none does.

    Raises:
        NumberRefused, TooManyFromHere, CodeTooSoon, TooManyCodes, CodeNotSent
    """
    number = read_phone(text=phone)
    if address:
        _count_from(address)
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = _write_code(number, code, at)
    try:
        gateway.send(
            phone=number, text=gettext("【丝路e宝】验证码 %(code)s，5 分钟内有效。不要告诉任何人。") % {"code": code}
        )
    except SmsNotSent:
        SignInCode.objects.filter(pk=row.pk).delete()
        raise CodeNotSent from None
    return mask_phone(number)


def _count_from(address: str) -> None:
    """Count an asking from a network; only its keyed hash is kept.

    Without the cache nobody is refused: the limit per phone stands in the table, and signing in must not stop.
    """
    key = f"accounts:sign_in_code:{blind_index(network_of(address), 'network_address').hex()}"
    asked = count(key, for_s=NETWORK_WINDOW_S)
    if asked is not None and asked > MAX_PER_NETWORK:
        raise TooManyFromHere


@transaction.atomic
def _write_code(number: str, code: str, at: datetime) -> SignInCode:
    index = blind_index(number, PHONE)
    with connection.cursor() as cursor:  # two askings at once for a phone without codes have no row to wait at
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign-in:{index.hex()}"])
    recent = SignInCode.objects.select_for_update().filter(phone_index=index, sent_at__gt=at - timedelta(days=1))
    rows = list(recent.order_by("-sent_at"))
    if rows and rows[0].used_at is None and at < rows[0].sent_at + RESEND_AFTER:
        left = rows[0].sent_at + RESEND_AFTER - at
        raise CodeTooSoon(seconds=int(left.total_seconds()) + 1)
    if len(rows) >= MAX_PER_DAY:
        raise TooManyCodes
    return SignInCode.objects.create(
        phone_index=index, code_hash=_hash(number, code), sent_at=at, expires_at=at + VALID_FOR
    )


def _hash(number: str, code: str) -> bytes:
    """Return a keyed hash: without the server's key six digits cannot be tried out on a stolen table."""
    return blind_index(f"{number}|{code}", _CODE_PURPOSE)


@audited(action="accounts.sign_in.confirm_code")
def confirm_code(*, phone: str, code: str, actor: Actor, at: datetime) -> User:
    """Return the user the code lets in, making him on his first visit; the page then opens the session.

    A wrong try counts even though the sign-in is refused; the fifth kills the code.

    Raises:
        NumberRefused, CodeWrong, UserDisabled
    """
    number = read_phone(text=phone)
    if not _use_code(number, code, at):
        raise CodeWrong
    user = user_by_phone(number) or _first_visit(number, actor, at)
    if not user.is_active:
        raise UserDisabled
    record(actor=actor, action="accounts.sign_in.by_code", subject=f"user-{user.pk}", at=at, detail={})
    return user


@transaction.atomic
def _use_code(number: str, code: str, at: datetime) -> bool:
    latest = (
        SignInCode.objects.select_for_update()
        .filter(phone_index=blind_index(number, PHONE), sent_at__lte=at)
        .order_by("-sent_at")
        .first()
    )
    if latest is None or latest.used_at is not None or at >= latest.expires_at or latest.attempts >= MAX_ATTEMPTS:
        return False
    SignInCode.objects.filter(pk=latest.pk).update(attempts=F("attempts") + 1)
    if not hmac.compare_digest(bytes(latest.code_hash), _hash(number, code.strip())):
        return False
    SignInCode.objects.filter(pk=latest.pk).update(used_at=at)
    return True


def _first_visit(number: str, actor: Actor, at: datetime) -> User:
    user, _is_new = User.objects.get_or_create(
        phone_index=blind_index(number, PHONE),
        defaults={
            "phone_sealed": number,
            "phone_masked": mask_phone(number),
            "joined_at": at,
            "password": make_password(None),
        },
    )
    return user


def forget_old_codes(*, at: datetime) -> int:
    """Delete codes older than a day; returns how many."""
    return SignInCode.objects.filter(sent_at__lt=at - timedelta(days=1)).delete()[0]


def forget_ended_sessions() -> None:
    """Delete sessions past their day: what they hold is nobody's any more (R24)."""
    SessionStore.clear_expired()

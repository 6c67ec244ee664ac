"""Sign-in by a code: hashed, short-lived, few tries, never logged (R25)."""

import hashlib
import logging
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache, caches
from django.db import connection

from accounts.gateways.sms import ConsoleSms
from accounts.models import SignInCode, User
from accounts.services.numbers import NumberRefused
from accounts.services.sign_in import (
    CodeNotSent,
    CodeTooSoon,
    CodeWrong,
    TooManyCodes,
    TooManyFromHere,
    UserDisabled,
    confirm_code,
    forget_old_codes,
    request_code,
)
from accounts.services.users import PhoneHasUser, disable_user, register_user, set_password
from accounts.tasks import keep_house
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.clock import now
from silk_road_ebao.kernel.models import AuditEvent
from tests.accounts import numbers

pytestmark = pytest.mark.django_db

VISITOR = Actor("PERSON", "visitor")
PHONE = numbers.phone(1)


def _send(sms, at):
    request_code(phone=PHONE, gateway=sms, actor=VISITOR, at=at)
    found = re.search(r"\d{6}", sms.sent[-1][1])
    assert found is not None
    return found.group()


def _confirm(code, at):
    return confirm_code(phone=PHONE, code=code, actor=VISITOR, at=at)


def _other(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_lets_in_once_and_makes_the_user_on_the_first_visit(sms, at):
    code = _send(sms, at)

    user = _confirm(code, at)

    assert user.phone_masked == "139******01"
    assert not user.has_usable_password()
    with pytest.raises(CodeWrong):
        _confirm(code, at)
    assert _confirm(_send(sms, at + timedelta(minutes=2)), at + timedelta(minutes=2)) == user


def test_r25_the_code_stands_in_no_table_and_no_log(sms, at, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    code = _send(sms, at)
    with pytest.raises(CodeWrong):
        _confirm(_other(code), at)
    _confirm(code, at)

    dump = _dump("accounts_%") + _dump("kernel_%")

    assert not re.search(rf"(?<![0-9A-Za-z]){code}(?![0-9A-Za-z])", dump)
    assert code.encode().hex() not in dump
    assert hashlib.sha256(code.encode()).hexdigest() not in dump
    assert PHONE not in dump
    assert code not in caplog.text
    assert PHONE not in caplog.text + "".join(capsys.readouterr())
    assert AuditEvent.objects.filter(action="accounts.sign_in.confirm_code.refused").count() == 1


def _dump(tables):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name LIKE %s",
            [tables],
        )
        names = [row[0] for row in cursor.fetchall()]
        texts = []
        for name in names:
            if name in ("accounts_bankbin", "accounts_datedrule"):
                continue
            cursor.execute(f"SELECT row_to_json(t)::jsonb - 'id' - 'sent_at' - 'at' FROM {name} t")
            texts += [str(row[0]) for row in cursor.fetchall()]
    return "\n".join(texts)


def test_a_code_dies_after_five_minutes(sms, at):
    code = _send(sms, at)

    with pytest.raises(CodeWrong):
        _confirm(code, at + timedelta(minutes=5))

    assert not User.objects.exists()


def test_the_fifth_wrong_try_kills_the_code(sms, at):
    code = _send(sms, at)
    for _try in range(5):
        with pytest.raises(CodeWrong):
            _confirm(_other(code), at)

    with pytest.raises(CodeWrong):
        _confirm(code, at)

    assert not User.objects.exists()


def test_a_newer_code_replaces_the_older(sms, at):
    old = _send(sms, at)
    new = _send(sms, at + timedelta(minutes=1))

    if old != new:
        with pytest.raises(CodeWrong):
            _confirm(old, at + timedelta(minutes=1))
    _confirm(new, at + timedelta(minutes=1))


def test_codes_are_a_minute_apart_and_ten_a_day(sms, at):
    _send(sms, at)
    with pytest.raises(CodeTooSoon, match="秒后可以重发"):
        _send(sms, at)
    for nth in range(1, 10):
        _send(sms, at + timedelta(minutes=nth))

    with pytest.raises(TooManyCodes):
        _send(sms, at + timedelta(minutes=30))

    assert len(sms.sent) == 10
    _send(sms, at + timedelta(days=1, minutes=1))
    assert forget_old_codes(at=at + timedelta(days=3)) == 11


def test_a_dead_gateway_is_said_and_may_be_tried_again_at_once(sms, at):
    sms.is_down = True
    with pytest.raises(CodeNotSent):
        _send(sms, at)
    assert not SignInCode.objects.exists()

    sms.is_down = False
    _send(sms, at)


def test_a_disabled_user_stays_out(sms, at):
    user = _confirm(_send(sms, at), at)
    disable_user(user=user, reason="投诉", actor=SYSTEM, at=at)
    later = at + timedelta(minutes=2)

    with pytest.raises(UserDisabled):
        _confirm(_send(sms, later), later)


def test_what_is_no_phone_gets_no_code(sms, at):
    with pytest.raises(NumberRefused):
        request_code(phone="123", gateway=sms, actor=VISITOR, at=at)

    assert sms.sent == []


def test_one_phone_one_user(at):
    register_user(phone=PHONE, actor=SYSTEM, at=at)

    with pytest.raises(PhoneHasUser):
        register_user(phone=f"+86 {PHONE}", actor=SYSTEM, at=at)

    assert User.objects.count() == 1


def test_passwords_are_kept_by_argon2(at):
    user = register_user(phone=PHONE, password="沙漠里的骆驼", actor=SYSTEM, at=at)

    assert user.password.startswith("argon2")
    set_password(user=user, password="另一头骆驼", actor=SYSTEM, at=at)
    assert user.check_password("另一头骆驼")
    assert user.sessions_valid_after == at


def test_the_demos_terminal_shows_the_text_and_not_the_phone(capsys):
    ConsoleSms().send(phone="+8613900000001", text="验证码 123456")

    shown = capsys.readouterr().out
    assert "123456" in shown
    assert "13900000001" not in shown


def test_r24_sessions_past_their_day_are_deleted():
    for key, days in (("a" * 32, -1), ("b" * 32, 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now() + timedelta(days=days))

    keep_house()

    assert Session.objects.get().session_key == "b" * 32


def test_a_code_just_used_does_not_keep_the_next_one_waiting(sms, at):
    _confirm(_send(sms, at), at)

    again = _send(sms, at + timedelta(seconds=5))

    with pytest.raises(CodeTooSoon):
        _send(sms, at + timedelta(seconds=10))
    assert _confirm(again, at + timedelta(seconds=15))


def _ask(sms, at, nth, address="203.0.113.9"):
    request_code(phone=numbers.phone(nth), gateway=sms, actor=VISITOR, at=at, address=address)


@pytest.fixture
def sixty_asked(sms, at, monkeypatch):
    """One network address that has used its hour up."""
    cache.clear()
    monkeypatch.setattr("accounts.services.sign_in.MAX_PER_NETWORK", 3)
    for nth in (11, 12, 13):
        _ask(sms, at, nth)
    yield
    cache.clear()


def test_a_network_address_gets_so_many_codes_an_hour_whatever_the_phones(sixty_asked, sms, at):
    with pytest.raises(TooManyFromHere):
        _ask(sms, at, 14)
    _ask(sms, at, 15, "203.0.113.10")

    assert len(sms.sent) == 4
    assert SignInCode.objects.count() == 4


def test_whoever_has_a_whole_network_of_addresses_is_counted_once(sms, at, monkeypatch):
    cache.clear()
    monkeypatch.setattr("accounts.services.sign_in.MAX_PER_NETWORK", 1)
    _ask(sms, at, 16, "2001:db8::1")

    with pytest.raises(TooManyFromHere):
        _ask(sms, at, 17, "2001:db8::2")

    cache.clear()
    assert len(sms.sent) == 1


def test_without_the_cache_a_code_is_sent_and_the_limit_of_the_phone_holds(sms, at, settings, monkeypatch):
    """F2: the second fence is down, the first stands in the table."""
    monkeypatch.setattr("accounts.services.sign_in.MAX_PER_NETWORK", 0)
    kept = settings.CACHES["default"]
    settings.CACHES = {"default": kept | {"LOCATION": "redis://127.0.0.1:1/0"}}

    _ask(sms, at, 18)
    with pytest.raises(CodeTooSoon):
        _ask(sms, at, 18)

    del caches["default"]
    assert len(sms.sent) == 1


def test_r25_no_address_is_kept_in_clear(sms, at, monkeypatch):
    keys = []
    monkeypatch.setattr("accounts.services.sign_in.count", lambda key, *, for_s: keys.append(key))

    _ask(sms, at, 19)

    assert keys
    assert "203.0.113.9" not in keys[0]

"""Users: made, disabled, brought back."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from accounts.selectors.users import PHONE, user_by_phone
from accounts.services.numbers import read_phone
from accounts.services.refused_attempts import audited
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.crypto import blind_index, mask_phone
from silk_road_ebao.kernel.refusals import Refusal


class PhoneHasUser(Refusal):
    """Somebody already signs in with this phone."""

    message = _("这个手机号已经注册过，直接登录就行")
    field = "phone"


class PersonHasUser(Refusal):
    """The person already has a sign-in."""

    message = _("这个人已经有登录账号")


@audited(action="accounts.user.register")
@transaction.atomic
def register_user(
    *, phone: str, actor: Actor, at: datetime, display_name: str = "", person: Person | None = None, password: str = ""
) -> User:
    """Make a user who signs in by phone. Without a password only the code sent by SMS opens the door.

    Raises:
        NumberRefused, PhoneHasUser: at the phone.
    """
    number = read_phone(text=phone)
    user = User(
        phone_sealed=number,
        phone_index=blind_index(number, PHONE),
        phone_masked=mask_phone(number),
        display_name=display_name or (person.full_name if person else ""),
        person=person,
        joined_at=at,
    )
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise (PhoneHasUser if user_by_phone(number) else PersonHasUser) from None
    record(actor=actor, action="accounts.user.register", subject=f"user-{user.pk}", at=at, detail={})
    return user


@transaction.atomic
def bind_person(*, user: User, person: Person, actor: Actor, at: datetime) -> User:
    """Say which person a user is, once known.

    Raises:
        PersonHasUser: another user is this person, or this user is another person.
    """
    if user.person_id not in (None, person.pk):
        raise PersonHasUser
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(person=person)
    except IntegrityError:
        raise PersonHasUser from None
    user.refresh_from_db()
    record(
        actor=actor,
        action="accounts.user.bind_person",
        subject=f"user-{user.pk}",
        at=at,
        detail={"person": person.person_no},
    )
    return user


@transaction.atomic
def set_password(*, user: User, password: str, actor: Actor, at: datetime) -> User:
    """Set a user's password (argon2); every other session ends."""
    user.set_password(password)
    user.sessions_valid_after = at
    user.save(update_fields=["password", "sessions_valid_after"])
    record(actor=actor, action="accounts.user.set_password", subject=f"user-{user.pk}", at=at, detail={})
    return user


@transaction.atomic
def disable_user(*, user: User, reason: str, actor: Actor, at: datetime) -> User:
    """Shut a user out: no sign-in, and every session of his ends at its next request."""
    User.objects.filter(pk=user.pk).update(is_active=False, disabled_at=at, sessions_valid_after=at)
    user.refresh_from_db()
    record(actor=actor, action="accounts.user.disable", subject=f"user-{user.pk}", at=at, detail={"reason": reason})
    return user


@transaction.atomic
def enable_user(*, user: User, reason: str, actor: Actor, at: datetime) -> User:
    """Let a user in again; sessions from before stay void."""
    User.objects.filter(pk=user.pk).update(is_active=True, disabled_at=None, sessions_valid_after=at)
    user.refresh_from_db()
    record(actor=actor, action="accounts.user.enable", subject=f"user-{user.pk}", at=at, detail={"reason": reason})
    return user

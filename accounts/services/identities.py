"""Who a signed-in user is: said once, with name and resident ID."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, User
from accounts.services.numbers import read_resident_id
from accounts.services.persons import register_person
from accounts.services.refused_attempts import audited
from accounts.services.users import bind_person
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.recall import is_worn_out
from silk_road_ebao.kernel.refusals import Refusal

MAX_TRIES = 5
TRIES_WINDOW_S = 24 * 3600


class PhoneUnknown(Refusal):
    """An operator's sign-in has no phone; people are known by one."""

    message = _("这个账号没有手机号，请用手机号登录后再登记")
    field = "phone"


class TooManyIdentities(Refusal):
    """Five resident IDs within a day: somebody tries numbers out."""

    message = _("试的次数太多，请明天再试，或者带身份证到服务台")
    field = "resident_id"


@audited(action="accounts.identity.tell")
@transaction.atomic
def identify_user(*, user: User, full_name: str, resident_id: str, actor: Actor, at: datetime) -> Person:
    """Register the person behind a user under the phone he signed in with, and bind both; all or nothing.

    Raises:
        PhoneUnknown, NameMissing, NumberRefused, ResidentIdTaken, PhoneBelongsToAnother (R10), PersonHasUser
        TooManyIdentities: whether an ID is registered is not to be found out by trying.
    """
    if user.phone_sealed is None:
        raise PhoneUnknown
    number = read_resident_id(text=resident_id)
    _count_try(user)
    person = register_person(
        full_name=full_name, resident_id=number, phone=user.phone_sealed.open(), actor=actor, at=at
    )
    bound = bind_person(user=user, person=person, actor=actor, at=at)
    if not bound.display_name:
        User.objects.filter(pk=bound.pk).update(display_name=person.full_name)
    return person


def _count_try(user: User) -> None:
    """Count a well-formed number; slips of the pen are refused before and do not count."""
    if is_worn_out(f"accounts:identity:{user.pk}", tries=MAX_TRIES, for_s=TRIES_WINDOW_S):
        raise TooManyIdentities

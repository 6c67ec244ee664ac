"""Reads of users and the actors they stand for."""

from accounts.models import Membership, User
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.crypto import blind_index

PHONE = "phone"
"""Purpose of the blind index of phones: one for users and people, so that they can be matched."""


def user_by_phone(phone: str) -> User | None:
    """Find whoever signs in with this phone (E.164)."""
    return User.objects.filter(phone_index=blind_index(phone, PHONE)).first()


def actor_of(user: User) -> Actor:
    """Return the actor a signed-in user is: an operator by number, else the person, else the bare user."""
    operator = getattr(user, "operator", None)
    if operator is not None:
        return Actor("OPERATOR", operator.operator_no, operator.name)
    if user.person_id is not None and user.person is not None:
        return Actor("PERSON", user.person.person_no, str(user))
    return Actor("PERSON", f"user-{user.pk}", str(user))


def staff_actor(membership: Membership) -> Actor:
    """Return the actor a user is inside one merchant."""
    return Actor("STAFF", f"{membership.merchant.merchant_no}/user-{membership.user_id}", str(membership.user))

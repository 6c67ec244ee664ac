"""Staff of a merchant."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import MemberRole, Membership, Merchant, User
from accounts.selectors.users import user_by_phone
from accounts.services.numbers import read_phone
from accounts.services.refused_attempts import audited
from accounts.services.users import register_user
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.refusals import Refusal


class AlreadyMember(Refusal):
    """The user works for the merchant already."""

    message = _("这个人已经在你的店里了")
    field = "phone"


class LastOwner(Refusal):
    """A merchant keeps at least one owner."""

    message = _("店里至少要留一位店主")


@transaction.atomic
def add_member(*, merchant: Merchant, user: User, role: str, actor: Actor, at: datetime) -> Membership:
    """Give a user a role in a merchant.

    Raises:
        AlreadyMember: he has a live role there.
        ValueError: an unknown role.
    """
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                merchant=merchant, user=user, role=MemberRole(role).value, since_at=at
            )
    except IntegrityError:
        raise AlreadyMember from None
    record(
        actor=actor,
        action="accounts.membership.add",
        subject=merchant.merchant_no,
        at=at,
        detail={"user": f"user-{user.pk}", "role": role},
    )
    return membership


@audited(action="accounts.membership.invite")
@transaction.atomic
def invite_member(*, merchant: Merchant, phone: str, name: str, role: str, actor: Actor, at: datetime) -> Membership:
    """Give somebody a role by his phone; who never signed in gets a user that only a code to the phone opens.

    Raises:
        NumberRefused, AlreadyMember
        ValueError: an unknown role.
    """
    number = read_phone(text=phone)
    user = user_by_phone(number) or register_user(phone=number, actor=actor, at=at, display_name=name.strip())
    return add_member(merchant=merchant, user=user, role=role, actor=actor, at=at)


@transaction.atomic
def end_membership(*, membership: Membership, actor: Actor, at: datetime) -> None:
    """Take a user out of a merchant; the next request of his finds no door.

    Raises:
        LastOwner: nobody would own the shop.
    """
    Merchant.objects.select_for_update().get(pk=membership.merchant_id)
    live = Membership.objects.filter(merchant_id=membership.merchant_id, ended_at__isnull=True)
    if (
        membership.role == MemberRole.OWNER
        and not live.filter(role=MemberRole.OWNER).exclude(pk=membership.pk).exists()
    ):
        raise LastOwner
    if live.filter(pk=membership.pk).update(ended_at=at):
        record(
            actor=actor,
            action="accounts.membership.end",
            subject=membership.merchant.merchant_no,
            at=at,
            detail={"user": f"user-{membership.user_id}"},
        )

"""Deletion on request: masked and held while the law wants the records, then purged (R24, 反洗钱法)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, Merchant, MerchantDocument, Person, PhoneException, SettlementAccount
from accounts.rules.calendar import add_years
from accounts.selectors.account_links import links_of
from accounts.selectors.dated_rules import value
from accounts.selectors.settlement_accounts import accounts_of
from accounts.services.account_links import end_link
from accounts.services.consents import withdraw_consent
from accounts.services.refused_attempts import audited
from accounts.services.settlement_accounts import close_settlement_account
from accounts.services.users import disable_user
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date, day_bounds
from silk_road_ebao.kernel.crypto import mask_name
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition


class StillInBusiness(Refusal):
    """The person is the legal representative of a merchant in service."""

    message = _("你名下还有店在营业，先办完退出再注销")


@audited(action="accounts.person.delete")
@transaction.atomic
def delete_person(*, person: Person, actor: Actor, at: datetime, reason: str = "") -> Person:
    """Mask a person and hold the sealed records until the law lets them go; nothing of him is used any more.

    Consents are withdrawn, links ended, accounts closed, the sign-in shut.

    Raises:
        StillInBusiness
    """
    row = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if Merchant.objects.filter(legal_person=row).exclude(status="LEFT").exists():
        raise StillInBusiness
    for consent in Consent.objects.filter(subject_person=row, status__in=["REQUESTED", "ACTIVE"]):
        withdraw_consent(consent=consent, subject=row, actor=actor, at=at, reason="deletion")
    for link in links_of(row).filter(status__in=["PROPOSED", "LIVE"]):
        end_link(link=link, party=row, actor=actor, at=at, reason="deletion")
    for account in accounts_of(row):
        close_settlement_account(account=account, actor=actor, at=at, reason="deletion")
    user = getattr(row, "user", None)
    if user is not None:
        disable_user(user=user, reason="deletion", actor=actor, at=at)
    years = value("retention.transaction_years", at)
    transition(
        row,
        "HELD",
        actor=actor,
        at=at,
        reason=reason or "deletion on request",
        full_name=mask_name(row.full_name),
        held_until=add_years(business_date(at), years),
    )
    record(
        actor=actor,
        action="accounts.person.delete",
        subject=row.person_no,
        at=at,
        detail={"held_until": row.held_until},
    )
    return row


def purge_held_persons(*, at: datetime) -> int:
    """Purge everybody whose retention is over: ten years to the day, not one day earlier (R24). Returns how many."""
    due = Person.objects.filter(status="HELD", held_until__lte=business_date(at)).order_by("id")
    return sum(_purge(person_id, at) for person_id in due.values_list("pk", flat=True))


@transaction.atomic
def _purge(person_id: int, at: datetime) -> int:
    person = (
        Person.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=person_id, status="HELD").first()
    )
    if person is None:
        return 0
    user = getattr(person, "user", None)
    if user is not None:
        type(user).objects.filter(pk=user.pk).update(
            username=user.username or f"purged-{user.pk}",
            phone_sealed=None,
            phone_index=None,
            phone_masked="",
            display_name="",
        )
    SettlementAccount.objects.filter(owner_person=person).update(
        account_no_sealed=None, account_index=None, masked="", holder_name=""
    )
    PhoneException.objects.filter(people=person).update(phone_masked="", id_masked="", reason="purged")
    transition(
        person,
        "PURGED",
        actor=SYSTEM,
        at=at,
        reason="retention over",
        full_name="",
        id_sealed=None,
        id_index=None,
        id_masked="",
        phone_sealed=None,
        phone_index=None,
        phone_masked="",
    )
    record(actor=SYSTEM, action="accounts.person.purge", subject=person.person_no, at=at, detail={})
    return 1


def purge_left_merchants(*, at: datetime) -> int:
    """Purge the papers of merchants gone for as long as the law wants them kept (R24); their hashes stay."""
    years = value("retention.transaction_years", at)
    over = day_bounds(add_years(business_date(at), -years))[1]
    papers = MerchantDocument.objects.filter(merchant__status="LEFT", merchant__left_at__lt=over)
    return papers.filter(content_sealed__isnull=False).update(content_sealed=None)

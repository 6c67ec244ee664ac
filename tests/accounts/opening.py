"""A stall brought into service by the ordinary services, as any page would."""

from dataclasses import dataclass

from accounts.models import Merchant, Onboarding, Person, User
from accounts.selectors.users import actor_of
from accounts.services.merchant_documents import hand_in_document
from accounts.services.onboarding_reviews import review_onboarding
from accounts.services.onboardings import save_onboarding, start_onboarding, submit_onboarding
from accounts.services.persons import register_person
from accounts.services.settlement_accounts import add_settlement_account, report_verification
from accounts.services.users import bind_person, register_user
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from tests.accounts import numbers

CCB = Actor("PARTNER", "CCB", "建设银行")


@dataclass
class Opened:
    user: User
    person: Person
    form: Onboarding
    merchant: Merchant
    actor: Actor


def fill_in(nth, market, at, *, kind="INDIVIDUAL", **more):
    """Fill in the nth merchant's form completely, not yet handed in."""
    user = register_user(phone=numbers.phone(nth), actor=SYSTEM, at=at)
    actor = actor_of(user)
    person = register_person(
        full_name=f"店主{nth}", resident_id=numbers.resident_id(nth), phone=numbers.phone(nth), actor=actor, at=at
    )
    bind_person(user=user, person=person, actor=actor, at=at)
    form = start_onboarding(applicant=user, kind=kind, actor=actor, at=at)
    given = {
        "name": f"蔬菜{nth}",
        "legal_name": f"库尔勒市蔬菜{nth}经营部",
        "uscc": numbers.credit_code(nth),
        "legal_person": person,
        "province": "65",
        "address": "孔雀农贸市场",
        "phone": numbers.phone(nth),
        "market": market,
        "stall_label": f"A{nth}",
        "signboard": f"蔬菜{nth}",
    }
    save_onboarding(onboarding=form, actor=actor, at=at, **(given | more))
    papers = {"MICRO": ("LEGAL_PERSON_ID", "PREMISES_PHOTO")}.get(kind, ("BUSINESS_LICENCE", "LEGAL_PERSON_ID"))
    for paper in papers:
        hand_in_document(merchant=form.merchant, kind=paper, content=numbers.png(nth), actor=actor, at=at)
    form.refresh_from_db()
    return Opened(user, person, form, form.merchant, actor)


def open_merchant(nth, market, maker, checker, at):
    """Bring the nth merchant into service with both signatures."""
    opened = fill_in(nth, market, at)
    submit_onboarding(onboarding=opened.form, actor=opened.actor, at=at)
    approval = review_onboarding(onboarding=opened.form, actor=maker, at=at)
    approve(approval_no=approval.approval_no, checker=checker, at=at)
    opened.form.refresh_from_db()
    opened.merchant = Merchant.objects.get(pk=opened.form.merchant_id)
    return opened


def add_payee(opened, nth, at):
    """Give a merchant its first account, verified by the bank."""
    account = add_settlement_account(
        owner=opened.merchant,
        account_no=numbers.card(nth),
        holder_name=opened.merchant.legal_name,
        actor=opened.actor,
        at=at,
    )
    return report_verification(account_no=account.account_no, result="VERIFIED", actor=CCB, at=at)

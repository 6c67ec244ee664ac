"""Rows that tests of banking start from."""

from datetime import timedelta

from accounts.selectors.consents import latest_text
from accounts.services.consents import give_consent, request_consent
from banking.services.sandbox_scenarios import play_scenario
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import now
from tests.accounts.factories import PersonFactory, SettlementAccountFactory


def personal_account(bank, **more):
    """Make a person's Class II account at a bank, waiting for its word."""
    person = more.pop("person", None) or PersonFactory()
    given = {
        "bank": bank,
        "owner_merchant": None,
        "owner_person": person,
        "account_class": "II",
        "status": "PROPOSED",
        "verification": "PENDING",
        "verified_at": None,
        "activated_at": None,
    }
    return SettlementAccountFactory(**(given | more))


def consent_to(bank, person, *, purpose="CREDIT_APPLICATION", kinds=("IDENTITY", "TRADE_SUMMARY"), days=30):
    """Have a person give a bank an authorisation."""
    actor, at = Actor("PERSON", person.person_no), now()
    asked = request_consent(
        subject=person,
        recipient=bank,
        kinds=kinds,
        text=latest_text(purpose),
        expires_at=at + timedelta(days=days),
        actor=actor,
        at=at,
    )
    return give_consent(consent=asked, subject=person, agreed=True, signature="test", actor=actor, at=at)


def told_account(bank, **more):
    """Make a person's account that its bank may know of."""
    account = personal_account(bank, **more)
    let_verify(account)
    return account


def let_verify(account):
    """Have a person let the account's bank verify it."""
    kinds = ["SETTLEMENT_ACCOUNT"]
    return consent_to(account.bank, account.owner_person, purpose="ACCOUNT_VERIFICATION", kinds=kinds)


def played(bank, name):
    """Play a sandbox scenario for a bank."""
    return play_scenario(name=name, bank=bank, at=now())


def credit_report(customer_no, **more):
    """Write a report on a credit account."""
    given = {
        "bank_reference": "card-7f3a",
        "customer_no": customer_no,
        "kind": "CREDIT_CARD",
        "state": "ACTIVE",
        "limit_band": "10K_50K",
        "usage_band": "UNDER_30",
        "reported_at": now().isoformat(),
    }
    return given | more


def activity(rows, **more):
    """Write a batch of October; rows are (account_no, day of October, in, out, balance)."""
    listed = [
        {
            "account_no": no,
            "business_date": f"2026-10-{day:02d}",
            "in_fen": in_fen,
            "out_fen": out_fen,
            "balance_fen": balance_fen,
        }
        for no, day, in_fen, out_fen, balance_fen in rows
    ]
    given = {"batch_ref": "OCT-1", "period_from": "2026-10-01", "period_until": "2026-10-31", "rows": listed}
    return given | more

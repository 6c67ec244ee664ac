"""R13: the payer's own account is offered only within its allowance, and says why not otherwise."""

import pytest

from accounts.rules.allowance import Allowance
from payments.services import account_offers
from payments.services.account_offers import offer_with_account
from tests.payments.factories import InstitutionFactory, PaymentFactory, PersonFactory, SettlementAccountFactory, moment

pytestmark = pytest.mark.django_db
WALLET = ("WECHAT:NATIVE", True)


@pytest.fixture
def account(monkeypatch):
    """A verified Class II account at a bank that is joined, with 100 yuan left today."""
    monkeypatch.setattr(account_offers, "BANKS", {"CCB": object()})
    monkeypatch.setattr(account_offers, "remaining_allowance", lambda account, at: Allowance(None, 10_000))
    bank = InstitutionFactory(code="CCB", kind="BANK")
    return SettlementAccountFactory(
        owner_merchant=None, owner_person=PersonFactory(), holder_name="阿依古丽", account_class="II", bank=bank
    )


def _account_offer(account, amount_fen):
    offers = offer_with_account(
        payment=PaymentFactory(amount_fen=amount_fen), flows=[WALLET], account=account, at=moment()
    )
    return next(offer for offer in offers if offer.flow == "BANK:ACCOUNT")


@pytest.mark.parametrize(("amount_fen", "is_feasible"), [(10_000, True), (10_001, False)])
def test_the_allowance_decides_to_the_fen(account, amount_fen, is_feasible):
    offer = _account_offer(account, amount_fen)

    assert offer.is_feasible == is_feasible
    assert ("ALLOWANCE_TOO_SMALL" in offer.reasons) != is_feasible


def test_without_account_or_joined_bank_it_stands_last_and_says_why(account, monkeypatch):
    assert "NO_ACCOUNT" in _account_offer(None, 100).reasons

    monkeypatch.setattr(account_offers, "BANKS", {})
    offers = offer_with_account(payment=PaymentFactory(), flows=[WALLET], account=account, at=moment())

    assert [offer.flow for offer in offers] == ["WECHAT:NATIVE", "BANK:ACCOUNT"]
    assert "LINE_DOWN" in offers[-1].reasons

"""Fill in what an acquirer wants to know about a merchant, or say what unfits it to be sent."""

import base64
from datetime import datetime

from accounts.models import Merchant, MerchantDocument, Person, SettlementAccount
from accounts.selectors.dated_rules import value_or_none
from accounts.selectors.institutions import provinces_served
from accounts.selectors.onboardings import onboarding_by_no
from accounts.selectors.settlement_accounts import holder_basis_of, payee_account_of
from accounts.services.merchant_documents import DocumentAltered, check_document
from payments.models import Applyment, Trouble
from payments.rules.applyment import ApplymentForm, Picture, is_fit_picture, missing_papers

PHONE_DIGITS = 11


class Unfit(Exception):
    """Carry the trouble that a person has to mend before the merchant can be sent."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


def bare_form(*, applyment: Applyment) -> ApplymentForm:
    """Word an application as far as a question about it needs: no person, no account, no picture."""
    return ApplymentForm(
        applyment_no=applyment.applyment_no,
        acquirer_no=applyment.acquirer_no,
        kind=applyment.merchant.kind,
        name=applyment.merchant.name,
        legal_name=applyment.merchant.legal_name,
        uscc=applyment.merchant.uscc or "",
        address=applyment.merchant.address,
        rate_bps=applyment.rate_bps or 0,
        head_name="",
        head_id="",
        contact_name="",
        contact_id="",
        contact_phone="",
        account_name="",
        account_no="",
        has_token=applyment.auth_token is not None,
    )


def full_form(*, applyment: Applyment, at: datetime) -> tuple[ApplymentForm, SettlementAccount]:
    """Fill the form in from the merchant as it stands, sealed columns opened for the wire; and its payee account.

    Raises Unfit: no verified payee account, one in a name it may not bear (R2), papers missing or no pictures, no rate,
    a merchant out of service, an acquirer without a branch in its province (R8).
    """
    merchant = applyment.merchant
    head = merchant.legal_person
    if merchant.status != "APPROVED" or head is None:
        raise Unfit(Trouble.MERCHANT_STOPPED)
    served = provinces_served(applyment.acquirer, at)
    if served and merchant.province not in served:
        raise Unfit(Trouble.PROVINCE_DIFFERS)
    rate_bps = value_or_none(f"acquirer.rate.{applyment.acquirer_code}", at)
    if rate_bps is None:
        raise Unfit(Trouble.RATE_MISSING)
    account = _account(merchant, at)
    agent = onboarding_by_no(applyment.onboarding_no).agent
    contact = agent or head
    form = ApplymentForm(
        applyment_no=applyment.applyment_no,
        acquirer_no=applyment.acquirer_no,
        kind=merchant.kind,
        name=merchant.name,
        legal_name=merchant.legal_name,
        uscc=merchant.uscc or "",
        address=merchant.address,
        rate_bps=rate_bps,
        head_name=head.full_name,
        head_id=_opened(head, "id_sealed"),
        contact_name=contact.full_name,
        contact_id=_opened(contact, "id_sealed"),
        contact_phone=_opened(contact, "phone_sealed")[-PHONE_DIGITS:],
        account_name=account.holder_name,
        account_no=account.account_no_sealed.open() if account.account_no_sealed is not None else "",
        bank_name=account.bank.short_name,
        is_agent=agent is not None,
        has_token=applyment.auth_token is not None,
        pictures=_pictures(merchant, is_agent=agent is not None),
    )
    return form, account


def _account(merchant: Merchant, at: datetime) -> SettlementAccount:
    account = payee_account_of(merchant, at)
    if account is None or account.account_no_sealed is None:
        raise Unfit(Trouble.ACCOUNT_MISSING)
    if not holder_basis_of(merchant, account.holder_name):
        raise Unfit(Trouble.NAME_DIFFERS)
    return account


def _opened(person: Person, column: str) -> str:
    sealed = getattr(person, column)
    if sealed is None:
        raise Unfit(Trouble.MERCHANT_STOPPED)
    return str(sealed.open())


def _pictures(merchant: Merchant, *, is_agent: bool) -> dict[str, Picture]:
    papers = MerchantDocument.objects.filter(merchant=merchant, replaced_at__isnull=True).order_by("kind")
    present = {paper.kind: paper for paper in papers if paper.content_sealed is not None}
    if missing_papers(merchant.kind, frozenset(present), is_agent=is_agent):
        raise Unfit(Trouble.PAPER_MISSING)
    return {kind: _picture(paper) for kind, paper in present.items()}


def _picture(paper: MerchantDocument) -> Picture:
    if not is_fit_picture(paper.media_type, paper.size_bytes):
        raise Unfit(Trouble.PAPER_UNFIT)
    try:
        check_document(document=paper)
    except DocumentAltered:
        raise Unfit(Trouble.PAPER_UNFIT) from None
    return Picture(paper.kind, paper.media_type, base64.b64decode(paper.content_sealed.open()))

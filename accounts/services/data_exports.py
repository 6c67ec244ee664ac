"""Everything held about a person, for that person (个人信息保护法 45)."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Consent, CreditAccount, Disclosure, Merchant, Person, SettlementAccount
from accounts.selectors.account_links import links_of, source_of, target_of
from accounts.selectors.consents import consents_of, disclosures_of
from accounts.selectors.parties import party_key
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.canonical import plain
from silk_road_ebao.kernel.crypto import reveal

PURPOSE = "export to the person"


@transaction.atomic
def export_everything(*, person: Person, actor: Actor, at: datetime) -> dict[str, Any]:
    """Gather everything held about a person as plain JSON values; each sealed column opened leaves a trace (R25)."""
    content = {
        "exported_at": at,
        "person": _person(person, actor, at),
        "merchants": [_merchant(row) for row in person.merchants_as_legal_person.order_by("id")],
        "settlement_accounts": [
            _account(row, actor, at) for row in person.settlement_accounts.select_related("bank").order_by("id")
        ],
        "credit_accounts": [_credit(row) for row in person.credit_accounts.select_related("bank").order_by("id")],
        "account_links": [
            {
                "link_no": link.link_no,
                "relation": link.relation,
                "source": party_key(source_of(link)),
                "target": party_key(target_of(link)),
                "status": link.status,
                "valid_from": link.valid_from,
                "valid_until": link.valid_until,
            }
            for link in links_of(person)
        ],
        "consents": [_consent(row) for row in consents_of(person)],
        "disclosures": [_disclosure(row) for row in disclosures_of(person)],
    }
    record(actor=actor, action="accounts.person.export", subject=person.person_no, at=at, detail={})
    exported: dict[str, Any] = plain(content)
    return exported


def export_archive(*, person: Person, actor: Actor, at: datetime) -> bytes:
    """Return the export as a ZIP, one JSON file per kind of data."""
    content = export_everything(person=person, actor=actor, at=at)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(f"{name}.json", json.dumps(part, ensure_ascii=False, indent=2))
    return packed.getvalue()


def _person(person: Person, actor: Actor, at: datetime) -> dict[str, Any]:
    opened = {
        name: reveal(person, column, actor=actor, purpose=PURPOSE, at=at) if getattr(person, column) else ""
        for name, column in (("resident_id", "id_sealed"), ("phone", "phone_sealed"))
    }
    return {
        "person_no": person.person_no,
        "full_name": person.full_name,
        **opened,
        "status": person.status,
        "registered_at": person.registered_at,
        "verified_at": person.verified_at,
        "last_active_at": person.last_active_at,
    }


def _merchant(merchant: Merchant) -> dict[str, Any]:
    return {
        "merchant_no": merchant.merchant_no,
        "kind": merchant.kind,
        "legal_name": merchant.legal_name,
        "uscc": merchant.uscc or "",
        "address": merchant.address,
        "status": merchant.status,
        "documents": list(merchant.documents.order_by("id").values("kind", "sha256", "uploaded_at")),
    }


def _account(account: SettlementAccount, actor: Actor, at: datetime) -> dict[str, Any]:
    number = account.account_no_sealed
    return {
        "account_no": account.account_no,
        "number": reveal(account, "account_no_sealed", actor=actor, purpose=PURPOSE, at=at) if number else "",
        "bank": account.bank.name,
        "account_class": account.account_class,
        "verification": account.verification,
        "status": account.status,
        "added_at": account.added_at,
        "usages": list(
            account.usages.order_by("business_date").values("business_date", "in_fen", "out_fen", "balance_fen")
        ),
    }


def _credit(account: CreditAccount) -> dict[str, Any]:
    return {
        "credit_account_no": account.credit_account_no,
        "kind": account.kind,
        "bank": account.bank.name,
        "limit_band": account.limit_band,
        "usage_band": account.usage_band,
        "status": account.status,
        "active_dates": list(account.activations.order_by("active_date").values_list("active_date", flat=True)),
    }


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "consent_no": consent.consent_no,
        "recipient": consent.recipient.name,
        "purpose": consent.purpose,
        "kinds": consent.kinds,
        "text_version": consent.text.version,
        "status": consent.status,
        "given_at": consent.given_at,
        "expires_at": consent.expires_at,
        "withdrawn_at": consent.withdrawn_at,
    }


def _disclosure(disclosure: Disclosure) -> dict[str, Any]:
    return {
        "disclosure_no": disclosure.disclosure_no,
        "recipient": disclosure.recipient.name,
        "purpose": disclosure.purpose,
        "kinds": disclosure.kinds,
        "what": disclosure.what,
        "disclosed_at": disclosure.disclosed_at,
    }

"""The API keeps to its description, whatever is sent: schemathesis over the whole schema, really signed."""

import secrets

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import Institution
from banking.api.description import description
from tests.accounts.facts import enter_facts
from tests.banking.factories import consent_to, personal_account
from tests.banking.partner import Partner

schema = schemathesis.openapi.from_dict(description())
schema.config.phases.update(phases=["examples", "coverage", "fuzzing"])

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class Signing(requests.auth.AuthBase):
    """Signs whatever is about to be sent."""

    def __init__(self, bank):
        self.bank = bank

    def __call__(self, prepared):
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        for name in ("Signature", "Signature-Input", "Content-Digest"):
            prepared.headers.pop(name, None)
        headers = self.bank.sign(prepared.method, prepared.url, body or None, nonce=secrets.token_urlsafe(18))
        prepared.headers.update({name: text for name, text in headers.items() if name != "Content-Type"})
        return prepared


@pytest.fixture
def caller(live_server, transactional_db, settings):
    settings.PUBLIC_URL = live_server.url
    enter_facts()
    ccb = Institution.objects.get(code="CCB")
    account = personal_account(ccb)
    consent_to(ccb, account.owner_person, purpose="ACCOUNT_VERIFICATION", kinds=["SETTLEMENT_ACCOUNT"])
    return live_server.url, Signing(Partner.of(ccb, None))


@pytest.mark.timeout(170)
@schema.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_schema(case, caller):
    url, signing = caller

    case.call_and_validate(base_url=url, auth=signing, checks=CHECKS)

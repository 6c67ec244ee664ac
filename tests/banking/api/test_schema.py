"""The API keeps to its description, whatever is sent: schemathesis over the whole schema, really signed."""

from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from requests.structures import CaseInsensitiveDict
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from urllib3.response import HTTPResponse

from banking.api.description import description
from tests.banking.factories import told_account
from tests.banking.partner import HOST

schema = schemathesis.openapi.from_dict(description())
schema.config.phases.update(phases=["examples", "coverage", "fuzzing"])

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SIGNED = ("signature", "signature-input", "content-digest", "content-length")


def _send(bank, case):
    """Sign a case and send it through Django's client; the answer in the form schemathesis reads."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url=HOST)).prepare()
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or None
    given = {name: text for name, text in prepared.headers.items() if name.lower() not in SIGNED}
    headers = bank.sign(prepared.method, prepared.url, body, headers=given)
    parts = urlsplit(prepared.url)
    answer = bank.client.generic(
        prepared.method,
        parts.path + (f"?{parts.query}" if parts.query else ""),
        body or b"",
        content_type=headers.get("Content-Type", ""),
        headers={name: text for name, text in headers.items() if name != "Content-Type"},
    )
    told = requests.Response()
    told.status_code, told._content = answer.status_code, answer.content
    told.headers, told.request, told.url = CaseInsensitiveDict(answer.headers), prepared, prepared.url
    told.raw = HTTPResponse(body=answer.content, headers=answer.headers, status=answer.status_code)
    return told


@pytest.fixture
def caller(bank, ccb):
    told_account(ccb)
    return bank


@pytest.mark.django_db
@schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_schema(case, caller):
    told = _send(caller, case)

    case.validate_response(told, checks=CHECKS)

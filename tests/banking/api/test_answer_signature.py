"""Our own signature on every answer, and the keys it is made with (RFC 9421)."""

import json
import secrets
import threading
from types import SimpleNamespace

import pytest
from django.db import connection
from http_message_signatures import InvalidSignature

from banking.models import PlatformKey
from banking.services import platform_keys
from banking.services.platform_keys import current_key, rotate_platform_key
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import wire_now
from silk_road_ebao.kernel.masking import scrub
from tests.banking.partner import HOST, ROOT, our_signature_holds

pytestmark = pytest.mark.django_db

WHOAMI = f"{ROOT}/whoami"


def test_every_answer_is_signed_and_bound_to_its_request(bank):
    calls = [
        ("/whoami", 200),
        ("/settlement-account-verifications/SAC00000000000000000000", 404),
        ("/events?limit=0", 400),
    ]

    for path, status in calls:
        headers = bank.sign("GET", HOST + ROOT + path)
        response = bank.send("GET", ROOT + path, headers)

        assert response.status_code == status
        result = our_signature_holds(response, method="GET", url=HOST + ROOT + path, headers=headers)
        assert '"signature";req' in result.covered_components
        with pytest.raises(InvalidSignature):
            our_signature_holds(response, method="GET", url=f"{HOST}{ROOT}/health", headers=headers)


def test_refusals_and_unknown_addresses_are_signed_too(bank):
    for path, status in (
        (WHOAMI, 401),
        (f"{ROOT}/nothing", 404),
        (f"{ROOT}/health", 200),
        (f"{ROOT}/openapi.json", 200),
    ):
        response = bank.send("GET", path, {})

        assert response.status_code == status
        our_signature_holds(response, method="GET", url=HOST + path, headers={})


def test_an_altered_answer_does_not_verify(bank):
    headers = bank.sign("GET", HOST + WHOAMI)
    response = bank.send("GET", WHOAMI, headers)
    response.content = response.content.replace(b"CCB", b"ABC")

    with pytest.raises(InvalidSignature):
        our_signature_holds(response, method="GET", url=HOST + WHOAMI, headers=headers)


def test_f21_our_own_key_changes_and_the_old_one_stays_published(bank):
    old = current_key(at=wire_now())

    new = rotate_platform_key(actor=SYSTEM, at=wire_now())

    published = bank.send("GET", f"{ROOT}/keys", {}).json()["keys"]
    assert [key["keyid"] for key in published] == [new.keyid, old.keyid]
    assert published[1]["published_until"] is not None
    headers = bank.sign("GET", HOST + WHOAMI)
    our_signature_holds(bank.send("GET", WHOAMI, headers), method="GET", url=HOST + WHOAMI, headers=headers)


def test_our_private_key_is_sealed(bank):
    bank.get("/whoami")

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(k)::text, private_key_sealed FROM banking_platformkey k")
        shown, sealed = cursor.fetchone()

    assert "PRIVATE" not in shown
    assert b"PRIVATE" not in bytes(sealed)
    assert PlatformKey.objects.get().private_key_sealed.open().startswith("-----BEGIN PRIVATE KEY-----")


@pytest.mark.django_db(transaction=True)
def test_the_first_platform_key_is_made_once_however_many_ask():
    start, made = threading.Barrier(6), []

    def make():
        start.wait()
        made.append(current_key(at=wire_now()).keyid)
        connection.close()

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(made)) == 1
    assert PlatformKey.objects.count() == 1


def test_a_key_id_never_passes_for_a_card(monkeypatch):
    digits = SimpleNamespace(hexdigest=lambda: "4111111111111111" * 4)
    monkeypatch.setattr(platform_keys, "hashlib", SimpleNamespace(sha256=lambda raw: digits))

    key = current_key(at=wire_now())

    assert key.keyid == "ebao-k4111111111111111"
    assert scrub(key.keyid) == key.keyid


def test_no_trace_of_a_signature_or_key_is_kept_in_answers(bank):
    response = bank.post("/sandbox/scenarios/account-waiting", {"secret": secrets.token_hex(4)})

    assert response.status_code == 400
    assert "PRIVATE" not in json.dumps(response.json())

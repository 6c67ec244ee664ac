"""Who may call: signed, fresh, unaltered, once; and our own signature on every answer (RFC 9421)."""

import base64
import hashlib
import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Institution, PartnerKey
from accounts.services.partner_keys import revoke_key
from banking.models import PartnerNonce
from banking.services.nonces import purge_nonces
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import frozen, wire_now
from silk_road_ebao.kernel.models import IdempotencyRecord
from tests.banking.partner import HOST, ROOT, key_pair

pytestmark = pytest.mark.django_db

WHOAMI = f"{ROOT}/whoami"
SCENARIO = "/sandbox/scenarios/account-waiting"


def _refused(response, code):
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == "Signature"
    assert response.json()["code"] == code
    assert response.json()["trace_id"] == response["Trace-Id"]


def _nothing_was_written():
    assert not IdempotencyRecord.objects.exists()


def test_a_signed_request_is_answered_and_names_the_institution(bank):
    response = bank.get("/whoami")

    assert response.status_code == 200
    assert response.json()["institution"] == "CCB"
    assert response.json()["keyid"] == bank.keyid


def test_an_unsigned_request_is_refused(bank):
    response = bank.send("GET", WHOAMI, {})

    _refused(response, "SIGNATURE_MISSING")


@pytest.mark.parametrize("missing", ["Signature", "Signature-Input"])
def test_half_a_signature_is_refused(bank, missing):
    headers = bank.sign("GET", HOST + WHOAMI)
    del headers[missing]

    _refused(bank.send("GET", WHOAMI, headers), "SIGNATURE_MISSING")


def test_a_replayed_request_is_refused(bank):
    headers = bank.sign("GET", HOST + WHOAMI)
    assert bank.send("GET", WHOAMI, headers).status_code == 200

    _refused(bank.send("GET", WHOAMI, headers), "NONCE_REPLAYED")


def test_a_write_replayed_to_the_letter_is_refused_though_its_key_is_known(bank):
    body = b"{}"
    headers = bank.sign("POST", HOST + ROOT + SCENARIO, body, headers={"Idempotency-Key": "once-and-again"})
    assert bank.send("POST", ROOT + SCENARIO, headers, body).status_code == 201

    _refused(bank.send("POST", ROOT + SCENARIO, headers, body), "NONCE_REPLAYED")


@pytest.mark.parametrize("seconds", [-302, 303, -86_400])
def test_a_late_or_early_request_is_refused(bank, seconds):
    response = bank.get("/whoami", created=wire_now() + timedelta(seconds=seconds))

    _refused(response, "SIGNATURE_LATE")
    assert not PartnerNonce.objects.exists()


@pytest.mark.parametrize("seconds", [-295, 295])
def test_clocks_may_differ_by_almost_five_minutes(bank, seconds):
    assert bank.get("/whoami", created=wire_now() + timedelta(seconds=seconds)).status_code == 200


def test_freshness_is_judged_by_real_time_whatever_the_demo_clock_says(bank, at):
    with frozen(at + timedelta(days=400)):
        response = bank.get("/whoami")

    assert response.status_code == 200


def test_an_altered_body_is_refused_and_nothing_is_written(bank):
    body = b'{"result":"REFUSED"}'
    headers = bank.sign("POST", HOST + ROOT + SCENARIO, body, headers={"Idempotency-Key": "altered-body"})

    _refused(bank.send("POST", ROOT + SCENARIO, headers, b'{"result":"VERIFIED"}'), "SIGNATURE_INVALID")
    _nothing_was_written()


def test_a_body_whose_digest_was_made_to_fit_is_refused(bank):
    body, other = b'{"a":1}', b'{"a":2}'
    headers = bank.sign("POST", HOST + ROOT + SCENARIO, body, headers={"Idempotency-Key": "digest-swapped"})
    headers["Content-Digest"] = f"sha-256=:{base64.b64encode(hashlib.sha256(other).digest()).decode()}:"

    _refused(bank.send("POST", ROOT + SCENARIO, headers, other), "SIGNATURE_INVALID")
    _nothing_was_written()


def test_a_body_that_the_signature_does_not_cover_is_refused(bank):
    headers = bank.sign("POST", HOST + ROOT + SCENARIO, headers={"Idempotency-Key": "uncovered-body"})

    _refused(bank.send("POST", ROOT + SCENARIO, headers, b"{}"), "SIGNATURE_INVALID")
    _nothing_was_written()


@pytest.mark.parametrize(
    "digest",
    [
        "sha-256=:{good}:, sha-256=:{good}:",
        "md5=:{good}:",
        "sha-256=:{good}:, md5=:{good}:",
        "sha-256=:{good}:, sha-512=:{good}:",
        "sha-256={good}",
        "",
    ],
)
def test_odd_content_digests_are_refused(bank, digest):
    body = b"{}"
    good = base64.b64encode(hashlib.sha256(body).digest()).decode()
    headers = bank.sign("POST", HOST + ROOT + SCENARIO, body, headers={"Idempotency-Key": "odd-digests"})
    headers["Content-Digest"] = digest.format(good=good)

    _refused(bank.send("POST", ROOT + SCENARIO, headers, body), "SIGNATURE_INVALID")
    _nothing_was_written()


def test_another_method_address_query_or_host_is_refused(bank):
    events = f"{ROOT}/events"

    for method, signed, sent in (
        ("POST", HOST + events, events),
        ("GET", HOST + events, WHOAMI),
        ("GET", HOST + events, f"{events}?limit=1"),
        ("GET", f"{HOST}{events}?limit=2", f"{events}?limit=1"),
        ("GET", f"{HOST}{events}?limit=1&cursor=2", f"{events}?cursor=2&limit=1"),
        ("GET", f"https://elsewhere.example{events}", events),
        ("GET", f"https://testserver{events}", events),
    ):
        headers = bank.sign(method, signed)

        _refused(bank.send("GET", sent, headers), "SIGNATURE_INVALID")


def test_behind_a_proxy_the_public_address_counts_and_no_other_host(bank, settings):
    settings.PUBLIC_URL, settings.DEMO = "https://pay.example", False
    public = bank.sign("GET", f"https://pay.example{WHOAMI}")
    inner = bank.sign("GET", HOST + WHOAMI)

    assert bank.send("GET", WHOAMI, public).status_code == 200
    _refused(bank.send("GET", WHOAMI, inner), "SIGNATURE_INVALID")


@pytest.mark.parametrize("tag", ["ebao-bank-v2", "", None])
def test_another_tag_is_refused(bank, tag):
    _refused(bank.get("/whoami", tag=tag), "SIGNATURE_INVALID")


@pytest.mark.parametrize("nonce", [None, "", "short", "x" * 129])
def test_a_nonce_that_is_none_is_refused(bank, nonce):
    _refused(bank.get("/whoami", nonce=nonce), "SIGNATURE_INVALID")


@pytest.mark.parametrize("covered", [("@method",), ("@target-uri",), ("@method", "@path"), ("@method", "@authority")])
def test_method_and_address_must_be_covered(bank, covered):
    _refused(bank.get("/whoami", covered=covered), "SIGNATURE_INVALID")


def test_another_key_or_an_unknown_one_is_refused(bank, other_bank):
    _refused(bank.get("/whoami", key=key_pair()[0]), "SIGNATURE_INVALID")
    _refused(bank.get("/whoami", keyid="nobody"), "SIGNATURE_INVALID")
    _refused(bank.get("/whoami", keyid=other_bank.keyid), "SIGNATURE_INVALID")


def test_two_signatures_with_our_tag_are_refused_but_a_proxys_own_is_passed_over(bank):
    first = bank.sign("GET", HOST + WHOAMI)
    second = bank.sign("GET", HOST + WHOAMI)
    foreign = bank.sign("GET", HOST + WHOAMI, tag="proxy")

    def both(other):
        return {name: f"{first[name]}, {other[name].replace('pyhms=', 'two=')}" for name in first}

    _refused(bank.send("GET", WHOAMI, both(second)), "SIGNATURE_INVALID")
    assert bank.send("GET", WHOAMI, both(foreign)).status_code == 200


def test_broken_signature_headers_are_refused(bank):
    good = bank.sign("GET", HOST + WHOAMI)

    for name in ("Signature", "Signature-Input"):
        for text in ("", "x", "pyhms=1", "pyhms=:AAAA:", "a" * 5000, '("@method")', "pyhms=();created=now"):
            response = bank.send("GET", WHOAMI, {**good, name: text})

            assert response.status_code == 401, (name, text)


def test_f21_both_keys_count_during_the_overlap_and_the_old_one_not_after(bank):
    new = bank.next_key(at=wire_now())
    assert bank.get("/whoami").status_code == 200
    assert new.get("/whoami").status_code == 200

    PartnerKey.objects.filter(keyid=bank.keyid).update(valid_until=wire_now())

    _refused(bank.get("/whoami"), "SIGNATURE_INVALID")
    assert new.get("/whoami").status_code == 200


def test_a_revoked_key_and_an_institution_out_of_service_are_refused_at_once(bank, other_bank):
    key = PartnerKey.objects.get(keyid=bank.keyid)
    revoke_key(key=key, reason="泄露", actor=SYSTEM, at=wire_now())
    Institution.objects.filter(code="ICBC").update(status="SUSPENDED")

    _refused(bank.get("/whoami"), "SIGNATURE_INVALID")
    _refused(other_bank.get("/whoami"), "SIGNATURE_INVALID")


def test_old_nonces_are_forgotten_and_fresh_ones_kept(bank):
    bank.get("/whoami", nonce="fresh-nonce")
    bank.get("/whoami", nonce="older-nonce", created=wire_now() - timedelta(seconds=290))

    gone = purge_nonces(before=wire_now() + timedelta(seconds=60))

    assert gone == 1
    assert list(PartnerNonce.objects.values_list("nonce", flat=True)) == ["fresh-nonce"]


def test_bodies_beyond_the_limit_are_refused_before_they_are_read(bank):
    headers = bank.sign("POST", HOST + ROOT + SCENARIO, b"{}", headers={"Idempotency-Key": "too-large"})

    response = bank.send("POST", ROOT + SCENARIO, headers, b" " * (1024 * 1024 + 1))

    assert response.status_code == 413
    assert response.json()["code"] == "BODY_TOO_LARGE"


@pytest.mark.django_db(transaction=True)
def test_of_eight_copies_of_one_request_at_once_one_is_answered(bank):
    headers = bank.sign("GET", HOST + WHOAMI)
    start, seen = threading.Barrier(8), []

    def call():
        start.wait()
        seen.append(bank.send("GET", WHOAMI, headers).status_code)
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(seen) == [200] + [401] * 7

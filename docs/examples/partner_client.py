#!/usr/bin/env python3
"""A client of the 丝路e宝 partner API in one file: copy it, it needs nothing of ours.

    python3 -m pip install requests http-message-signatures
    python3 partner_client.py --url http://localhost:8000 --keyid ccb-sandbox --key ccb-sandbox.pem whoami

It signs every request (RFC 9421, Ed25519), sends an Idempotency-Key with every write, tries again with the same key
when an answer got lost, and checks our signature on every answer. `python3 partner_client.py --help` lists the
commands; `tour` walks through all of them in the sandbox.
"""

import argparse
import datetime
import json
import pathlib
import secrets
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

import requests
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)

VERSION = "2026-11-01"
TAG = "ebao-bank-v1"
FIVE_MINUTES = datetime.timedelta(minutes=5)


class Refused(Exception):
    """The API said no: `status`, and the problem with its stable `code`."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status = status
        self.problem = problem


class Keys(HTTPSignatureKeyResolver):
    """Your private key to sign with, our public keys to check with."""

    def __init__(self, private_key: bytes) -> None:
        self.private_key = private_key
        self.platform_keys: dict[str, bytes] = {}

    def resolve_private_key(self, key_id: str) -> bytes:
        return self.private_key

    def resolve_public_key(self, key_id: str) -> bytes | None:
        return self.platform_keys.get(key_id)


class PartnerClient:
    """Calls the API; raises Refused for a no, InvalidSignature for an answer that is not ours."""

    def __init__(self, url: str, keyid: str, private_key: bytes) -> None:
        self.url = url.rstrip("/")
        self.keyid = keyid
        self.keys = Keys(private_key)
        self.session = requests.Session()
        self.signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=self.keys)
        self.verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=self.keys)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Read something."""
        return self._call("GET", path, query=query)

    def post(self, path: str, body: dict[str, Any], *, idempotency_key: str = "") -> dict[str, Any]:
        """Write something. Keep the key with your own record: the same key never has a second effect."""
        return self._call("POST", path, body=body, idempotency_key=idempotency_key or str(uuid.uuid4()))

    def events(self, cursor: str = "") -> Iterator[dict[str, Any]]:
        """Read every event after a cursor; remember each `event_seq`, it is the next cursor."""
        while True:
            page = self.get("/events", cursor=cursor) if cursor else self.get("/events")
            yield from page["data"]
            cursor = page["next_cursor"]
            if not page["has_more"]:
                return

    def trust_platform(self) -> None:
        """Fetch our public keys. In production compare them with the ones you were given on paper."""
        found = self.session.get(f"{self.url}/partner/v1/keys", timeout=10).json()
        self.keys.platform_keys = {key["keyid"]: key["public_key_pem"].encode() for key in found["keys"]}

    def _call(
        self, method: str, path: str, *, query: Any = None, body: Any = None, idempotency_key: str = ""
    ) -> dict[str, Any]:
        if not self.keys.platform_keys:
            self.trust_platform()
        headers = {"Ebao-Version": VERSION, "Accept": "application/json"}
        if idempotency_key:
            headers |= {"Idempotency-Key": idempotency_key, "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        for attempt in range(4):
            request = requests.Request(
                method, f"{self.url}/partner/v1{path}", params=query, data=content, headers=headers
            )
            try:
                response = self.session.send(self._sign(request, content), timeout=10)
            except requests.ConnectionError:  # the answer is lost, the effect perhaps not: same key, new signature
                if attempt == 3:
                    raise
                time.sleep(2**attempt)
                continue
            if response.status_code in (429, 503) and attempt < 3:
                time.sleep(int(response.headers.get("Retry-After", "1")))
                continue
            return self._read(response)
        raise AssertionError("not reached")

    def _sign(self, request: requests.Request, content: bytes | None) -> requests.PreparedRequest:
        prepared = self.session.prepare_request(request)
        covered = ["@method", "@target-uri"]
        if "Idempotency-Key" in prepared.headers:
            covered.append("idempotency-key")
        self.signer.sign(
            prepared,
            key_id=self.keyid,
            created=datetime.datetime.now(datetime.timezone.utc),  # noqa: UP017 (Python 3.10 too)
            nonce=secrets.token_urlsafe(18),
            tag=TAG,
            covered_component_ids=covered,
            body=content,  # adds and covers Content-Digest when there is a body
        )
        return prepared

    def _read(self, response: requests.Response) -> dict[str, Any]:
        if "Signature" not in response.headers and response.status_code == 503:
            raise Refused(503, {"code": "UNAVAILABLE", "detail": "come back shortly"})
        results = self.verifier.verify(
            response,
            max_age=FIVE_MINUTES,
            expect_tag=TAG,
            require_components=("@status", "content-digest"),
            body=response.content,
        )
        if len(results) != 1:
            raise InvalidSignature("one signature of ours is expected")
        answer: dict[str, Any] = response.json()
        if response.status_code >= 400:
            raise Refused(response.status_code, answer)
        return answer


def show(title: str, answer: Any) -> None:
    """Print one step."""
    sys.stdout.write(f"\n# {title}\n{json.dumps(answer, indent=2, ensure_ascii=False)}\n")


def month_of_rows(account_no: str, today: datetime.date) -> tuple[datetime.date, datetime.date, list[dict[str, Any]]]:
    """Make up a month of activity: the thirty days before today. Amounts are whole fen."""
    days = [today - datetime.timedelta(days=back) for back in range(30, 0, -1)]
    rows = [
        {
            "account_no": account_no,
            "business_date": day.isoformat(),
            "in_fen": 120_000 + number * 100,
            "out_fen": 80_000,
            "balance_fen": 50_000 + number * 40_100,
        }
        for number, day in enumerate(days)
    ]
    return days[0], days[-1], rows


def tour(client: PartnerClient) -> None:
    """Walk through the guide: verify an account, report a month, report credit, check an authorisation."""
    me = client.get("/whoami")
    show("who am I", me)
    made = client.post("/sandbox/scenarios/account-waiting", {})["made"]
    show("a customer's account waits for us", made)
    account = f"/settlement-account-verifications/{made['account_no']}"
    show("as the list shows it", client.get(account))
    show("number and name in full, under the customer's authorisation", client.get(f"{account}/particulars"))
    show("we report that they fit our books", client.post(f"{account}/result", {"result": "VERIFIED"}))

    today = datetime.datetime.fromisoformat(me["business_time"]).date()
    begins, ends, rows = month_of_rows(made["account_no"], today)
    report = {
        "batch_ref": f"demo-{secrets.token_hex(6)}",
        "period_from": begins.isoformat(),
        "period_until": ends.isoformat(),
        "rows": rows,
    }
    key = str(uuid.uuid4())
    batch = client.post("/account-activity/batches", report, idempotency_key=key)
    show("a month of its activity", batch)
    again = client.post("/account-activity/batches", report, idempotency_key=key)
    show("sent again with the same key: one effect, the same answer", {"same_answer": again == batch})

    credit = {
        "bank_reference": f"card-{secrets.token_hex(6)}",
        "customer_no": made["customer_no"],
        "kind": "CREDIT_CARD",
        "state": "ACTIVE",
        "limit_band": "10K_50K",
        "usage_band": "UNDER_30",
        "reported_at": me["business_time"],
        "active_dates": [ends.isoformat()],
    }
    show("the customer's credit card, in bands", client.post("/credit-accounts/reports", credit))
    verify = f"/consents/{made['consent_no']}/verify"
    show("the authorisation still holds", client.post(verify, {"kinds": ["SETTLEMENT_ACCOUNT"]}))

    gone = client.post("/sandbox/scenarios/consent-withdrawn", {})["made"]
    try:
        client.post(f"/consents/{gone['consent_no']}/verify", {})
    except Refused as refused:
        show("one that was withdrawn does not", refused.problem)
    show("what happened, in order", [f"{event['event_seq']} {event['type']}" for event in client.events()][-5:])


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--keyid", required=True)
    parser.add_argument("--key", required=True, type=pathlib.Path, help="PEM file of your private key")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("whoami", help="who the key says you are")
    commands.add_parser("waiting", help="accounts that wait for your word")
    commands.add_parser("events", help="everything that happened").add_argument("--cursor", default="")
    commands.add_parser("tour", help="the whole guide, in the sandbox")
    scenario = commands.add_parser("scenario", help="make test data (sandbox)")
    scenario.add_argument("name")
    read = commands.add_parser("get", help="read any address, for instance /consents")
    read.add_argument("path")
    write = commands.add_parser("post", help="write to any address; the body comes from a file, - is standard input")
    write.add_argument("path")
    write.add_argument("body", type=argparse.FileType("r", encoding="utf-8"))
    write.add_argument("--idempotency-key", default="")
    return parser.parse_args()


def run(client: PartnerClient, given: argparse.Namespace) -> None:
    """Do one command."""
    if given.command == "tour":
        tour(client)
    elif given.command == "events":
        show("events", list(client.events(given.cursor)))
    elif given.command == "waiting":
        show("waiting", client.get("/settlement-account-verifications"))
    elif given.command == "whoami":
        show("who am I", client.get("/whoami"))
    elif given.command == "scenario":
        show(given.name, client.post(f"/sandbox/scenarios/{given.name}", {}))
    elif given.command == "get":
        show(given.path, client.get(given.path))
    else:
        body = json.load(given.body)
        show(given.path, client.post(given.path, body, idempotency_key=given.idempotency_key))


def main() -> int:
    """Run the command; 0 if the API said yes."""
    given = read_arguments()
    client = PartnerClient(given.url, given.keyid, given.key.read_bytes())
    try:
        run(client, given)
    except Refused as refused:
        sys.stderr.write(json.dumps(refused.problem, indent=2, ensure_ascii=False) + "\n")
        return 1
    except InvalidSignature as error:
        sys.stderr.write(f"the answer's signature does not hold: {error}\n")
        return 2
    except requests.ConnectionError:
        sys.stderr.write(f"nobody answers at {given.url}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Notices verified, decrypted, posted and answered, against plain ledger posts from Django, eight clients each.

The notices are signed and sealed before the clock starts. A notice comes in by the door for machines, as it would.
The clients are the threads of two processes, as many as the web has: what meets there may share a commit.
"""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.bench_posting import ENVIRONMENT, setup_django
from tests.bench.clients import clients
from tests.bench.result import Result, Skipped, middle
from tests.bench.server import durable_server

PROCESSES = 2
THREADS = int(os.environ.get("BENCH_THREADS", "4"))
CLIENTS = PROCESSES * THREADS
ROUNDS = int(os.environ.get("BENCH_NOTICE_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "1"))
MERCHANTS = 400
BATCH = int(os.environ.get("BENCH_NOTICE_BATCH", "1600"))
APIV3_KEY = "0123456789abcdefghijklmnopqrstuv"


def run() -> list[Result | Skipped]:
    """Interleave plain posts with notices; every round uses fresh attempts."""
    with durable_server() as server, tempfile.TemporaryDirectory(prefix="ebao-notices-") as folder:
        environment = ENVIRONMENT | {"DATABASE_URL": server.url, **write_keys(Path(folder))}
        with clients("tests.bench.bench_notices", 1, environment) as maker:
            maker.once("prepare")
        with clients("tests.bench.bench_notices", PROCESSES, environment, threads=THREADS) as ours:
            ours.once("sign")
            for name in ("notice", "post"):  # the first notice of a thread reads every address of the house
                ours.rate(name, 0.2)
            rounds, timings = [], []
            for _ in range(ROUNDS):
                ours.once("sign")
                before = ours.timed("post", SECONDS)
                timing = ours.timed("notice", SECONDS)
                after = ours.timed("post", SECONDS)
                rounds.append((timing.rate, (before.rate + after.rate) / 2))
                timings.append(timing)
    best = sorted(timings, key=lambda timing: timing.p99_ms)[len(timings) // 2]
    note = f"against plain posts; p50 {best.p50_ms:.1f} ms, p99 {best.p99_ms:.1f} ms, {CLIENTS} clients"
    return [Result("notices: verified, posted, answered", *middle(rounds), "notices/s", 0.4, note)]


def write_keys(folder: Path) -> dict[str, str]:
    """Make the acquirer's keys and ours, as files; give the environment that names them."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    key = generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(*form)
    public = key.public_key().public_bytes(form[0], serialization.PublicFormat.SubjectPublicKeyInfo)
    credentials = {
        "base_url": "http://127.0.0.1:9",
        "sp_mchid": "1900000001",
        "sp_appid": "wxbench0000000001",
        "merchant_serial_no": "00BENCH",
        "merchant_private_key": pem.decode(),
        "apiv3_key": APIV3_KEY,
        "platform_public_key": public.decode(),
        "platform_public_key_id": "PUB_KEY_ID_BENCH",
    }
    (folder / "acquirers.json").write_text(json.dumps({"wechat": credentials}))
    (folder / "platform.pem").write_bytes(pem)
    return {"ACQUIRERS_FILE": str(folder / "acquirers.json"), "EBAO_BENCH_KEY": str(folder / "platform.pem")}


def prepare() -> None:
    """Migrate, and open merchants with their numbers and ledger accounts."""
    from django.core.management import call_command

    from payments.ledger.rules.chart import memo_due, memo_earned
    from payments.ledger.services import open_accounts
    from tests.payments.factories import MerchantFactory, SubMerchantFactory

    call_command("migrate", verbosity=0)
    codes = []
    for n in range(MERCHANTS):
        merchant = MerchantFactory(merchant_no=f"MER{n}")
        SubMerchantFactory(merchant=merchant)
        codes += [memo_due("WECHAT", f"MER{n}"), memo_earned("WECHAT", f"MER{n}")]
    open_accounts(codes=codes)


def works(number: int) -> dict[str, Callable[[], object]]:
    """Give what a client process can be asked to repeat."""
    setup_django(os.environ["DATABASE_URL"])
    from django.conf import settings

    from payments.ledger.rules.chart import memo_due, memo_earned
    from payments.ledger.rules.kinds import Kind
    from payments.ledger.rules.postings import Leg
    from payments.ledger.services import post_transfers
    from silk_road_ebao.kernel.ids import new_uuid
    from tests.bench.bench_posting import DAY
    from tests.bench.notice_maker import signed_notices
    from tests.bench.pages import door

    ask, waiting, turn = door(), [], [number]

    def sign() -> None:
        waiting.clear()
        waiting.extend(signed_notices(number, BATCH, settings.ACQUIRERS["wechat"]))

    def notice() -> None:
        body, headers = waiting.pop()
        status = ask("POST", "/notices/wechat/", body=body, content_type="application/json", headers=headers)
        if status not in (200, 204):
            raise SystemExit(f"a notice was answered {status}")

    def post() -> None:
        turn[0] += PROCESSES
        n = turn[0] % MERCHANTS
        legs = [Leg(memo_due("WECHAT", f"MER{n}"), memo_earned("WECHAT", f"MER{n}"), 100)]
        post_transfers(subject=new_uuid(), kind=Kind.CAPTURE, legs=legs, on=DAY)

    return {"sign": sign, "notice": notice, "post": post, "prepare": prepare}

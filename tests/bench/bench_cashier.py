"""The cashier's page against an empty view behind the same middleware, eight clients each."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.bench_notices import write_keys
from tests.bench.bench_posting import ENVIRONMENT, setup_django
from tests.bench.clients import clients
from tests.bench.result import Result, Skipped, middle
from tests.bench.server import durable_server

CLIENTS = int(os.environ.get("BENCH_CLIENTS", "8"))
ROUNDS = int(os.environ.get("BENCH_PAGE_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "1"))
PAYMENT_NO = "PAYBENCH0000000000001"
WECHAT_UA = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 MicroMessenger/8.0.50"


def run() -> list[Result | Skipped]:
    """Interleave the empty view with the cashier of a waiting payment, opened in a wallet."""
    with durable_server() as server, tempfile.TemporaryDirectory(prefix="ebao-cashier-") as folder:
        environment = ENVIRONMENT | {"DATABASE_URL": server.url, **write_keys(Path(folder))}
        with clients("tests.bench.bench_cashier", 1, environment) as maker:
            maker.rate("prepare", 0.001)
        with clients("tests.bench.bench_cashier", CLIENTS, environment) as ours:
            for name in ("empty", "cashier"):
                ours.rate(name, 0.5)
            rounds, timings = [], []
            for _ in range(ROUNDS):
                before = ours.rate("empty", SECONDS)
                timing = ours.timed("cashier", SECONDS)
                after = ours.rate("empty", SECONDS)
                rounds.append((timing.rate, (before + after) / 2))
                timings.append(timing)
    typical = sorted(timings, key=lambda timing: timing.p99_ms)[len(timings) // 2]
    note = f"against an empty view; p50 {typical.p50_ms:.1f} ms, p99 {typical.p99_ms:.1f} ms, {CLIENTS} clients"
    return [Result("cashier: page of a waiting payment", *middle(rounds), "pages/s", 0.6, note)]


def prepare() -> None:
    """Migrate and write one waiting payment of a stall."""
    from django.core.management import call_command

    from tests.payments.factories import PaymentFactory, StallFactory, SubMerchantFactory, moment

    call_command("migrate", verbosity=0)
    stall = StallFactory()
    SubMerchantFactory(merchant=stall.merchant)
    PaymentFactory(
        payment_no=PAYMENT_NO,
        merchant=stall.merchant,
        stall=stall,
        expires_at=moment().replace(year=moment().year + 1),
    )


def works(number: int) -> dict[str, Callable[[], object]]:
    """Give what a client process can be asked to repeat."""
    setup_django(os.environ["DATABASE_URL"])
    from django.conf import settings

    from tests.bench.pages import door

    settings.ROOT_URLCONF = "tests.bench.addresses"
    ask = door()
    headers = {"User-Agent": WECHAT_UA, "Accept-Language": "zh-CN", "Cookie": "payer=" + f"{number:032x}"}

    def page(path: str) -> None:
        status = ask("GET", path, headers=headers)
        if status != 200:
            raise SystemExit(f"{path} was answered {status}")

    return {
        "empty": lambda: page("/empty/"),
        "cashier": lambda: page(f"/p/{PAYMENT_NO}/"),
        "prepare": prepare,
    }

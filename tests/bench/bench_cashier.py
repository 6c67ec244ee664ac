"""The cashier's page against an empty view behind the same middleware, eight clients each.

Measured twice: as eight phones get it from the web process, each page on a connection of its own, and without the web
server, in two processes of four threads as it has them. The second is the stricter figure, for information.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from silk_road_ebao.runner.environment import free_port
from silk_road_ebao.runner.processes import wait_for_web, web_program
from silk_road_ebao.runner.supervisor import Supervisor
from tests.bench.bench_notices import CLIENTS, PROCESSES, THREADS, write_keys
from tests.bench.bench_posting import ENVIRONMENT, setup_django
from tests.bench.clients import Clients, clients
from tests.bench.result import Result, Skipped, middle
from tests.bench.server import durable_server

ROUNDS = int(os.environ.get("BENCH_PAGE_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "1"))
PAYMENT_NO = "PAYBENCH0000000000001"
WECHAT_UA = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 MicroMessenger/8.0.50"
NAMES = {"served": "cashier: page of a waiting payment", "inner": "cashier: the same without the web server"}
GOALS = {"served": 0.6}


def run() -> list[Result | Skipped]:
    """Interleave the empty view with the cashier of a waiting payment, opened in a wallet."""
    if "REDIS_URL" not in os.environ:
        return [Skipped(NAMES["served"], "needs the services that make bench starts")]
    with durable_server() as server, tempfile.TemporaryDirectory(prefix="ebao-cashier-") as folder:
        environment = ENVIRONMENT | {
            "DATABASE_URL": server.url,
            "DJANGO_SETTINGS_MODULE": "tests.bench.web_settings",
            **write_keys(Path(folder)),
        }
        with clients("tests.bench.bench_cashier", 1, environment) as maker:
            maker.once("prepare")
        with web(environment, Path(folder)) as port:
            environment["EBAO_BENCH_WEB"] = str(port)
            with clients("tests.bench.bench_cashier", PROCESSES, environment, threads=THREADS) as ours:
                return [compare(ours, way) for way in NAMES]


@contextmanager
def web(environment: dict[str, str], folder: Path) -> Iterator[int]:
    """Serve as the house is served; gives the port."""
    supervisor, port = Supervisor(), free_port()
    try:
        supervisor.start(web_program(dict(os.environ) | environment, port=port, log=folder / "web.log"))
        wait_for_web(supervisor, port)
        yield port
    finally:
        supervisor.stop()


def compare(ours: Clients, way: str) -> Result:
    """Measure the page between two measures of the empty view, some rounds long."""
    for page in ("empty", "cashier"):
        ours.rate(f"{page} {way}", 1.0)
    rounds, timings = [], []
    for _ in range(ROUNDS):
        before = ours.rate(f"empty {way}", SECONDS)
        timing = ours.timed(f"cashier {way}", SECONDS)
        after = ours.rate(f"empty {way}", SECONDS)
        rounds.append((timing.rate, (before + after) / 2))
        timings.append(timing)
    typical = sorted(timings, key=lambda timing: timing.p99_ms)[len(timings) // 2]
    note = f"against an empty view; p50 {typical.p50_ms:.1f} ms, p99 {typical.p99_ms:.1f} ms, {CLIENTS} clients"
    return Result(NAMES[way], *middle(rounds), "pages/s", GOALS.get(way), note)


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
    from tests.bench.pages import door

    ask, port = door(), int(os.environ.get("EBAO_BENCH_WEB", "0"))
    headers = {"User-Agent": WECHAT_UA, "Accept-Language": "zh-CN", "Cookie": "payer=" + f"{number:032x}"}

    def served(path: str) -> None:
        line = HTTPConnection("127.0.0.1", port)
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        answer.read()
        line.close()
        check(path, answer.status)

    def inner(path: str) -> None:
        check(path, ask("GET", path, headers=headers))

    def check(path: str, status: int) -> None:
        if status != 200:
            raise SystemExit(f"{path} was answered {status}")

    return {
        "empty served": lambda: served("/empty/"),
        "cashier served": lambda: served(f"/p/{PAYMENT_NO}/"),
        "empty inner": lambda: inner("/empty/"),
        "cashier inner": lambda: inner(f"/p/{PAYMENT_NO}/"),
        "prepare": prepare,
    }

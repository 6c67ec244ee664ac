"""Posting from Django against the commit of one small row by pgbench on the same server, two clients each."""

import os
import random
import re
import subprocess
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg

from tests.bench.clients import clients
from tests.bench.result import Result, Skipped, middle
from tests.bench.server import Server, durable_server

CLIENTS = 2
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "1"))
MERCHANTS = 1_000
DAY = date(2026, 11, 1)
COMMIT = "INSERT INTO bench_row (amount) VALUES (1);\n"
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "silk_road_ebao.settings"),
    "DEMO": "1",
}


def run() -> list[Result | Skipped]:
    """Measure in interleaved rounds: the bare commit, then each way of posting."""
    with durable_server() as server:
        prepare(server)
        bare, reference = bare_commit(server)
        with clients("tests.bench.bench_posting", CLIENTS, ENVIRONMENT | {"DATABASE_URL": server.url}) as ours:
            names = ["one leg", "one leg on a hot account", "three legs", "one leg in a caller's transaction"]
            for name in names:
                ours.rate(name, 1.0)
            rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
            for _ in range(ROUNDS):
                before = bare(SECONDS)
                for name in names:
                    rate = ours.rate(name, SECONDS)
                    after = bare(SECONDS)
                    rounds[name].append((rate, (before + after) / 2))
                    before = after
    goals = {"one leg": 0.5}
    return [
        Result(f"ledger: post, {name}", *middle(rounds[name]), "postings/s", goals.get(name), f"against {reference}")
        for name in names
    ]


def prepare(server: Server) -> None:
    """Migrate the ledger and open its accounts on a fresh server."""
    setup_django(server.url)
    from django.core.management import call_command

    from payments.ledger.rules.chart import memo_due, memo_earned, memo_fee
    from payments.ledger.services import open_accounts

    call_command("migrate", "ledger", verbosity=0)
    codes = [make("WECHAT", f"MER{n}") for n in range(MERCHANTS) for make in (memo_due, memo_earned)]
    open_accounts(codes=[*codes, memo_fee("WECHAT")])
    with psycopg.connect(server.dsn, autocommit=True) as own:
        own.execute("CREATE TABLE bench_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount bigint)")
        own.execute("VACUUM ANALYZE")


def setup_django(url: str) -> None:
    """Point Django at the benchmark's server."""
    os.environ.update(ENVIRONMENT | {"DATABASE_URL": url})
    import django

    django.setup()


def bare_commit(server: Server) -> tuple[Callable[[float], float], str]:
    """Give the measure of the ceiling, by pgbench where it is, else by psycopg."""
    pgbench = server.programs / "pgbench"
    if not pgbench.exists():
        return (lambda seconds: psycopg_commit(server, seconds)), "commits by psycopg, no pgbench here"
    script = Path(tempfile.mkdtemp(prefix="ebao-pgbench-")) / "commit.sql"
    script.write_text(COMMIT)

    def measure(seconds: float) -> float:
        answer = subprocess.run(
            [
                pgbench, "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", str(CLIENTS),
                "-T", str(max(1, round(seconds))),
                "-f", script, "-h", "127.0.0.1", "-p", str(server.port), "-U", "bench", "postgres",
            ],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        found = re.search(r"tps = ([\d.]+) \(without", answer)
        if found is None:
            raise RuntimeError(f"pgbench said: {answer}")
        return float(found[1])

    return measure, "pgbench"


def psycopg_commit(server: Server, seconds: float) -> float:
    """Commit one small row from as many Python processes as clients."""
    with clients("tests.bench.bench_posting", CLIENTS, ENVIRONMENT | {"DATABASE_URL": server.url}) as theirs:
        return theirs.rate("commit", seconds)


def works(number: int) -> dict[str, Callable[[], object]]:
    """Give what a client process can be asked to repeat."""
    setup_django(os.environ["DATABASE_URL"])
    from django.db import connection, transaction

    from payments.ledger.rules.chart import memo_due, memo_earned, memo_fee
    from payments.ledger.rules.kinds import Kind
    from payments.ledger.rules.postings import Leg
    from payments.ledger.services import post_transfers
    from silk_road_ebao.kernel.ids import new_uuid

    dice = random.Random(number)
    dues = [memo_due("WECHAT", f"MER{n}") for n in range(MERCHANTS)]
    earned = [memo_earned("WECHAT", f"MER{n}") for n in range(MERCHANTS)]
    fee = memo_fee("WECHAT")

    def one() -> None:
        n = dice.randrange(MERCHANTS)
        post_transfers(subject=new_uuid(), kind=Kind.CAPTURE, legs=[Leg(dues[n], earned[n], 100)], on=DAY)

    def hot() -> None:
        n = dice.randrange(MERCHANTS)
        post_transfers(subject=new_uuid(), kind=Kind.CHANNEL_FEE, legs=[Leg(earned[n], fee, 100)], on=DAY)

    def three() -> None:
        n = dice.randrange(MERCHANTS)
        legs = [Leg(dues[n], earned[n], 100)] * 3
        post_transfers(subject=new_uuid(), kind=Kind.CAPTURE, legs=legs, on=DAY)

    def inside() -> None:
        with transaction.atomic():
            one()

    def commit() -> None:
        with connection.cursor() as cursor:
            cursor.execute(COMMIT)

    return {
        "one leg": one,
        "one leg on a hot account": hot,
        "three legs": three,
        "one leg in a caller's transaction": inside,
        "commit": commit,
    }

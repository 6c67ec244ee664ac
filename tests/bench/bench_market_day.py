"""The main job: payments a second of a market day through every process, and where its time goes.

The reference is the same number of single postings to the ledger from Django, one after another, on the same server:
a payment of the day is an order, a payment, an attempt, a request to the acquirer, its notice, and a posting.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import date
from urllib.parse import urlsplit

import psycopg

from tests.bench.bench_posting import setup_django
from tests.bench.result import Result, Skipped

SALES = int(os.environ.get("BENCH_MARKET_SALES", "400"))
STALLS = 20
NAME = "bench_market_day"
PACE = re.compile(r"([\d.]+) payments/s over .*?asking (\d+) ms, paying (\d+) ms")
SPENT = re.compile(r"^time went to (.+)$", re.MULTILINE)


def run() -> list[Result | Skipped]:
    """Run a generated day in a database of its own on the runner's services."""
    services = os.environ.get("DATABASE_URL", "")
    if not services:
        return [Skipped("market_day", "needs the services that make bench starts")]
    server = urlsplit(services)._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as own:
        own.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        own.execute(f"CREATE DATABASE {NAME}")
    url = urlsplit(services)._replace(path=f"/{NAME}").geturl()
    with tempfile.TemporaryDirectory(prefix="ebao-market-") as state:
        said = market_day(url, state)
    pace, spent = PACE.search(said), SPENT.search(said)
    if pace is None or spent is None:
        raise SystemExit(f"market_day said: {said[-2000:]}")
    note = f"asking {pace[2]} ms, paying {pace[3]} ms by six tills; {spent[1]}"
    return [Result("market_day: payments taken", float(pace[1]), postings_a_second(url), "payments/s", None, note)]


def market_day(url: str, state: str) -> str:
    """Run the command as a stranger would; gives what it printed."""
    env = {name: value for name, value in os.environ.items() if name not in ("PORT", "PUBLIC_URL", "ACQUIRERS_FILE")}
    env |= {"DATABASE_URL": url, "EBAO_STATE": state, "DEMO": "1"}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], env=env, check=True)
    options = ["--date", "2026-11-02", "--stalls", str(STALLS), "--limit", str(SALES)]
    done = subprocess.run([*manage, "market_day", *options], env=env, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"market_day failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def postings_a_second(url: str) -> float:
    """Post one leg at a time from one process for two seconds."""
    setup_django(url)
    from payments.ledger.rules.chart import memo_due, memo_earned
    from payments.ledger.rules.kinds import Kind
    from payments.ledger.rules.postings import Leg
    from payments.ledger.services import open_accounts, post_transfers
    from silk_road_ebao.kernel.ids import new_uuid

    there, here = memo_due("WECHAT", "MERBENCH"), memo_earned("WECHAT", "MERBENCH")
    open_accounts(codes=[there, here])
    count, began = 0, time.monotonic()
    while time.monotonic() - began < 2:
        post_transfers(subject=new_uuid(), kind=Kind.CAPTURE, legs=[Leg(there, here, 100)], on=date(2026, 11, 3))
        count += 1
    return count / (time.monotonic() - began)

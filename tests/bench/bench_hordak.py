"""Posting from Django against django-hordak, the ledger of the same frame, on the same server, two clients each."""

import importlib.util
import os
import random
import subprocess
import sys
from collections.abc import Callable

import psycopg

from tests.bench import bench_posting
from tests.bench.clients import clients
from tests.bench.result import Result, Skipped, middle
from tests.bench.server import Server, durable_server

NAME = "ledger: post against django-hordak"
SETTINGS = "tests.bench.hordak_settings"


def run() -> list[Result | Skipped]:
    """Interleave one-leg postings of ours with transfer_to of hordak, each in one transaction."""
    if importlib.util.find_spec("hordak") is None:
        return [Skipped(NAME, "django-hordak is not installed (the optional extra `bench`)")]
    with durable_server() as server:
        bench_posting.prepare(server)
        theirs_environment = prepare_hordak(server)
        ours_environment = bench_posting.ENVIRONMENT | {"DATABASE_URL": server.url}
        with (
            clients("tests.bench.bench_posting", bench_posting.CLIENTS, ours_environment) as ours,
            clients("tests.bench.bench_hordak", bench_posting.CLIENTS, theirs_environment) as theirs,
        ):
            ours.rate("one leg", 1.0)
            theirs.rate("transfer", 1.0)
            rounds = [
                (ours.rate("one leg", bench_posting.SECONDS), theirs.rate("transfer", bench_posting.SECONDS))
                for _ in range(bench_posting.ROUNDS)
            ]
    return [Result(NAME, *middle(rounds), "postings/s", 2.5)]


def prepare_hordak(server: Server) -> dict[str, str]:
    """Migrate hordak into its own database and make its accounts; gives the environment of its clients."""
    with psycopg.connect(server.dsn, autocommit=True) as own:
        own.execute("CREATE DATABASE hordak")
    environment = {
        "DATABASE_URL": server.url.replace("/postgres", "/hordak"),
        "DJANGO_SETTINGS_MODULE": SETTINGS,
    }
    make_accounts = (
        "import django; django.setup()\n"
        "from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
        "from hordak.models import Account, AccountType\n"
        f"for n in range({2 * bench_posting.MERCHANTS}): Account.objects.create(name=f'A{{n}}', code=f'{{n:04d}}',"
        " type=AccountType.asset if n % 2 else AccountType.liability, currencies=['CNY'])\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", make_accounts], check=True, env=os.environ | environment)
    return environment


def works(number: int) -> dict[str, Callable[[], object]]:
    """Give what a client process of hordak can be asked to repeat."""
    import django

    django.setup()
    from django.db import transaction
    from hordak.models import Account
    from moneyed import Money

    dice = random.Random(number)
    accounts = list(Account.objects.all())

    def transfer() -> None:
        credit, debit = dice.sample(accounts, 2)
        with transaction.atomic():
            credit.transfer_to(debit, Money(1, "CNY"))

    return {"transfer": transfer}

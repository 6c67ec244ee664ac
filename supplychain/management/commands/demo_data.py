"""People and a little trade for a demo: who may sign in, and a market that has been open since yesterday."""

import json
import os
import secrets
from argparse import ArgumentParser
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Operator, Stall
from accounts.selectors.partner_keys import usable_key
from accounts.selectors.users import user_by_phone
from accounts.services.operators import add_operator
from accounts.services.users import set_password
from payments.models import BusinessDay
from payments.services.stall_codes import issue_stall_code
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from supplychain.management.market_day import identities
from supplychain.management.market_day.day import MarketDay
from supplychain.management.market_day.goods import leave_stock
from supplychain.management.market_day.past_weeks import invent_past_weeks
from supplychain.management.market_day.processes import Processes
from supplychain.rules.market_day import generate_trades

OPERATORS = {"jingban": ("经办", ["MAKER", "RISK"]), "fuhe": ("复核", ["CHECKER", "AUDITOR"])}
STALLS, SALES = 4, 48


class Command(BaseCommand):
    """Make them once; a second run only says again how to sign in."""

    help = "Make the demo's operators, stalls and a day of trade; say how to sign in (DEMO=1 only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Let the runner ask for the sign-ins alone."""
        parser.add_argument("--quiet", action="store_true", help="print only how to sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open the stalls, run yesterday and this morning through the sandbox, print the sign-ins."""
        if not settings.DEMO:
            raise CommandError("demo_data needs DEMO=1: it makes people with passwords that it prints.")
        self.quiet = options["quiet"]
        words = _passwords()
        self._operators(words)
        today = clock.business_date(clock.now())
        if not BusinessDay.objects.exists():
            self._run_days(today)
        owner = user_by_phone(f"+86{identities.mobile(1)}")
        if owner is not None and not owner.has_usable_password():
            set_password(user=owner, password=words["merchant"], actor=SYSTEM, at=clock.now())
        self.stdout.write(f"merchant       phone {identities.mobile(1)}  password {words['merchant']}")
        for username in OPERATORS:
            self.stdout.write(f"operator       {username}  password {words[username]}  (asks for a second factor)")
        key = self._partner_key()
        self.stdout.write(f"bank           keyid {key.stem}  key {key}  (docs/partner-api.md)")

    def _partner_key(self) -> Path:
        """Return the file of a key a bank's engineer may begin with; made once by the command of the guide."""
        folder = Path(os.environ.get("EBAO_STATE", "var"))
        for file in sorted(folder.glob("ccb-*.pem")):
            if usable_key(file.stem, clock.wire_now()):
                return file
        call_command("partner_key", "--institution", "CCB", "--out", str(folder), stdout=StringIO())
        return max(folder.glob("ccb-*.pem"), key=lambda file: file.stat().st_mtime)

    def _operators(self, words: dict[str, str]) -> None:
        for username, (name, roles) in OPERATORS.items():
            if not Operator.objects.filter(user__username=username).exists():
                add_operator(
                    username=username, password=words[username], name=name, roles=roles, actor=SYSTEM, at=clock.now()
                )

    def _run_days(self, today: date) -> None:
        """Invent the index of the weeks before, run yesterday to its published books, and this morning up to now."""
        now = clock.now()
        self._progress("invented weeks of the index", *[invent_past_weeks(today=today, at=now)] * 2)
        if faults := self._day(today - timedelta(days=1)).run():
            raise CommandError("\n".join(faults))
        self._day(today).run_morning(until=now)
        for stall in Stall.objects.select_related("merchant").order_by("pk")[:STALLS]:
            staff = Actor("STAFF", stall.merchant.merchant_no, stall.signboard)
            issue_stall_code(stall=stall, actor=staff, at=now)
            leave_stock(stall, actor=staff, at=now)

    def _day(self, day: date) -> MarketDay:
        sandbox = str(settings.ACQUIRERS.get("wechat", {}).get("base_url", ""))
        if not sandbox:
            raise CommandError("demo_data needs the acquirers' sandbox: ACQUIRERS_FILE is not set.")
        return MarketDay(
            day=day, trades=generate_trades(seed=day.toordinal()), stalls=STALLS, limit=SALES, seed=1,
            processes=Processes(web="", sandbox=sandbox, are_ours=True), say=self._say, progress=self._progress,
            has_worker=False,
        )  # fmt: skip

    def _say(self, text: str) -> None:
        if not self.quiet:
            self.stderr.write(text)

    def _progress(self, what: str, done: int, total: int) -> None:
        if done == total:
            self._say(f"{what} {total}")


def _passwords() -> dict[str, str]:
    """Return this installation's own demo passwords, made at the first run and kept beside its data."""
    file = Path(os.environ.get("EBAO_STATE", "var")) / "demo.json"
    if file.exists():
        kept: dict[str, str] = json.loads(file.read_text(encoding="utf8"))
        return kept
    words = {name: secrets.token_urlsafe(9) for name in ("merchant", *OPERATORS)}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(words), encoding="utf8")
    return words

"""List the names of a source that wait for a meaning, ask for what they mean, let a second person agree."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Operator
from accounts.selectors.operators import holds_role
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import PriceSource
from supplychain.rules.name_matching import Strength
from supplychain.selectors.concordances import WaitingName, waiting_names
from supplychain.selectors.price_indices import has_published
from supplychain.services.concordances import ask_for_concordance
from supplychain.services.index_holds import resume_held
from supplychain.services.price_sources import COLUMNS, enter_concordance, read_concordance


class Command(BaseCommand):
    """concordance --source CODE [--propose OUT.csv | --enter IN.csv [--maker NO] | --approve APV… --checker NO].

    A source nobody has seen an index of yet is set up at once; afterwards names change their meaning by two people.
    """

    help = "names of a source that wait for a meaning: propose, ask for what was decided, agree as a second person"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the source and what to do."""
        parser.add_argument("--source", required=True)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--propose", type=Path, help="write the waiting names, with what they may be, to this file")
        what.add_argument("--enter", type=Path, help="enter the lines of this file, or ask for them")
        what.add_argument("--approve", metavar="APPROVAL_NO", help="agree to what was asked")
        parser.add_argument("--maker", help="number of the operator who asks")
        parser.add_argument("--checker", help="number of the operator who agrees")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the proposals, ask for the decisions, or carry them out."""
        source = PriceSource.objects.filter(code=options["source"]).first()
        if source is None:
            raise CommandError(f"no source {options['source']}")
        try:
            if options["propose"]:
                self._propose(source, options["propose"])
            elif options["enter"]:
                self._enter(source, options["enter"], options["maker"])
            else:
                self._approve(source, options["approve"], options["checker"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _propose(self, source: PriceSource, path: Path) -> None:
        names = waiting_names(source)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*COLUMNS, "strength", "likeness", "price_ratio_log", "volume_ratio_log"])
            writer.writerows(_line(name) for name in names)
        counts = {str(one): sum(1 for row in names if row.match and row.match.strength == one) for one in Strength}
        told = ", ".join(f"{name.lower()} {count}" for name, count in counts.items())
        self.stdout.write(f"{len(names)} names wait; proposals: {told}")

    def _enter(self, source: PriceSource, path: Path, maker_no: str | None) -> None:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                equations = read_concordance(file)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        if not has_published(source):
            taken = enter_concordance(source=source, equations=equations, actor=SYSTEM, at=clock.now())
            self.stdout.write(f"{len(equations)} lines entered, {taken:,} rows taken up")
            return
        maker = _operator(maker_no, "MAKER", "--maker")
        approval = ask_for_concordance(source=source, equations=equations, maker=maker, at=clock.now())
        self.stdout.write(f"{len(equations)} lines wait for a second person: {approval.approval_no}")

    def _approve(self, source: PriceSource, approval_no: str, checker_no: str | None) -> None:
        checker = _operator(checker_no, "CHECKER", "--checker")
        approve(approval_no=approval_no, checker=checker, at=clock.now())
        again = resume_held(source=source, actor=checker, at=clock.now())
        self.stdout.write(f"entered; {len(again)} held releases ran again")
        for release in again:
            self.stdout.write(f"  {release.period} {release.status} vintage {release.vintage} {release.value or ''}")


def _line(name: WaitingName) -> list[object]:
    match, found = name.match, name.proposal
    if match is None or found is None:
        return [name.source_name, "", name.source_name, "OTHER", "INLAND", "UNGRADED", 1, name.first_day, ""]
    meaning = found.code, found.variety, found.category, found.origin_class, found.grade
    reason = f"proposed: continues {match.continues}" if match.strength == Strength.STRONG else ""
    evidence = [match.strength, round(match.likeness, 2), _short(match.price_log), _short(match.volume_log)]
    return [name.source_name, *meaning, 1, name.first_day, reason, *evidence]


def _short(number: float | None) -> str:
    return "" if number is None else f"{number:.2f}"


def _operator(operator_no: str | None, role: str, option: str) -> Actor:
    row = Operator.objects.filter(operator_no=operator_no).first() if operator_no else None
    actor = Actor("OPERATOR", row.operator_no, row.name) if row else None
    if actor is None or not holds_role(actor, role):
        raise CommandError(f"this source has an index: {option} must name an operator in service with role {role}")
    return actor

"""List the names of a source that wait for a meaning, or enter what they mean."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import PriceSource
from supplychain.selectors.price_sheets import waiting_names
from supplychain.services.price_sources import COLUMNS, enter_concordance, read_concordance


class Command(BaseCommand):
    """concordance --source CODE [--propose OUT.csv | --enter IN.csv]."""

    help = "names of a source that wait for a meaning: propose, and enter what was decided"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the source and what to do."""
        parser.add_argument("--source", required=True)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--propose", type=Path, help="write the waiting names, with what they may be, to this file")
        what.add_argument("--enter", type=Path, help="enter the lines of this file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the proposals, or enter the decisions."""
        source = PriceSource.objects.filter(code=options["source"]).first()
        if source is None:
            raise CommandError(f"no source {options['source']}")
        if options["propose"]:
            self._propose(source, options["propose"])
        else:
            self._enter(source, options["enter"])

    def _propose(self, source: PriceSource, path: Path) -> None:
        names = waiting_names(source)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for name in names:
                found = name.proposal
                meaning = (
                    [found.code, found.variety, found.category, found.origin_class, found.grade]
                    if found
                    else ["", name.source_name, "OTHER", "INLAND", "UNGRADED"]
                )
                writer.writerow([name.source_name, *meaning, 1, name.first_day, "proposed" if found else ""])
        self.stdout.write(f"{len(names)} names wait; {sum(1 for name in names if name.proposal)} have a proposal")

    def _enter(self, source: PriceSource, path: Path) -> None:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                equations = read_concordance(file)
            taken = enter_concordance(source=source, equations=equations, actor=SYSTEM, at=clock.now())
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{len(equations)} lines entered, {taken:,} rows taken up")

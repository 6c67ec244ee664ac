"""Import a list of names that may not be served, and screen everybody against it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.list_entries import import_list, screen_all
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import now
from silk_road_ebao.kernel.refusals import Refusal


class Command(BaseCommand):
    """Reads a CSV in UTF-8 whole or not at all."""

    help = "Import a list: import_list FILE.csv --list CODE --source TEXT"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the file, the list's code and where it comes from."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--list", required=True, dest="list_code")
        parser.add_argument("--source", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, then screen."""
        try:
            lines = options["file"].read_text(encoding="utf-8-sig").splitlines()
            count = import_list(
                list_code=options["list_code"], lines=lines, source=options["source"], actor=SYSTEM, at=now()
            )
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{count} entries, {len(screen_all(at=now()))} new hits")

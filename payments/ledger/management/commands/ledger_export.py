"""Write the ledger as Beancount text."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.ledger.selectors.export import export_beancount


class Command(BaseCommand):
    """Write the ledger as Beancount text, to a file or standard output."""

    help = "Write the ledger as Beancount text; check it with bean-check."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the span and the file."""
        parser.add_argument(
            "--since", type=_day, help="first business day, YYYY-MM-DD; earlier ones are brought forward"
        )
        parser.add_argument("--through", type=_day, help="last business day, YYYY-MM-DD")
        parser.add_argument("--output", type=Path, help="file to write; standard output when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Stream the export."""
        since, through, output = options["since"], options["through"], options["output"]
        if since and through and through < since:
            raise CommandError("--through lies before --since")
        text = export_beancount(since=since, through=through)
        if output is None:
            for piece in text:
                self.stdout.write(piece, ending="")
            return
        try:
            unfinished = output.with_name(output.name + ".part")
            with unfinished.open("w", encoding="utf8", newline="\n") as file:
                file.writelines(text)
            unfinished.replace(output)
        except OSError as error:
            raise CommandError(f"cannot write {output}: {error.strerror}") from error
        self.stdout.write(f"{output} written")


def _day(text: str) -> date:
    return date.fromisoformat(text)

"""Bring the message catalogues to what templates and code say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from silk_road_ebao.face.catalogues import lacking, update


class Command(BaseCommand):
    """Update locale/en, or with --check only say what it lacks."""

    help = "Update the English catalogue from templates and code; --check names what lacks a translation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a translation is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if not options["check"]:
            left = update("en")
            self.stdout.write(f"locale/en: {left} without translation")
            return
        missing = lacking("en")
        for text in missing:
            self.stdout.write(text)
        if missing:
            raise CommandError(f"{len(missing)} messages lack an English translation (locale/en)")

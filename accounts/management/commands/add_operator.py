"""Make the first operators from the command line."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import OperatorRole
from accounts.services.operators import add_operator
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import now
from silk_road_ebao.kernel.refusals import Refusal


class Command(BaseCommand):
    """Adds an operator; the password is asked for, or read from standard input when piped."""

    help = "Add an operator: add_operator NAME --username U --roles MAKER CHECKER"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read name, user name and roles."""
        parser.add_argument("name")
        parser.add_argument("--username", required=True)
        parser.add_argument("--roles", nargs="+", choices=OperatorRole.values, required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Add the operator."""
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        if len(password) < 8:
            raise CommandError("The password needs at least 8 characters.")
        try:
            operator = add_operator(
                username=options["username"],
                password=password,
                name=options["name"],
                roles=options["roles"],
                actor=SYSTEM,
                at=now(),
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{operator.operator_no} {operator.name} {' '.join(options['roles'])}")

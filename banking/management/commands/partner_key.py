"""Register a partner's public key, or make a key pair for the sandbox."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Institution
from accounts.selectors.institutions import institution_by_code
from accounts.services.partner_keys import rotate_key
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import wire_now
from silk_road_ebao.kernel.refusals import Refusal


class Command(BaseCommand):
    """Keys that are in use already end after an overlap of seven days."""

    help = "partner_key --institution CCB --public-key ccb.pub.pem | partner_key --institution CCB (sandbox pair)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read institution, key id and files."""
        parser.add_argument("--institution", required=True, help="code, for instance CCB")
        parser.add_argument("--keyid", default="", help="name of the key; chosen if not given")
        parser.add_argument("--public-key", type=Path, help="PEM file of the partner's Ed25519 public key")
        parser.add_argument("--out", type=Path, default=Path("."), help="folder of the sandbox key (default: here)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Register the key."""
        try:
            institution = institution_by_code(options["institution"])
        except Institution.DoesNotExist:
            codes = " ".join(
                Institution.objects.filter(status="ACTIVE").order_by("code").values_list("code", flat=True)
            )
            raise CommandError(f"No institution {options['institution']}. There are: {codes}") from None
        if options["public_key"]:
            keyid = options["keyid"] or f"{institution.code.lower()}-{wire_now():%Y%m%d%H%M%S}"
            self._register(institution, keyid, options["public_key"].read_text(encoding="utf-8"))
            self.stdout.write(f"keyid {keyid}")
            return
        self._make_pair(institution, options["keyid"], options["out"])

    def _make_pair(self, institution: Institution, keyid: str, folder: Path) -> None:
        if not settings.DEMO:
            raise CommandError("Outside the demo a partner makes its own key: give --public-key.")
        name = keyid or f"{institution.code.lower()}-{wire_now():%Y%m%d%H%M%S}"
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        target = folder / f"{name}.pem"
        self._write(target, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self._register(institution, name, public)
        self.stdout.write(f"keyid {name}\nkey   {target}")
        client = "python3 docs/examples/partner_client.py"
        self.stdout.write(f"\n{client} --url {settings.PUBLIC_URL} --keyid {name} --key {target} whoami")

    def _write(self, target: Path, pem: bytes) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"Cannot write {target}: {error.strerror}.") from error
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)

    def _register(self, institution: Institution, keyid: str, pem: str) -> None:
        try:
            rotate_key(institution=institution, keyid=keyid, public_key_pem=pem, actor=SYSTEM, at=wire_now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

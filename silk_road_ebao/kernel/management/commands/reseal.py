from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from silk_road_ebao.kernel.crypto import SealedField, reseal_rows


class Command(BaseCommand):
    help = "Seal every sealed column again with the current field key; afterwards an older key may go."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Walk every sealed column in batches; a second run finds nothing to do."""
        for model in apps.get_models():
            for field in model._meta.local_concrete_fields:
                if isinstance(field, SealedField):
                    self.stdout.write(f"{field.bound_to}: {self._reseal(model, field)} rows sealed again")

    def _reseal(self, model: Any, field: SealedField) -> int:
        count = 0
        while True:
            with transaction.atomic():
                treated = reseal_rows(model, field)
            if not treated:
                return count
            count += treated
            self.stderr.write(f"{field.bound_to}: {count}…")

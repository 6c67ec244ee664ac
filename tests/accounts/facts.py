"""The facts that migrations enter; a test that empties the tables takes them along, this brings them back."""

from importlib import import_module

from django.apps import apps

from accounts.models import DatedRule


def enter_facts() -> None:
    """Enter institutions, card prefixes and dated rules again if they are gone."""
    if DatedRule.objects.exists():
        return
    for name in ("0003_institutions", "0004_dated_rules", "0005_consent_texts", "0006_acquiring_rates"):
        import_module(f"accounts.migrations.{name}").enter(apps, None)

"""Money is integer fen, and nothing here can owe a customer money (R1, R28)."""

import re

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.house import FLOORS

OWED = re.compile(r"wallet|stored_value|deposit_balance|customer_balance|cash_balance|prepaid_balance|purse")
VERBS = re.compile(r"recharge|top-?up|cash-?out|payout|withdraw(?!al-of-consent|-consent|n)")
ALLOWED_ROUTES = re.compile(r"consent")


def _own_models():
    return [m for m in apps.get_models() if m._meta.app_label in FLOORS]


def _routes(patterns, prefix=""):
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield route


def test_columns_named_fen_hold_whole_numbers():
    """R28: integer fen everywhere."""
    wrong = [
        f"{m._meta.label}.{f.name}"
        for m in _own_models()
        for f in m._meta.concrete_fields
        if f.name.endswith(("_fen", "_bps")) and not isinstance(f, models.IntegerField)
    ]

    assert wrong == []


def test_no_column_holds_yuan_or_floating_money():
    """R28: no float or decimal amount beside the fen."""
    wrong = [
        f"{m._meta.label}.{f.name}"
        for m in _own_models()
        for f in m._meta.concrete_fields
        if isinstance(f, models.FloatField | models.DecimalField)
        and re.search(r"amount|price_yuan|yuan|fee(_|$)|money", f.name)
    ]

    assert wrong == []


def test_no_model_can_hold_a_customer_balance_we_owe():
    """R1: no wallet, no stored value."""
    names = [
        f"{m._meta.label}.{f.name}" for m in _own_models() for f in m._meta.concrete_fields if OWED.search(f.name)
    ] + [m._meta.label for m in _own_models() if OWED.search(m.__name__.lower())]

    assert names == []


def test_no_address_offers_recharge_or_payout():
    """R1: no URL verb for stored-value recharge or payout by the platform."""
    found = [
        r for r in _routes(get_resolver().url_patterns) if VERBS.search(r.lower()) and not ALLOWED_ROUTES.search(r)
    ]

    assert found == []

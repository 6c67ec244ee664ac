"""Every address of the house, and for each parameter an object of another house.

The addresses are read from the URL configuration, so a new one enters by itself. What anybody may open stands in
`PUBLIC`, each with its reason.
"""

import re
import secrets
from datetime import date

from django.urls import get_resolver
from django.urls.resolvers import RoutePattern, URLResolver

from payments.models import FeeInvoice
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.ids import new_no, new_uuid
from tests.payments import factories as payments
from tests.supplychain import factories as trade

PUBLIC = {
    "accounts:sign_in": "the door itself",
    "accounts:sign_in_code": "the door itself",
    "accounts:sign_in_password": "the door itself",
    "accounts:sign_out": "ends the visitor's own session, whoever he is",
    "face:preferences": "language and looks of the visitor's own browser",
    "face:set_theme": "language and looks of the visitor's own browser",
    "set_language": "language of the visitor's own browser",
    "payments:scan": "a payer scans the stall's code and is nobody we know",
    "payments:sign_in": "leads a payer's browser to its wallet, whatever code it scanned",
    "payments:signed_in": "the wallet sends the payer back; the signed state is the door",
    "payments:result": "the payer's own result, under the unguessable number of his payment",
    "payments:status": "the payer's own result, under the unguessable number of his payment",
    "payments:notice": "acquirers call it; their signature is the door",
    "supplychain:store": "the shop window of a stall",
    "supplychain:store_order": "the buyer's own order, under its unguessable number",
    "supplychain:index": "the published price index identifies nobody",
    "supplychain:index_vintages": "the published price index identifies nobody",
    "supplychain:index_method": "the published price index identifies nobody",
    "supplychain:index_data": "the published price index identifies nobody",
    "supplychain:assessment_verify": "whoever holds a report checks that it is ours, by its number and hash",
    "partner:docs": "documentation",
    "partner:file": "documentation",
    "partner:openapi": "documentation",
    "partner:health": "says only that the API is up",
    "partner:keys": "our public keys",
    "partner:nothing": "the API's own 404",
    "prometheus-django-metrics": "figures of the process; the proxy keeps the address inside",
    "": "the front door leads on to 今日",
}
PACKAGES = re.compile(r"^(account|mfa)_|^admin:")
"""Pages of packages: allauth's know only the visitor's own data, the console stands behind its second factor."""


def _account(world, side):
    return world.account.account_no if side == "shop" else world.own_account.account_no


def _invoice(world):
    return FeeInvoice.objects.create(
        invoice_no=new_no("INV") if "INV" in str(new_no.__doc__) else f"INV{secrets.token_hex(8).upper()}",
        uid=new_uuid(),
        merchant=world.merchant,
        period="2026-10",
        amount_fen=1,
        issued_at=clock.now(),
        due_date=date(2026, 12, 1),
        status="ISSUED",
    ).invoice_no


SAMPLES = {
    "side": lambda world, side: side,
    "verb": lambda world, side: "end",
    "account_no": _account,
    "link_no": lambda world, side: world.links[side].link_no,
    "consent_no": lambda world, side: world.consents[side].consent_no,
    "membership_id": lambda world, side: world.cashier.pk,
    "payment_no": lambda world, side: payments.PaymentFactory(merchant=world.merchant, stall=world.stall).payment_no,
    "code_no": lambda world, side: payments.StallCodeFactory(stall=world.stall).code_no,
    "invoice_no": lambda world, side: _invoice(world),
    "order_no": lambda world, side: trade.order(world.stall, (world.commodity, 5, 320), at=world.at).order_no,
    "goods_no": lambda world, side: world.goods.goods_no,
    "lot_no": lambda world, side: world.lot.lot_no,
    "receiving_no": lambda world, side: world.lot.receiving_line.receiving.receiving_no,
    "assessment_no": lambda world, side: _assessment(world),
    "batch_no": lambda world, side: world.batch_no,
    "credit_account_no": lambda world, side: world.credit_no,
}
"""Parameter → an object of the foreign house, by its number."""

OWN_DAY = {"payments:day", "payments:day_pdf", "payments:day_xlsx"}
"""A date is nobody's object: these show the visitor's own day, or nothing."""

NOT_AN_OBJECT = {"partner:scenario": "plays in the calling bank's own sandbox"}


def _walk(resolver, before="", space=""):
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, route, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry.pattern, RoutePattern) or not PACKAGES.match(space + (entry.name or "")):
            yield f"{space}{entry.name or ''}", route


def _assessment(world):
    from supplychain.models import Assessment, AssessmentModel

    model = AssessmentModel.objects.first()
    assert model is not None, "the migrations bring the model of assessment"
    return Assessment.objects.create(
        assessment_no=f"ASM{secrets.token_hex(8).upper()}",
        merchant=world.merchant,
        model=model,
        outcome="REFUSED"
        if "REFUSED" in dict(Assessment.outcome.field.choices)
        else Assessment.outcome.field.choices[0][0],
        window_from=date(2026, 8, 1),
        window_until=date(2026, 11, 1),
        features={},
        input_hash="0" * 64,
        computed_at=clock.now(),
        computed_by="test",
    ).assessment_no


ROUTES = sorted({(name, route) for name, route in _walk(get_resolver()) if not PACKAGES.match(name)})
PAGES = [(name, route) for name, route in ROUTES if name not in PUBLIC and not name.startswith("partner:")]
API = [(name, route) for name, route in ROUTES if name.startswith("partner:") and name not in PUBLIC]
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def parameters_of(route):
    return PARAMETER.findall(route)


def address_of(name, route, world, side):
    def fill(found):
        if name in OWN_DAY:
            return "2026-11-01"
        return str(SAMPLES[found[1]](world, side))

    return "/" + PARAMETER.sub(fill, route)


def sides_of(route):
    return ("shop", "self") if "<side:side>" in route else ("shop",)

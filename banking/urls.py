"""Addresses of the partner API, below /partner/."""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter
from drf_spectacular.views import SpectacularSwaggerView

from banking.api import description
from banking.api.account_activity_batches import AccountActivityBatchesView, AccountActivityBatchView
from banking.api.consents import ConsentsView, ConsentVerificationView, ConsentView
from banking.api.credit_accounts import CreditAccountReportsView, CreditAccountsView, CreditAccountView
from banking.api.health import HealthView
from banking.api.partner_events import PartnerEventsView
from banking.api.platform_keys import PlatformKeysView
from banking.api.sandbox_scenarios import SandboxScenarioView
from banking.api.settlement_account_verifications import (
    SettlementAccountParticularsView,
    SettlementAccountResultView,
    SettlementAccountVerificationsView,
    SettlementAccountVerificationView,
)
from banking.api.whoami import WhoamiView


class PublicNumber(StringConverter):
    """One of our public numbers; anything else is not there."""

    regex = "[A-Z]{3}[0-9A-HJKMNP-TV-Z]{20}"


register_converter(PublicNumber, "number")

app_name = "partner"

ACCOUNTS = "v1/settlement-account-verifications"

urlpatterns = [
    path("docs/", SpectacularSwaggerView.as_view(url="/partner/v1/openapi.json"), name="docs"),
    re_path(r"^docs/(?P<name>guide\.md|partner_client\.py)$", description.file, name="file"),
    path("v1/openapi.json", description.OpenApiView.as_view(), name="openapi"),
    path("v1/health", HealthView.as_view(), name="health"),
    path("v1/keys", PlatformKeysView.as_view(), name="keys"),
    path("v1/whoami", WhoamiView.as_view(), name="whoami"),
    path("v1/events", PartnerEventsView.as_view(), name="events"),
    path(ACCOUNTS, SettlementAccountVerificationsView.as_view(), name="verifications"),
    path(f"{ACCOUNTS}/<number:account_no>", SettlementAccountVerificationView.as_view(), name="verification"),
    path(f"{ACCOUNTS}/<number:account_no>/particulars", SettlementAccountParticularsView.as_view(), name="particulars"),
    path(f"{ACCOUNTS}/<number:account_no>/result", SettlementAccountResultView.as_view(), name="result"),
    path("v1/account-activity/batches", AccountActivityBatchesView.as_view(), name="batches"),
    path("v1/account-activity/batches/<number:batch_no>", AccountActivityBatchView.as_view(), name="batch"),
    path("v1/credit-accounts", CreditAccountsView.as_view(), name="credit-accounts"),
    path("v1/credit-accounts/reports", CreditAccountReportsView.as_view(), name="credit-reports"),
    path("v1/credit-accounts/<number:credit_account_no>", CreditAccountView.as_view(), name="credit-account"),
    path("v1/consents", ConsentsView.as_view(), name="consents"),
    path("v1/consents/<number:consent_no>", ConsentView.as_view(), name="consent"),
    path("v1/consents/<number:consent_no>/verify", ConsentVerificationView.as_view(), name="consent-verify"),
    path("v1/sandbox/scenarios/<slug:name>", SandboxScenarioView.as_view(), name="scenario"),
    re_path(r"^v1/", description.NotFoundView.as_view(), name="nothing"),
]

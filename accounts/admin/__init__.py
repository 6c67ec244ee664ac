"""Console pages of accounts."""

from accounts.admin.consent import ConsentAdmin, DisclosureAdmin
from accounts.admin.dated_rule import DatedRuleAdmin
from accounts.admin.institution import InstitutionAdmin
from accounts.admin.list_entry import ListEntryAdmin, ListHitAdmin
from accounts.admin.merchant import MerchantAdmin, MerchantDocumentAdmin, StallAdmin
from accounts.admin.merchant_change import ChangePaperAdmin, MerchantChangeAdmin
from accounts.admin.onboarding import OnboardingAdmin
from accounts.admin.operator import OperatorPage
from accounts.admin.person import PersonAdmin, PhoneExceptionAdmin
from accounts.admin.settlement_account import AccountLinkAdmin, CreditAccountAdmin, SettlementAccountAdmin

__all__ = [
    "AccountLinkAdmin",
    "ChangePaperAdmin",
    "ConsentAdmin",
    "CreditAccountAdmin",
    "DatedRuleAdmin",
    "DisclosureAdmin",
    "InstitutionAdmin",
    "ListEntryAdmin",
    "ListHitAdmin",
    "MerchantAdmin",
    "MerchantChangeAdmin",
    "MerchantDocumentAdmin",
    "OnboardingAdmin",
    "OperatorPage",
    "PersonAdmin",
    "PhoneExceptionAdmin",
    "SettlementAccountAdmin",
    "StallAdmin",
]

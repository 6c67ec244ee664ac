"""Models of accounts: one file per noun."""

from accounts.models.account_link import AccountLink, EvidenceKind, Relation
from accounts.models.consent import Consent, ConsentPurpose, ConsentText, DataKind
from accounts.models.credit_account import CreditAccount, CreditActivation, CreditKind
from accounts.models.dated_rule import DatedRule
from accounts.models.disclosure import Disclosure
from accounts.models.institution import (
    Institution,
    InstitutionBranch,
    InstitutionKind,
    InstitutionLimit,
    InstitutionPaper,
    PaperKind,
)
from accounts.models.list_entry import ListEntry, ListHit
from accounts.models.market import Market
from accounts.models.membership import MemberRole, Membership
from accounts.models.merchant import DocumentKind, Merchant, MerchantDocument, MerchantKind
from accounts.models.merchant_change import ChangePaper, MerchantChange
from accounts.models.notice import Notice
from accounts.models.onboarding import AcquirerApplication, Onboarding
from accounts.models.operator import Operator, OperatorGrant, OperatorRole
from accounts.models.partner_key import PartnerKey
from accounts.models.person import Person, PhoneException
from accounts.models.settlement_account import (
    AccountClass,
    AccountUsage,
    BankBin,
    OpeningMode,
    SettlementAccount,
    Verification,
)
from accounts.models.sign_in_code import SignInCode
from accounts.models.stall import Stall
from accounts.models.user import User

__all__ = [
    "AccountClass",
    "AccountLink",
    "AccountUsage",
    "AcquirerApplication",
    "BankBin",
    "ChangePaper",
    "Consent",
    "ConsentPurpose",
    "ConsentText",
    "CreditAccount",
    "CreditActivation",
    "CreditKind",
    "DataKind",
    "DatedRule",
    "Disclosure",
    "DocumentKind",
    "EvidenceKind",
    "Institution",
    "InstitutionBranch",
    "InstitutionKind",
    "InstitutionLimit",
    "InstitutionPaper",
    "ListEntry",
    "ListHit",
    "Market",
    "MemberRole",
    "Membership",
    "Merchant",
    "MerchantChange",
    "MerchantDocument",
    "MerchantKind",
    "Notice",
    "Onboarding",
    "OpeningMode",
    "Operator",
    "OperatorGrant",
    "OperatorRole",
    "PaperKind",
    "PartnerKey",
    "Person",
    "PhoneException",
    "Relation",
    "SettlementAccount",
    "SignInCode",
    "Stall",
    "User",
    "Verification",
]

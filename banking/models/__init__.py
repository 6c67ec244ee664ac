"""Models of banking: one file per noun."""

from banking.models.account_activity import AccountActivity, AccountActivityBatch
from banking.models.partner_event import PartnerEvent, PartnerEventCounter
from banking.models.partner_nonce import PartnerNonce
from banking.models.platform_key import PlatformKey

__all__ = [
    "AccountActivity",
    "AccountActivityBatch",
    "PartnerEvent",
    "PartnerEventCounter",
    "PartnerNonce",
    "PlatformKey",
]

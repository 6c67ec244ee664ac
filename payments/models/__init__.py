"""Models of payments."""

from payments.models.acquirer_line import AcquirerLine
from payments.models.acquirer_message import AcquirerMessage
from payments.models.attempt import PaymentAttempt
from payments.models.payment import Payment
from payments.models.profit_sharing import ProfitSharing, SharingLine, SharingReceiver
from payments.models.refund import Refund, RefundLine
from payments.models.risk import CreditReceipt, RiskFeed, RiskHit, RiskReview, RiskRule
from payments.models.scene import PaymentContext, SceneDefinition
from payments.models.stall_code import StallCode
from payments.models.sub_merchant import SubMerchant

__all__ = [
    "AcquirerLine",
    "AcquirerMessage",
    "CreditReceipt",
    "Payment",
    "PaymentAttempt",
    "PaymentContext",
    "ProfitSharing",
    "Refund",
    "RefundLine",
    "RiskFeed",
    "RiskHit",
    "RiskReview",
    "RiskRule",
    "SceneDefinition",
    "SharingLine",
    "SharingReceiver",
    "StallCode",
    "SubMerchant",
]

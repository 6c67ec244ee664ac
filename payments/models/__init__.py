"""Models of payments."""

from payments.models.acquirer_line import AcquirerLine
from payments.models.acquirer_message import AcquirerMessage
from payments.models.applyment import Applyment, Trouble
from payments.models.attempt import PaymentAttempt
from payments.models.bill import Bill, BillKind, BillRow
from payments.models.bill_template import BillTemplate
from payments.models.business_day import BusinessDay, BusinessDayStep
from payments.models.discrepancy import Discrepancy, DiscrepancyKind
from payments.models.payment import Payment
from payments.models.profit_sharing import ProfitSharing, SharingLine, SharingReceiver
from payments.models.reconciliation import Reconciliation, ReconciliationLine
from payments.models.refund import Refund, RefundLine
from payments.models.risk import CreditReceipt, RiskFeed, RiskHit, RiskReview, RiskRule, ScreenedTransfer
from payments.models.scene import PaymentContext, SceneDefinition
from payments.models.service_fee import FeeInvoice, FeePayee, ServiceFee
from payments.models.settlement import Settlement, SettlementAdjustment, SettlementLine
from payments.models.stall_code import StallCode
from payments.models.sub_merchant import SubMerchant
from payments.models.tariff import ServiceContract, Tariff, TariffLine, TariffVersion
from payments.models.working_day import WorkingDay

__all__ = [
    "AcquirerLine",
    "AcquirerMessage",
    "Applyment",
    "Bill",
    "BillKind",
    "BillRow",
    "BillTemplate",
    "BusinessDay",
    "BusinessDayStep",
    "CreditReceipt",
    "Discrepancy",
    "DiscrepancyKind",
    "FeeInvoice",
    "FeePayee",
    "Payment",
    "PaymentAttempt",
    "PaymentContext",
    "ProfitSharing",
    "Reconciliation",
    "ReconciliationLine",
    "Refund",
    "RefundLine",
    "RiskFeed",
    "RiskHit",
    "RiskReview",
    "RiskRule",
    "SceneDefinition",
    "ScreenedTransfer",
    "ServiceContract",
    "ServiceFee",
    "Settlement",
    "SettlementAdjustment",
    "SettlementLine",
    "SharingLine",
    "SharingReceiver",
    "StallCode",
    "SubMerchant",
    "Tariff",
    "TariffLine",
    "TariffVersion",
    "Trouble",
    "WorkingDay",
]

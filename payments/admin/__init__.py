"""Payments in the console."""

from payments.admin.acquirer import (
    AcquirerLineAdmin,
    AcquirerMessageAdmin,
    ProfitSharingAdmin,
    SharingReceiverAdmin,
    StallCodeAdmin,
    SubMerchantAdmin,
)
from payments.admin.applyment import ApplymentAdmin
from payments.admin.bill import BillAdmin, ReconciliationAdmin
from payments.admin.business_day import BusinessDayAdmin, WorkingDayAdmin
from payments.admin.discrepancy import DiscrepancyAdmin
from payments.admin.payment import PaymentAdmin, PaymentAttemptAdmin, RefundAdmin
from payments.admin.risk import (
    CreditReceiptAdmin,
    RiskFeedAdmin,
    RiskHitAdmin,
    RiskReviewAdmin,
    RiskRuleAdmin,
    SceneDefinitionAdmin,
    ScreenedTransferAdmin,
)
from payments.admin.settlement import SettlementAdjustmentAdmin, SettlementAdmin
from payments.admin.tariff import (
    FeeInvoiceAdmin,
    ServiceContractAdmin,
    ServiceFeeAdmin,
    TariffAdmin,
    TariffVersionAdmin,
)

__all__ = [
    "AcquirerLineAdmin",
    "AcquirerMessageAdmin",
    "ApplymentAdmin",
    "BillAdmin",
    "BusinessDayAdmin",
    "CreditReceiptAdmin",
    "DiscrepancyAdmin",
    "FeeInvoiceAdmin",
    "PaymentAdmin",
    "PaymentAttemptAdmin",
    "ProfitSharingAdmin",
    "ReconciliationAdmin",
    "RefundAdmin",
    "RiskFeedAdmin",
    "RiskHitAdmin",
    "RiskReviewAdmin",
    "RiskRuleAdmin",
    "SceneDefinitionAdmin",
    "ScreenedTransferAdmin",
    "ServiceContractAdmin",
    "ServiceFeeAdmin",
    "SettlementAdjustmentAdmin",
    "SettlementAdmin",
    "SharingReceiverAdmin",
    "StallCodeAdmin",
    "SubMerchantAdmin",
    "TariffAdmin",
    "TariffVersionAdmin",
    "WorkingDayAdmin",
]

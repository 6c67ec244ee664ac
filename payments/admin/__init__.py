"""Payments in the console."""

from payments.admin.bill import BillAdmin, ReconciliationAdmin
from payments.admin.business_day import BusinessDayAdmin, WorkingDayAdmin
from payments.admin.discrepancy import DiscrepancyAdmin
from payments.admin.settlement import SettlementAdjustmentAdmin, SettlementAdmin
from payments.admin.tariff import (
    FeeInvoiceAdmin,
    ServiceContractAdmin,
    ServiceFeeAdmin,
    TariffAdmin,
    TariffVersionAdmin,
)

__all__ = [
    "BillAdmin",
    "BusinessDayAdmin",
    "DiscrepancyAdmin",
    "FeeInvoiceAdmin",
    "ReconciliationAdmin",
    "ServiceContractAdmin",
    "ServiceFeeAdmin",
    "SettlementAdjustmentAdmin",
    "SettlementAdmin",
    "TariffAdmin",
    "TariffVersionAdmin",
    "WorkingDayAdmin",
]

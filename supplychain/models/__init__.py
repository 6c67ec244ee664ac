"""Models of supplychain."""

from supplychain.models.agreement import Agreement, AgreementCase, AgreementMethod, Parting
from supplychain.models.assessment import (
    Assessment,
    AssessmentDocument,
    AssessmentModel,
    AssessmentObjection,
    AssessmentOutcome,
    NeedStatement,
    PaperCheck,
    PaperKind,
)
from supplychain.models.commodity import Category, Commodity, CommodityConcordance, Grade, OriginClass, SaleUnit
from supplychain.models.funds_book import FundsEntry, FundsKind
from supplychain.models.goods import Goods
from supplychain.models.lot import Lot, Receiving, ReceivingLine, StockKind, StockMovement
from supplychain.models.order import Attention, Handover, Order, OrderChannel, OrderCorrection, OrderLine
from supplychain.models.outbound import Direction, Outbound, OutboundLine
from supplychain.models.price_index import (
    Companion,
    Grain,
    IndexCell,
    IndexErratum,
    IndexMethodVersion,
    IndexRelease,
    IndexSeries,
    IndexTrade,
    IndexValue,
    ReleaseKind,
    SeriesKind,
)
from supplychain.models.price_sheet import PriceSheet, PriceSheetRow, PriceSource, RowFault, RowVerdict, SourceKind

__all__ = [
    "Agreement",
    "AgreementCase",
    "AgreementMethod",
    "Assessment",
    "AssessmentDocument",
    "AssessmentModel",
    "AssessmentObjection",
    "AssessmentOutcome",
    "Attention",
    "Category",
    "Commodity",
    "CommodityConcordance",
    "Companion",
    "Direction",
    "FundsEntry",
    "FundsKind",
    "Goods",
    "Grade",
    "Grain",
    "Handover",
    "IndexCell",
    "IndexErratum",
    "IndexMethodVersion",
    "IndexRelease",
    "IndexSeries",
    "IndexTrade",
    "IndexValue",
    "Lot",
    "NeedStatement",
    "Order",
    "OrderChannel",
    "OrderCorrection",
    "OrderLine",
    "OriginClass",
    "Outbound",
    "OutboundLine",
    "PaperCheck",
    "PaperKind",
    "Parting",
    "PriceSheet",
    "PriceSheetRow",
    "PriceSource",
    "Receiving",
    "ReceivingLine",
    "ReleaseKind",
    "RowFault",
    "RowVerdict",
    "SaleUnit",
    "SeriesKind",
    "SourceKind",
    "StockKind",
    "StockMovement",
]

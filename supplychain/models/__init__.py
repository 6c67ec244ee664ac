"""Models of supplychain."""

from supplychain.models.agreement import Agreement, AgreementCase, Parting
from supplychain.models.commodity import Category, Commodity, CommodityConcordance, Grade, OriginClass, SaleUnit
from supplychain.models.funds_book import FundsEntry, FundsKind
from supplychain.models.goods import Goods
from supplychain.models.lot import Lot, Receiving, ReceivingLine, StockKind, StockMovement
from supplychain.models.order import Handover, Order, OrderChannel, OrderLine
from supplychain.models.outbound import Direction, Outbound, OutboundLine

__all__ = [
    "Agreement",
    "AgreementCase",
    "Category",
    "Commodity",
    "CommodityConcordance",
    "Direction",
    "FundsEntry",
    "FundsKind",
    "Goods",
    "Grade",
    "Handover",
    "Lot",
    "Order",
    "OrderChannel",
    "OrderLine",
    "OriginClass",
    "Outbound",
    "OutboundLine",
    "Parting",
    "Receiving",
    "ReceivingLine",
    "SaleUnit",
    "StockKind",
    "StockMovement",
]

"""Console pages of supplychain."""

from supplychain.admin import agreement, assessment, commodity, lot, order, price_index, price_sheet

__all__ = ["agreement", "assessment", "commodity", "lot", "order", "price_index", "price_sheet"]

"""Console pages of supplychain."""

from supplychain.admin import agreement, assessment, commodity, concordance, lot, order, price_index, price_sheet

__all__ = ["agreement", "assessment", "commodity", "concordance", "lot", "order", "price_index", "price_sheet"]

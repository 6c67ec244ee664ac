"""Pages of supplychain."""

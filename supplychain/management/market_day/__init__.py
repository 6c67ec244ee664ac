"""The market day: the world around the product (trades, payers, sandbox clock) and the printed table."""

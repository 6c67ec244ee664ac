"""Reads of accounts. Those for pages and the partner API always take the merchant, person or institution."""

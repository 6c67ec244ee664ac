"""Gateways of payments."""

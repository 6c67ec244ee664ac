"""Gateways of accounts: the only ways out."""

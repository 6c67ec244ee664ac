"""Gateways of banking: what lies outside our database."""

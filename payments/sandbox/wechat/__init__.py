"""Speak WeChat Pay API v3 as the acquirer does, in partner (service provider) mode."""

"""Speak UnionPay ACP 5.1.0 as the acquirer does, with signed forms."""

"""Console pages of banking: one file per noun."""

from banking.admin import account_activity, partner_event, partner_key, platform_key

__all__ = ["account_activity", "partner_event", "partner_key", "platform_key"]

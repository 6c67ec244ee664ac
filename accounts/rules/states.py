"""Transition tables of accounts."""

from silk_road_ebao.kernel.state_table import StateTable

PERSON = StateTable(
    {
        "ACTIVE": {"SILENT", "BLOCKED", "HELD"},
        "SILENT": {"ACTIVE", "BLOCKED", "HELD"},
        "BLOCKED": {"ACTIVE", "HELD"},
        "HELD": {"PURGED"},
        "PURGED": set(),
    }
)

MERCHANT_CHANGE = StateTable(
    {"PROPOSED": {"APPROVED", "REJECTED", "WITHDRAWN"}, "APPROVED": set(), "REJECTED": set(), "WITHDRAWN": set()}
)

MERCHANT = StateTable(
    {
        "DRAFT": {"SUBMITTED", "LEFT"},
        "SUBMITTED": {"DRAFT", "APPROVED", "LEFT"},
        "APPROVED": {"SUSPENDED", "LEFT"},
        "SUSPENDED": {"APPROVED", "LEFT"},
        "LEFT": set(),
    }
)

ONBOARDING = StateTable(
    {
        "DRAFT": {"SUBMITTED", "CANCELED"},
        "SUBMITTED": {"APPROVED", "REJECTED", "CANCELED"},
        "REJECTED": {"DRAFT", "CANCELED"},
        "APPROVED": set(),
        "CANCELED": set(),
    }
)

_AHEAD = ("EDITTING", "AUDITING", "TO_BE_CONFIRMED", "TO_BE_SIGNED", "SIGNING", "FINISHED")

ACQUIRER_APPLICATION = StateTable(
    {
        # Ours: not sent yet, or sent and not answered; the reason says which.
        "WAITING": {*_AHEAD, "REJECTED", "CANCELED"},
        **{state: {*_AHEAD[place + 1 :], "REJECTED", "CANCELED"} for place, state in enumerate(_AHEAD[:-1])},
        "REJECTED": {"WAITING", *_AHEAD, "CANCELED"},
        "FINISHED": set(),
        "CANCELED": {"WAITING"},
    }
)
"""The acquirer's own machine as seen by polling: states in between may be missed, none is gone back to."""

INSTITUTION = StateTable({"ACTIVE": {"SUSPENDED", "ENDED"}, "SUSPENDED": {"ACTIVE", "ENDED"}, "ENDED": set()})

SETTLEMENT_ACCOUNT = StateTable(
    {
        "PROPOSED": {"ACTIVE", "HELD", "CLOSED"},
        "HELD": {"ACTIVE", "CLOSED"},
        "ACTIVE": {"SUSPENDED", "CLOSED"},
        "SUSPENDED": {"ACTIVE", "CLOSED"},
        "CLOSED": set(),
    }
)

ACCOUNT_LINK = StateTable(
    {
        "PROPOSED": {"LIVE", "DECLINED", "ENDED"},
        "LIVE": {"ENDED"},
        "DECLINED": set(),
        "ENDED": set(),
    }
)

CREDIT_ACCOUNT = StateTable(
    {
        "REPORTED": {"ACTIVE", "DORMANT", "FROZEN", "CLOSED"},
        "ACTIVE": {"DORMANT", "FROZEN", "CLOSED"},
        "DORMANT": {"ACTIVE", "FROZEN", "CLOSED"},
        "FROZEN": {"ACTIVE", "DORMANT", "CLOSED"},
        "CLOSED": set(),
    }
)

CONSENT = StateTable(
    {
        "REQUESTED": {"ACTIVE", "EXPIRED", "REVOKED"},
        "ACTIVE": {"EXPIRED", "REVOKED", "SUPERSEDED"},
        "EXPIRED": set(),
        "REVOKED": set(),
        "SUPERSEDED": set(),
    }
)

PHONE_EXCEPTION = StateTable({"REQUESTED": {"APPROVED", "REJECTED"}, "APPROVED": set(), "REJECTED": set()})

LIST_HIT = StateTable({"OPEN": {"EXITED", "DISMISSED"}, "EXITED": set(), "DISMISSED": set()})

NOTICE = StateTable({"DUE": {"SENT", "FAILED"}, "FAILED": {"SENT"}, "SENT": set()})

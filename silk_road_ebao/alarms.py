"""The alarm clock: which queues there are, which task waits in which, and what rings when."""

from typing import Any

from celery.schedules import crontab
from kombu import Queue

ACQUIRERS = ("wechat", "alipay", "unionpay")
QUEUES = [Queue(name) for name in ("default", "money", *ACQUIRERS)]
"""The worker consumes them all. An acquirer that is slow keeps only its own queue waiting."""

ROUTES = {
    "payments.fetch_risk_feeds": {"queue": "wechat"},
    **{f"payments.*_{acquirer}_*": {"queue": acquirer} for acquirer in ACQUIRERS},
    "payments.*": {"queue": "money"},
}
"""The first that fits counts; what fits none waits in `default`."""

SCHEDULE: dict[str, dict[str, Any]] = {
    "accounts-notices": {"task": "accounts.send_due_notices", "schedule": 15.0},
    "accounts-held-accounts": {"task": "accounts.release_held_accounts", "schedule": 60.0},
    "accounts-lists": {"task": "accounts.screen_lists", "schedule": crontab(hour=6, minute=0)},
    "accounts-house": {"task": "accounts.keep_house", "schedule": crontab(hour=2, minute=10)},
    "accounts-retention": {"task": "accounts.purge_retained", "schedule": crontab(hour=2, minute=40)},
    "payments-attempts-wechat": {"task": "payments.look_at_wechat_attempts", "schedule": 3.0},
    "payments-refunds-wechat": {"task": "payments.push_wechat_refunds", "schedule": 3.0},
    "payments-attempts-alipay": {"task": "payments.look_at_alipay_attempts", "schedule": 3.0},
    "payments-refunds-alipay": {"task": "payments.push_alipay_refunds", "schedule": 3.0},
    "payments-attempts-unionpay": {"task": "payments.look_at_unionpay_attempts", "schedule": 3.0},
    "payments-refunds-unionpay": {"task": "payments.push_unionpay_refunds", "schedule": 3.0},
    "payments-sharings-wechat": {"task": "payments.push_wechat_sharings", "schedule": 10.0},
    "payments-sharings-alipay": {"task": "payments.push_alipay_sharings", "schedule": 10.0},
    "payments-split-fees": {"task": "payments.split_fees", "schedule": 20.0},
    "payments-split-fees-left": {"task": "payments.split_fees_left", "schedule": 3600.0},
    "payments-applyments-wechat": {"task": "payments.push_wechat_applyments", "schedule": 10.0},
    "payments-applyments-alipay": {"task": "payments.push_alipay_applyments", "schedule": 10.0},
    "payments-moved": {"task": "payments.hold_moved", "schedule": crontab(hour=0, minute=20)},
    "payments-risk-feeds": {"task": "payments.fetch_risk_feeds", "schedule": 600.0},
    "payments-expired": {"task": "payments.close_expired_payments", "schedule": 15.0},
    "payments-days": {"task": "payments.advance_days", "schedule": 60.0},
    "payments-fee-reminders": {"task": "payments.remind_fees", "schedule": 3600.0},
    "payments-fee-receipts": {"task": "payments.receive_fees", "schedule": 15.0},
    "ledger-prove": {"task": "ledger.prove", "schedule": crontab(minute=15)},
    "ledger-prove-deep": {"task": "ledger.prove", "schedule": crontab(hour=3, minute=20), "kwargs": {"deep": True}},
    "banking-nonces": {"task": "banking.purge_nonces", "schedule": 300.0},
    "supplychain-books": {"task": "supplychain.compare_books", "schedule": crontab(hour=1, minute=30)},
    "supplychain-books-today": {"task": "supplychain.compare_today", "schedule": 1800.0},
    "supplychain-flash": {"task": "supplychain.release_flashes", "schedule": crontab(hour=18, minute=0)},
    "supplychain-first": {
        "task": "supplychain.release_first_values",
        "schedule": crontab(hour=10, minute=0, day_of_week="mon"),
    },
    "supplychain-final": {
        "task": "supplychain.release_finals",
        "schedule": crontab(hour=10, minute=0, day_of_week="thu"),
    },
    "supplychain-assessments": {"task": "supplychain.assess_merchants", "schedule": crontab(hour=4, minute=20)},
    "supplychain-month": {"task": "supplychain.release_months", "schedule": crontab(hour=10, minute=5)},
    "outbox-sweep": {"task": "kernel.sweep_outbox", "schedule": 3.0},
    "outbox-fan-out": {"task": "kernel.fan_out_outbox", "schedule": 600.0},
    "audit-verify": {"task": "kernel.verify_audit", "schedule": crontab(hour=2, minute=20)},
    "idempotency-purge": {"task": "kernel.purge_idempotency", "schedule": crontab(hour=2, minute=50)},
}

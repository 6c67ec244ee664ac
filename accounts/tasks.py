"""Alarm clocks of accounts: every sweep finds by itself what is due."""

from celery import shared_task

from accounts.gateways.sms import sms_gateway
from accounts.services.consents import expire_consents
from accounts.services.deletions import purge_held_persons, purge_left_merchants
from accounts.services.list_entries import screen_all
from accounts.services.notices import send_due_notices
from accounts.services.persons import mark_silent_persons
from accounts.services.settlement_account_changes import release_held_accounts
from accounts.services.sign_in import forget_ended_sessions, forget_old_codes
from accounts.services.silent_accounts import ask_to_verify_silent_accounts
from silk_road_ebao.kernel.clock import now


@shared_task(name="accounts.send_due_notices")
def send_notices() -> None:
    """Send notices that are due."""
    send_due_notices(gateway=sms_gateway(), at=now())


@shared_task(name="accounts.release_held_accounts")
def release_accounts() -> None:
    """Let changed settlement accounts take effect after their hold."""
    release_held_accounts(at=now())


@shared_task(name="accounts.screen_lists")
def screen_lists() -> None:
    """Screen every customer against the lists (R21)."""
    screen_all(at=now())


@shared_task(name="accounts.keep_house")
def keep_house() -> None:
    """Do the daily chores: expiries and silence (R11)."""
    expire_consents(at=now())
    mark_silent_persons(at=now())
    ask_to_verify_silent_accounts(at=now())
    forget_old_codes(at=now())
    forget_ended_sessions()


@shared_task(name="accounts.purge_retained")
def purge_retained() -> None:
    """Purge what the law no longer wants kept (R24)."""
    purge_held_persons(at=now())
    purge_left_merchants(at=now())

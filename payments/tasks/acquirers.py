"""Alarm clocks of payments: each wakes one service that finds what is due by itself. One queue per acquirer."""

from celery import shared_task

from payments.services.applyment_pushes import push_due_applyments
from payments.services.attempts import look_at_due_attempts
from payments.services.payments import close_expired_payments
from payments.services.refund_pushes import push_due_refunds
from payments.services.risk_feeds import fetch_feeds
from payments.services.sharing_fees import FREEZE_LAPSES, split_due_fees
from payments.services.sharing_pushes import push_due_sharings
from payments.services.sub_merchant_moves import hold_moved_sub_merchants
from silk_road_ebao.kernel.clock import now


@shared_task(name="payments.look_at_wechat_attempts")
def look_at_wechat_attempts() -> None:
    """Ask WeChat Pay about attempts whose fate is open."""
    look_at_due_attempts(acquirer_code="WECHAT", at=now())


@shared_task(name="payments.look_at_alipay_attempts")
def look_at_alipay_attempts() -> None:
    """Ask Alipay about attempts whose fate is open."""
    look_at_due_attempts(acquirer_code="ALIPAY", at=now())


@shared_task(name="payments.look_at_unionpay_attempts")
def look_at_unionpay_attempts() -> None:
    """Ask UnionPay about attempts whose fate is open."""
    look_at_due_attempts(acquirer_code="UNIONPAY", at=now())


@shared_task(name="payments.push_wechat_refunds")
def push_wechat_refunds() -> None:
    """Send WeChat Pay's refunds and ask about them."""
    push_due_refunds(acquirer_code="WECHAT", at=now())


@shared_task(name="payments.push_alipay_refunds")
def push_alipay_refunds() -> None:
    """Send Alipay's refunds and ask about them."""
    push_due_refunds(acquirer_code="ALIPAY", at=now())


@shared_task(name="payments.push_unionpay_refunds")
def push_unionpay_refunds() -> None:
    """Send UnionPay's refunds and ask about them."""
    push_due_refunds(acquirer_code="UNIONPAY", at=now())


@shared_task(name="payments.push_wechat_sharings")
def push_wechat_sharings() -> None:
    """Send WeChat Pay's profit sharings and ask about them."""
    push_due_sharings(acquirer_code="WECHAT", at=now())


@shared_task(name="payments.push_alipay_sharings")
def push_alipay_sharings() -> None:
    """Send Alipay's profit sharings and ask about them."""
    push_due_sharings(acquirer_code="ALIPAY", at=now())


@shared_task(name="payments.split_fees")
def split_fees() -> None:
    """Instruct the split of our fee where contracts collect it so."""
    split_due_fees(at=now())


@shared_task(name="payments.split_fees_left")
def split_fees_left() -> None:
    """Find what was left unsplit within the thirty days a freeze lasts."""
    split_due_fees(at=now(), since=FREEZE_LAPSES)


@shared_task(name="payments.push_wechat_applyments")
def push_wechat_applyments() -> None:
    """Send merchants to WeChat Pay and ask how far their onboarding has come."""
    push_due_applyments(acquirer_code="WECHAT", at=now())


@shared_task(name="payments.push_alipay_applyments")
def push_alipay_applyments() -> None:
    """Send merchants to Alipay and ask how far their onboarding has come."""
    push_due_applyments(acquirer_code="ALIPAY", at=now())


@shared_task(name="payments.hold_moved")
def hold_moved() -> None:
    """Hold the numbers of merchants that moved out of their acquirer's provinces (R8)."""
    hold_moved_sub_merchants(at=now())


@shared_task(name="payments.close_expired_payments")
def close_expired() -> None:
    """Close bills past their time that nobody is paying."""
    close_expired_payments(at=now())


@shared_task(name="payments.fetch_risk_feeds")
def fetch_risk_feeds() -> None:
    """Fetch what payers complained of."""
    fetch_feeds(at=now())

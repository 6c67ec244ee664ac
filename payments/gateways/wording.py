"""Word our rows as gateways want them."""

from payments.gateways.protocol import Order, Payee
from payments.models import PaymentAttempt, SubMerchant


def order_of(attempt: PaymentAttempt, *, payer_ref: str = "") -> Order:
    """Word an attempt; its payment and sub-merchant are read with it."""
    return Order(
        attempt_no=attempt.attempt_no,
        payee=payee_of(attempt.sub_merchant),
        flow=attempt.flow,
        amount_fen=attempt.amount_fen,
        description=attempt.payment.description,
        created_at=attempt.created_at,
        expires_at=attempt.expires_at,
        payer_ref=payer_ref,
        is_shared=attempt.is_shared,
        credit_allowed=attempt.takes_credit,
        acquirer_trade_no=attempt.acquirer_trade_no,
    )


def payee_of(sub_merchant: SubMerchant) -> Payee:
    """Word a sub-merchant, its token opened."""
    token = sub_merchant.auth_token
    return Payee(sub_merchant.sub_mchid, token.open() if token is not None else "", sub_merchant.legal_name)

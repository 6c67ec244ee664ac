"""The six digits a person's device shows now."""

from allauth.mfa.totp.internal import auth


def code_of(secret: str) -> str:
    """Give what an authenticator app shows for the secret, by the clock that the sign-in page reads."""
    (counter,) = auth.yield_hotp_counters_from_time()
    return auth.format_hotp_value(auth.hotp_value(secret, counter))

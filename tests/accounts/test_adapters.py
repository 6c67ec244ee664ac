"""allauth fitted to the house."""

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt, encrypt
from django.db import connection
from django.test import RequestFactory

from accounts.adapters import AccountAdapter
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_secrets_of_second_factors_are_sealed_in_the_table():
    user = UserFactory()

    TOTP.activate(user, "JBSWY3DPEHPK3PXP")

    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        assert "JBSWY3DPEHPK3PXP" not in cursor.fetchone()[0]
    assert decrypt(Authenticator.objects.get().data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert encrypt("x") != encrypt("x")


def test_allauths_own_sign_up_is_shut_and_phones_come_from_our_table():
    adapter = get_adapter(RequestFactory().get("/"))
    user = UserFactory(mobile="+8613900000001")

    assert isinstance(adapter, AccountAdapter)
    assert not adapter.is_open_for_signup(RequestFactory().get("/"))
    assert adapter.get_phone(user) == ("+8613900000001", True)
    assert adapter.get_user_by_phone("139 0000 0001") == user
    assert adapter.get_user_by_phone("110") is None

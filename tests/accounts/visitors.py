"""Browsers of people signed in, for the tests of pages."""

import time

from django.test import Client

from tests.accounts import numbers
from tests.accounts.factories import PersonFactory, UserFactory

BACKEND = "django.contrib.auth.backends.ModelBackend"


def visitor(user, *, signed_in_s_ago=5):
    """Return the browser of somebody who signed in a moment ago, or so many seconds ago."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    session = client.session
    shown = {"method": "ours", "at": time.time() - signed_in_s_ago, "reauthenticated": True}
    session["account_authentication_methods"] = [shown]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def known(nth, **more):
    """Return a signed-in browser, its user, and the known person he is."""
    person = PersonFactory(number=numbers.resident_id(nth), mobile=f"+86{numbers.phone(nth)}", **more)
    user = UserFactory(mobile=f"+86{numbers.phone(nth)}", person=person)
    return visitor(user), user, person


def text(answer):
    """Return a page's text."""
    return answer.content.decode()

"""The console in a real browser."""

import pytest

from silk_road_ebao.console.operators import FACTOR_KEY
from tests.accounts.factories import OperatorFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(live_server, open_page, client):
    operator = OperatorFactory(roles=["MAKER", "CHECKER", "AUDITOR"])
    client.force_login(operator.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[FACTOR_KEY] = operator.user.pk
    session.save()
    page = open_page(width=1280, height=860)
    page.context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": live_server.url}])
    return page


@pytest.mark.parametrize("address", ["/admin/", "/admin/kernel/approval/", "/admin/kernel/outboxdelivery/"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_console_page_breaks_no_policy_and_never_scrolls_sideways(live_server, desk, complaints, address, width):
    desk.set_viewport_size({"width": width, "height": 860})

    desk.goto(live_server.url + address)
    desk.wait_for_timeout(300)

    assert complaints == []
    assert desk.evaluate("document.documentElement.scrollWidth") <= width

"""The console's pages of partners: keys are registered by two people; no private key is ever shown."""

import pytest
from django.test import Client

from accounts.models import PartnerKey
from banking.models import AccountActivityBatch, PlatformKey
from silk_road_ebao.console import operators
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approve
from silk_road_ebao.kernel.clock import now
from silk_road_ebao.kernel.models import Approval
from tests.accounts.factories import OperatorFactory
from tests.banking.factories import activity, personal_account
from tests.banking.partner import key_pair

pytestmark = pytest.mark.django_db


@pytest.fixture
def console():
    operator = OperatorFactory(roles=["MAKER", "CHECKER"])
    client = Client()
    client.force_login(operator.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[operators.FACTOR_KEY] = operator.user.pk
    session.save()
    return client


@pytest.mark.filterwarnings("error::django.core.paginator.UnorderedObjectListWarning")
def test_every_page_opens_and_shows_no_private_key(console, bank, ccb):
    account = personal_account(ccb, status="ACTIVE", verification="VERIFIED")
    bank.post("/account-activity/batches", activity([(account.account_no, 1, 5, 0, 5)]))
    rows = (PartnerKey.objects.get(), AccountActivityBatch.objects.get(), PlatformKey.objects.get())
    lists = ("accounts/partnerkey", "banking/accountactivitybatch", "banking/platformkey", "banking/partnerevent")
    pages = [*lists, *(f"{page}/{row.pk}/change" for page, row in zip(lists, rows, strict=False))]

    for page in pages:
        answer = console.get(f"/admin/{page}/")
        assert answer.status_code == 200, page
        assert "PRIVATE KEY" not in answer.content.decode()


def test_f21_a_next_key_counts_only_after_a_second_person_agreed(console, bank):
    given = {"institution": "CCB", "keyid": "ccb-next", "public_key_pem": key_pair()[1], "overlap_days": "7"}

    console.post("/admin/accounts/partnerkey/next/", given)
    asked = Approval.objects.get()
    before = PartnerKey.objects.count()
    approve(approval_no=asked.approval_no, checker=Actor("OPERATOR", "somebody-else"), at=now())

    assert (before, PartnerKey.objects.count()) == (1, 2)
    assert PartnerKey.objects.get(keyid=bank.keyid).valid_until is not None
    assert bank.get("/whoami").status_code == 200


def test_a_key_revoked_at_the_console_is_dead_at_once(console, bank):
    key = PartnerKey.objects.get(keyid=bank.keyid)

    console.post(f"/admin/accounts/partnerkey/{key.pk}/press/revoke/", {"reason": "泄露"})

    assert bank.get("/whoami").status_code == 401

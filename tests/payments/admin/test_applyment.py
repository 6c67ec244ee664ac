"""The console's page of acquirer onboarding: it opens, sends again, and lets nobody enter a number alone."""

import pytest
from django.urls import reverse

from payments.models import Applyment, SubMerchant
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.models import Approval
from tests.accounts.factories import BEGAN
from tests.accounts.factories import MerchantFactory as OnboardedFactory
from tests.console.conftest import sit_down  # noqa: F401
from tests.payments.factories import InstitutionFactory, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def rejected():
    from accounts.models import Onboarding
    from tests.accounts.factories import UserFactory

    merchant = OnboardedFactory()
    form = Onboarding.objects.create(
        onboarding_no=new_no("ONB"), merchant=merchant, applicant=UserFactory(), status="APPROVED", started_at=BEGAN
    )
    return Applyment.objects.create(
        applyment_no=new_no("APM"), merchant=merchant, acquirer=InstitutionFactory(code="WECHAT"),
        acquirer_code="WECHAT", onboarding_no=form.onboarding_no, status="REJECTED", requested_at=moment(),
        reasons=[{"what": "银行账号", "why": "<b>户名不符</b>"}],
    )  # fmt: skip


def test_the_reasons_stand_on_the_list_and_the_page_and_no_markup_comes_through(sit_down, rejected):  # noqa: F811
    client = sit_down("MAKER")

    listed = client.get(reverse("admin:payments_applyment_changelist")).content.decode()
    shown = client.get(reverse("admin:payments_applyment_change", args=[rejected.pk])).content.decode()

    assert "银行账号" in listed
    assert "银行账号" in shown
    assert "<b>户名不符</b>" not in listed + shown


def test_a_maker_sends_a_corrected_application_again(sit_down, rejected):  # noqa: F811
    client = sit_down("MAKER")

    client.post(reverse("admin:payments_applyment_press", args=[rejected.pk, "resend"]))

    rejected.refresh_from_db()
    assert (rejected.status, rejected.next_look_at is not None) == ("REQUESTED", True)


def test_who_is_no_maker_finds_no_button(sit_down, rejected):  # noqa: F811
    answer = sit_down("CHECKER").post(reverse("admin:payments_applyment_press", args=[rejected.pk, "resend"]))

    rejected.refresh_from_db()
    assert (answer.status_code, rejected.status) == (404, "REJECTED")


def test_a_number_typed_at_the_console_only_asks_for_a_second_person(sit_down, rejected):  # noqa: F811
    Applyment.objects.filter(pk=rejected.pk).update(status="REQUESTED", trouble="BY_HAND")
    given = {
        "applyment_no": rejected.applyment_no, "sub_mchid": "898000000000001", "rate_bps": "35",
        "legal_name": rejected.merchant.legal_name, "evidence": "入网回执",
    }  # fmt: skip

    answer = sit_down("MAKER").post(reverse("admin:payments_applyment_enter"), given)

    assert answer.status_code == 302
    assert Approval.objects.get().verb == "payments.applyment.enter"
    assert not SubMerchant.objects.exists()


def test_twenty_rows_cost_no_more_queries_than_one(sit_down, rejected, django_assert_max_num_queries):  # noqa: F811
    client, address = sit_down("MAKER"), reverse("admin:payments_applyment_changelist")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _nth in range(19):
        Applyment.objects.create(
            applyment_no=new_no("APM"), merchant=OnboardedFactory(), acquirer=rejected.acquirer,
            acquirer_code="WECHAT", onboarding_no="ONB", status="AUDITING", requested_at=moment(),
        )  # fmt: skip

    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(address)

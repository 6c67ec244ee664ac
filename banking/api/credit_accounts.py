"""Credit accounts as the bank reports them: bands, never exact figures."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import CreditAccount, CreditKind
from accounts.rules.bands import LIMIT_BANDS, USAGE_BANDS
from accounts.rules.states import CREDIT_ACCOUNT
from banking.api.base import PartnerView
from banking.api.filters import CreditAccountFilter, filter_rows
from banking.api.pagination import read_page
from banking.api.schema import choice_parameter, number_parameter, page_parameters
from banking.api.serializers import Code, Day, Moment, StrictInput, Text, Token
from banking.selectors.credit_accounts import credit_accounts_at
from banking.services.credit_reports import take_credit_report
from silk_road_ebao.kernel.clock import now

BANKS = frozenset({"BANK"})
STATES = list(CREDIT_ACCOUNT.states)


@extend_schema_serializer(component_name="CreditAccount")
class CreditAccountOutput(serializers.Serializer):
    """One credit account as last reported."""

    credit_account_no = serializers.CharField()
    bank_reference = serializers.CharField()
    customer_no = serializers.SerializerMethodField()
    kind = serializers.ChoiceField(CreditKind.values)
    state = serializers.ChoiceField(STATES, source="status")
    limit_band = serializers.ChoiceField(LIMIT_BANDS)
    usage_band = serializers.ChoiceField(USAGE_BANDS)
    opened_date = serializers.DateField(allow_null=True)
    activated_at = serializers.DateTimeField(allow_null=True)
    reported_at = serializers.DateTimeField()
    active_days = serializers.IntegerField(help_text="days it was used on, as reported")

    def get_customer_no(self, account: CreditAccount) -> str:
        """Name the holder by our number."""
        person, merchant = account.holder_person, account.holder_merchant
        return person.person_no if person else merchant.merchant_no if merchant else ""


class CreditAccountsView(PartnerView):
    """The bank's credit accounts."""

    kinds = BANKS
    query = frozenset({"cursor", "limit", "state", "kind", "bank_reference"})

    @extend_schema_serializer(component_name="CreditAccountPage")
    class Output(serializers.Serializer):
        """A page of credit accounts."""

        data = CreditAccountOutput(source="rows", many=True)  # type: ignore[assignment]  # a field, taken out by DRF
        next_cursor = serializers.CharField(allow_null=True)
        has_more = serializers.BooleanField()

    @extend_schema(
        operation_id="credit_accounts",
        summary="Credit accounts you have reported",
        tags=["credit"],
        parameters=[
            *page_parameters(),
            choice_parameter("state", STATES),
            choice_parameter("kind", CreditKind.values),
            OpenApiParameter("bank_reference", {"type": "string", "maxLength": 64}),
        ],
        responses=Output,
    )
    def get(self, request: Request) -> Response:
        """List the credit accounts of your bank, the oldest first."""
        rows = filter_rows(CreditAccountFilter, request, credit_accounts_at(self.institution))
        return Response(self.Output(read_page(request, rows)).data)


class CreditAccountView(PartnerView):
    """One credit account."""

    kinds = BANKS

    @extend_schema(
        operation_id="credit_account",
        summary="One credit account",
        tags=["credit"],
        parameters=[number_parameter("credit_account_no", "our number of the credit account (CRA…)")],
        responses=CreditAccountOutput,
    )
    def get(self, request: Request, credit_account_no: str) -> Response:
        """Show one credit account of your bank."""
        found = credit_accounts_at(self.institution).filter(credit_account_no=credit_account_no).first()
        if found is None:
            raise Http404
        return Response(CreditAccountOutput(found).data)


class CreditAccountReportsView(PartnerView):
    """Reports on credit accounts."""

    kinds = BANKS

    @extend_schema_serializer(component_name="CreditAccountReport")
    class Input(StrictInput):
        """One report."""

        bank_reference = Text(min_length=1, max_length=64, help_text="your own token; never a card number")
        customer_no = Token(help_text="our number of the holder (PER… or MER…)")
        kind = Code(choices=CreditKind.values)
        state = Code(choices=STATES)
        limit_band = Code(choices=LIMIT_BANDS)
        usage_band = Code(choices=USAGE_BANDS)
        reported_at = Moment(help_text="when this was so; an older report than the last changes nothing")
        opened_date = Day(required=False, allow_null=True, default=None)
        active_dates = serializers.ListField(
            child=Day(), required=False, default=list, max_length=366, help_text="days it was used on"
        )

    @extend_schema(
        operation_id="report_credit_account",
        summary="Report on one credit account",
        tags=["credit"],
        request=Input,
        responses=CreditAccountOutput,
    )
    def post(self, request: Request) -> Response:
        """Report state, bands and days of use. The customer must hold an account or an authorisation with you."""
        given = self.read_body(self.Input, request)

        def work() -> tuple[int, Any]:
            account = take_credit_report(bank=self.institution, actor=self.actor, at=now(), **given)
            return 200, CreditAccountOutput(account).data

        return self.write_once(request, work)

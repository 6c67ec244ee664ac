"""Settlement accounts that wait for their bank's word."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import AccountClass, SettlementAccount, Verification
from accounts.selectors.verification_requests import told_accounts
from banking.api.base import PartnerView
from banking.api.filters import VerificationFilter, filter_rows
from banking.api.pagination import read_page
from banking.api.schema import choice_parameter, number_parameter, page_parameters
from banking.api.serializers import Code, StrictInput, Text
from banking.selectors.settlement_accounts import account_at
from banking.services.account_particulars import open_particulars
from banking.services.account_verifications import refuse_untold, take_verification
from silk_road_ebao.kernel.clock import now
from silk_road_ebao.kernel.idempotency import Answer
from silk_road_ebao.kernel.masking import mask_name

BANKS = frozenset({"BANK"})
ACCOUNT_NO = number_parameter("account_no", "our number of the account (SAC…)")


@extend_schema_serializer(component_name="SettlementAccountVerification")
class VerificationOutput(serializers.Serializer):
    """One account as its bank sees it here: masked."""

    account_no = serializers.CharField(help_text="our number, a token without meaning")
    verification = serializers.ChoiceField(Verification.values)
    masked_number = serializers.CharField(source="masked", help_text="first six, last four")
    masked_holder = serializers.SerializerMethodField()
    account_class = serializers.ChoiceField(AccountClass.values)
    customer_no = serializers.SerializerMethodField(help_text="our number of the holder (PER… or MER…)")
    added_at = serializers.DateTimeField()
    verified_at = serializers.DateTimeField(allow_null=True)

    def get_masked_holder(self, account: SettlementAccount) -> str:
        """Mask the holder's name, even a firm's: it may be a person's."""
        return mask_name(account.holder_name)

    def get_customer_no(self, account: SettlementAccount) -> str:
        """Name the holder by our number."""
        person, merchant = account.owner_person, account.owner_merchant
        return person.person_no if person else merchant.merchant_no if merchant else ""


class AccountView(PartnerView):
    """Ground of the resources of one account of this bank."""

    kinds = BANKS

    def account(self, account_no: str) -> SettlementAccount:
        """Find this bank's account; another bank's is not there."""
        found = account_at(self.institution, account_no)
        if found is None:
            raise Http404
        return found


class SettlementAccountVerificationsView(PartnerView):
    """The accounts that wait."""

    kinds = BANKS
    query = frozenset({"cursor", "limit", "verification", "account_class"})

    @extend_schema_serializer(component_name="SettlementAccountVerificationPage")
    class Output(serializers.Serializer):
        """A page of accounts."""

        data = VerificationOutput(source="rows", many=True)  # type: ignore[assignment]  # a field, taken out by DRF
        next_cursor = serializers.CharField(allow_null=True)
        has_more = serializers.BooleanField()

    @extend_schema(
        operation_id="settlement_account_verifications",
        summary="Accounts that wait for your word",
        tags=["settlement accounts"],
        parameters=[
            *page_parameters(),
            choice_parameter("verification", Verification.values, "PENDING unless given"),
            choice_parameter("account_class", AccountClass.values),
        ],
        responses=Output,
    )
    def get(self, request: Request) -> Response:
        """List the accounts held at your bank that wait to be verified, the oldest first.

        Only those whose holders let you know of them at this moment; a withdrawal takes them out of the next reading.
        """
        rows = filter_rows(VerificationFilter, request, told_accounts(self.institution, now()))
        if not request.query_params.get("verification"):
            rows = rows.filter(verification="PENDING")
        return Response(self.Output(read_page(request, rows)).data)


class SettlementAccountVerificationView(AccountView):
    """One account."""

    @extend_schema(
        operation_id="settlement_account_verification",
        summary="One account",
        tags=["settlement accounts"],
        parameters=[ACCOUNT_NO],
        responses=VerificationOutput,
    )
    def get(self, request: Request, account_no: str) -> Response:
        """Show one account held at your bank, masked. 403 unless the holder's authorisation is in force."""
        account = self.account(account_no)
        refuse_untold(account=account, at=now())
        return Response(VerificationOutput(account).data)


class SettlementAccountParticularsView(AccountView):
    """The number and name in full."""

    @extend_schema_serializer(component_name="SettlementAccountParticulars")
    class Output(serializers.Serializer):
        """What to compare with your books."""

        account_number = serializers.CharField()
        holder_name = serializers.CharField()
        disclosure_no = serializers.CharField(help_text="our record of this reading")

    @extend_schema(
        operation_id="settlement_account_particulars",
        summary="Number and name in full, under the holder's authorisation",
        tags=["settlement accounts"],
        parameters=[ACCOUNT_NO],
        responses=Output,
    )
    def get(self, request: Request, account_no: str) -> Response:
        """Show number and name in full. 403 unless the holder's authorisation is in force at this moment."""
        opened = open_particulars(account=self.account(account_no), actor=self.actor, at=now())
        return Response(self.Output(opened).data)


class SettlementAccountResultView(AccountView):
    """The bank's word."""

    @extend_schema_serializer(component_name="SettlementAccountResult")
    class Input(StrictInput):
        """What the bank found."""

        result = Code(choices=["VERIFIED", "REFUSED"])
        note = Text(max_length=200, required=False, default="", allow_blank=True)

    @extend_schema(
        operation_id="settlement_account_result",
        summary="Report what you found",
        tags=["settlement accounts"],
        parameters=[ACCOUNT_NO],
        request=Input,
        responses=VerificationOutput,
    )
    def post(self, request: Request, account_no: str) -> Response:
        """Report that number and name fit (VERIFIED) or not (REFUSED). A later report replaces an earlier one.

        403 unless the holder's authorisation is in force, also for a key used before.
        """
        account = self.account(account_no)
        given = self.read_body(self.Input, request)

        def work() -> tuple[int, Any]:
            told = take_verification(account=account, actor=self.actor, at=now(), **given)
            return 200, VerificationOutput(told).data

        def recheck(answer: Answer) -> None:
            if answer.status == 200:
                refuse_untold(account=account, at=now())

        return self.write_once(request, work, recheck=recheck)

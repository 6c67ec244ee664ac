"""Activity of settlement accounts, reported a day or a month at a time."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from banking.api.base import PartnerView
from banking.api.filters import BatchFilter, filter_rows
from banking.api.pagination import read_page
from banking.api.schema import number_parameter, page_parameters
from banking.api.serializers import Day, Fen, StrictInput, Text, Token
from banking.rules.account_activity import MAX_ROWS
from banking.selectors.account_activities import batches_of
from banking.services.account_activities import take_batch
from silk_road_ebao.kernel.clock import now

BANKS = frozenset({"BANK"})


@extend_schema_serializer(component_name="AccountActivityRow")
class RowInput(StrictInput):
    """One account on one day; flows outside its bound account, fen."""

    account_no = Token(help_text="our number of the account (SAC…)")
    business_date = Day()
    in_fen = Fen()
    out_fen = Fen()
    balance_fen = Fen(help_text="at the end of the day")


@extend_schema_serializer(component_name="AccountActivityBatch")
class BatchOutput(serializers.Serializer):
    """A batch that was taken."""

    batch_no = serializers.CharField()
    batch_ref = serializers.CharField()
    period_from = serializers.DateField()
    period_until = serializers.DateField()
    row_count = serializers.IntegerField()
    in_fen = serializers.IntegerField()
    out_fen = serializers.IntegerField()
    received_at = serializers.DateTimeField()


class AccountActivityBatchesView(PartnerView):
    """The bank's batches."""

    kinds = BANKS
    query = frozenset({"cursor", "limit", "batch_ref", "period_from"})

    @extend_schema_serializer(component_name="AccountActivityReport")
    class Input(StrictInput):
        """A day or a month."""

        batch_ref = Text(min_length=1, max_length=64, help_text="your own reference, never used twice")
        period_from = Day()
        period_until = Day(help_text="the last day, at most 31 days in all")
        rows = RowInput(many=True, allow_empty=False, max_length=MAX_ROWS)  # type: ignore[call-arg]  # of the list

    @extend_schema_serializer(component_name="AccountActivityBatchPage")
    class Output(serializers.Serializer):
        """A page of batches."""

        data = BatchOutput(source="rows", many=True)  # type: ignore[assignment]  # a field, taken out by DRF
        next_cursor = serializers.CharField(allow_null=True)
        has_more = serializers.BooleanField()

    @extend_schema(
        operation_id="account_activity_batches",
        summary="Batches you have reported",
        tags=["account activity"],
        parameters=[
            *page_parameters(),
            OpenApiParameter("batch_ref", {"type": "string", "maxLength": 64}),
            OpenApiParameter("period_from", {"type": "string", "format": "date"}),
        ],
        responses=Output,
    )
    def get(self, request: Request) -> Response:
        """List the batches of your bank, the oldest first."""
        rows = filter_rows(BatchFilter, request, batches_of(self.institution))
        return Response(self.Output(read_page(request, rows)).data)

    @extend_schema(
        operation_id="report_account_activity",
        summary="Report a day or a month of activity",
        tags=["account activity"],
        request=Input,
        responses={201: BatchOutput},
        examples=[
            OpenApiExample(
                "two days of one account",
                request_only=True,
                value={
                    "batch_ref": "CCB-2026-10-0001",
                    "period_from": "2026-10-01",
                    "period_until": "2026-10-31",
                    "rows": [
                        {
                            "account_no": "SAC7Q2M4N8X1V5C3B6Z9K0D",
                            "business_date": day,
                            "in_fen": 120_000,
                            "out_fen": 35_000,
                            "balance_fen": 85_000,
                        }
                        for day in ("2026-10-01", "2026-10-02")
                    ],
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Report activity. The whole batch is taken or refused; a refusal names every faulty row by its number."""
        given = self.read_body(self.Input, request)

        def work() -> tuple[int, Any]:
            batch = take_batch(bank=self.institution, actor=self.actor, at=now(), **given)
            return 201, BatchOutput(batch).data

        return self.write_once(request, work)


class AccountActivityBatchView(PartnerView):
    """One batch."""

    kinds = BANKS

    @extend_schema(
        operation_id="account_activity_batch",
        summary="One batch",
        tags=["account activity"],
        parameters=[number_parameter("batch_no", "our number of the batch (ACB…)")],
        responses=BatchOutput,
    )
    def get(self, request: Request, batch_no: str) -> Response:
        """Show one batch of your bank."""
        found = batches_of(self.institution).filter(batch_no=batch_no).first()
        if found is None:
            raise Http404
        return Response(BatchOutput(found).data)

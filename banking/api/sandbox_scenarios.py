"""Test data on demand, in the sandbox only."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from banking.api.base import PartnerView
from banking.api.serializers import StrictInput
from banking.services.sandbox_scenarios import SCENARIOS, play_scenario
from silk_road_ebao.kernel.clock import now


class SandboxScenarioView(PartnerView):
    """One scenario."""

    kinds = frozenset({"BANK"})

    @extend_schema_serializer(component_name="SandboxScenarioInput")
    class Input(StrictInput):
        """Nothing: the name says it all."""

    @extend_schema_serializer(component_name="SandboxScenario")
    class Output(serializers.Serializer):
        """The numbers of what was made."""

        scenario = serializers.CharField()
        made = serializers.DictField(child=serializers.CharField())

    @extend_schema(
        operation_id="sandbox_scenario",
        summary="Make test data (sandbox only)",
        tags=["sandbox"],
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=list(SCENARIOS))],
        request=Input,
        responses={201: Output},
    )
    def post(self, request: Request, name: str) -> Response:
        """Make a customer of your bank who does not exist, with an account or an authorisation, to try things out."""
        self.read_body(self.Input, request)

        def work() -> tuple[int, Any]:
            made = play_scenario(name=name, bank=self.institution, at=now())
            return 201, self.Output({"scenario": name, "made": made}).data

        return self.write_once(request, work)

"""Whether the API is there, and our public keys."""

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from banking.api.base import PublicView
from banking.rules import version
from silk_road_ebao.kernel.clock import wire_now


class HealthView(PublicView):
    """A sign of life for everybody."""

    @extend_schema_serializer(component_name="Health")
    class Output(serializers.Serializer):
        """State and real time."""

        status = serializers.ChoiceField(["ok"])
        time = serializers.DateTimeField(help_text="real time; compare your clock with it")
        version = serializers.CharField()

    @extend_schema(operation_id="health", summary="Are you there?", tags=["ops"], auth=[], responses=Output)
    def get(self, request: Request) -> Response:
        """Say that the API answers, and what time it is for signatures. Needs no signature."""
        return Response(self.Output({"status": "ok", "time": wire_now(), "version": version.CURRENT}).data)

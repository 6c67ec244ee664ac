"""Who the caller is to us, and what it may count on."""

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from banking.api.base import MAX_BODY, PartnerView
from banking.rules import rate_limit, version
from banking.rules.account_activity import MAX_ROWS
from silk_road_ebao.kernel.clock import now


class WhoamiView(PartnerView):
    """The institution behind the key."""

    @extend_schema_serializer(component_name="Whoami")
    class Output(serializers.Serializer):
        """Institution, key, limits."""

        institution = serializers.CharField(help_text="our code of your institution")
        name = serializers.CharField()
        kind = serializers.CharField()
        keyid = serializers.CharField()
        key_valid_until = serializers.DateTimeField(allow_null=True)
        environment = serializers.ChoiceField(["sandbox", "production"])
        version = serializers.CharField()
        business_time = serializers.DateTimeField(help_text="our clock; in the sandbox it may be set")
        calls_per_minute = serializers.IntegerField()
        max_body_bytes = serializers.IntegerField()
        max_batch_rows = serializers.IntegerField()

    @extend_schema(operation_id="whoami", summary="Who am I?", tags=["ops"], responses=Output)
    def get(self, request: Request) -> Response:
        """Say which institution signed the request, with which key, and the limits it has."""
        key = self.key
        assert key is not None  # this resource is signed
        who = {
            "institution": self.institution.code,
            "name": self.institution.name,
            "kind": self.institution.kind,
            "keyid": key.keyid,
            "key_valid_until": key.valid_until,
            "environment": "sandbox" if settings.DEMO else "production",
            "version": version.CURRENT,
            "business_time": now(),
            "calls_per_minute": rate_limit.CALLS,
            "max_body_bytes": MAX_BODY,
            "max_batch_rows": MAX_ROWS,
        }
        return Response(self.Output(who).data)

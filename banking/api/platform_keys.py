"""Our public keys."""

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from banking.api.base import PublicView
from banking.selectors.platform_keys import published_keys
from banking.services.platform_keys import current_key
from silk_road_ebao.kernel.clock import wire_now


@extend_schema_serializer(component_name="PlatformKey")
class KeyOutput(serializers.Serializer):
    """One key."""

    keyid = serializers.CharField()
    algorithm = serializers.CharField()
    public_key_pem = serializers.CharField()
    created_at = serializers.DateTimeField()
    published_until = serializers.DateTimeField(allow_null=True, help_text="set once a newer key signs")


class PlatformKeysView(PublicView):
    """The keys our answers are signed with."""

    @extend_schema_serializer(component_name="PlatformKeys")
    class Output(serializers.Serializer):
        """All keys in use, the signing one first."""

        keys = KeyOutput(many=True)

    @extend_schema(operation_id="platform_keys", summary="Our public keys", tags=["ops"], auth=[], responses=Output)
    def get(self, request: Request) -> Response:
        """List the keys that our answers may be signed with. Needs no signature; pin the key of the first visit."""
        at = wire_now()
        current_key(at=at)
        return Response(self.Output({"keys": published_keys(at)}).data)

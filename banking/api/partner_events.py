"""What happened, in order."""

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from banking.api.base import PartnerView
from banking.api.filters import EventFilter, filter_rows
from banking.api.pagination import read_page
from banking.api.schema import choice_parameter, page_parameters
from banking.rules.partner_event import TYPES
from banking.selectors.partner_events import events_of


@extend_schema_serializer(component_name="Event")
class EventOutput(serializers.Serializer):
    """One event: thin; read the object it names."""

    event_seq = serializers.IntegerField(help_text="rises by one per event of your institution, in commit order")
    event_no = serializers.CharField()
    type = serializers.CharField()
    data = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]  # a field
    occurred_at = serializers.DateTimeField()


class PartnerEventsView(PartnerView):
    """The institution's events."""

    query = frozenset({"cursor", "limit", "type"})

    @extend_schema_serializer(component_name="EventPage")
    class Output(serializers.Serializer):
        """A page of events."""

        data = EventOutput(source="rows", many=True)  # type: ignore[assignment]  # a field, taken out by DRF
        next_cursor = serializers.CharField(help_text="always given: come back with it")
        has_more = serializers.BooleanField()

    @extend_schema(
        operation_id="events",
        summary="Events since a cursor",
        tags=["events"],
        parameters=[*page_parameters(), choice_parameter("type", list(TYPES))],
        responses=Output,
    )
    def get(self, request: Request) -> Response:
        """List events after a cursor (the last `event_seq` you have). Nothing is ever inserted before a number seen."""
        rows = filter_rows(EventFilter, request, events_of(self.institution))
        return Response(self.Output(read_page(request, rows, key="event_seq", is_feed=True)).data)

"""Authorisations that name the institution as recipient."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Consent, ConsentPurpose, DataKind
from accounts.rules.states import CONSENT
from accounts.selectors.consents import ConsentMissing, check_consent, consents_to
from banking.api.base import PartnerView
from banking.api.filters import ConsentFilter, filter_rows
from banking.api.pagination import read_page
from banking.api.schema import choice_parameter, number_parameter, page_parameters
from banking.api.serializers import Code, StrictInput
from banking.services.consent_verifications import verify_consent
from silk_road_ebao.kernel.clock import now
from silk_road_ebao.kernel.idempotency import Answer

CONSENT_NO = number_parameter("consent_no", "our number of the authorisation (CON…)")


@extend_schema_serializer(component_name="Consent")
class ConsentOutput(serializers.Serializer):
    """The terms of one authorisation; nothing of what it is about."""

    consent_no = serializers.CharField()
    status = serializers.SerializerMethodField()
    customer_no = serializers.SerializerMethodField()
    purpose = serializers.ChoiceField(ConsentPurpose.values)
    kinds = serializers.ListField(child=serializers.ChoiceField(DataKind.values))
    data_from = serializers.DateField(allow_null=True)
    data_until = serializers.DateField(allow_null=True)
    text_version = serializers.CharField(source="text.version")
    text_sha256 = serializers.CharField()
    given_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)

    def get_status(self, consent: Consent) -> str:
        """Give the state at this moment, before the nightly sweep too."""
        return "EXPIRED" if consent.status == "ACTIVE" and consent.expires_at <= now() else consent.status

    def get_customer_no(self, consent: Consent) -> str:
        """Name the subject by our number."""
        person, merchant = consent.subject_person, consent.subject_merchant
        return person.person_no if person else merchant.merchant_no if merchant else ""


class ConsentsView(PartnerView):
    """Authorisations given to the institution."""

    query = frozenset({"cursor", "limit", "status", "purpose"})

    @extend_schema_serializer(component_name="ConsentPage")
    class Output(serializers.Serializer):
        """A page of authorisations."""

        data = ConsentOutput(source="rows", many=True)  # type: ignore[assignment]  # a field, taken out by DRF
        next_cursor = serializers.CharField(allow_null=True)
        has_more = serializers.BooleanField()

    @extend_schema(
        operation_id="consents",
        summary="Authorisations given to you",
        tags=["consents"],
        parameters=[
            *page_parameters(),
            choice_parameter("status", list(CONSENT.states)),
            choice_parameter("purpose", ConsentPurpose.values),
        ],
        responses=Output,
    )
    def get(self, request: Request) -> Response:
        """List the authorisations that were given to you, withdrawn and expired ones too, the oldest first."""
        rows = filter_rows(ConsentFilter, request, consents_to(self.institution).filter(given_at__isnull=False))
        return Response(self.Output(read_page(request, rows)).data)


class OneConsentView(PartnerView):
    """Ground of the resources of one authorisation."""

    def consent(self, consent_no: str) -> Consent:
        """Find an authorisation given to this institution; another's is not there."""
        given = consents_to(self.institution).filter(given_at__isnull=False).select_related("recipient")
        found = given.filter(consent_no=consent_no).first()
        if found is None:
            raise Http404
        return found


class ConsentView(OneConsentView):
    """One authorisation."""

    @extend_schema(
        operation_id="consent",
        summary="One authorisation",
        tags=["consents"],
        parameters=[CONSENT_NO],
        responses=ConsentOutput,
    )
    def get(self, request: Request, consent_no: str) -> Response:
        """Show the terms and the state of an authorisation."""
        return Response(ConsentOutput(self.consent(consent_no)).data)


class ConsentVerificationView(OneConsentView):
    """Whether an authorisation holds now."""

    @extend_schema_serializer(component_name="ConsentVerification")
    class Input(StrictInput):
        """What you are about to read."""

        kinds = serializers.ListField(
            child=Code(choices=DataKind.values),
            required=False,
            allow_empty=False,
            max_length=8,
            help_text="all unless given",
        )

    @extend_schema_serializer(component_name="ConsentVerified")
    class Output(serializers.Serializer):
        """The authorisation holds."""

        consent_no = serializers.CharField()
        in_force = serializers.BooleanField(help_text="always true; a 403 says that it does not hold")
        purpose = serializers.ChoiceField(ConsentPurpose.values)
        kinds = serializers.ListField(child=serializers.ChoiceField(DataKind.values))
        expires_at = serializers.DateTimeField()
        verified_at = serializers.DateTimeField()
        disclosure_no = serializers.CharField(help_text="our record of this reading")

    @extend_schema(
        operation_id="verify_consent",
        summary="Does it hold, now, for this?",
        tags=["consents"],
        parameters=[CONSENT_NO],
        request=Input,
        responses=Output,
    )
    def post(self, request: Request, consent_no: str) -> Response:
        """Confirm that the authorisation is in force at this moment. 403 if not, also for a key used before."""
        consent = self.consent(consent_no)
        kinds = self.read_body(self.Input, request).get("kinds") or consent.kinds

        def work() -> tuple[int, Any]:
            disclosure = verify_consent(consent=consent, kinds=kinds, actor=self.actor, at=now())
            told = {
                "consent_no": consent.consent_no,
                "in_force": True,
                "purpose": consent.purpose,
                "kinds": disclosure.kinds,
                "expires_at": consent.expires_at,
                "verified_at": disclosure.disclosed_at,
                "disclosure_no": disclosure.disclosure_no,
            }
            return 200, self.Output(told).data

        def recheck(answer: Answer) -> None:
            if answer.status == 200:
                self._refuse_withdrawn(consent, kinds)

        return self.write_once(request, work, recheck=recheck)

    def _refuse_withdrawn(self, consent: Consent, kinds: list[str]) -> None:
        subject = consent.subject_person or consent.subject_merchant
        assert subject is not None  # consent_one_subject
        found = check_consent(
            subject=subject,
            recipient=self.institution,
            purpose=consent.purpose,
            kinds=kinds,
            at=now(),
            data_from=consent.data_from,
            data_until=consent.data_until,
        )
        if found.pk != consent.pk:
            raise ConsentMissing

"""授权 and 对外提供记录."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, Disclosure
from silk_road_ebao.console.operator_admin import OperatorAdmin, RowsInline


class DisclosureInline(RowsInline):
    """What was handed out under it."""

    model = Disclosure
    fields = ("disclosure_no", "recipient", "purpose", "kinds", "what", "actor_label", "disclosed_at")


@admin.register(Consent)
class ConsentAdmin(OperatorAdmin):
    """Consents: operators look, only the subject gives and withdraws."""

    list_display = ("consent_no", "subject", "recipient", "purpose", "status", "given_at", "expires_at", "withdrawn_at")
    list_filter = ("status", "purpose", "recipient")
    list_select_related = ("subject_person", "subject_merchant", "recipient")
    search_fields = ("consent_no", "subject_person__person_no", "subject_merchant__merchant_no")
    ordering = ("-requested_at",)
    inlines = (DisclosureInline,)

    @admin.display(description=_("谁"))
    def subject(self, row: Consent) -> str:
        """Show who agreed."""
        return str(row.subject_person or row.subject_merchant)


@admin.register(Disclosure)
class DisclosureAdmin(OperatorAdmin):
    """Every read by an institution (R16)."""

    list_display = ("disclosure_no", "recipient", "purpose", "kinds", "what", "actor_label", "disclosed_at")
    list_filter = ("recipient", "purpose")
    list_select_related = ("recipient",)
    search_fields = ("disclosure_no", "what", "consent__consent_no")
    ordering = ("-disclosed_at",)
    date_hierarchy = "disclosed_at"

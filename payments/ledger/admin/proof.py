"""对证."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.ledger.admin.read_only import ReadOnlyAdmin
from payments.ledger.models import Proof


@admin.register(Proof)
class ProofAdmin(ReadOnlyAdmin):
    """Every run of the proofs and what it found."""

    list_display = ("ran_at", "agrees", "deep", "took_ms", "actor_ref")
    list_filter = ("deep",)
    ordering = ("-ran_at",)
    fields = ("ran_at", "agrees", "deep", "took_ms", "actor_kind", "actor_ref", "found")
    readonly_fields = ("agrees", "found")

    @admin.display(description=_("对平"), boolean=True)
    def agrees(self, proof: Proof) -> bool:
        """Show whether nothing was found."""
        return not proof.findings

    @admin.display(description=_("差错"))
    def found(self, proof: Proof) -> SafeString:
        """List the findings."""
        return format_html_join(
            "", "<p>{}: {} — {} ≠ {}</p>", ((f["proof"], f["what"], f["expected"], f["found"]) for f in proof.findings)
        )

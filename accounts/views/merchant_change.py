"""改资料: the owner proposes a correction of a shop in service; it counts once two operators have signed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import MerchantRequest, merchant_page
from accounts.forms import MerchantChangeForm
from accounts.models import DocumentKind, MerchantChange
from accounts.rules.documents import MAX_BYTES
from accounts.selectors.merchant_changes import last_change, open_change
from accounts.selectors.users import staff_actor
from accounts.services.merchant_changes import propose_merchant_change, withdraw_merchant_change
from accounts.views.answers import go, page, told
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.refusals import Refusal

TEXTS = ("name", "legal_name", "address", "reason")


@require_http_methods(["GET", "POST"])
@merchant_page("OWNER")
def change(request: MerchantRequest) -> HttpResponse:
    """Show the correction that waits, or the form; POST proposes one."""
    merchant = request.merchant
    standing = {name: getattr(merchant, name) for name in ("name", "legal_name", "address")}
    is_post = request.method == "POST"
    form = MerchantChangeForm(*((request.POST, request.FILES) if is_post else ()), initial=standing)
    if is_post and form.is_valid() and _propose(request, form) is not None:
        messages.success(request, _("已提交，两位工作人员复核后生效，收单机构那边会自动重送"))
        return go("merchant_change")
    papers = [form[kind.value.lower()] for kind in DocumentKind]
    context = {"form": form, "papers": papers, "waiting": open_change(merchant), "last": last_change(merchant)}
    return page(request, "accounts/merchant_change.html", context, status=422 if form.errors else 200)


def _propose(request: MerchantRequest, form: MerchantChangeForm) -> MerchantChange | None:
    files: dict[str, bytes] = {}
    for kind in DocumentKind:
        file: Any = request.FILES.get(kind.value.lower())
        if file is not None:
            files[kind.value] = file.read(MAX_BYTES + 1)
    try:
        return propose_merchant_change(
            merchant=request.merchant,
            papers=files,
            actor=staff_actor(request.membership),
            at=clock.now(),
            **{name: form.cleaned_data[name] for name in TEXTS},
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return None


@require_POST
@merchant_page("OWNER")
def withdraw(request: MerchantRequest) -> HttpResponse:
    """Take the correction back."""
    row = open_change(request.merchant)
    if row is not None:
        actor, at = staff_actor(request.membership), clock.now()
        told(request, lambda: withdraw_merchant_change(change=row, actor=actor, at=at), _("已撤回，资料没有变"))
    return go("merchant_change")

"""店里的人: the owner adds a cashier or a bookkeeper by phone, and takes them out again."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import MerchantRequest, merchant_page
from accounts.forms import StaffForm
from accounts.selectors.merchants import member_of, staff_of
from accounts.selectors.users import staff_actor
from accounts.services.memberships import end_membership, invite_member
from accounts.views.answers import found, go, page, told
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.refusals import Refusal


@require_http_methods(["GET", "POST"])
@merchant_page("OWNER")
def staff(request: MerchantRequest) -> HttpResponse:
    """List who works here; POST adds somebody."""
    form = StaffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("phone", "name", "role")}
        actor, at = staff_actor(request.membership), clock.now()
        try:
            invite_member(merchant=request.merchant, **typed, actor=actor, at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已加进店里，用这个手机号登录就行"))
            return go("staff")
    context = {"form": form, "rows": staff_of(request.merchant), "me": request.membership.pk}
    return page(request, "accounts/staff.html", context, status=422 if form.errors else 200)


@require_POST
@merchant_page("OWNER")
def end(request: MerchantRequest, membership_id: int) -> HttpResponse:
    """Take somebody out of the shop: his next request finds no door."""
    row = found(member_of, request.merchant, membership_id)
    actor, at = staff_actor(request.membership), clock.now()
    told(request, lambda: end_membership(membership=row, actor=actor, at=at), _("已移出"))
    return go("staff")

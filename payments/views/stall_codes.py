"""摊位码: a merchant's static codes, to print, issue and revoke."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.door import merchant_page
from accounts.models import Stall
from accounts.selectors.merchants import live_stalls, stall_of
from accounts.selectors.users import staff_actor
from payments.models import StallCode
from payments.selectors.stall_codes import stall_code_of, stall_codes_of
from payments.services.stall_code_sheets import payload_of, print_stall_code
from payments.services.stall_codes import issue_stall_code, revoke_stall_code
from silk_road_ebao.kernel import clock


@require_http_methods(["GET", "POST"])
@merchant_page()
def codes(request: Any) -> HttpResponse:
    """List the codes of all stalls; POST issues one."""
    if request.method == "POST":
        try:
            stall = stall_of(request.merchant, request.POST.get("stall_no", ""))
        except Stall.DoesNotExist:
            raise Http404 from None
        issue_stall_code(stall=stall, actor=staff_actor(request.membership), at=clock.now())
        return HttpResponseRedirect(reverse("payments:codes"))
    found = [(code, payload_of(code=code)) for code in stall_codes_of(request.merchant)]
    with_code = {code.stall_id for code, _payload in found}
    without = [stall for stall in live_stalls(request.merchant) if stall.pk not in with_code]
    return render(request, "payments/codes.html", {"codes": found, "without": without})


@require_POST
@merchant_page()
def revoke(request: Any, code_no: str) -> HttpResponse:
    """Take a code out of use at once."""
    code = _own(request, code_no)
    revoke_stall_code(code_no=code.code_no, reason="by merchant", actor=staff_actor(request.membership), at=clock.now())
    return HttpResponseRedirect(reverse("payments:codes"))


@require_GET
@merchant_page()
def sheet(request: Any, code_no: str) -> HttpResponse:
    """Give the printable sheet."""
    code = _own(request, code_no)
    response = HttpResponse(print_stall_code(code=code), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{code.code_no}.pdf"'
    return response


def _own(request: Any, code_no: str) -> StallCode:
    try:
        return stall_code_of(request.merchant, code_no)
    except StallCode.DoesNotExist:
        raise Http404 from None

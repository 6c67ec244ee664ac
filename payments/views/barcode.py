"""扫付款码: read the payer's code with the merchant's phone."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.door import merchant_page
from accounts.selectors.merchants import live_stalls
from accounts.selectors.users import staff_actor
from payments.forms import BarcodeForm
from payments.services.barcodes import take_barcode
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.refusals import Refusal


@require_http_methods(["GET", "POST"])
@merchant_page()
def barcode(request: Any) -> HttpResponse:
    """Ask for amount and code; then the code page shows the money or what is being checked."""
    if request.method == "GET":
        return render(request, "payments/barcode.html", {"order_no": new_uuid().hex})
    form = BarcodeForm(request.POST)
    typed = {"amount_text": request.POST.get("amount", ""), "order_no": request.POST.get("order_no", "")}
    if not form.is_valid():
        return render(request, "payments/barcode.html", {**typed, "error": form.first_error()}, status=422)
    try:
        payment = take_barcode(
            merchant=request.merchant,
            stall=live_stalls(request.merchant).first(),
            actor=staff_actor(request.membership),
            at=clock.now(),
            **form.cleaned_data,
        )
    except Refusal as refusal:
        return render(request, "payments/barcode.html", {**typed, "error": str(refusal)}, status=422)
    return HttpResponseRedirect(reverse("payments:collect_code", args=[payment.payment_no]))

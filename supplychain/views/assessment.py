"""经营评估: the merchant's own assessment, why, what would improve it; the report he carries; checking a report."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.door import merchant_page
from accounts.selectors.users import staff_actor
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.forms import NeedForm
from supplychain.models import Assessment
from supplychain.selectors.assessments import assessment_of, assessments_of, objections_of
from supplychain.services.assessment_documents import issue_document, verify_document
from supplychain.services.assessment_inputs import state_need
from supplychain.services.assessment_objections import raise_objection
from supplychain.services.assessments import assess_merchant
from supplychain.views.assessment_words import GATES, features_shown, need_shown, reasons_of, report_text

LARGEST_REPORT = 5 * 1024 * 1024


@require_GET
@merchant_page("OWNER")
def assessment(request: Any) -> HttpResponse:
    """Show the newest assessment, or the one named, with its reasons and what would help."""
    rows = list(assessments_of(request.merchant)[:12])
    named = request.GET.get("no")
    row = next((one for one in rows if one.assessment_no == named), None) if named else (rows[0] if rows else None)
    if named and row is None:
        raise Http404
    context: dict[str, Any] = {
        "row": row,
        "rows": rows,
        "objections": objections_of(request.merchant),
        "form": NeedForm(),
    }
    if row is not None:
        context |= {
            "reasons": reasons_of(row),
            "features": features_shown(row),
            "gates": [GATES[code] for code in row.gates],
            "need": need_shown(row),
            "results": _results(row),
        }
    return render(request, "supplychain/assessment.html", context)


def _results(row: Assessment) -> list[dict[str, Any]]:
    found = ((_("真实性"), row.authenticity, 400), (_("经营"), row.operation, 400), (_("流通"), row.circulation, 200))
    return [
        {"name": name, "value": value, "most": most, "width": 0 if value is None else round(value / most * 100)}
        for name, value, most in found
    ]


@require_POST
@merchant_page("OWNER")
def assess(request: Any) -> HttpResponse:
    """Assess anew from the books as they stand."""
    at = clock.now()
    try:
        assess_merchant(
            merchant=request.merchant, until=business_date(at), actor=staff_actor(request.membership), at=at
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("supplychain:assessment"))


@require_POST
@merchant_page("OWNER")
def need(request: Any) -> HttpResponse:
    """Take down what the merchant needs; the next assessment counts it."""
    form = NeedForm(request.POST)
    if not form.is_valid():
        context: dict[str, Any] = {"row": None, "rows": [], "objections": objections_of(request.merchant), "form": form}
        return render(request, "supplychain/assessment.html", context, status=422)
    try:
        state_need(merchant=request.merchant, **form.terms(), actor=staff_actor(request.membership), at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("记下了，下一次评估会算进去"))
    return HttpResponseRedirect(reverse("supplychain:assessment"))


@require_POST
@merchant_page("OWNER")
def objection(request: Any, assessment_no: str) -> HttpResponse:
    """Take an objection; a person will look."""
    row = _own(request, assessment_no)
    try:
        raise_objection(
            assessment=row,
            feature=request.POST.get("feature", ""),
            statement=request.POST.get("statement", ""),
            actor=staff_actor(request.membership),
            at=clock.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("收到了，会有人查看，结果写在这一页"))
    return HttpResponseRedirect(reverse("supplychain:assessment"))


@require_GET
@merchant_page("OWNER")
def report(request: Any, assessment_no: str) -> HttpResponse:
    """Give the signed report, always the same bytes."""
    row = _own(request, assessment_no)
    try:
        document = issue_document(
            assessment=row, text=report_text(row), actor=staff_actor(request.membership), at=clock.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("supplychain:assessment"))
    response = HttpResponse(bytes(document.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{row.assessment_no}.pdf"'
    return response


def _own(request: Any, assessment_no: str) -> Assessment:
    try:
        return assessment_of(request.merchant, assessment_no)
    except Assessment.DoesNotExist:
        raise Http404 from None


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Let anybody check whether a report is ours, byte by byte; nothing of its content is shown."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        file = request.FILES.get("report")
        too_large = file is not None and (file.size or 0) > LARGEST_REPORT
        document = None if file is None or too_large else verify_document(content=file.read())
        context = {"asked": file is not None, "document": document}
    return render(request, "supplychain/assessment_verify.html", context)

"""Errors as the partner API words them (RFC 9457): a stable code for programs, a sentence for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.selectors.consents import ConsentMissing
from accounts.services.account_usages import UsageRefused
from accounts.services.credit_accounts import CreditReportRefused
from accounts.services.disclosures import ChannelNotPermitted
from accounts.services.settlement_accounts import NotThisBank
from banking.rules.account_activity import RowFault
from banking.services.account_activities import BatchRefused
from banking.services.credit_reports import CustomerUnknown
from banking.services.sandbox_scenarios import NoSuchScenario
from silk_road_ebao.kernel.idempotency import ClaimLost, InFlight, KeyReused
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import StaleTransition

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"

STATUSES: Mapping[type[Refusal], int] = {
    ConsentMissing: 403,
    ChannelNotPermitted: 403,
    NotThisBank: 404,
    NoSuchScenario: 404,
    CustomerUnknown: 404,
    BatchRefused: 422,
    CreditReportRefused: 422,
    UsageRefused: 422,
    KeyReused: 422,
    InFlight: 409,
}
"""Refusals that are not 409."""

PASSING = (InFlight, ClaimLost, StaleTransition)
"""Refusals that another try may overcome: never kept as the answer of a key."""

TITLES = {
    400: "The request cannot be read",
    401: "The signature was not accepted",
    403: "Not permitted",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Not possible in the present state",
    413: "Too large",
    415: "Send application/json",
    422: "The content cannot be processed",
    429: "Too many requests",
    500: "Our fault",
    503: "Come back shortly",
}


@dataclass(eq=False)
class Problem(Exception):
    """An error of the door itself, before any service is called."""

    status: int
    code: str
    detail: str
    errors: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


def answer_problem(error: Exception, context: dict[str, Any]) -> Response:
    """Turn whatever was raised into problem+json; what nobody expected is logged and answered with 500."""
    set_rollback()
    problem = _problem_of(error)
    request = context["request"]
    trace_id = getattr(request, "trace_id", "")
    if problem.status == 500:
        log.error("partner API failed", trace_id=trace_id, path=request.path, exc_info=error)
    return problem_response(problem, trace_id=trace_id)


def problem_response(problem: Problem, *, trace_id: str) -> Response:
    """Word a problem as an answer."""
    body = {
        "type": f"urn:ebao:problem:{problem.code.lower().replace('_', '-')}",
        "title": TITLES.get(problem.status, "Error"),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "trace_id": trace_id,
        "errors": problem.errors,
    }
    return Response(body, status=problem.status, headers=problem.headers, content_type=CONTENT_TYPE)


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, exceptions.AuthenticationFailed):
        reason = getattr(error, "reason", "SIGNATURE_INVALID")
        return Problem(401, reason, str(error.detail), headers={"WWW-Authenticate": "Signature"})
    if isinstance(error, Refusal):
        return problem_of_refusal(error)
    if isinstance(error, (Http404, ObjectDoesNotExist, exceptions.NotFound)):
        return Problem(404, "NOT_FOUND", "There is no such object for this institution.")
    if isinstance(error, (OperationalError, InterfaceError)):
        return Problem(503, "UNAVAILABLE", "The database is restarting.", headers={"Retry-After": "3"})
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "BODY_TOO_LARGE", "Send the data in smaller parts.")
    if isinstance(error, (PermissionDenied, exceptions.PermissionDenied)):
        return Problem(403, "FORBIDDEN", "This institution may not do this.")
    if isinstance(error, exceptions.ValidationError):
        return Problem(400, "VALIDATION_FAILED", "See errors.", errors=list(_leaves(error.get_full_details(), "")))
    if isinstance(error, exceptions.APIException):
        headers = {name: str(value) for name, value in _headers_of(error)}
        return Problem(error.status_code, str(error.default_code).upper(), str(error.detail), headers=headers)
    return Problem(500, "INTERNAL", "Tell us the trace_id.")


def problem_of_refusal(refusal: Refusal) -> Problem:
    """Word a service's refusal: 409 unless STATUSES says otherwise."""
    status = next((code for kind, code in STATUSES.items() if isinstance(refusal, kind)), 409)
    errors: list[dict[str, Any]] = []
    if isinstance(refusal, BatchRefused):
        errors = [_row_error(fault) for fault in refusal.faults]
    elif refusal.field:
        errors = [{"pointer": f"/{refusal.field}", "code": refusal.code, "detail": str(refusal)}]
    headers = {"Retry-After": "1"} if isinstance(refusal, PASSING) else {}
    return Problem(status, refusal.code, str(refusal), errors=errors, headers=headers)


def _row_error(fault: RowFault) -> dict[str, Any]:
    pointer = f"/rows/{fault.row - 1}/{fault.field}" if fault.row else f"/{fault.field}"
    place: dict[str, Any] = {"row": fault.row} if fault.row else {}
    return {"pointer": pointer, "code": fault.code, "detail": fault.detail, **place}


def _leaves(details: Any, pointer: str) -> Iterable[dict[str, Any]]:
    """Lay DRF's nested errors out flat: a JSON pointer each, and the row's number (from 1) inside `rows`."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        parts = pointer.split("/")
        is_row = len(parts) > 2 and parts[1] == "rows" and parts[2].isdigit()
        row: dict[str, Any] = {"row": int(parts[2]) + 1} if is_row else {}
        code = str(details["code"]).upper()
        yield {"pointer": pointer or "/", "code": code, "detail": str(details["message"]), **row}
    elif isinstance(details, dict):
        for name, inner in details.items():
            yield from _leaves(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(details, list):
        for place, inner in enumerate(details):
            is_leaf = isinstance(inner, dict) and set(inner) == {"message", "code"}
            yield from _leaves(inner, pointer if is_leaf else f"{pointer}/{place}")


def _headers_of(error: exceptions.APIException) -> Iterable[tuple[str, Any]]:
    if getattr(error, "wait", None):
        yield "Retry-After", int(error.wait)  # type: ignore[attr-defined]  # exceptions.Throttled

"""The ground of every resource: signature, version, quota, strict queries, one effect per key, signed answers."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Institution, PartnerKey
from banking.api.authentication import Signature, message_of
from banking.api.parsers import StrictJsonParser
from banking.api.problems import CONTENT_TYPE, PASSING, Problem, answer_problem, problem_of_refusal, problem_response
from banking.api.rendering import AlwaysJson, SortedJsonRenderer
from banking.gateways.rate_counter import rate_counter
from banking.rules import rate_limit
from banking.rules.version import CURRENT, KNOWN
from banking.services.platform_keys import current_key
from banking.services.signatures import sign_response
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import wire_now
from silk_road_ebao.kernel.idempotency import Answer, fingerprint_of, once
from silk_road_ebao.kernel.refusals import Refusal

MAX_BODY = 1024 * 1024
VERSION_HEADER = "Ebao-Version"
KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{8,128}")

Work = Callable[[], tuple[int, Any]]


class PartnerView(APIView):
    """One resource of one institution.

    `kinds` limits which institutions may use it; `query` names the parameters a GET understands.
    """

    authentication_classes = [Signature]
    parser_classes = [StrictJsonParser]
    renderer_classes = [SortedJsonRenderer]
    content_negotiation_class = AlwaysJson
    http_method_names = ["get", "post"]
    kinds: ClassVar[frozenset[str]] = frozenset()
    query: ClassVar[frozenset[str]] = frozenset()
    key: PartnerKey | None = None
    quota: rate_limit.Quota | None = None

    @property
    def institution(self) -> Institution:
        """The institution that signed the request."""
        assert self.key is not None  # resources for everybody have no institution
        return self.key.institution

    @property
    def actor(self) -> Actor:
        """The institution as the actor of a service."""
        return Actor("PARTNER", self.institution.code, self.institution.short_name)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Give every request a trace id of our own."""
        wrapped = super().initialize_request(request, *args, **kwargs)
        wrapped.trace_id = secrets.token_hex(16)  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(trace_id=wrapped.trace_id)  # type: ignore[attr-defined]
        return wrapped

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what no resource takes: size first, then signature, quota, version, query."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            raise Problem(413, "BODY_TOO_LARGE", f"At most {MAX_BODY} bytes; send the data in smaller parts.")
        super().initial(request, *args, **kwargs)
        if isinstance(request.auth, PartnerKey):
            self.key = request.auth
            self._count_call()
            self._refuse_kind()
        version = request.headers.get(VERSION_HEADER, CURRENT)
        if version not in KNOWN:
            raise Problem(400, "VERSION_UNKNOWN", f"{VERSION_HEADER} is one of {', '.join(KNOWN)}.")
        self._refuse_query(request)

    def get_exception_handler(self) -> Callable[..., Response]:
        """Answer with problem+json."""
        return answer_problem

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what every answer carries; it is signed once it is written out."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer[VERSION_HEADER] = CURRENT
        answer["Trace-Id"] = getattr(request, "trace_id", "")
        answer["Cache-Control"] = "no-store"
        if self.quota is not None:
            answer["RateLimit-Policy"] = f'"default";q={self.quota.limit};w={rate_limit.WINDOW_S}'
            answer["RateLimit"] = f'"default";r={self.quota.remaining};t={self.quota.reset_s}'
        if hasattr(answer, "add_post_render_callback"):
            answer.add_post_render_callback(self._sign)
        return answer

    def write_once(self, request: Request, work: Work, *, recheck: Callable[[Answer], None] | None = None) -> Response:
        """Do a write once per Idempotency-Key: work and answer are one transaction; a repeat gets the same answer.

        Answers of the service are kept, refusals too; what never reached it (400, 404) leaves the key free.
        `recheck` may refuse to repeat an answer that must not be given any more.
        """
        key = request.headers.get(KEY_HEADER, "")
        if not _KEY.fullmatch(key):
            raise Problem(400, "IDEMPOTENCY_KEY_MISSING", f"Send {KEY_HEADER}: 8 to 128 visible characters.")
        print_ = fingerprint_of(request.method or "", request.get_full_path(), request._request.body)
        with once(scope=f"partner:{self.institution.code}", key=key, fingerprint=print_) as call:
            if call.stored is not None:
                if recheck is not None:
                    recheck(call.stored)
                return _answer(call.stored, replayed=True)
            try:
                with transaction.atomic():
                    status, body = work()
                    return _answer(call.finish(status=status, body=body))
            except Refusal as refusal:
                if isinstance(refusal, PASSING):
                    raise
                problem = problem_of_refusal(refusal)
                trace_id = request.trace_id  # type: ignore[attr-defined]
                kept: Any = problem_response(problem, trace_id=trace_id).data
                return _answer(call.finish(status=problem.status, body=kept))

    def read_body(self, serializer: type[Any], request: Request) -> Mapping[str, Any]:
        """Read the body by a serializer; raises ValidationError with every fault."""
        given = serializer(data=request.data)
        given.is_valid(raise_exception=True)
        found: Mapping[str, Any] = given.validated_data
        return found

    def _count_call(self) -> None:
        number, reset_s = rate_limit.window_of(time.time())
        name = f"ebao:calls:{self.institution.code}:{number}"
        calls = rate_counter().count(name, ttl_s=2 * rate_limit.WINDOW_S)
        if calls is None:
            return
        self.quota = rate_limit.quota(calls, rate_limit.CALLS, reset_s)
        if self.quota.is_spent:
            detail = f"At most {self.quota.limit} calls in {rate_limit.WINDOW_S} seconds."
            raise Problem(429, "TOO_MANY_REQUESTS", detail, headers={"Retry-After": str(reset_s)})

    def _refuse_kind(self) -> None:
        if self.kinds and self.institution.kind not in self.kinds:
            raise Problem(403, "FORBIDDEN", f"Only for institutions of kind {', '.join(sorted(self.kinds))}.")

    def _refuse_query(self, request: Request) -> None:
        known = self.query if request.method == "GET" else frozenset()
        for name, values in request.query_params.lists():
            if name not in known or len(values) != 1 or "\x00" in values[0]:
                error = {"parameter": name[:40], "code": "UNKNOWN_PARAMETER", "detail": "unknown, or given twice"}
                raise Problem(400, "UNKNOWN_PARAMETER", f"Known here: {', '.join(sorted(known)) or 'none'}.", [error])

    def _sign(self, response: HttpResponse) -> None:
        at = wire_now()
        try:
            key = current_key(at=at)
        except (OperationalError, InterfaceError):
            return  # the database is away: 503 goes out unsigned
        message = message_of(self.request._request, with_body=False)
        sign_response(
            key=key,
            status=response.status_code,
            headers=response.headers,
            body=response.content,
            request=message,
            wire_at=at,
            answers_signature=self.key is not None,
        )


def _answer(answer: Answer, *, replayed: bool = False) -> Response:
    kind = CONTENT_TYPE if answer.status >= 400 else None
    response = Response(answer.body, status=answer.status, content_type=kind)
    if replayed:
        response["Idempotency-Replayed"] = "true"
    return response


class PublicView(PartnerView):
    """A resource for everybody: nothing in it belongs to anybody."""

    authentication_classes = []

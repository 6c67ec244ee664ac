"""The door for acquirers' notices."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.gateways import open_acquirers
from payments.rules.acquirer_message import MAX_NOTICE_BYTES
from payments.services.acquirer_messages import receive_notice, refuse_notice
from silk_road_ebao.kernel.clock import now

CONTENT_TYPES = {
    "WECHAT": {"application/json"},
    "ALIPAY": {"application/x-www-form-urlencoded"},
    "UNIONPAY": {"application/x-www-form-urlencoded"},
}


@csrf_exempt
@require_POST
def take_notice(request: HttpRequest, acquirer: str) -> HttpResponse:
    """Take one notice; the answer is worded as the acquirer wants it."""
    code = acquirer.upper()
    if code not in open_acquirers():
        return HttpResponse(status=404)
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > MAX_NOTICE_BYTES:
        reply = refuse_notice(
            acquirer_code=code, reason=f"body of {length[:12] or 'unknown'} bytes", body=b"", at=now()
        )
    elif (request.content_type or "").lower() not in CONTENT_TYPES[code]:
        reply = refuse_notice(acquirer_code=code, reason="content type", body=request.body, at=now())
    else:
        reply = receive_notice(acquirer_code=code, headers=request.headers, body=request.body, at=now())
    return HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)

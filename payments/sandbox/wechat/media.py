"""Take pictures for applications (图片上传): a multipart form whose meta part alone is signed."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from typing import Any

from payments.sandbox.messages import Request
from payments.sandbox.outcome import Refuse, before
from payments.sandbox.wechat.errors import WechatError
from payments.sandbox.wechat.signing import need_headers, verify_request
from payments.sandbox.world import World

MAX_BYTES = 2 * 1024 * 1024
KINDS = (".jpg", ".jpeg", ".png", ".bmp")


def upload(world: World, request: Request, refuse: Refuse) -> tuple[int, dict[str, Any]]:
    """Keep a picture under a new media id; its name and hash are told by the signed meta part."""
    parts = _parts(request.body)
    meta = parts.get("meta", b"")
    need_headers(request)
    verify_request(request, world.credentials, world.clock, meta)
    try:
        told = json.loads(meta)
        wanted, file_name = str(told["sha256"]).lower(), str(told["filename"])
    except (ValueError, KeyError, TypeError):
        raise WechatError(400, "PARAM_ERROR", "meta缺少filename或sha256") from None
    if not file_name.lower().endswith(KINDS):
        raise WechatError(400, "PARAM_ERROR", "图片格式仅支持JPG、BMP、PNG")
    file = parts.get("file", b"")
    if hashlib.sha256(file).hexdigest() != wanted:
        raise WechatError(400, "PARAM_ERROR", "文件与sha256不一致")
    if len(file) > MAX_BYTES:
        raise WechatError(400, "PARAM_ERROR", "图片大小不能超过2M")
    before(world, "wechat", "media", "", refuse)
    media_id = "V1_" + secrets.token_urlsafe(48)
    with world.store.lock:
        world.store.write("wechat.media", ("media", media_id, {"sha256": wanted, "bytes": len(file)}))
    return 200, {"media_id": media_id}


def _parts(body: bytes) -> dict[str, bytes]:
    """Return the parts of the form by name, each to its last byte: a picture may end in a line feed."""
    boundary = body.split(b"\r\n", 1)[0]
    parts: dict[str, bytes] = {}
    for chunk in body.split(boundary)[1:-1] if boundary.startswith(b"--") else []:
        head, _, data = chunk.partition(b"\r\n\r\n")
        name = re.search(rb'\bname="([^"]+)"', head)
        if name:
            parts[name[1].decode("latin-1")] = data.removesuffix(b"\r\n")
    return parts

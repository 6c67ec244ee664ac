"""Open the fields that a client has sealed with the platform's public key."""

from __future__ import annotations

from typing import Any

from payments.sandbox.messages import Request
from payments.sandbox.wechat.errors import WechatError, param_error, text
from payments.sandbox.wechat.signing import decrypt_field
from payments.sandbox.world import World


def need_serial(world: World, request: Request) -> None:
    """Refuse sealed fields that do not come with the id of the key that sealed them."""
    serial = request.headers.get("wechatpay-serial", "")
    if not serial:
        raise WechatError(400, "PARAM_ERROR", "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)")
    if serial != world.credentials.data["wechat"]["platform_public_key_id"]:
        raise WechatError(400, "PARAM_ERROR", "平台证书序列号Wechatpay-Serial错误")


def open_field(
    world: World, request: Request, body: dict[str, Any], pointer: str, limit: int = 10240, *, required: bool = False
) -> str:
    """Return the plain text of a sealed field, '' when it is absent and not required."""
    sealed = text(body, pointer, limit, required=required)
    if not sealed:
        return ""
    need_serial(world, request)
    try:
        return decrypt_field(sealed, world.credentials.wechat_platform_key)
    except ValueError:
        raise param_error(pointer, "敏感信息解密失败，请使用微信支付公钥加密", sealed) from None

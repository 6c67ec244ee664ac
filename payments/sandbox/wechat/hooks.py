"""Keep the addresses at which a service provider wants to hear of complaints and violations, and tell them."""

from __future__ import annotations

from typing import Any

from payments.sandbox.messages import Request
from payments.sandbox.wechat.errors import WechatError, param_error, text
from payments.sandbox.world import World

Answer = tuple[int, dict[str, Any] | None]
FIELDS = {"complaint": "url", "violation": "notify_url"}
ABSENT = {"complaint": (400, "RESOURCE_NOT_EXISTS"), "violation": (404, "NOT_FOUND")}


class Hook:
    """Answer the four calls about the address of one feed."""

    def __init__(self, feed: str) -> None:
        self.feed = feed
        self.field = FIELDS[feed]

    def create(self, world: World, request: Request, body: dict[str, Any], no: str) -> Answer:
        """Take an address where there is none yet."""
        if address_of(world, self.feed):
            raise WechatError(400, "RESOURCE_ALREADY_EXISTS", "通知回调地址已存在，请使用更新接口")
        return self._write(world, body)

    def change(self, world: World, request: Request, body: dict[str, Any], no: str) -> Answer:
        """Take another address."""
        self._need(world)
        return self._write(world, body)

    def show(self, world: World, request: Request, body: dict[str, Any], no: str) -> Answer:
        """Show the address."""
        return 200, self._view(world, self._need(world))

    def delete(self, world: World, request: Request, body: dict[str, Any], no: str) -> Answer:
        """Forget the address: nothing more is told."""
        self._need(world)
        world.store.write(f"wechat.{self.feed}.hook", ("hook", self.feed, {}))
        return 204, None

    def _need(self, world: World) -> str:
        address = address_of(world, self.feed)
        if not address:
            raise WechatError(*ABSENT[self.feed], "查询的通知回调不存在")
        return address

    def _write(self, world: World, body: dict[str, Any]) -> Answer:
        address = text(body, f"/{self.field}", 255)
        if not address.startswith(("http://", "https://")) or "?" in address:
            raise param_error(f"/{self.field}", "通知地址须为完整URL且不能携带参数", address)
        world.store.write(f"wechat.{self.feed}.hook", ("hook", self.feed, {"url": address}))
        return 200, self._view(world, address)

    def _view(self, world: World, address: str) -> dict[str, Any]:
        own = {"mchid": world.credentials.data["wechat"]["sp_mchid"]} if self.feed == "complaint" else {}
        return {**own, self.field: address}


def address_of(world: World, feed: str) -> str:
    """Return the address of a feed, '' when none was given."""
    return str((world.store.get("hook", feed) or {}).get("url", ""))


def tell(world: World, feed: str, event: str, no: str, payload: dict[str, Any]) -> None:
    """Write and send a notice of this feed, if anybody wants it; call with the store's lock held."""
    subject = {"acquirer": "wechat", "key": f"wechat:{feed}:{no}", "no": no}
    notice = world.notices.draft(subject, address_of(world, feed), feed, payload)
    if notice:
        notice["event"] = event
        world.store.write(f"wechat.{feed}.notice", ("notice", notice["id"], notice))
        world.notices.queue(notice)

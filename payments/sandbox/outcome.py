"""Let the HTTP faults strike before and after a request is acted on."""

from __future__ import annotations

import time
from collections.abc import Callable

from payments.sandbox.messages import Dropped, Reply
from payments.sandbox.world import World

Refuse = Callable[[int, str, str], None]


def before(world: World, acquirer: str, endpoint: str, number: str, refuse: Refuse) -> None:
    """Delay, drop or refuse a request before anything is done about it."""
    if not world.faults.listing():
        return
    strike = world.faults.strike
    slow = strike("delay", acquirer, number, endpoint)
    if slow:
        time.sleep(slow["delay_ms"] / 1000)
    if strike("drop", acquirer, number, endpoint):
        raise Dropped
    busy = strike("http_429", acquirer, number, endpoint)
    if busy and not busy["act"]:
        refuse(429, "FREQUENCY_LIMITED", "频率超限，请稍后再试")
    broken = strike("http_500", acquirer, number, endpoint)
    if broken and not broken["act"]:
        refuse(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
    if busy or broken:
        world.faults.owed.add((acquirer, endpoint, number, 429 if busy else 500))
    unwilling = strike("refuse", acquirer, number, endpoint)
    if unwilling:
        refuse(unwilling["status"], unwilling["code"] or "SYSTEM_ERROR", unwilling["message"])


def after(world: World, acquirer: str, endpoint: str, number: str, reply: Reply) -> Reply:
    """Keep or spoil the reply to a request that was acted on."""
    if not world.faults.listing() and not world.faults.owed:
        return reply
    strike = world.faults.strike
    silent = strike("act_then_timeout", acquirer, number, endpoint)
    if silent:
        reply.hang_s = silent["hang_ms"] / 1000
    if strike("drop_after", acquirer, number, endpoint):
        raise Dropped
    for status in (429, 500):
        key = (acquirer, endpoint, number, status)
        if key in world.faults.owed:
            world.faults.owed.discard(key)
            return Reply(status, b"", [])
    return reply

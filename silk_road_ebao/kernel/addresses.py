"""The network address a request came from: told by the connection, or by a proxy of ours that it came through.

Anybody may write X-Forwarded-For. It is believed from the proxies named in the environment only, and only as far back
as they stand in a row; then it is taken away, so that nothing behind this door believes it a second time. From here on
REMOTE_ADDR is the address, for every reader of it.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

HOUSEHOLD_BITS = 64
"""What a provider hands to one IPv6 customer: whoever has it has all its addresses."""


def client_address(*, remote: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Return the address nearest to us that is none of our proxies'.

    Args:
        remote: the other end of the connection.
        forwarded: X-Forwarded-For, each proxy's entry to the right of what it was told.

    An entry that is no address ends the walk: the proxy that wrote it is what is known.
    """
    known = remote
    for hop in reversed(forwarded.split(",")):
        if not _is_within(_read(known), trusted):
            return known
        found = _read(hop.strip())
        if found is None:
            return known
        known = str(found)
    return known


def network_of(address: str) -> str:
    """Return what stands for one household in a count: an IPv4 address, an IPv6 /64; other text as it is."""
    found = _read(address)
    return str(ip_network((found, HOUSEHOLD_BITS), strict=False)) if isinstance(found, IPv6Address) else address


def _read(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _is_within(address: Address | None, networks: Iterable[Network]) -> bool:
    return address is not None and any(address in network for network in networks)


class BehindProxies:
    """Stands before the web application and puts the client's address where everybody reads it."""

    def __init__(self, application: WSGIApplication, trusted: Sequence[Network]) -> None:
        self.application = application
        self.trusted = trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Settle the address, then pass the request on."""
        forwarded = str(environ.pop("HTTP_X_FORWARDED_FOR", ""))
        remote = str(environ.get("REMOTE_ADDR", ""))
        environ["REMOTE_ADDR"] = client_address(remote=remote, forwarded=forwarded, trusted=self.trusted)
        return self.application(environ, start_response)

"""Where a request came from: X-Forwarded-For is believed from our own proxies only."""

from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured

from silk_road_ebao import environment, wsgi
from silk_road_ebao.kernel.addresses import BehindProxies, client_address, network_of

OURS = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.7", "", "10.0.0.7"),
        ("10.0.0.7", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.7", "6.6.6.6, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
        ("10.0.0.7", "10.0.0.1,10.0.0.2", "10.0.0.1"),
        ("10.0.0.7", "198.51.100.1, unknown", "10.0.0.7"),
        ("10.0.0.7", "198.51.100.1,,10.0.0.9", "10.0.0.9"),
        ("10.0.0.7", "2001:db8::1", "2001:db8::1"),
        ("fd00::1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.7", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_our_own_proxies_are_believed_and_only_in_a_row_from_us(remote, forwarded, found):
    assert client_address(remote=remote, forwarded=forwarded, trusted=OURS) == found


def test_without_proxies_of_ours_nobody_is_believed():
    assert client_address(remote="10.0.0.7", forwarded="198.51.100.1", trusted=[]) == "10.0.0.7"


def test_a_household_of_many_addresses_counts_once():
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("203.0.113.9") == "203.0.113.9"


def test_behind_the_door_the_address_is_settled_and_the_header_gone():
    seen = {}

    def application(environ, start_response):
        seen.update(environ)
        return []

    given = {"REMOTE_ADDR": "10.0.0.7", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 198.51.100.1"}
    BehindProxies(application, OURS)(given, lambda *_told: None)

    assert seen == {"REMOTE_ADDR": "198.51.100.1"}


def test_the_web_process_stands_behind_that_door(settings):
    assert isinstance(wsgi.application, BehindProxies)
    assert wsgi.application.trusted == settings.TRUSTED_PROXIES


def test_a_proxy_that_is_no_address_stops_the_start_by_name(monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.7, 192.168.0.0/16")
    found = environment.networks("TRUSTED_PROXIES")
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.7, nginx")

    assert found == [ip_network("10.0.0.7/32"), ip_network("192.168.0.0/16")]
    with pytest.raises(ImproperlyConfigured, match=r"TRUSTED_PROXIES .* 'nginx'"):
        environment.networks("TRUSTED_PROXIES")

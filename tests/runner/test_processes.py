"""The web process answers at this machine's address and is opened by its name: browsers give passkeys to names only."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest

from silk_road_ebao.runner import demo
from silk_road_ebao.runner.environment import LOCALHOST
from silk_road_ebao.runner.processes import web_program, web_url


def test_the_house_is_opened_by_a_name_that_leads_to_where_it_listens():
    opened, program = urlsplit(web_url(8123)), web_program({}, port=8123)

    with pytest.raises(ValueError, match="does not appear to be"):
        ip_address(opened.hostname)
    assert f"{LOCALHOST}:{opened.port}" in program.argv
    assert LOCALHOST in {found[4][0] for found in socket.getaddrinfo(opened.hostname, opened.port, socket.AF_INET)}


def test_the_demo_prints_the_name(monkeypatch, capsys):
    monkeypatch.setattr(demo, "status_of", lambda url: 200)

    demo._announce(web=web_url(8123), sandbox="http://127.0.0.1:8600", sign_ins=[])

    told = capsys.readouterr().err
    assert "http://localhost:8123/" in told
    assert "http://127.0.0.1:8123" not in told

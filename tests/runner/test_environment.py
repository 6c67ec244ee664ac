import pytest

from silk_road_ebao.runner.environment import (
    Services,
    external_services,
    free_port,
    port_is_free,
    require_space,
    web_port,
)
from silk_road_ebao.runner.messages import Trouble


def test_services_of_the_environment_are_used_when_both_are_named(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://a")
    monkeypatch.setenv("REDIS_URL", "redis://b")

    assert external_services() == Services("postgres://a", "redis://b")


def test_no_services_of_the_environment_means_embedded_ones(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("REDIS_URL", " ")

    assert external_services() is None


@pytest.mark.parametrize(("given", "lacking"), [("DATABASE_URL", "REDIS_URL"), ("REDIS_URL", "DATABASE_URL")])
def test_only_one_of_the_two_services_is_refused_naming_the_other(monkeypatch, given, lacking):
    monkeypatch.setenv(given, "somewhere")
    monkeypatch.delenv(lacking, raising=False)

    with pytest.raises(Trouble, match=f"{given} is set but {lacking} is not") as caught:
        external_services()

    assert caught.value.status == 2


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_no_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)

    with pytest.raises(Trouble, match="PORT must be a number"):
        web_port()


def test_a_remembered_port_is_taken_again_only_while_nobody_listens(listening_port):
    assert not port_is_free(listening_port)
    assert free_port(listening_port) != listening_port


def test_a_disk_too_small_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(Trouble, match="The disk is full"):
        require_space(tmp_path, needed_mb=10**9)

    assert list(tmp_path.iterdir()) == []

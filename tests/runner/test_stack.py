"""Real servers, each in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from silk_road_ebao.runner.messages import Trouble
from silk_road_ebao.runner.presence import Presence
from silk_road_ebao.runner.records import read_record
from silk_road_ebao.runner.stack import start_services, take
from silk_road_ebao.runner.unprivileged import service_account, service_home
from silk_road_ebao.runner.valkey import answers

pytestmark = pytest.mark.slow
RUNNER = [sys.executable, "-m", "silk_road_ebao.runner"]
PATIENCE_S = 30


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def processes_of(folder):
    """Return the command lines that name the folder."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in command:
            found.append(command)
    return found


@pytest.fixture
def home(state):
    return service_home(state, service_account())


def test_a_throw_away_stack_serves_the_command_and_leaves_nothing(bare_environment):
    code = (
        "import os, psycopg, redis\n"
        "with psycopg.connect(os.environ['DATABASE_URL']) as c: print(c.execute('SELECT 41 + 1').fetchone()[0])\n"
        "print(redis.from_url(os.environ['REDIS_URL']).ping(), os.environ['EBAO_STATE'])\nraise SystemExit(7)"
    )

    done = subprocess.run(
        [*RUNNER, "run", "--", sys.executable, "-c", code], env=bare_environment, capture_output=True, text=True
    )

    answer, ping, folder = done.stdout.split()
    assert (done.returncode, answer, ping) == (7, "42", "True")
    assert not Path(folder).exists()
    assert processes_of(folder) == []


def test_a_killed_runner_leaves_no_process_and_no_folder(bare_environment):
    command = ["sh", "-c", "echo $EBAO_STATE; exec sleep 600"]
    runner = subprocess.Popen([*RUNNER, "run", "--", *command], env=bare_environment, stdout=subprocess.PIPE, text=True)
    folder = runner.stdout.readline().strip()
    children = Path(f"/proc/{runner.pid}/task/{runner.pid}/children").read_text().split()
    assert len(children) == 4, "PostgreSQL, Valkey, the command and the janitor"

    runner.kill()
    runner.wait()

    wait_for(lambda: not Path(folder).exists() and processes_of(folder) == [])
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))


def test_an_interrupted_runner_waits_for_its_command_and_cleans_up(bare_environment):
    command = ["sh", "-c", "trap 'echo ended; exit 0' TERM; echo $EBAO_STATE; while :; do sleep 0.1; done"]
    runner = subprocess.Popen([*RUNNER, "run", "--", *command], env=bare_environment, stdout=subprocess.PIPE, text=True)
    folder = runner.stdout.readline().strip()

    runner.send_signal(signal.SIGTERM)
    said, _ = runner.communicate(timeout=PATIENCE_S)

    assert said == "ended\n"
    assert not Path(folder).exists()
    assert processes_of(folder) == []


def test_data_and_passwords_outlast_a_stop(state, supervisor):
    first = start_services(state, supervisor, durable=False)
    with psycopg.connect(first.database_url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    supervisor.stop()

    again = start_services(state, supervisor, durable=False)

    with psycopg.connect(again.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert answers(again.redis_url)
    assert not answers(again.redis_url.replace("redis://:", "redis://:not"))


def test_durable_services_have_fsync_checksums_and_a_password(state, supervisor):
    services = start_services(state, supervisor)

    with psycopg.connect(services.database_url) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("fsync", "full_page_writes", "data_checksums", "listen_addresses")
        }
    assert shown == {
        "fsync": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "listen_addresses": "127.0.0.1",
    }
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(services.database_url.replace("ebao:", "ebao:not"))


def test_a_half_made_data_folder_is_set_aside_and_the_start_goes_on(state, home, supervisor, capfd):
    (home / "pg" / "base").mkdir(parents=True)
    (home / "pg" / "PG_VERSION").write_text("18\n")
    (home / "pg.partial-killed").mkdir()

    services = start_services(state, supervisor, durable=False)

    psycopg.connect(services.database_url).close()
    assert [(folder / "base").exists() for folder in home.glob("pg.incomplete-*")] == [True]
    assert not (home / "pg.partial-killed").exists()
    assert "was only half made" in capfd.readouterr().err


def test_data_of_another_version_is_refused_and_kept(state, home, supervisor):
    start_services(state, supervisor, durable=False)
    supervisor.stop()
    (home / "pg" / "PG_VERSION").write_text("12\n")

    with pytest.raises(Trouble, match="made by PostgreSQL 12"):
        start_services(state, supervisor, durable=False)

    assert (home / "pg" / "global" / "pg_control").exists()


def test_a_pid_file_left_by_a_killed_server_does_not_stop_the_next(state, home, supervisor):
    start_services(state, supervisor, durable=False)
    supervisor.stop()
    account = service_account()
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", **(account.popen_arguments() if account else {}))
    (home / "pg" / "postmaster.pid").write_text(f"{stranger.pid}\n{home / 'pg'}\n0\n5432\n\n127.0.0.1\n0 0\nready\n")

    services = start_services(state, supervisor, durable=False)

    psycopg.connect(services.database_url).close()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_killed_database_comes_back_with_what_was_committed(state, supervisor):
    services = start_services(state, supervisor)
    with psycopg.connect(services.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    killed = supervisor.pids()["postgres"]
    os.kill(killed, signal.SIGKILL)

    def is_back():
        try:
            with psycopg.connect(services.database_url, connect_timeout=2) as connection:
                return connection.execute("SELECT n FROM kept").fetchone() == (42,)
        except psycopg.OperationalError:
            return False

    supervisor.wait_until(is_back, name="postgres", within_s=PATIENCE_S)

    assert supervisor.pids()["postgres"] != killed


def test_the_record_of_a_run_follows_its_processes_and_goes_with_them(state, supervisor):
    presence = Presence(state / "run.json", what="demo", supervisor=supervisor)
    start_services(state, supervisor, durable=False)

    presence.publish(web="http://127.0.0.1:1")
    first = read_record(state / "run.json")
    os.kill(first["pids"]["valkey"], signal.SIGKILL)
    supervisor.watch(until=lambda: read_record(state / "run.json")["pids"] != first["pids"])
    presence.withdraw()

    assert (first["web"], first["sandbox"], first["runner"]) == ("http://127.0.0.1:1", None, os.getpid())
    assert set(first["pids"]) == {"postgres", "valkey"}
    assert not (state / "run.json").exists()


def test_a_folder_is_run_by_one_at_a_time_and_free_after_a_kill(state, bare_environment):
    code = (
        "import pathlib, sys, time; from silk_road_ebao.runner.stack import take\n"
        "assert take(pathlib.Path(sys.argv[1]), what='demo'); print('held', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(state)], env=bare_environment, stdout=subprocess.PIPE, text=True
    )
    other.stdout.readline()

    refused = subprocess.run([*RUNNER, "demo"], env=bare_environment, capture_output=True, text=True)
    other.kill()
    other.wait()

    assert refused.returncode == 1
    assert f"is in use by another demo (process {other.pid})" in refused.stderr
    assert take(state, what="demo") is not None


def test_a_demo_on_a_port_in_use_says_so_and_starts_nothing(state, bare_environment, listening_port):
    refused = subprocess.run(
        [*RUNNER, "demo"], env=bare_environment | {"PORT": str(listening_port)}, capture_output=True, text=True
    )

    assert refused.returncode == 1
    assert f"Port {listening_port} is in use" in refused.stderr
    assert f"PORT={listening_port + 1}" in refused.stderr
    assert [path.name for path in state.iterdir()] == ["lock"]


@pytest.mark.parametrize("verb", [["demo"], ["run", "--", "true"], ["manage", "--", "check"]])
def test_every_verb_refuses_half_an_environment(state, bare_environment, verb):
    refused = subprocess.run(
        [*RUNNER, *verb], env=bare_environment | {"REDIS_URL": "redis://x"}, capture_output=True, text=True
    )

    assert refused.returncode == 2
    assert "REDIS_URL is set but DATABASE_URL is not" in refused.stderr
    assert list(state.iterdir()) == []


def test_the_sandbox_alone_is_served_until_stdin_closes(state, bare_environment, unused_services):
    entry = subprocess.Popen(
        [*RUNNER, "processes", "--only", "sandbox"],
        env=bare_environment | unused_services,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    ready = json.loads(entry.stdout.readline())
    known = read_record(Path(ready["acquirers_file"]))

    entry.stdin.close()

    assert entry.wait(PATIENCE_S) == 0
    assert "wechat" in known
    assert ready["sandbox"].startswith("http://127.0.0.1:")
    assert not Path(f"/proc/{ready['pids']['sandbox']}").exists()


@pytest.fixture
def unused_services():
    return {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}

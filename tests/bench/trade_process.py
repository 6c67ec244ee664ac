"""Run the work of trade_work.py in a process of its own, on a server of its own."""

import base64
import json
import os
import subprocess
import sys

KEY = base64.b64encode(b"k" * 32).decode()


def measured(url: str, name: str, size: int) -> list[tuple[float, float]]:
    """Give the (ours, reference) seconds of every round."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DJANGO_SETTINGS_MODULE": "silk_road_ebao.settings",
        "SECRET_KEY": "bench",
        "FIELD_KEYS": f"1:{KEY}",
        "FIELD_INDEX_KEY": KEY,
        "DEMO": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.trade_work", name, str(size)],
        check=False, stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"trade_work {name} failed")
    return [(ours, reference) for ours, reference in json.loads(done.stdout.splitlines()[-1])]

"""Take pictures of the pages: phone and desk, light and dark; without arguments only the README's.

With --url it signs in at a running house; without, it lays a market morning into a test database and serves it.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
README_PICTURE = Path("docs/today.png")
SIZES = {"phone": (390, 844), "desk": (1280, 860)}
PAGES = {
    "today": "/today/",
    "collect": "/collect/",
    "code": "/collect/{code}/",
    "received": "/collect/{paid}/",
    "me": "/me/",
    "preferences": "/preferences/",
    "sign-in": "/sign-in/",
    "console": "/admin/",
    "approvals": "/admin/kernel/approval/",
}


def main() -> None:
    """Read the arguments and take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("pages", nargs="*", help=f"which of {', '.join(PAGES)}; an address beginning with / as well")
    parser.add_argument("--out", type=Path, default=Path("var/screenshots"), help="folder for the pictures")
    parser.add_argument("--url", help="a running house; sign in with --phone and --password")
    parser.add_argument("--phone", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--one", type=Path, help="only one picture, on a phone, light, into this file")
    given = parser.parse_args()
    if len(sys.argv) == 1:
        given.one = README_PICTURE
    if not Path(CHROMIUM).exists():
        sys.exit("No Chromium here: install chromium, or name it in CHROMIUM.")
    if given.url:
        _take(given, given.url, {}, lambda context: _sign_in(context, given.url, given.phone, given.password))
        return
    with _served() as (url, numbers, cookies):
        _take(given, url, numbers, lambda context: context.add_cookies(cookies))


def _take(given: argparse.Namespace, url: str, numbers: dict[str, str], enter: Any) -> None:
    from playwright.sync_api import sync_playwright

    names = given.pages or (["today"] if given.one else list(PAGES))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                if given.one and (size, scheme) != ("phone", "light"):
                    continue
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,
                    locale="zh-CN",
                    device_scale_factor=2 if given.one else 1,
                )
                enter(context)
                for name in names:
                    file = given.one or given.out / f"{name.strip('/').replace('/', '-')}-{size}-{scheme}.png"
                    _shoot(context, url + PAGES.get(name, name).format_map(_Known(numbers)), file)
                context.close()
        browser.close()


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "none"


def _shoot(context: Any, address: str, file: Path) -> None:
    page = context.new_page()
    page.goto(address)
    page.wait_for_timeout(400)
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(file))
    page.close()
    sys.stdout.write(f"{file}\n")


def _sign_in(context: Any, url: str, phone: str, password: str) -> None:
    page = context.new_page()
    page.goto(f"{url}/sign-in/password/")
    page.fill("[name=phone]", phone)
    page.fill("[name=password]", password)
    page.click("main .button--main")
    page.wait_for_load_state()
    page.close()


@contextmanager
def _served() -> Iterator[tuple[str, dict[str, str], list[dict[str, Any]]]]:
    """Serve a market morning of eleven o'clock from a test database that is thrown away afterwards."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "silk_road_ebao.settings")
    import django

    django.setup()
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread
    from django.test.utils import override_settings, setup_databases, setup_test_environment, teardown_databases

    from silk_road_ebao.kernel import clock

    setup_test_environment(debug=False)
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    plain["default"] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        at = datetime(2026, 11, 22, 11, 12, tzinfo=clock.BUSINESS_ZONE)
        with override_settings(STORAGES=plain, CLOCK_MAY_BE_SET=True, ALLOWED_HOSTS=["*"]), clock.frozen(at):
            numbers, sessions = _lay_out(at)
            server = LiveServerThread("127.0.0.1", StaticFilesHandler)
            server.daemon = True
            server.start()
            server.is_ready.wait()
            url = f"http://127.0.0.1:{server.port}"
            cookies = [{"name": "sessionid", "value": sessions, "url": url}]
            yield url, numbers, cookies
            server.terminate()
            server.join()
    finally:
        teardown_databases(databases, verbosity=0)


def _lay_out(at: datetime) -> tuple[dict[str, str], str]:
    from datetime import timedelta

    from django.test import Client

    from accounts.models import Operator, OperatorGrant
    from payments.selectors.today import latest_of
    from silk_road_ebao.console.operators import FACTOR_KEY
    from tests.face.market_morning import open_shop, trade, waiting

    user, merchant = open_shop(at=at)
    trade(merchant, at=at, count=86)
    trade(merchant, at=at - timedelta(days=7), count=79, seed=3)
    user.username, user.is_staff = "screenshots", True
    user.save(update_fields=["username", "is_staff"])
    operator = Operator.objects.create(operator_no="OPR0", user=user, name="运营", created_at=at)
    for role in ("MAKER", "CHECKER", "AUDITOR"):
        OperatorGrant.objects.create(operator=operator, role=role, granted_at=at, granted_by="screenshots")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[FACTOR_KEY] = user.pk
    session.save()
    paid = latest_of(merchant)[0].payment_no
    return {"code": waiting(merchant, at=at).payment.payment_no, "paid": paid}, str(session.session_key)


main()

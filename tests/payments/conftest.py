"""What payments' tests share: one sandbox process a session, own sub-merchants a test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache

from payments.gateways import gateway_of
from payments.models import SubMerchant
from tests.payments.factories import MerchantFactory, StallFactory, SubMerchantFactory, dated_limits
from tests.payments.market import Market, enter_working_days
from tests.payments.sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Start the sandbox once."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(sandbox_process: Sandbox, settings: Any) -> Iterator[Sandbox]:
    """Point our gateways at the sandbox; faults never outlive a test."""
    settings.ACQUIRERS = sandbox_process.credentials()
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    gateway_of.cache_clear()
    cache.clear()
    yield sandbox_process
    sandbox_process.control("DELETE", "faults")
    gateway_of.cache_clear()


@pytest.fixture
def heard(sandbox: Sandbox, settings: Any, live_server: Any) -> Sandbox:
    """Let notices come to a live server of ours."""
    settings.PUBLIC_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    gateway_of.cache_clear()
    dated_limits()
    return sandbox


@pytest.fixture
def shop(sandbox: Sandbox) -> Callable[..., SubMerchant]:
    """Open a merchant with its own number at an acquirer, on both sides; returns the sub-merchant."""

    def open_shop(acquirer_code: str = "WECHAT", **more: Any) -> SubMerchant:
        merchant = more.pop("merchant", None) or MerchantFactory(**more)
        theirs = sandbox.sub_merchant(acquirer_code.lower(), merchant.legal_name)
        if not merchant.stalls.exists():
            StallFactory(merchant=merchant)
        return SubMerchantFactory(
            merchant=merchant,
            acquirer_code=acquirer_code,
            sub_mchid=theirs["sub_mchid"],
            auth_token=theirs.get("app_auth_token"),
        )

    return open_shop


@pytest.fixture
def market(sandbox: Sandbox) -> Iterator[Market]:
    """Play one market day of its own; the sandbox's clock goes back to real time afterwards."""
    enter_working_days()
    yield Market(sandbox)
    sandbox.control("POST", "clock", now="real")

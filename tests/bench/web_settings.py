"""The house's settings with an empty view beside its pages."""

from silk_road_ebao.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.addresses"

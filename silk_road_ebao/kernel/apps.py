"""The kernel app."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """What every room counts on."""

    name = "silk_road_ebao.kernel"
    label = "kernel"

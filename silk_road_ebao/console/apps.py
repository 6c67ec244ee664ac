"""The ground of the operators' console."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """What every console page shares."""

    name = "silk_road_ebao.console"
    label = "console"

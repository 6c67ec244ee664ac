"""The ground of the operators' console."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AppConfig):
    """What every console page shares."""

    name = "silk_road_ebao.console"
    label = "console"


class ConsoleAdminConfig(AdminConfig):
    """Django's admin with our site: a second factor at the door."""

    default_site = "silk_road_ebao.console.site.ConsoleSite"

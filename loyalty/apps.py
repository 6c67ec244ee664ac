"""The loyalty app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoyaltyConfig(AppConfig):
    """积分."""

    name = "loyalty"
    verbose_name = _("积分")

"""The supplychain app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupplychainConfig(AppConfig):
    """供应链."""

    name = "supplychain"
    verbose_name = _("供应链")

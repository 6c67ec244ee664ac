"""The banking app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BankingConfig(AppConfig):
    """银行合作."""

    name = "banking"
    verbose_name = _("银行合作")

"""The payments app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """收付."""

    name = "payments"
    verbose_name = _("收付")

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "silk_road_ebao.kernel"
    label = "kernel"
    verbose_name = _("系统底座")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import every app's handlers.py, so that whoever emits a fact knows who listens."""
        autodiscover_modules("handlers")

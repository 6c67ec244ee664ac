"""Every address of the house, put together from the apps' own."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.urls import auth_urlpatterns

urlpatterns = [
    path("", include("payments.urls")),  # first: a payer waits on a bad network
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("silk_road_ebao.face.urls")),
    path("", include("accounts.urls")),
    path("auth/", include(auth_urlpatterns)),
    path("", RedirectView.as_view(pattern_name="payments:today")),
    path("", include("supplychain.urls")),
    path("partner/", include("banking.urls")),
    path("metrics/", include("django_prometheus.urls")),
]

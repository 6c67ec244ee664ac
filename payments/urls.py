"""Addresses of payments."""

from django.urls import path

from payments.views import acquirer_messages, collect, today

app_name = "payments"

urlpatterns = [
    path("today/", today.today, name="today"),
    path("collect/", collect.collect_amount, name="collect"),
    path("collect/<slug:payment_no>/", collect.collect_code, name="collect_code"),
    path("collect/<slug:payment_no>/cancel/", collect.collect_cancel, name="collect_cancel"),
    path("notices/<slug:acquirer>/", acquirer_messages.take_notice, name="notice"),
]

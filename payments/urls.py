"""Addresses of payments."""

from django.urls import path

from payments.views import acquirer_messages

app_name = "payments"

urlpatterns = [
    path("notices/<slug:acquirer>/", acquirer_messages.take_notice, name="notice"),
]

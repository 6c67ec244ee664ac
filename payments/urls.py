"""Addresses of payments."""

from django.urls import path

from payments.views import acquirer_messages, barcode, cashier, collect, stall_codes, today

app_name = "payments"

urlpatterns = [
    path("today/", today.today, name="today"),
    path("collect/", collect.collect_amount, name="collect"),
    path("collect/barcode/", barcode.barcode, name="barcode"),
    path("collect/<slug:payment_no>/", collect.collect_code, name="collect_code"),
    path("collect/<slug:payment_no>/cancel/", collect.collect_cancel, name="collect_cancel"),
    path("p/<slug:code>/", cashier.scan, name="scan"),
    path("p/<slug:payment_no>/result/", cashier.result, name="result"),
    path("p/<slug:payment_no>/status/", cashier.status, name="status"),
    path("codes/", stall_codes.codes, name="codes"),
    path("codes/<slug:code_no>/revoke/", stall_codes.revoke, name="code_revoke"),
    path("codes/<slug:code_no>/sheet.pdf", stall_codes.sheet, name="code_sheet"),
    path("notices/<slug:acquirer>/", acquirer_messages.take_notice, name="notice"),
]

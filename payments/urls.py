"""Addresses of payments."""

from datetime import date

from django.urls import path, register_converter

from payments.views import (
    acquirer_messages,
    barcode,
    cashier,
    collect,
    days,
    fees,
    merchant_payments,
    scenes,
    stall_codes,
    today,
)

app_name = "payments"


class BusinessDayConverter:
    """A business day in an address: 2026-11-17; days that no calendar has are no address."""

    regex = r"20\d{2}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Read a day."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Write a day."""
        return value.isoformat()


register_converter(BusinessDayConverter, "business_day")

urlpatterns = [
    path("notices/<slug:acquirer>/", acquirer_messages.take_notice, name="notice"),
    path("p/<slug:code>/", cashier.scan, name="scan"),
    path("p/<slug:code>/sign-in/", cashier.sign_in, name="sign_in"),
    path("p/<slug:code>/signed-in/", cashier.signed_in, name="signed_in"),
    path("p/<slug:payment_no>/result/", cashier.result, name="result"),
    path("p/<slug:payment_no>/status/", cashier.status, name="status"),
    path("today/", today.today, name="today"),
    path("collect/", collect.collect_amount, name="collect"),
    path("collect/barcode/", barcode.barcode, name="barcode"),
    path("collect/<slug:payment_no>/", collect.collect_code, name="collect_code"),
    path("collect/<slug:payment_no>/cancel/", collect.collect_cancel, name="collect_cancel"),
    path("codes/", stall_codes.codes, name="codes"),
    path("codes/<slug:code_no>/revoke/", stall_codes.revoke, name="code_revoke"),
    path("codes/<slug:code_no>/sheet.pdf", stall_codes.sheet, name="code_sheet"),
    path("payments/", merchant_payments.payments, name="list"),
    path("payments/day.csv", merchant_payments.payments_file, name="list_file"),
    path("payments/<slug:payment_no>/", merchant_payments.payment, name="payment"),
    path("days/", days.days, name="days"),
    path("days/<business_day:day>/", days.day, name="day"),
    path("days/<business_day:day>/statement.pdf", days.day_pdf, name="day_pdf"),
    path("days/<business_day:day>/statement.xlsx", days.day_xlsx, name="day_xlsx"),
    path("scenes/", scenes.scenes, name="scenes"),
    path("fees/", fees.fees, name="fees"),
    path("fees/<slug:invoice_no>/", fees.fee_invoice, name="fee_invoice"),
    path("fees/<slug:invoice_no>/pay/", fees.pay_fee, name="fee_pay"),
    path("today/differences/", days.today_differences, name="today_differences"),
]

"""Addresses of supplychain."""

from django.urls import path

from supplychain.views import price_index

app_name = "supplychain"

urlpatterns = [
    path("index/", price_index.index, name="index"),
    path("index/vintages/", price_index.vintages, name="index_vintages"),
    path("index/method/", price_index.method, name="index_method"),
    path("index/data.csv", price_index.download, name="index_data"),
    path("prices/", price_index.prices, name="prices"),
    path("prices/tile/", price_index.today_prices, name="today_prices"),
]

"""Addresses of supplychain."""

from django.urls import path

from supplychain.views import agreements, assessment, goods, orders, price_index, receivings, sell, stock, store

app_name = "supplychain"

urlpatterns = [
    path("index/", price_index.index, name="index"),
    path("index/vintages/", price_index.vintages, name="index_vintages"),
    path("index/method/", price_index.method, name="index_method"),
    path("index/data.csv", price_index.download, name="index_data"),
    path("prices/", price_index.prices, name="prices"),
    path("prices/tile/", price_index.today_prices, name="today_prices"),
    path("assessment/", assessment.assessment, name="assessment"),
    path("assessment/assess/", assessment.assess, name="assess"),
    path("assessment/need/", assessment.need, name="assessment_need"),
    path("assessment/verify/", assessment.verify, name="assessment_verify"),
    path("assessment/<slug:assessment_no>/objection/", assessment.objection, name="assessment_objection"),
    path("assessment/<slug:assessment_no>/report.pdf", assessment.report, name="assessment_report"),
    path("sell/", sell.sell, name="sell"),
    path("orders/", orders.orders, name="orders"),
    path("orders/tile/", orders.today_orders, name="today_orders"),
    path("orders/<slug:order_no>/", orders.order, name="order"),
    path("orders/<slug:order_no>/send/", orders.send, name="order_send"),
    path("orders/<slug:order_no>/settle/", orders.settle, name="order_settle"),
    path("orders/<slug:order_no>/return/", orders.give_back, name="order_return"),
    path("orders/<slug:order_no>/lower/", orders.lower, name="order_lower"),
    path("orders/<slug:order_no>/cancel/", orders.cancel, name="order_cancel"),
    path("goods/", goods.goods, name="goods"),
    path("goods/<slug:goods_no>/", goods.reprice, name="goods_reprice"),
    path("stock/", stock.stock, name="stock"),
    path("stock/count/", stock.count_all, name="stock_count"),
    path("stock/<slug:lot_no>/", stock.lot, name="lot"),
    path("stock/<slug:lot_no>/loss/", stock.lose, name="lot_lose"),
    path("stock/<slug:lot_no>/count/", stock.count, name="lot_count"),
    path("receivings/", receivings.receivings, name="receivings"),
    path("receivings/new/", receivings.receive, name="receive"),
    path("receivings/<slug:receiving_no>/", receivings.receiving, name="receiving"),
    path("books/", agreements.books, name="books"),
    path("books/compare/", agreements.compare, name="books_compare"),
    path("s/<slug:stall_no>/", store.store, name="store"),
    path("o/<slug:order_no>/", store.store_order, name="store_order"),
]

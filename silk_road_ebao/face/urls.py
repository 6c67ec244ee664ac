"""Addresses of the shell."""

from django.urls import path

from silk_road_ebao.face import views

app_name = "face"
urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("preferences/theme/", views.set_theme, name="set_theme"),
]

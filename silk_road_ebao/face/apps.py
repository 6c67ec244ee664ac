"""The ground of the pages."""

from django.apps import AppConfig


class FaceConfig(AppConfig):
    """Tags, policies and the shell that every page shares."""

    name = "silk_road_ebao.face"
    label = "face"

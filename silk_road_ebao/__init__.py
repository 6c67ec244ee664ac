"""丝路e宝 Silk Road eBao: the root that puts the house together."""

from silk_road_ebao.celery import app as celery_app

__all__ = ["celery_app"]

"""Whoever signs in."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """用户: a person who signs in."""

"""Refusals: what a service says instead of doing something it must not do."""

import re
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """拒绝. A service's answer "no": a stable `code` for programs, a Chinese sentence for people.

    Subclasses stand above the service that raises them; `code` defaults to the class's name in
    UPPER_SNAKE. `message` may hold %(name)s places, filled from keyword arguments. `field` names
    the input at fault, where there is one.
    """

    code: ClassVar[str] = "REFUSAL"
    message: ClassVar[str | Promise] = _("这一步现在不能做")
    field: str = ""

    def __init__(self, message: str | Promise | None = None, *, field: str = "", **params: Any) -> None:
        self.sentence: str | Promise = self.message if message is None else message
        self.field = field or type(self).field
        self.params = params
        super().__init__(self.code)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).upper()

    def __str__(self) -> str:
        """Say the sentence in the language of the moment."""
        return str(self.sentence) % self.params if self.params else str(self.sentence)

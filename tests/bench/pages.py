"""Requests as a web server hands them to Django, through every middleware, without a socket."""

import io
from collections.abc import Callable
from typing import Any

Page = Callable[..., int]


def door() -> Page:
    """Give a function that sends one request through the whole of Django and returns the status of its answer."""
    from django.core.handlers.wsgi import WSGIHandler

    handler = WSGIHandler()

    def ask(method: str, path: str, *, body: bytes = b"", content_type: str = "", headers: dict | None = None) -> int:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": content_type,
        }
        environ.update({"HTTP_" + name.upper().replace("-", "_"): value for name, value in (headers or {}).items()})
        said: list[str] = []
        answer = handler(environ, lambda status, _headers, _info=None: said.append(status))
        try:
            for _block in answer:
                pass
        finally:
            answer.close()
        return int(said[0][:3])

    return ask

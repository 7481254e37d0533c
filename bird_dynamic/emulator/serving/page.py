"""The page of the emulator, for a browser: its files, and what a browser may do with them.

They are static. The page reads `/__emulator__/state`, follows `/__emulator__/events`, and sends
control requests; it loads nothing from another host.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from bird_dynamic.emulator.messages import Response

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
INDEX = "index.html"
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    # A text is never read as markup, even by a mistake of a script.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The headers of the page, and of all that it reads."""
_OF_THE_PAGE = {
    **HEADERS,
    "Content-Security-Policy": "; ".join(_POLICY),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


@cache
def _files() -> dict[str, bytes]:
    folder = files("bird_dynamic.emulator.serving") / "console"
    return {
        each.name: each.read_bytes()
        for each in folder.iterdir()
        if PurePosixPath(each.name).suffix in _TYPES
    }


def is_file(name: str) -> bool:
    """Whether this is the name of a file of the page; the empty name is the page itself."""
    return name == "" or name in _files()


def file_response(name: str) -> Response:
    """A file of the page."""
    name = name or INDEX
    content_type = _TYPES[PurePosixPath(name).suffix]
    return Response(200, {"Content-Type": content_type, **_OF_THE_PAGE}, _files()[name])

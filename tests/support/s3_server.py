"""An S3 server on a free port of this machine, until standard input ends; it prints the port.

Not imported: it runs in the environment of `make test-teams`, which has moto. `GET /_traffic` tells
how many requests it has had, and how many bytes of objects were put or copied.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

COPIED = "HTTP_X_AMZ_COPY_SOURCE"


class Counted:
    """An application and its traffic."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self.requests = 0
        self.written = 0
        self.sizes: dict[str, int] = {}
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/_traffic":
            start("200 OK", [("Content-Type", "application/json")])
            return [json.dumps({"requests": self.requests, "written": self.written}).encode()]
        with self.lock:
            self.requests += 1
            if environ["REQUEST_METHOD"] == "PUT":
                self.put(environ)
        return self.application(environ, start)

    def put(self, environ: dict[str, Any]) -> None:
        """Count an object that is sent, or copied from one that was."""
        sent = environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH") or environ.get("CONTENT_LENGTH")
        source = "/" + environ.get(COPIED, "").lstrip("/")
        size = self.sizes.get(source, 0) if COPIED in environ else int(sent or 0)
        self.sizes[environ["PATH_INFO"]] = size
        self.written += size


class Quiet(WSGIRequestHandler):
    """A handler that keeps its connections, as S3 does, and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def main() -> None:
    """Serve until whoever started this is gone."""
    application = Counted(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()

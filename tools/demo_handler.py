"""The demo's own receiver of webhooks: it checks that Bird has signed each event, and prints it."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bird_dynamic.webhooks import SignatureError, verify

PUBLIC = "https://example.com"
"""The address that the emulator delivers to this handler."""
URL = f"{PUBLIC}/calls"
SIGNING_KEY = "signing-key-of-the-demo"
MAX_BODY = 1024 * 1024


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Receive an event."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            self._answer(413)
            return
        body = self.rfile.read(int(length))
        try:
            verify(
                body, dict(self.headers.items()), url=PUBLIC + self.path, signing_key=SIGNING_KEY
            )
        except SignatureError as error:
            _say(f"refused: {error}")
            self._answer(401)
            return
        call = json.loads(body)["payload"]
        _say(f"call {call['status']}, from {call['from']} to {call['to']}; the signature is valid")
        self._answer(200)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Events are printed instead of requests."""


def _say(text: str) -> None:
    line = f"{time.strftime('%H:%M:%S')}  {text}".encode("ascii", "backslashreplace").decode()
    printable = "".join(each if each.isprintable() else "?" for each in line)
    # In one piece: several events may arrive at once.
    sys.stdout.write(f"{printable}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def receiving() -> Iterator[str]:
    """Receive events until the end of a `with` block, on a free port; gives the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()

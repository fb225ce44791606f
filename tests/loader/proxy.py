"""A proxy in front of the account that a test can tell to fail at a COPY."""

import gzip
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class LostError(Exception):
    """Raised by a hook: the connection breaks here."""


def _nothing() -> None:
    return None


class AccountProxy:
    """Forwards HTTP to the account; the hooks are called around each COPY."""

    def __init__(self, backend_port: int) -> None:
        self.before_copy: Callable[[], None] = _nothing
        """Called when a COPY has arrived; LostError breaks the connection with the COPY not run."""
        self.after_copy: Callable[[], None] = _nothing
        """Called when a COPY has run; LostError breaks the connection with its answer lost."""
        self.copies = 0
        self._backend_port = backend_port
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]

    @contextmanager
    def running(self) -> Iterator["AccountProxy"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                is_copy = _is_copy(self.path, self.headers.get("Content-Encoding"), body)
                try:
                    if is_copy:
                        proxy.copies += 1
                        proxy.before_copy()
                    answer = proxy.forward(self.command, self.path, dict(self.headers), body)
                    if is_copy:
                        proxy.after_copy()
                except LostError:
                    self.close_connection = True
                    return
                with suppress(ConnectionError):  # the client may have been killed meanwhile
                    self.send_response(answer.status)
                    content = answer.read()
                    self.send_header("Content-Type", answer.getheader("Content-Type") or "")
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            do_GET = do_POST  # noqa: N815 - the name http.server calls

            def log_message(self, *_: Any) -> None:
                return

        return Handler

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self._backend_port, timeout=60)
        headers["Accept-Encoding"] = "identity"
        headers["Connection"] = "close"
        connection.request(method, path, body, headers)
        return connection.getresponse()


def _is_copy(path: str, encoding: str | None, body: bytes) -> bool:
    if not path.startswith("/queries/v1/query-request"):
        return False
    text = json.loads(gzip.decompress(body) if encoding == "gzip" else body)["sqlText"]
    return bool(text.lstrip().upper().startswith("COPY INTO"))

"""A proxy in front of the account that a test can tell to fail at a statement, as a COPY."""

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
    """Forwards HTTP to the account; the hooks are called around each watched statement."""

    def __init__(self, backend_port: int, watched: str = "COPY INTO") -> None:
        self.before: Callable[[], None] = _nothing
        """Called when the statement has arrived; LostError breaks the connection, it is not run."""
        self.after: Callable[[], None] = _nothing
        """Called when the statement has run; LostError breaks the its answer lost."""
        self.count = 0
        self._backend_port = backend_port
        self._watched = watched
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
                is_watched = proxy.watches(self.path, self.headers.get("Content-Encoding"), body)
                try:
                    if is_watched:
                        proxy.count += 1
                        proxy.before()
                    answer = proxy.forward(self.command, self.path, dict(self.headers), body)
                    if is_watched:
                        proxy.after()
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

    def watches(self, path: str, encoding: str | None, body: bytes) -> bool:
        if not path.startswith("/queries/v1/query-request"):
            return False
        text = json.loads(gzip.decompress(body) if encoding == "gzip" else body)["sqlText"]
        return bool(text.lstrip().upper().startswith(self._watched))

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self._backend_port, timeout=60)
        headers["Accept-Encoding"] = "identity"
        headers["Connection"] = "close"
        connection.request(method, path, body, headers)
        return connection.getresponse()

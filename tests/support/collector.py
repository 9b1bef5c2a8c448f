"""Where spans go: OTLP over HTTP, on a loopback port."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.overheard import listen


class Collector(ThreadingHTTPServer):
    """Takes what an exporter of OpenTelemetry sends."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.answers = threading.Event()
        """While it is not set, what was sent waits for its answer."""
        self.answers.set()
        self.status = 200
        collector = self

        class Take(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent, status = self.rfile.read(int(self.headers["content-length"])), collector.status
                listen("the traces", sent)
                if status == 200:
                    collector.got.append(sent)
                collector.answers.wait()
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Take)

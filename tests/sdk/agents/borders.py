"""A proxy that lets nobody through, and knows who wanted to go where."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Border:
    """`url` is for HTTP_PROXY and HTTPS_PROXY; `wanted` are the hosts that were asked for."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.wanted: set[str] = set()


@contextlib.contextmanager
def shut_border() -> Iterator[Border]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        border = Border(f"http://127.0.0.1:{listener.getsockname()[1]}")
        guard = threading.Thread(target=_guard, args=(listener, border), name="border", daemon=True)
        guard.start()
        yield border
        listener.shutdown(socket.SHUT_RDWR)
        guard.join(10)


def _guard(listener: socket.socket, border: Border) -> None:
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        with caller:
            caller.settimeout(5)
            with contextlib.suppress(OSError):
                # `CONNECT host:443 HTTP/1.1`, or `GET http://host/path HTTP/1.1`
                asked = caller.recv(4096).split(b" ")
                if len(asked) > 1:
                    border.wanted.add(asked[1].decode("latin-1").removeprefix("http://").partition("/")[0])
                    caller.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

"""The answer to bytes that are no HTTP request.

Of these no dialect is known, nor a request that an id could stand for: it is in OpenAI's shape, as every other answer
to nobody in particular, and no log line has to do with it.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from gateway.api.headers import error_headers
from gateway.core.request_heads import DoubtfulHead
from gateway.dialects.openai_chat.errors_out import error_body

_ERROR: Final = DoubtfulHead("This is no request of HTTP/1.1. Send its head and its body as HTTP clients write them.")
_BODY: Final = error_body(_ERROR)
_HEADERS: Final = [
    *error_headers(_ERROR),
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(_BODY)),
]


def refuse_no_request(client: asyncio.Transport, default_headers: list[tuple[bytes, bytes]]) -> None:
    """Tell it, and close the connection. `default_headers`: those of every answer, as `date`."""
    lines = [b"%s: %s\r\n" % header for header in (*default_headers, *_HEADERS)]
    client.write(b"".join([STATUS_LINE[400], *lines, b"\r\n", _BODY]))
    client.close()

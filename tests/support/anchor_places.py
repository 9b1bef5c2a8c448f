"""Places that keep checkpoints, on loopback: object storage that checks signatures, a log host, a mail server."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import trustme

KEY, SECRET = "AKIDEXAMPLE", "wJalr/XUtnFEMI+K7MDENG"


class Authority:
    """An authority of the tests' own, and a certificate for 127.0.0.1 and localhost."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.file = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.file))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(self.context)


@contextlib.contextmanager
def in_a_thread(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# ------------------------------------------------------------------------------------------------------------- objects


class ObjectStore(ThreadingHTTPServer):
    """One bucket with Object Lock. `objects`: name -> (content, headers). Refuses what is signed wrongly."""

    daemon_threads = True

    def __init__(self, tls: Authority | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Objects)
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.refused: list[str] = []
        self.status = 200
        if tls is not None:
            self.socket = tls.context.wrap_socket(self.socket, server_side=True)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Objects(BaseHTTPRequestHandler):
    server: ObjectStore

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        why = _why_not(self, body)
        if why:
            self.server.refused.append(why)
            self._answer(403, f"<Error><Code>{why}</Code><Message>no</Message></Error>")
        elif self.server.status != 200:
            self._answer(self.server.status, "<Error><Code>SlowDown</Code></Error>")
        else:
            self.server.objects[unquote(self.path)] = body, {k.lower(): v for k, v in self.headers.items()}
            self._answer(200, "")

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


def _why_not(request: BaseHTTPRequestHandler, body: bytes) -> str:
    """Signature Version 4 from the server's side: everything is taken from what came over the wire."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=(\w+)/(\d{8})/([\w-]+)/s3/aws4_request,"
        r"SignedHeaders=([\w;-]+),Signature=(\w{64})",
        request.headers.get("authorization", ""),
    )
    if found is None or found[1] != KEY:
        return "InvalidAccessKeyId"
    _, day, region, names, signature = found.groups()
    for name in request.headers:
        if name.lower().startswith("x-amz-") and name.lower() not in names.split(";"):
            return "HeaderNotSigned"
    if "host" not in names.split(";"):
        return "HostNotSigned"
    digest = hashlib.sha256(body).hexdigest()
    if request.headers["x-amz-content-sha256"] != digest:
        return "XAmzContentSHA256Mismatch"
    canonical = [request.command, request.path, ""]
    canonical += [f"{name}:{' '.join(request.headers[name].split())}" for name in names.split(";")]
    canonical += ["", names, digest]
    stamp = request.headers["x-amz-date"]
    summary = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, f"{day}/{region}/s3/aws4_request", summary])
    key = f"AWS4{SECRET}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if hmac.new(key, text.encode(), hashlib.sha256).hexdigest() != signature:
        return "SignatureDoesNotMatch"
    if "x-amz-object-lock-mode" in names and "content-md5" not in names:
        return "InvalidRequest"  # S3 takes locks only with a checksum of the content
    if request.headers.get("content-md5", "") != base64.b64encode(hashlib.md5(body).digest()).decode():
        return "BadDigest"
    return ""


# ------------------------------------------------------------------------------------------------------------ log host


class LogHost:
    """`lines`: messages as they came, by UDP, TCP or TLS, framed as RFC 6587 says."""

    def __init__(self, kind: str, tls: Authority) -> None:
        self.lines: list[bytes] = []
        host = self

        class Stream(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                connection: socket.socket = self.request
                if kind == "tls":
                    try:
                        connection = tls.context.wrap_socket(connection, server_side=True)
                    except OSError:  # a client that does not trust us
                        return
                data = b""
                while piece := connection.recv(65536):
                    data += piece
                connection.close()
                length, _, message = data.partition(b" ")
                assert len(message) == int(length)
                host.lines.append(message)

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                host.lines.append(self.request[0])

        self.server: socketserver.BaseServer = (
            socketserver.UDPServer(("127.0.0.1", 0), Datagram)
            if kind == "udp"
            else socketserver.ThreadingTCPServer(("127.0.0.1", 0), Stream)
        )
        self.address = f"syslog+{kind}://127.0.0.1:{self.server.server_address[1]}?ca={tls.file}"


# --------------------------------------------------------------------------------------------------------- mail server


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as takes a message (RFC 5321), with STARTTLS and AUTH PLAIN. `mails`: as they came."""

    daemon_threads = True

    def __init__(self, tls: Authority | None) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.tls = tls
        self.mails: list[bytes] = []
        self.logins: list[tuple[bool, bytes]] = []
        """(behind TLS, what was sent)."""

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Smtp(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        sealed = False
        self._say("220 loopback")
        while line := self.rfile.readline():
            verb, _, rest = line.strip().partition(b" ")
            match verb.upper():
                case b"EHLO":
                    offers = ["250-loopback", "250-AUTH PLAIN" if sealed else "250-STARTTLS", "250 8BITMIME"]
                    self._say(*[offer for offer in offers if self.server.tls or offer != "250-STARTTLS"])
                case b"STARTTLS" if self.server.tls and not sealed:
                    self._say("220 go ahead")
                    self.finish()
                    try:
                        self.request = self.server.tls.context.wrap_socket(self.request, server_side=True)
                    except OSError:  # a client that does not trust us
                        self.setup()
                        return
                    self.setup()
                    sealed = True
                case b"AUTH":
                    self.server.logins.append((sealed, base64.b64decode(rest.split()[-1])))
                    self._say("235 welcome")
                case b"MAIL" | b"RCPT":
                    self._say("250 fine")
                case b"DATA":
                    self._say("354 go on")
                    lines = list(iter(self.rfile.readline, b".\r\n"))
                    self.server.mails.append(b"".join(lines))
                    self._say("250 kept")
                case b"QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("502 what?")

    def finish(self) -> None:
        super().finish()
        if isinstance(self.request, ssl.SSLSocket):  # the server closes only what it accepted
            self.request.close()

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

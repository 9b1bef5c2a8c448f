"""Checkpoints as objects that nobody can overwrite or delete: S3 with Object Lock, or what speaks its protocol.

    PUT /bucket/folder/2026/11/26/000000004711-9c1f….note
    x-amz-object-lock-mode: COMPLIANCE
    x-amz-object-lock-retain-until-date: 2036-11-23T12:00:00Z

Invariants
- Signed by AWS Signature Version 4, over the content and every header that is sent for S3 to read. The secret does not
  leave the process.
- The object's name says size and root, so that the same checkpoint is the same object, and names sort by size.
- Only 200 means kept: a redirect is not followed.

`keep` needs a bucket with Object Lock; without it the bucket's own default decides. The key needs `s3:PutObject` and
`s3:PutObjectRetention`, and should have nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from gateway.audit.anchors.address import SECONDS, Address, CannotAnchor, parse
from gateway.audit.checkpoint import Head
from gateway.core.policy import Secret
from gateway.policy.units import parse_duration

PORTS: Final = {"s3": 443, "s3+http": 80}
_KNOWN: Final = {"region": False, "keep": False, "mode": False}
_MODES: Final = ("COMPLIANCE", "GOVERNANCE")
LONGEST_KEPT: Final = 36_500 * 86_400.0
_CODE: Final = re.compile(rb"<Code>([A-Za-z0-9]{1,64})</Code>")


class ObjectLock:
    """Implements `address.Anchor`. Raises ValueError for an address that does not say all."""

    def __init__(self, text: str) -> None:
        self._at = at = parse(text, PORTS, _KNOWN, "5min")
        if not (at.user and at.password.reveal() and at.path.strip("/")):
            raise ValueError("s3 is written as s3://KEY:SECRET@host/bucket/folder?region=…&keep=3650d")
        self._keep = parse_duration(at.options["keep"]) if "keep" in at.options else None
        if self._keep is not None and not 0 < self._keep <= LONGEST_KEPT:
            raise ValueError("keep is more than nothing and at most 36500d")
        self._mode = at.options.get("mode", _MODES[0]).upper()
        if self._mode not in _MODES:
            raise ValueError(f"mode is one of: {', '.join(_MODES)}")
        self.name, self.every = at.name, at.every

    def put(self, note: str, head: Head, now: float) -> None:
        moment = datetime.fromtimestamp(now, UTC)
        body = note.encode()
        path = f"{self._at.path}/{moment:%Y/%m/%d}/{head.size:012}-{head.root.hex()[:16]}.note"
        headers = {
            "content-md5": base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode(),
            "content-type": "text/plain; charset=utf-8",
            "host": _host(self._at),
        }
        if self._keep is not None:
            headers["x-amz-object-lock-mode"] = self._mode
            until = moment + timedelta(seconds=self._keep)
            headers["x-amz-object-lock-retain-until-date"] = f"{until:%Y-%m-%dT%H:%M:%SZ}"
        region = self._at.options.get("region", "us-east-1")
        signed = signed_headers("PUT", path, headers, body, moment, self._at.user, self._at.password, region)
        status, reply = self._send(path, signed, body)
        if status != 200:
            code = _CODE.search(reply)
            raise CannotAnchor(f"status {status}{f' {code[1].decode()}' if code else ''}")

    def _send(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        at = self._at
        if at.scheme == "s3":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                at.host, at.port, timeout=SECONDS, context=at.tls
            )
        else:
            connection = http.client.HTTPConnection(at.host, at.port, timeout=SECONDS)
        try:
            connection.putrequest("PUT", quote(path), skip_host=True, skip_accept_encoding=True)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.read(64 * 1024)
        except (OSError, http.client.HTTPException, UnicodeError) as error:  # the last of an impossible host name
            raise CannotAnchor(f"it does not answer ({type(error).__name__})") from None
        finally:
            connection.close()


def signed_headers(
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    moment: datetime,
    key: str,
    secret: Secret,
    region: str,
) -> dict[str, str]:
    """`headers`, with lower-case names, and those that sign them, for a request of S3 without a query.

    As "Authenticating Requests (AWS Signature Version 4)" of the Amazon S3 API Reference says.
    """
    digest = hashlib.sha256(body).hexdigest()
    stamp, day = f"{moment:%Y%m%dT%H%M%SZ}", f"{moment:%Y%m%d}"
    all_of_them = {**headers, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    names = sorted(all_of_them)
    listed = ";".join(names)
    lines = [f"{name}:{all_of_them[name].strip()}\n" for name in names]
    request = "\n".join((method, quote(path), "", "".join(lines), listed, digest))
    scope = f"{day}/{region}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signing = b"AWS4" + secret.reveal().encode()
    for part in scope.split("/"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    signature = hmac.digest(signing, to_sign.encode(), "sha256").hex()
    authorization = f"AWS4-HMAC-SHA256 Credential={key}/{scope},SignedHeaders={listed},Signature={signature}"
    return {**all_of_them, "authorization": authorization}


def _host(at: Address) -> str:
    return at.host if at.port in (80, 443) else f"{at.host}:{at.port}"

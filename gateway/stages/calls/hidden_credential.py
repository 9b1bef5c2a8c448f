"""What a provider tells beside an answer, without the credential that it was asked with: proxies and engines quote it
in errors and heads, from where it would reach whoever asked, the log and the books.

What an answer says is left alone: a weak key of a local engine (`password`) is a word there, and whoever has a model
repeat words would see which of them is the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from gateway.core.events import Failed, Frame
from gateway.core.policy import Secret
from gateway.errors import UpstreamRefused

SHORTEST: Final = 8
"""Characters. What local engines are given for form's sake is shorter, and stands in other words, too."""
HIDDEN: Final = "***"
_ID: Final = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


def hide_credential(error: BaseException, credential: Secret | None) -> None:
    """Take it out of all that a refusal says, in place; another error has no words of the provider's."""
    secret = _of(credential)
    if secret is None or not isinstance(error, UpstreamRefused):
        return
    error.message = error.message.replace(secret, HIDDEN)
    error.args = (error.message,)
    error.code = error.code.replace(secret, HIDDEN)
    error.type = error.type and error.type.replace(secret, HIDDEN)
    error.param = error.param and error.param.replace(secret, HIDDEN)
    error.raw = error.raw and _without(secret, error.raw)


def hide_in_failure(frame: Frame, credential: Secret | None) -> None:
    """Take it out of a frame of an answer that has failed, its bytes included, in place."""
    if (secret := _of(credential)) is None:
        return
    for event in frame.events:
        if type(event) is Failed:
            hide_credential(event.error, credential)
    frame.raw = frame.raw and _without(secret, frame.raw)


def request_id_of(headers: Mapping[str, str], credential: Secret | None) -> str | None:
    """What the provider calls the request, for records; None where it says nothing, or what is no name."""
    told = headers.get("x-request-id") or headers.get("request-id")
    secret = _of(credential)
    if told is None or _ID.fullmatch(told) is None or (secret is not None and secret in told):
        return None
    return told


def _without(secret: str, raw: bytes) -> bytes:
    """JSON may write any character as its number, and some writers do so with what stands in keys: `=`, `/`, `+`."""
    raw = raw.replace(secret.encode(), HIDDEN.encode())
    if raw.find(b"\\") < 0:
        return raw
    as_it_is = [rb"\\?/" if each == "/" else re.escape(each.encode()) for each in secret]
    forms = [rb"(?:%s|\\u(?i:%04x))" % (plain, ord(each)) for plain, each in zip(as_it_is, secret, strict=True)]
    return re.sub(b"".join(forms), HIDDEN.encode(), raw)


def _of(credential: Secret | None) -> str | None:
    secret = credential.reveal() if credential is not None else ""
    return secret if len(secret) >= SHORTEST else None

"""Labels that sound like a secret's and tell none: where one is kept, where a shell works, what is wired."""

from __future__ import annotations

import re

# `existingSecret: my-release`, `arn:…:secret:prod/db`, `ledPin = D13`: where a secret is kept, and what is wired; but
# Ruby's `:password => …`.
_KEPT_ELSEWHERE = re.compile(
    rb"(?i)^:(?![a-z_]+[ ]?=>)"
    rb"|(?:existing|image_?pull|tls)_?secrets?[^a-z]*$|(?:led|cs|rst|clk|gpio|bus|sda|scl|tx|rx|adc|dac|pwm)_?pin"
)
# Of a shell: `PWD=/srv/app`
_WORKING_DIRECTORY = re.compile(rb"(?:OLD)?PWD=(?:/[A-Za-z0-9._\-]+)+(?![^\s;\"'])")
# `DRIVER=X; UID=erp; PWD=/…`
_OF_A_CONNECTION = re.compile(rb"(?i)(?:uid|user(?: id)?|dsn|driver|server|database)=[^;\n]*;[^\n]*$")
_NEAR = 200
# `fetch(…, {credentials: 'include'})`: whether a browser sends them along.
_FETCHED = re.compile(rb"credentials[\"']?[ ]?:[ ]?[\"'](?:include|omit|same-origin)[\"']")


def is_kept_elsewhere(data: bytes, start: int, end: int) -> bool:
    """Whether a label from `start` to `end` that sounds like a secret's tells none."""
    if _WORKING_DIRECTORY.match(data, start):
        alone = data[start - 1 : start] in {b"", b"\n", b" ", b"\t"}
        return alone and not _OF_A_CONNECTION.search(data, max(0, start - _NEAR), start)
    return bool(_KEPT_ELSEWHERE.search(data[max(0, start - 1) : end]) or _FETCHED.match(data, start))


def is_working_directory(name: str, value: bytes) -> bool:
    """Whether a member of an environment says where a shell works: `{"PWD": "/srv/app"}`."""
    return name in {"PWD", "OLDPWD"} and _WORKING_DIRECTORY.fullmatch(b"PWD=" + value) is not None

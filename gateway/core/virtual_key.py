"""Virtual keys: what a client presents, as text and as parts.

    gwk_<env>_<id>_<secret>_<check>        gwk_dev_0aB3dE5fG7_…32 characters…_0Zk3Qp

Promise: a mistyped, cut or foreign key is told from a well-formed one without asking anybody.

Invariants
- `id` (10 characters, base 62) is public: it is what logs, ledgers and people name. `secret` (32 characters, 190 bits)
  shows in no repr and no message; `text` is the one way to it.
- `check` is the CRC-32 of all that stands before its underscore, in base 62: it finds typos, it proves nothing.
- A message about a key that is not ours quotes at most its first 4 characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from zlib import crc32

import msgspec

from gateway.errors import NotAuthenticated

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_LENGTH: Final = 10
SECRET_LENGTH: Final = 32
CHECK_LENGTH: Final = 6

PATTERN: Final = r"gwk_[a-z0-9]{1,16}_[0-9A-Za-z]{10}_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}"
"""For secret scanners, and for finding keys in logs that should hold none."""

_FORM: Final = re.compile(PATTERN, re.ASCII)
_ENVIRONMENT: Final = re.compile(r"[a-z0-9]{1,16}", re.ASCII)
_SHORTEST_QUOTED: Final = 16
"""A shorter text may be a password: nothing of it is quoted."""


class VirtualKey(msgspec.Struct, frozen=True):
    """`env` names the installation that issued it (`dev`, `prod`): a key is good nowhere else."""

    env: str
    id: str
    secret: str

    @property
    def signed(self) -> str:
        """All but the check digits: what the stored hash is made of, so that a hash fits one id only."""
        return f"gwk_{self.env}_{self.id}_{self.secret}"

    @property
    def text(self) -> str:
        signed = self.signed
        return f"{signed}_{check_digits(signed)}"

    def __repr__(self) -> str:
        return f"VirtualKey(gwk_{self.env}_{self.id}_…)"


def mint(env: str, random_bytes: Callable[[int], bytes]) -> VirtualKey:
    """A new key. `random_bytes(n)` gives n unpredictable bytes; raises ValueError where `env` cannot stand in a key."""
    if not _ENVIRONMENT.fullmatch(env):
        raise ValueError("the name of an environment is 1 to 16 small letters and digits")
    return VirtualKey(env, _random_digits(ID_LENGTH, random_bytes), _random_digits(SECRET_LENGTH, random_bytes))


def parse(text: str) -> VirtualKey:
    """The parts of a key as presented; raises NotAuthenticated where it cannot be one of ours."""
    if not _FORM.fullmatch(text):
        raise NotAuthenticated(_why_malformed(text))
    signed, _, check = text.rpartition("_")
    if check_digits(signed) != check:
        raise NotAuthenticated("The API key is mistyped or cut off: its check digits do not match. Copy it again.")
    return VirtualKey(*signed.split("_")[1:])


def check_digits(signed: str) -> str:
    """CRC-32 (as in zlib) of the ASCII text, as 6 digits of base 62, most significant first."""
    return _base62(crc32(signed.encode("ascii")), CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits = DIGITS[digit] + digits
    return digits


def _random_digits(length: int, random_bytes: Callable[[int], bytes]) -> str:
    # Twice as many bits as the digits hold: what the remainder prefers is below 2**-64, far from any use.
    return _base62(int.from_bytes(random_bytes(length * 3 // 2 + 8)) % 62**length, length)


def _why_malformed(text: str) -> str:
    if text.startswith("gwk_"):
        return "The API key is not complete: copy all of it, from gwk_ to the last character."
    begins = text[:4]
    if len(text) >= _SHORTEST_QUOTED and begins.isascii() and begins.isprintable():
        return f"The API key that begins with '{begins}' is not one of this gateway's: those begin with gwk_."
    return "The API key is not one of this gateway's: those begin with gwk_."

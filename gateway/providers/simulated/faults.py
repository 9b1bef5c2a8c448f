"""Faults on demand: how a test or a benchmark makes an answer go wrong.

Asked for in the request header `x-simulate` (`status=429;retry-after=7`), or after a plus sign in the model's name
(`gpt-5-mini+status=429+retry-after=7`), which also works through a gateway. Values are percent-decoded.

    status=429          this HTTP status with the provider's native error body; retry-after=7 adds the header
    first-byte-delay=5  seconds of silence before the head            slow=0.01  seconds between frames
    cut-after=3         TCP close after 3 frames                      reset-after=3  the same with RST
    end-after=3         a proper HTTP end after 3 frames, without the dialect's own end
    stall-after=2       2 frames, then silence until the caller leaves
    error-after=3       3 frames, then the dialect's own in-stream error
    split=7             the same bytes, in pieces of 7                garbage    an answer that is not JSON
    no-usage            the answer tells no usage                     hang-up    the connection closes after the answer
    stray               bytes that nobody asked for follow the answer
    chunks=60           an answer of 60 tokens                        text=Hello%20you  this answer

In an answer that is no stream, the numbers of cut-, reset- and stall-after count bytes of the body.
"""

from __future__ import annotations

from urllib.parse import unquote

import msgspec

from gateway.providers.simulated.ask import invalid


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds are floats; None means: not asked for."""

    status: int | None = None
    retry_after: str | None = None
    first_byte_delay: float = 0.0
    slow: float = 0.0
    cut_after: int | None = None
    reset_after: int | None = None
    end_after: int | None = None
    stall_after: int | None = None
    error_after: int | None = None
    split: int | None = None
    garbage: bool = False
    no_usage: bool = False
    hang_up: bool = False
    stray: bool = False
    chunks: int | None = None
    text: str | None = None


NONE = Faults()


def parse(items: list[str]) -> Faults:
    """The faults that `name=value` and bare `name` items ask for; raises Refusal for one that is not known."""
    wanted: dict[str, object] = {}
    for item in items:
        name, _, value = item.strip().partition("=")
        wanted[name.replace("-", "_")] = unquote(value) if value else True
    try:
        return msgspec.convert(wanted, Faults, strict=False) if _known(wanted) else NONE
    except msgspec.ValidationError as error:
        raise invalid(f"x-simulate: {error}") from None


def _known(wanted: dict[str, object]) -> bool:
    for name in wanted:
        if name not in Faults.__struct_fields__:
            raise invalid(f"x-simulate: there is no fault {name.replace('_', '-')!r}")
    return bool(wanted)


def from_header(header: str | None) -> list[str]:
    """The items of an `x-simulate` header."""
    return [item for item in header.split(";") if item.strip()] if header else []


def from_model(model: str) -> tuple[str, list[str]]:
    """(name without the suffix, items of the suffix)."""
    name, *items = model.split("+")
    return name, items

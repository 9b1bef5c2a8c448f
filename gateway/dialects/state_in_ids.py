"""Opaque state carried through clients that echo only text and tool calls.

Gemini wants its `thoughtSignature` back with a function call; Anthropic wants the thinking block that came before a
tool use. Most agents written against another dialect echo only a call's id, name and arguments. So the id carries
the state: `call_1__gw_<base64url of deflated JSON>`, letters that every client dialect allows in an id. Nothing is
kept on our side, so any replica can serve the next turn.

Invariants
- `unseal(seal(id, …))` gives back what was put in; an id without the mark comes back as it is.
- A damaged seal is an id without state, never an error.
- A sealed id never reaches a provider: encoders unseal, `retarget` strips.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib

import msgspec

from gateway.core.messages import DIALECTS, ProviderState, Reasoning

MARK = "__gw_"
_MAX_INFLATED = 4 * 1024 * 1024


class Sealed(msgspec.Struct, frozen=True):
    """A tool call's own id, its provider state, and the reasoning that stood before it."""

    id: str
    provider_state: ProviderState | None = None
    reasoning: tuple[Reasoning, ...] = ()


def seal(call_id: str, provider_state: ProviderState | None, reasoning: tuple[Reasoning, ...] = ()) -> str:
    """The id to show to a client; the id itself where there is no state."""
    states: list[list[str | None]] = []
    if provider_state is not None:
        states.append([provider_state.dialect, provider_state.kind, provider_state.value, None])
    states += [
        [part.provider_state.dialect, part.provider_state.kind, part.provider_state.value, part.text]
        for part in reasoning
        if part.provider_state is not None
    ]
    if not states:
        return call_id
    packed = zlib.compress(msgspec.json.encode(states), 6)
    return call_id + MARK + base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def unseal(shown_id: str) -> Sealed:
    """What `seal` put into an id."""
    call_id, mark, packed = shown_id.partition(MARK)
    if not mark:
        return Sealed(shown_id)
    try:
        deflated = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        inflater = zlib.decompressobj()
        inflated = inflater.decompress(deflated, _MAX_INFLATED)
        if not inflater.eof:  # cut short: the checksum at the end was not reached
            return Sealed(call_id)
        states = msgspec.json.decode(inflated, type=list[tuple[str, str, str, str | None]])
    except (binascii.Error, zlib.error, ValueError, msgspec.MsgspecError):
        return Sealed(call_id)
    own: ProviderState | None = None
    reasoning: list[Reasoning] = []
    for dialect, kind, value, text in states:
        for known in DIALECTS:
            if known == dialect:
                provider_state = ProviderState(known, kind, value)
                if text is None:
                    own = provider_state
                else:
                    reasoning.append(Reasoning(text=text, provider_state=provider_state))
    return Sealed(call_id, own, tuple(reasoning))


def short_id(call_id: str, length: int = 9) -> str:
    """A stand-in of `length` ASCII letters and digits, the same for the same id (Mistral demands exactly nine)."""
    if len(call_id) == length and call_id.isascii() and call_id.isalnum():
        return call_id
    number = int.from_bytes(hashlib.sha256(call_id.encode()).digest()[:16])
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    text = ""
    for _ in range(length):
        number, rest = divmod(number, 62)
        text += letters[rest]
    return text

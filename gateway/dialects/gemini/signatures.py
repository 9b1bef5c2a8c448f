"""Thought signatures: Gemini's own, and those of other dialects carried inside one.

Gemini's clients echo whole parts, so a part's `thoughtSignature` is where the opaque state of any provider can
travel through them (and the id of a function call, for those that keep less). Gemini's own goes through as it came;
what another dialect issued is sealed: base64 of a mark and deflated JSON rows `[dialect, kind, value, text, id]`.
A row whose text is null is the part's own provider state; the others are the thinking that stood before a tool call,
for clients that keep calls but drop thoughts.

Invariants
- `opened(sealed(…))` gives back what was put in; what bears no mark is Gemini's own.
- A damaged seal is no state at all, and never reaches Gemini.
- Values are in the standard alphabet: SDKs turn signatures into bytes and back, in the URL-safe one.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence

import msgspec

from gateway.core.messages import DIALECTS, ProviderState, Reasoning
from gateway.dialects.gemini.field_case import decoded_base64, standard_base64

KIND = "thoughtSignature"

UNVALIDATED = "skip_thought_signature_validator"
"""Google's word for a call that another model made: Gemini 3 refuses a function call without any signature
(ai.google.dev/gemini-api/docs/thought-signatures, FAQ)."""

_UNVALIDATED_FORMS = frozenset(
    {
        standard_base64(UNVALIDATED),
        base64.b64encode(UNVALIDATED.encode()).decode(),
        standard_base64("context_engineering_is_the_way_to_go"),
    }
)
_MARK = b"gwseal"
_MARK_TEXT = base64.b64encode(_MARK).decode()  # six bytes are eight letters, whatever follows
_MAX_INFLATED = 4 * 1024 * 1024
_Row = tuple[str, str, str, str | None, str | None]
_rows = msgspec.json.Decoder(list[_Row])


class Signature(msgspec.Struct, frozen=True):
    """What a part's `thoughtSignature` held: the part's own provider state, and thinking that stood before it."""

    provider_state: ProviderState | None = None
    reasoning: tuple[Reasoning, ...] = ()
    id: str | None = None
    """Of the part itself, where its dialect names parts of thinking."""


def signature_text(
    provider_state: ProviderState | None, reasoning: Sequence[Reasoning] = (), part_id: str | None = None
) -> str | None:
    """The `thoughtSignature` to show to a client, or None where there is no state."""
    if provider_state is not None and provider_state.dialect == "gemini":
        return provider_state.value
    rows: list[_Row] = []
    if provider_state is not None:
        rows.append((provider_state.dialect, provider_state.kind, provider_state.value, None, part_id))
    rows += [
        (part.provider_state.dialect, part.provider_state.kind, part.provider_state.value, part.text, part.id)
        for part in reasoning
        if part.provider_state is not None and part.provider_state.dialect != "gemini"
    ]
    if not rows:
        return None
    return base64.b64encode(_MARK + zlib.compress(msgspec.json.encode(rows), 6)).decode("ascii")


def is_sealed(text: object) -> bool:
    return type(text) is str and text.startswith(_MARK_TEXT)


def opened(text: str) -> Signature:
    """What a client's `thoughtSignature` holds."""
    if not text.startswith(_MARK_TEXT):
        value = standard_base64(text)
        return (
            Signature() if not value or value in _UNVALIDATED_FORMS else Signature(ProviderState("gemini", KIND, value))
        )
    packed = decoded_base64(text)
    if packed is None:
        return Signature()
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(packed[len(_MARK) :], _MAX_INFLATED)
        if not inflater.eof:  # cut, or its checksum is
            return Signature()
        rows = _rows.decode(inflated)
    except (zlib.error, UnicodeDecodeError, msgspec.MsgspecError):
        return Signature()
    own: ProviderState | None = None
    own_id: str | None = None
    reasoning: list[Reasoning] = []
    for dialect, kind, value, shown, part_id in rows:
        for known in DIALECTS:
            if known == dialect and known != "gemini":
                provider_state = ProviderState(known, kind, value)
                if shown is None:
                    own, own_id = provider_state, part_id
                else:
                    reasoning.append(Reasoning(text=shown, provider_state=provider_state, id=part_id))
    return Signature(own, tuple(reasoning), own_id)

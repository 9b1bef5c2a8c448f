"""Content that came as a list of typed pieces, as Mistral answers and some servers imitate.

Invariants
- Pieces of text and thinking join the block that is open for them; every other piece is a block of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.events import Event, Signed
from gateway.core.messages import ProviderState
from gateway.dialects.openai_chat.lenient import nonsense

if TYPE_CHECKING:
    from gateway.dialects.openai_chat.assembly import Assembler, Choice


def read_piece(assembler: Assembler, choice: Choice, piece: Any, events: list[Event]) -> None:
    """One piece: `text`, `thinking` (a list of pieces, or a text), `reference`, `refusal`, or something unknown."""
    if type(piece) is str:
        assembler.say(choice, "text", piece, events)
        return
    if type(piece) is not dict:
        raise nonsense("a piece of content is no object")
    kind, text = piece.get("type"), piece.get("text")
    if kind in ("text", "output_text") and type(text) is str:
        assembler.say(choice, "text", text, events)
    elif kind == "refusal" and type(piece.get("refusal")) is str:
        choice.refused = True
        assembler.say(choice, "refusal", piece["refusal"], events)
    elif kind == "reference":
        assembler.cite(choice, piece, events)
    elif kind == "thinking" and (thought := shown_thoughts(piece.get("thinking"))) is not None:
        assembler.say(choice, "reasoning", thought, events)
        signature = piece.get("signature")
        if type(signature) is str and signature:
            assembler.ensure(choice, "reasoning", events)
            events.append(Signed(choice.block, ProviderState(assembler.dialect, "signature", signature)))
    else:
        assembler.keep_opaque(choice, piece, events)


def thoughts(thinking: Any) -> str | None:
    """The text of a thinking piece; None where it holds more than text."""
    if type(thinking) is str:
        return thinking
    if type(thinking) is not list:
        return None
    texts: list[str] = []
    for part in thinking:
        match part:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case _:
                return None
    return "".join(texts)


def shown_thoughts(thinking: Any) -> str | None:
    """The same of an answer, whose reader is not kept from the text by what stands beside it (references)."""
    if type(thinking) is list and any(type(part) is dict and type(part.get("text")) is str for part in thinking):
        thinking = [part for part in thinking if type(part) is dict and part.get("type") == "text"]
    return thoughts(thinking)

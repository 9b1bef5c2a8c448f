"""A whole answer, written as a response.

Invariants
- Texts and refusals that follow one another are parts of one message; everything else is an item of its own.
- State that only another dialect can read travels sealed: in the reasoning item, and in the id of the first call
  behind it, for clients that echo calls only.
- Exactly one candidate: the first.
"""

from __future__ import annotations

from typing import Any

from gateway.core.answer import Answer, Candidate
from gateway.core.events import Finished, Started
from gateway.core.messages import AnyPart, Media, Opaque, ProviderState, Reasoning, Refusal, Text, ToolCall, ToolResult
from gateway.dialects.codec import AnswerFacts
from gateway.dialects.freeform import shown_candidate
from gateway.dialects.openai_responses import items_shown
from gateway.dialects.openai_responses.annotations import annotation
from gateway.dialects.openai_responses.echo import Echo
from gateway.dialects.openai_responses.endings import ending
from gateway.dialects.openai_responses.ids import ItemKind, item_id
from gateway.dialects.openai_responses.namespaces import freeform_names, namespaces_in
from gateway.dialects.openai_responses.reasoning import is_foreign
from gateway.dialects.state_in_ids import seal
from gateway.dialects.token_probabilities import for_responses


def write_answer(answer: Answer, facts: AnswerFacts) -> bytes:
    echo = Echo(facts, Started(answer.id, answer.model, answer.created))
    candidate = answer.candidates[0] if answer.candidates else Candidate(parts=[])
    if names := freeform_names(facts.request):
        candidate = shown_candidate(candidate, names)
    refused = any(isinstance(part, Refusal) for part in candidate.parts)
    end = ending(Finished(candidate.reason, candidate.raw_reason), refused=refused)
    output = _Output(echo.id, namespaces_in(facts.request))
    for part in candidate.parts:
        output.take(part, candidate)
    if end.status == "incomplete" and output.items and output.items[-1].get("type") == "message":
        output.items[-1]["status"] = "incomplete"
    return bytes(echo.ended(end, output.items, answer.usage))


class _Output:
    """The items so far. `waiting`: foreign reasoning to be sealed into the next call's id."""

    def __init__(self, answer_id: str, namespaces: dict[str, tuple[str, str]]) -> None:
        self._namespaces = namespaces
        self.items: list[dict[str, Any]] = []
        self._answer_id = answer_id
        self._waiting: list[Reasoning] = []
        self._message: dict[str, Any] = {}
        """The last of ours, and its phase."""
        self._phase: ProviderState | None = None
        self._logprobs_told = False

    def take(self, part: AnyPart, candidate: Candidate) -> None:
        match part:
            case Text():
                if part.text or part.citations:
                    self._say(self._text(part, candidate), part.provider_state)
            case Refusal():
                self._say(items_shown.refusal_part(part.text), None)
            case Reasoning():
                self._reason(part)
            case ToolCall():
                self._call(part)
            case Media():
                if (image := items_shown.image(self._id("ig"), part)) is not None:
                    self.items.append(image)
            case Opaque():
                if part.dialect == "openai_responses" and type(part.value) is dict:
                    self.items.append(part.value)
            case ToolResult():
                pass  # no answer holds one

    def _id(self, kind: ItemKind) -> str:
        return item_id(kind, self._answer_id, len(self.items))

    def _text(self, part: Text, candidate: Candidate) -> dict[str, Any]:
        told = [annotation(dialect, citation, len(part.text)) for dialect, citation in part.citations]
        logprobs = None
        if candidate.logprobs is not None and not self._logprobs_told:
            self._logprobs_told = True
            logprobs = for_responses(candidate.logprobs)
        return items_shown.text_part(part.text, [one for one in told if one is not None], logprobs)

    def _say(self, content: dict[str, Any], phase: ProviderState | None) -> None:
        if self.items and self.items[-1] is self._message and phase == self._phase:
            self._message["content"].append(content)
            return
        self._message, self._phase = items_shown.message(self._id("msg"), "completed", [content], phase), phase
        self.items.append(self._message)

    def _reason(self, part: Reasoning) -> None:
        if is_foreign(part.provider_state):
            self._waiting.append(part)
        own = part.id if part.id is not None and part.id.startswith("rs_") else None
        if own is not None or part.text or part.provider_state is not None:
            self.items.append(items_shown.reasoning(own or self._id("rs"), part.text, part.provider_state))

    def _call(self, part: ToolCall) -> None:
        foreign = is_foreign(part.provider_state)
        shown_id = seal(part.id, part.provider_state if foreign else None, tuple(self._waiting))
        self._waiting.clear()
        self.items.append(
            items_shown.call(
                self._id("ctc" if part.custom else "fc"),
                shown_id,
                part.name,
                part.arguments or ("" if part.custom else "{}"),
                "completed",
                custom=part.custom,
                provider_state=part.provider_state,
                namespaced=self._namespaces.get(part.name),
            )
        )

"""The items of a stream that is being written, each from its opening to its end.

Blocks of the canonical answer are `Part` (of a `Message`), `Thought` and `Call`; all take `say`, `sign`, `cite` and
`close`.
"""

from __future__ import annotations

from typing import Any

from gateway.core.events import BlockOpened
from gateway.core.messages import Dialect, ProviderState, Reasoning
from gateway.dialects.openai_responses import items_shown
from gateway.dialects.openai_responses.annotations import annotation
from gateway.dialects.openai_responses.event_writer import EventWriter, delta_head
from gateway.dialects.openai_responses.reasoning import is_foreign
from gateway.dialects.state_in_ids import seal
from gateway.dialects.token_probabilities import for_responses


class Message:
    """A message; its item opens with its first part."""

    def __init__(self, writer: EventWriter, phase: ProviderState | None) -> None:
        self.writer = writer
        self.parts: list[Part] = []
        self.index, self.id = -1, ""
        self.open_parts = 0
        self._phase = phase
        self._left = False

    def takes(self, event: BlockOpened) -> bool:
        return event.provider_state == self._phase or not self.parts

    def open(self) -> None:
        if self.index < 0:
            self.id = self.writer.item_id("msg")
            self.index = self.writer.new_number()
            self.writer.added(self.index, items_shown.message(self.id, "in_progress", [], self._phase))

    def leave(self, status: str = "completed") -> None:
        """No more parts come: the item closes as soon as they are all closed."""
        self._left = True
        if self.index >= 0 and not self.open_parts:
            content = [part.content() for part in self.parts]
            self.writer.done(self.index, items_shown.message(self.id, status, content, self._phase))
            self.index = -1

    def part_closed(self) -> None:
        self.open_parts -= 1
        if self._left:
            self.leave()


class Part:
    """A text or a refusal."""

    def __init__(self, message: Message, kind: str) -> None:
        self._message = message
        self._texts: list[str] = []
        self._citations: list[tuple[Dialect, Any]] = []
        self._annotations: list[dict[str, Any]] = []
        self._logprobs: list[dict[str, Any]] = []
        self._refuses = kind == "refusal"
        self._place: dict[str, Any] = {}
        self._head = b""

    def content(self) -> dict[str, Any]:
        text = "".join(self._texts)
        if self._refuses:
            return items_shown.refusal_part(text)
        return items_shown.text_part(text, self._annotations, self._logprobs)

    def say(self, text: str) -> None:
        if not self._head:
            self._open()
        self._texts.append(text)
        self._message.writer.write_delta(self._head, text)

    def sign(self, provider_state: ProviderState) -> None:
        """A signed text has no form here."""

    def cite(self, dialect: Dialect, citation: Any) -> None:
        """Told at the end, when it is known how long the cited text is."""
        self._citations.append((dialect, citation))

    def measure(self, logprobs: list[Any]) -> None:
        self._logprobs += for_responses(logprobs)

    def close(self) -> None:
        self._annotate()
        if not self._head:
            return
        writer, content = self._message.writer, self.content()
        if self._refuses:
            writer.write("response.refusal.done", {**self._place, "refusal": content["refusal"]})
        else:
            told = {**self._place, "text": content["text"], "logprobs": self._logprobs}
            writer.write("response.output_text.done", told)
        writer.write("response.content_part.done", {**self._place, "part": content})
        self._message.part_closed()

    def _annotate(self) -> None:
        length = sum(map(len, self._texts))
        for dialect, citation in self._citations:
            said = annotation(dialect, citation, length)
            if said is None or self._refuses:
                continue
            if not self._head:
                self._open()
            place = {**self._place, "annotation_index": len(self._annotations), "annotation": said}
            self._annotations.append(said)
            self._message.writer.write("response.output_text.annotation.added", place)

    def _open(self) -> None:
        message = self._message
        message.open()
        self._place = {"item_id": message.id, "output_index": message.index, "content_index": len(message.parts)}
        message.parts.append(self)
        message.open_parts += 1
        empty = items_shown.refusal_part("") if self._refuses else items_shown.text_part("", [])
        message.writer.write("response.content_part.added", {**self._place, "part": empty})
        if self._refuses:
            self._head = delta_head("response.refusal.delta", self._place)
        else:
            self._head = delta_head("response.output_text.delta", {**self._place, "logprobs": []})


class Thought:
    """A reasoning item. The API's own opens at once, under its own id; another with its first text or its end."""

    def __init__(self, writer: EventWriter, opened: BlockOpened) -> None:
        self._writer = writer
        self._texts: list[str] = []
        self._provider_state = opened.provider_state
        self._index, self._id = -1, ""
        self._head = b""
        if opened.id.startswith("rs_"):
            self._open(opened.id)

    def state(self) -> Reasoning | None:
        """What a call's id must take along."""
        if self._provider_state is None or not is_foreign(self._provider_state):
            return None
        return Reasoning(text="".join(self._texts), provider_state=self._provider_state)

    def say(self, text: str) -> None:
        if not self._head:
            self._open_summary()
        self._texts.append(text)
        self._writer.write_delta(self._head, text)

    def sign(self, provider_state: ProviderState) -> None:
        self._provider_state = provider_state

    def cite(self, dialect: Dialect, citation: Any) -> None:
        """Thoughts are not cited."""

    def close(self) -> None:
        text = "".join(self._texts)
        if self._head:
            place = {"item_id": self._id, "output_index": self._index, "summary_index": 0}
            part = {"type": "summary_text", "text": text}
            self._writer.write("response.reasoning_summary_text.done", {**place, "text": text})
            self._writer.write("response.reasoning_summary_part.done", {**place, "part": part})
        if self._index < 0:
            if self._provider_state is None:
                return
            self._open(None)
        self._writer.done(self._index, items_shown.reasoning(self._id, text, self._provider_state))

    def _open(self, own_id: str | None) -> None:
        self._id = own_id or self._writer.item_id("rs")
        self._index = self._writer.new_number()
        self._writer.added(self._index, {"id": self._id, "type": "reasoning", "summary": []})

    def _open_summary(self) -> None:
        if self._index < 0:
            self._open(None)
        place = {"item_id": self._id, "output_index": self._index, "summary_index": 0}
        empty = {"type": "summary_text", "text": ""}
        self._writer.write("response.reasoning_summary_part.added", {**place, "part": empty})
        self._head = delta_head("response.reasoning_summary_text.delta", place)


class Call:
    """A call of a function or a freeform tool; `reasoning` is sealed into its id."""

    def __init__(
        self,
        writer: EventWriter,
        opened: BlockOpened,
        reasoning: tuple[Reasoning, ...],
        namespaced: tuple[str, str] | None,
    ) -> None:
        self._namespaced = namespaced
        self._writer = writer
        self._opened = opened
        self._texts: list[str] = []
        provider_state = opened.provider_state if is_foreign(opened.provider_state) else None
        self._call_id = seal(opened.id, provider_state, reasoning)
        self._id = writer.item_id("ctc" if opened.custom else "fc")
        self._index = writer.new_number()
        writer.added(self._index, self._item("", "in_progress"))
        name = "custom_tool_call_input" if opened.custom else "function_call_arguments"
        self._event = f"response.{name}"
        self._place = {"item_id": self._id, "output_index": self._index}
        self._head = delta_head(f"{self._event}.delta", self._place)

    def say(self, text: str) -> None:
        self._texts.append(text)
        self._writer.write_delta(self._head, text)

    def sign(self, provider_state: ProviderState) -> None:
        """Its provider state came with its opening."""

    def cite(self, dialect: Dialect, citation: Any) -> None:
        """Calls are not cited."""

    def close(self) -> None:
        custom = self._opened.custom
        if not self._texts and not custom:
            self.say("{}")  # clients parse the arguments as JSON
        text = "".join(self._texts)
        self._writer.write(f"{self._event}.done", {**self._place, "input" if custom else "arguments": text})
        self._writer.done(self._index, self._item(text, "completed"))

    def _item(self, arguments: str, status: str) -> dict[str, Any]:
        opened = self._opened
        return items_shown.call(
            self._id,
            self._call_id,
            opened.name,
            arguments,
            status,
            custom=opened.custom,
            provider_state=opened.provider_state,
            namespaced=self._namespaced,
        )

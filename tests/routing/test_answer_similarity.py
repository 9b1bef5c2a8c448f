"""Two answers, and what is told of how alike they are."""

from __future__ import annotations

import pytest

from gateway.core.events import BlockOpened, Delta, Ended, Event, Finished, Started
from gateway.routing.answer_similarity import ComparedAnswer, agreement, compared_answer, overlap


def calling(*calls: tuple[str, str]) -> ComparedAnswer:
    return ComparedAnswer("", calls, refused=False)


def saying(text: str) -> ComparedAnswer:
    return ComparedAnswer(text, (), refused=False)


def test_the_first_candidates_text_and_calls_are_what_was_said() -> None:
    answer: list[Event] = [
        *(Started(id="a"), BlockOpened(0, "reasoning"), Delta(0, "hm")),
        *(BlockOpened(1, "text"), Delta(1, "Good "), BlockOpened(2, "tool_call", name="look")),
        *(Delta(2, '{"at":'), Delta(1, "day"), Delta(2, "1}"), BlockOpened(3, "text", candidate=1), Delta(3, "Bad")),
        *(Finished("tool_use"), Finished("refusal", candidate=1), Ended()),
    ]
    assert compared_answer(answer) == ComparedAnswer("Good day", (("look", '{"at":1}'),), refused=False)


@pytest.mark.parametrize(
    "events", [[BlockOpened(0, "refusal"), Delta(0, "no")], [Delta(0, "no"), Finished("content_filter")]]
)
def test_a_refusal_is_told_by_its_block_or_by_how_it_ends(events: list[Event]) -> None:
    assert compared_answer(events).refused


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (calling(), calling(), "none"),
        (calling(("f", '{"a": 1, "b": 2}')), calling(("f", '{"b":2,"a":1}')), "same"),
        (calling(("f", "{}"), ("g", "1")), calling(("g", "1"), ("f", "")), "same"),
        (calling(("f", '{"a":1}')), calling(("f", '{"a":2}')), "names"),
        (calling(("f", "{broken")), calling(("f", "{broken")), "same"),
        (calling(("f", "{}")), calling(("g", "{}")), "different"),
        (calling(("f", "{}")), calling(), "different"),
    ],
)
def test_tools_agree_by_their_names_and_by_what_their_arguments_mean(
    one: ComparedAnswer, other: ComparedAnswer, told: str
) -> None:
    assert agreement(one, other) == agreement(other, one) == told


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [("", "", None), ("Yes.", "yes", 100), ("the red house", "the blue house", 50), ("one", "", 0)],
)
def test_words_in_common(one: str, other: str, told: int | None) -> None:
    assert overlap(saying(one), saying(other)) == told

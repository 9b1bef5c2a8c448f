"""What is learned from a key's answers: how long they seldom exceed, of the last of them only."""

from __future__ import annotations

import random

from gateway.quota.usual_tokens import ANSWERS, ENOUGH, UsualTokens


def test_few_answers_teach_nothing_and_more_what_all_but_a_twentieth_do_not_exceed() -> None:
    outputs = UsualTokens()
    for tokens in range(1, ENOUGH):
        outputs.learn("key", "model", tokens)
    assert outputs.expected("key", "model") is None
    outputs.learn("key", "model", 10_000)
    assert outputs.expected("key", "model") == ENOUGH - 1
    assert outputs.expected("key", "another") is None
    assert outputs.expected("other", "model") is None


def test_only_the_last_answers_count() -> None:
    outputs = UsualTokens()
    for _ in range(ANSWERS):
        outputs.learn("key", "model", 5000)
    for _ in range(ANSWERS - 4):
        outputs.learn("key", "model", 10)
    assert outputs.expected("key", "model") == 5000
    outputs.learn("key", "model", 10)
    assert outputs.expected("key", "model") == 10


def test_a_number_beyond_all_answers_is_no_fault() -> None:
    outputs = UsualTokens()
    for _ in range(ENOUGH):
        outputs.learn("key", "model", 2**63)
    assert outputs.expected("key", "model") == 2**32 - 1


def test_what_is_usual_is_that_of_the_last_answers_whatever_came() -> None:
    outputs, draw, said = UsualTokens(), random.Random(7), []
    for _ in range(2000):
        said.append(draw.choice((1, 5, 5, 5, 9, draw.randrange(40))))
        outputs.learn("key", "model", said[-1])
        last = sorted(said[-ANSWERS:])
        usual = last[-(-len(last) * 19 // 20) - 1] if len(last) >= ENOUGH else None
        assert outputs.expected("key", "model") == usual

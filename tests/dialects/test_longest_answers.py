"""How long an answer is presumed to have become that nobody heard."""

from __future__ import annotations

from gateway.dialects.longest_answers import LONGEST, longest_answer
from tests.support.each_case import each_case


@each_case(
    "model,context,tokens",
    [
        ("gpt-5-pro-2025-10-06", None, 272_000),
        ("gpt-5-mini", None, 128_000),
        ("gpt-6.1-sol", None, 128_000),
        ("gpt-6.1-sol", 1_050_000, 128_000),
        ("gpt-6.1-sol", 64_000, 64_000),  # what the policy says of its target
        ("o3-deep-research", None, 100_000),
        ("gpt-4.1-nano", None, 32_768),
        ("ft:gpt-4o-mini-2024-07-18:acme::x", None, 16_384),
        ("llama-3.3-70b", 131_072, 131_072),
        ("llama-3.3-70b", None, LONGEST),
        ("omni-of-tomorrow", None, LONGEST),
        ("gpt-7", None, LONGEST),
    ],
)
def test_no_answer_is_presumed_shorter_than_it_may_be(model: str, context: int | None, tokens: int) -> None:
    assert longest_answer(model, context) == tokens

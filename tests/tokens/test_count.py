"""Counting: exact where it can be, near where it is long, quick whatever the text."""

import asyncio
import random
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.tokens import count as counting
from gateway.tokens.count import EXACT_CHARACTERS, INLINE_CHARACTERS, SLICE_CHARACTERS, LocalTokenCounter, count_tokens
from gateway.tokens.encodings import encoding

_draw = random.Random(20261123)
ENGLISH = "The invoice of 12 November is due; please pay within 30 days.\n"
GERMAN = "Die Rechnung vom 12. November ist fällig; bitte zahlen Sie innert 30 Tagen.\n"
CJK = "".join(chr(_draw.randint(0x4E00, 0x9FA5)) for _ in range(1000))
HARD = {
    "one letter": "a" * 1_000_000,
    "underscores": "_" * 1_000_000,
    "spaces": " " * 1_000_000,
    "line breaks": "\n" * 1_000_000,
    "chinese without spaces": CJK * 1000,
    "emoji": "\N{FAMILY}\u200d" * 500_000,
    "random letters": "".join(_draw.choices("abcdefghijklmnopqrstuvwxyz", k=100_000)) * 10,
    "base64": "".join(_draw.choices("ABCDEFGHabcdefgh0123456789+/", k=100_000)) * 10,
    "rare planes": "".join(chr(_draw.randint(0x20000, 0x2A6DF)) for _ in range(1000)) * 1000,
}


def whole(text: str) -> int:
    """What the tokeniser says to the text in one piece."""
    return len(encoding("o200k_base").encode_ordinary(text))


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, CJK, "", "x", "<|endoftext|><|im_start|>"], ids=str)
def test_short_text_is_counted_exactly(text: str) -> None:
    assert count_tokens(text, "gpt-5") == whole(text)


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, CJK], ids=["english", "german", "chinese"])
def test_a_cut_between_slices_costs_a_token_or_two(text: str) -> None:
    text = (text * (EXACT_CHARACTERS // len(text) + 1))[:EXACT_CHARACTERS]
    cuts = EXACT_CHARACTERS // SLICE_CHARACTERS
    assert abs(count_tokens(text, "gpt-5") - whole(text)) <= 2 * cuts


def test_long_text_of_many_kinds_is_counted_nearly() -> None:
    parts = [ENGLISH * 40, GERMAN * 40, CJK[:500], '{"amount": 12.5, "ok": true}' * 50]
    text = "".join(_draw.choice(parts) for _ in range(400))
    assert len(text) > 2 * EXACT_CHARACTERS
    assert count_tokens(text, "gpt-5") == pytest.approx(whole(text), rel=0.05)


@pytest.mark.parametrize("name", HARD)
def test_a_million_hard_characters_are_quick(name: str) -> None:
    """No dearer than easy text of their length twice over, by the tokeniser whole: 0.1 s on an idle machine."""
    text = HARD[name]
    easy = (ENGLISH * (2 * len(text) // len(ENGLISH) + 1))[: 2 * len(text)]
    assert min(seconds(lambda: count_tokens(text, "gpt-5")) for _ in range(3)) <= seconds(lambda: whole(easy))
    assert 0 < count_tokens(text, "gpt-5") <= len(text.encode())


def seconds(run: Callable[[], object]) -> float:
    """Of the processor, this thread's."""
    began = time.thread_time()
    run()
    return time.thread_time() - began


@settings(deadline=None)
@given(st.text(max_size=300), st.integers(1, 3000))
def test_no_text_raises_nor_counts_more_than_its_bytes(text: str, times: int) -> None:
    tokens = count_tokens(text * times, "gpt-5")
    assert 0 <= tokens <= len((text * times).encode(errors="surrogatepass"))
    assert (tokens == 0) == (text == "")


@settings(deadline=None)
@given(st.text(st.characters(categories=["Cs"]), min_size=1, max_size=50))
def test_lone_surrogates_are_counted_too(text: str) -> None:
    assert count_tokens(text, "gpt-5") > 0


@pytest.mark.asyncio
async def test_long_text_is_counted_by_the_thread_and_the_loop_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    working, go_on = threading.Event(), threading.Event()

    def slow(text: str, model: str) -> int:
        working.set()
        assert go_on.wait(10)
        assert threading.current_thread().name.startswith("tokens")
        return 7

    monkeypatch.setattr(counting, "count_tokens", slow)
    counter = LocalTokenCounter()
    waiting = asyncio.ensure_future(counter.count("long", "gpt-5"))
    assert await asyncio.to_thread(working.wait, 10)
    assert not waiting.done()
    go_on.set()
    assert await waiting == 7
    counter.close()


@pytest.mark.asyncio
async def test_short_text_is_counted_at_once_when_the_tokeniser_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = LocalTokenCounter()
    await counter.warm()
    threads: list[str] = []

    def note(text: str, model: str) -> int:
        threads.append(threading.current_thread().name.partition("_")[0])
        return 1

    monkeypatch.setattr(counting, "count_tokens", note)
    await counter.count("x" * INLINE_CHARACTERS, "gpt-5")
    await counter.count("x" * (INLINE_CHARACTERS + 1), "gpt-5")
    await counter.count("x", "gpt-4")  # whose tokeniser has not been prepared
    assert threads == ["MainThread", "tokens", "tokens"]
    counter.close()


@pytest.mark.asyncio
async def test_counts_agree_whichever_way_they_go() -> None:
    counter = LocalTokenCounter()
    text = ENGLISH * 100
    assert await counter.count(text, "gpt-5") == count_tokens(text, "gpt-5")
    assert await counter.count(ENGLISH, "gpt-5") == await counter.count(ENGLISH, "claude-sonnet-5-5") == whole(ENGLISH)
    assert await counter.count("", "gpt-5") == 0
    counter.close()

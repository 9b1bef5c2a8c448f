"""There and back by the real SDKs: a provider sees words, the program its own values, whatever the dialects."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.pii.asking import CALLS, TEXTS
from tests.pii.bending import AROUND, BENT
from tests.support.canaries import AHV, EMAIL, IBAN, PHONE
from tests.support.echoing import MARK, Echo
from tests.support.fakes import Stand

pytestmark = pytest.mark.sdk

VALUES = [EMAIL, AHV, IBAN, PHONE]
TEXT = f"Please write to {EMAIL} (AHV {AHV}), IBAN {IBAN},\ncall {PHONE}."
PROVIDERS = ["chat", "responses", "messages", "generate", "mistral"]
STREAMS = [way for way in TEXTS if way.endswith(" stream")]
BENDS_BY_WAY = [(way, bend) for number, bend in enumerate(BENT) for way in (STREAMS * 2)[number % len(STREAMS) :][:2]]
"""Each bend in two ways; in all of them in the soak."""
PROVIDERS_BY_WAY = [
    (way, provider)
    for place, plain in enumerate(PROVIDERS)
    for way, providers in ((f"{plain} stream", PROVIDERS), (plain, (PROVIDERS * 2)[place : place + 2]))
    for provider in providers
]
"""What is not streamed: of its own provider and of another; of all in the soak."""


@pytest.fixture(autouse=True)
def _as_it_was(echo_gateway: tuple[str, Echo, Stand]) -> Iterator[None]:
    yield
    echo = echo_gateway[1]
    echo.bend, echo.cut, echo.calls = (lambda text: text), (lambda: 5), False


def expected(bend: str) -> str:
    before, after = AROUND.get(bend, ("", ""))
    text = TEXT
    for value in VALUES:
        text = text.replace(value, f"{before}{value}{after}")
    return text


@pytest.mark.parametrize(("way", "provider"), PROVIDERS_BY_WAY)
def test_texts_come_back_as_they_were(echo_gateway: tuple[str, Echo, Stand], way: str, provider: str) -> None:
    url, echo, _ = echo_gateway
    draw = random.Random(f"{way} {provider}")
    echo.cut = lambda: draw.randint(1, 13)
    assert TEXTS[way](url, f"{provider}/m", f"{MARK}{TEXT}") == TEXT
    sent = echo.requests[-1].body
    assert not any(value.encode() in sent for value in VALUES)


@pytest.mark.parametrize(("way", "provider"), PROVIDERS_BY_WAY)
def test_arguments_of_tools_come_back_as_they_were(
    echo_gateway: tuple[str, Echo, Stand], way: str, provider: str
) -> None:
    url, echo, _ = echo_gateway
    draw = random.Random(f"{way} {provider}")
    echo.cut, echo.calls = (lambda: draw.randint(1, 13)), True
    assert CALLS[way](url, f"{provider}/m", f"{MARK}{TEXT}") == TEXT


@pytest.mark.parametrize(("way", "bend"), BENDS_BY_WAY)
def test_bent_words_come_back_too(echo_gateway: tuple[str, Echo, Stand], way: str, bend: str) -> None:
    url, echo, _ = echo_gateway
    draw = random.Random(f"{way} {bend}")
    echo.cut, echo.bend = (lambda: draw.randint(1, 13)), BENT[bend]
    assert TEXTS[way](url, f"{way.split(maxsplit=1)[0]}/m", f"{MARK}{TEXT}") == expected(bend)


@pytest.mark.soak
@pytest.mark.parametrize("bend", BENT)
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("way", TEXTS)
@pytest.mark.parametrize("calls", [False, True], ids=["text", "tool"])
def test_cut_at_every_place_in_pieces_of_every_size(
    echo_gateway: tuple[str, Echo, Stand], way: str, provider: str, bend: str, calls: bool
) -> None:
    url, echo, _ = echo_gateway
    echo.bend, echo.calls = BENT[bend], calls
    for size in range(1, 14):
        echo.cut = lambda size=size: size  # type: ignore[misc]
        said = (CALLS if calls else TEXTS)[way](url, f"{provider}/m", f"{MARK}{TEXT}")
        assert said == expected(bend), size

"""What is left alone because of its place or its name is left alone there, and nowhere near it."""

from __future__ import annotations

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine

ENGINE = Engine(("secret", "email", "iban"))
KEY = "Zk9dQ2mX7vR4tB1nW8pL5yH3"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"
LINK = HEX[:32]


def found(text: str) -> list[str]:
    return [text[each.start : each.end] for each in ENGINE.find([Leaf(text)])[0]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("References: Anna Meier <anna.meier85@gmail.com>, CEO", "anna.meier85@gmail.com"),
        ("In-Reply-To: Anna <anna.meier85@gmail.com>", "anna.meier85@gmail.com"),
        ("references: see <kunde1@acme.ch>", "kunde1@acme.ch"),
        ("Zahlung 20241105-CH9300762011623852957 bitte", "CH9300762011623852957"),
        ("Rechnung 20241105-CH93 0076 2011 6238 5295 7", "CH93 0076 2011 6238 5295 7"),
        ("12345678-DE89370400440532013000", "DE89370400440532013000"),
        (f"password_change_token={KEY}", KEY),
        (f"passwordChangeToken: {KEY}", KEY),
        (f"email_change_token: {HEX}", HEX),
        (f"phone_change_token={KEY}", KEY),
        (f"FB_PAGE_TOKEN={KEY}", KEY),
        (f"homepage token {KEY}", KEY),
        (f"statuspage token {KEY}", KEY),
        (f"exchange token {KEY}", KEY),
        (f"our webhook https://hooks.acme.ch/in/{LINK}", LINK),
        (f"magic login link: https://acme.ch/m/{LINK}", LINK),
        ('{"csrf_token": "hello-world-form-guard-of-page", "api": "' + KEY + '"}', KEY),
        ("the secret for the vpn folder is Milano_2026", "Milano_2026"),
        ("password: hotel.GreenTree7", "hotel.GreenTree7"),
        ("password: Winter*2024.ch", "Winter*2024.ch"),
    ],
)
def test_what_only_resembles_it_is_found(text: str, value: str) -> None:
    assert any(value in each for each in found(text)), found(text)


@pytest.mark.parametrize(
    "text",
    [
        f"next_page_token: {KEY}",
        f"nextPageToken: {KEY}",
        f"page_token={KEY}",
        "Message-ID: <CAF1x8s=kd9Q2mX7vR4tB1nW8pL@mail.gmail.com>",
        "References: <CAF1x8s=kd9Q2mX7@mail.gmail.com> <9dQ2mX7vR4tB1nW8@acme.ch>",
        "request 3f2b8c1d-0076-4ch9-8e2a-de8937040044 failed",
        f'<input name="csrf_token" type="hidden" value="{KEY}">',
        "password: test/fetch/http2*.js",
    ],
)
def test_what_is_meant_is_left_alone(text: str) -> None:
    assert found(text) == []

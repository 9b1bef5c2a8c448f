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
        # Words of code begin them, and no code goes on behind.
        ("password: Config2024!", "Config2024!"),
        ("Passwort: Input#99x", "Input#99x"),
        ("my password is Settings123!", "Settings123"),
        ("password: Vault.2024x", "Vault.2024x"),
        ("password: $ommer2024", "$ommer2024"),
        # Chords of keys, zones of time and tags of images have one form each.
        ("Login: admin / Shift-letmein7", "Shift-letmein7"),
        ("login admin / Europe/Zurich#1", "Europe/Zurich#1"),
        ("login: deploy / app:winter-2024!", "app:winter-2024!"),
        # What documentation says of a field names what has passwords.
        ("password: The password of my heart", "The password of my heart"),
        ("passphrase: your password for the moonlight", "your password for the moonlight"),
        (f"{{credentials: 'include{KEY}'}}", KEY),
        ("password: correct-horse-battery-staple", "correct-horse-battery-staple"),
        ("the root password is still kettle-orchid-walnut", "kettle-orchid-walnut"),
        (f"cursor: {KEY} is my api key", KEY),
        ("passwords:\n  mail: Winter2024!\n", "Winter2024!"),
        ("login arn:Winter2024!", "Winter2024!"),
        (f"authorization: key-based {KEY}", KEY),
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
        "password: config['db']['pass']",
        "password: settings.DB_PASSWORD",
        "password: $db_pass",
        "def sign(password: str, secret: bytes32): pass",
        "password: !Ref DatabasePassword",
        'password = input("Password: ")',
        "Login\nShortcut: Ctrl+Shift+P\ntimezone: Europe/Zurich+1",
        "pull access denied for registry.acme.ch/app:1.4.2-42f51d1",
        "username: The name of the user\npassword: The password of the user",
        "fetch(url, {credentials: 'include'})",
        "The password is end-to-end-encrypted and the token is server-side-only",
        f"cursor: {KEY}",
        "passwords:\n  minimum: 12-signs\n  policy: Strict#1x",
        "passwords must be: long, unique and secret",
        "Is KeePass2 a good password manager?",
        "Account Manager\nwww.acme.com\nSuite400",
        "bypass: every-second-filter",
        "db_secret: prod-database-credentials",
        "User: arn:aws:iam::374161301187:role/ci is not authorized",
        "authentication: required\nauthorization: role-based",
        "| Name | Type | Description |\n|---|---|---|\n| secret | string | Shared secret used for signing |",
    ],
)
def test_what_is_meant_is_left_alone(text: str) -> None:
    assert found(text) == []

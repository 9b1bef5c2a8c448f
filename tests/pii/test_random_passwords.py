"""Secrets that no list of forms holds: drawn by lot, with a word of passwords in their line or above their block."""

from __future__ import annotations

import random
import string

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.detectors.random_values import is_jumbled
from gateway.pii.engine import Engine
from gateway.pii.leaves import sites_of
from gateway.pii.reading_order import Request
from tests.support.each_case import each_case

ENGINE = Engine(("secret",))
_LOT = random.Random(7)
_OF_BOTH_CASES = ["JqXzrWTbKvHp", "kWmTzQhVbXrD", "Rb7xKq2VmZ", "hG5tRk9sWq3zX"]


def secrets(text: str) -> list[str]:
    return [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]]


def secrets_of_json(text: str) -> list[str]:
    request = Request(sites_of({"messages": [{"role": "user", "content": text}]}))
    return [text[slice(*view.raw(one.start, one.end))] for _, got in request.find(ENGINE) for view, one in got]


@pytest.mark.parametrize("value", _OF_BOTH_CASES)
@pytest.mark.parametrize(
    "line",
    [
        "unheard-of-tool --as ops passwd {} --now",
        "bindpw {}",
        "neighbor 10.0.0.2 password {}",
        'creds := []string{{"admin", "{}"}}',
        "LOGIN ops {}",
        "realm=x secret of ops is kept as {} there",
        'rotate_key("prod", "{}")',
    ],
)
def test_a_word_of_passwords_in_its_line_tells_what_was_drawn(line: str, value: str) -> None:
    assert secrets(line.format(value)) == [value]


def test_a_word_behind_it_tells_only_what_nobody_takes_for_a_name() -> None:
    assert secrets("radtest ops zmY2WPocaQ4m h 0 # password") == ["zmY2WPocaQ4m"]
    assert secrets("Float32Array and OAuth2ClientV2 hold the password") == []
    assert secrets("build zmY2WPocaQ4m of the password store") == []


def test_so_does_the_head_of_a_block_and_the_name_around_a_member() -> None:
    assert secrets("secrets:\n  queue: Rb7xKq2VmZ\n  host: db01.internal\nport: 80") == ["Rb7xKq2VmZ"]
    assert secrets_of_json('{"credentials": {"anna": "Rb7xKq2VmZ"}, "build": {"anna": "Rc8xKq2VmZ"}}') == ["Rb7xKq2VmZ"]
    assert secrets_of_json('[["x-session-token", "f83kd93jd03kd93jd"], ["x-page-size", "f83kd93jd03kd93jf"]]') == [
        "f83kd93jd03kd93jd"
    ]
    assert secrets_of_json('{"cookies": [{"name": "sid", "value": "f83Kd93jD03kd93jdQ"}]}') == ["f83Kd93jD03kd93jdQ"]


@each_case(
    "line",
    [
        "the password parser calls getEnvAttrStr and CommandLineToArgv",
        "key: MAX_VALUE_LEN 0x3FFFFFFF",
        "token issued at 20261103T120000Z",
        "login from build Rb7xKq2VmZ",
        'def basic(username, password):\n    """Returns a string."""',
        "mailto:AnnaMeier77Xk@example.com",
        "secrets:\n  path: /etc/app2\n  host: db01\n",
        "The secret of good code is naming: HttpClientFactory, JsonWebTokenHandler.",
    ],
)
def test_what_only_stands_near_such_a_word_is_none(line: str) -> None:
    assert secrets(line) == []


def test_letters_alone_are_told_from_names_in_code() -> None:
    drawn = ["".join(_LOT.choice(string.ascii_letters) for _ in range(14)).encode() for _ in range(400)]
    named = b"getUserName HttpServletRequest ThreadPoolExecutor addEventListener innerHTMLOf toISOString XMLHttpRequest"
    assert sum(map(is_jumbled, drawn)) > 200
    assert not any(map(is_jumbled, named.split()))


# Whoever compares with a password, or sets one, in whatever language, writes it in quotes behind its name.
@each_case(
    "line",
    [
        "v_pass VARCHAR2(30) := '{}';",
        'Const DB_PWD As String = "{}"',
        '01 WS-PASSWORD PIC X(12) VALUE "{}".',
        'if (password.equals("{}")) return true;',
        'strcmp(pass, "{}") == 0',
        'passwd <- "{}"',
        "DECLARE @pwd NVARCHAR(50) = N'{}';",
        'password: String::from("{}")',
        'password = """{}"""',
        "USER ops\n331 Password required\nPASS {}\n230 Logged in",
        "C: a7 LOGIN ops {}\nS: a7 OK",
        "ops:{{SSHA}}{}",
        "vpnuser * {} *",
        'kinit ops <<< "{}"',
        "https://hooks.example.com/password/reset/{}",
        "unheard-of: open ops:{}@host",
        "CONNECT remote:h admin {}",
        'pass := []byte("{}")',
    ],
)
def test_a_secret_in_a_syntax_of_its_own(line: str) -> None:
    value = "maple7Wq2zRt9kXc4v"
    assert secrets(line.format(value)) == [value]


def test_words_joined_by_hyphens_are_a_password_behind_its_word_but_no_name_of_a_thing() -> None:
    assert secrets("Mein Kennwort kupfer-anker-tulpe-flasche im Klartext") == ["kupfer-anker-tulpe-flasche"]
    assert secrets("the password reset-link-expired-early page") == []

"""Values back into texts that come in pieces."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pii.quoting import Quoting, escaped
from gateway.pii.restore import LONGEST_HELD, Restorer, Tokens
from gateway.pii.tokens import ALPHABET, Issued

VALUES = [
    ("email", "anna@x.ch", "anna@x.ch"),
    ("email", "anna@x.ch", "Anna@X.ch"),
    ("person", "anna müller", "Anna Müller"),
    ("person", "müller", "Müller"),
    ("phone", "+41791234567", "+41 79 123 45 67"),
    ("address", "a", 'Hauptstr. 1\n8000 "Zürich"'),
    ("ch_ahv", "7569217076985", "756.9217.0769.85"),
]
ISSUED = Issued(bytes(32))
WORDS = [ISSUED.token(*value) for value in VALUES]
TOKENS = Tokens(ISSUED)


def _slip(token: str, place: int, letter: str) -> str:
    at = len(token) - 6 + place
    return token[:at] + letter + token[at + 1 :]


BENDS: dict[str, Callable[[str, int, str], tuple[str, str, str]]] = {
    "plain": lambda token, *_: ("", token, ""),
    "lower": lambda token, *_: ("", token.lower(), ""),
    "upper": lambda token, *_: ("", token.upper(), ""),
    "space": lambda token, *_: ("", token.replace("_", " "), ""),
    "hyphen": lambda token, *_: ("", token.replace("_", "-"), ""),
    "no-break space": lambda token, *_: ("", token.replace("_", "\u00a0"), ""),
    "bold": lambda token, *_: ("**", token, "**"),
    "bold tag": lambda token, *_: ("", token.replace("_", "_**"), ""),
    "possessive": lambda token, *_: ("", token, "'s"),
    "ending": lambda token, *_: ("", token, "s"),
    "escaped": lambda token, *_: ("", token.replace("_", "\\_"), ""),
    "escaped twice": lambda token, *_: ("", token.replace("_", "\\\\_"), ""),
    "slip": lambda token, place, letter: ("", _slip(token, place, letter), ""),
}
AROUND = [" hello ", "\n- ", "x", "\t", " PERSONAL ", "EM ", " the ", "(", ", ", " per EMAIL ", "_", " MAIL-"]

pieces = st.lists(
    st.tuples(
        st.sampled_from(AROUND),
        st.integers(0, len(WORDS) - 1),
        st.sampled_from(sorted(BENDS)),
        st.integers(0, 5),
        st.sampled_from(ALPHABET),
    ),
    max_size=5,
)


@given(pieces, st.sampled_from([" end PERS", "", "E", " EMAIL_", "."]), st.lists(st.integers(1, 13), min_size=1))
def test_every_cut_of_every_bent_text_comes_back(
    parts: list[tuple[str, int, str, int, str]], ending: str, cuts: list[int]
) -> None:
    text = meant = ""
    for around, number, bend, place, letter in parts:
        before, token, after = BENDS[bend](WORDS[number], place, letter)
        text += around + before + token + after
        meant += around + before + VALUES[number][2] + after
    text, meant = text + ending, meant + ending
    assert Restorer(TOKENS, ()).whole(text) == meant
    restorer, said, at, turn = Restorer(TOKENS, ()), "", 0, 0
    while at < len(text):
        size = cuts[turn % len(cuts)]
        said += restorer.feed(text[at : at + size])
        at, turn = at + size, turn + 1
        assert len(restorer._held) <= LONGEST_HELD
    assert said + restorer.flush() == meant


@given(st.text(alphabet="abcdefgh EMAILPERSON_0123456789\\\n-*äÄß.", max_size=200), st.integers(1, 13))
def test_a_text_without_tokens_is_never_changed(text: str, size: int) -> None:
    restorer = Restorer(TOKENS, ())
    said = "".join(restorer.feed(text[at : at + size]) for at in range(0, len(text), size)) + restorer.flush()
    assert said == text


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 13, 1000])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_values_are_escaped_as_deep_as_they_stand(depth: int, size: int) -> None:
    address, email = WORDS[5], WORDS[0]
    text = json.dumps({"a": f"{address} x", "b": [email]})
    for _ in range(depth - 1):
        text = json.dumps({"q": text, "r": address})
    restorer = Restorer(TOKENS, (), json=True)
    said = "".join(restorer.feed(text[at : at + size]) for at in range(0, len(text), size)) + restorer.flush()
    for _ in range(depth - 1):
        tree = json.loads(said)
        assert tree["r"] == VALUES[5][2]
        said = tree["q"]
    assert json.loads(said) == {"a": f"{VALUES[5][2]} x", "b": [VALUES[0][2]]}


json_values = st.recursive(st.text(max_size=8) | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=6)


@given(json_values, st.integers(1, 3), st.integers(1, 9))
def test_quoting_fed_in_pieces_says_the_same_as_whole(value: object, depth: int, size: int) -> None:
    text = json.dumps({"v": value}, ensure_ascii=False)
    for _ in range(depth - 1):
        text = json.dumps([text], ensure_ascii=False)
    for end in range(0, len(text), 7):
        whole, fed = Quoting(), Quoting()
        whole.feed(text[:end])
        for at in range(0, end, size):
            fed.feed(text[at : min(at + size, end)])
        assert fed.depth == whole.depth
    whole.feed(text[end:] if text else "")
    assert whole.depth == 0
    assert escaped('"', 2) == '\\\\\\"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("![x](https://evil.example/?q={0})", "![x](https://evil.example/?q={0})"),
        ("https://EVIL.example/{0}/b and {0}", "https://EVIL.example/{0}/b and {1}"),
        ("[a](//evil.example/{0})", "[a](//evil.example/{0})"),
        ("www.evil.example/{0}", "www.evil.example/{0}"),
        ("https://{0}.evil.example/", "https://{0}.evil.example/"),
        ("https://intra.example@evil.example/{0}", "https://intra.example@evil.example/{0}"),
        ("https:\\/\\/evil.example\\/{0}", "https:\\/\\/evil.example\\/{0}"),
        ("https://wiki.intra.example/{0}", "https://wiki.intra.example/{1}"),
        ("https://wiki.intra.example:8443/?q={0}", "https://wiki.intra.example:8443/?q={1}"),
        (
            "https://wiki.intra.example/?next=https://evil.example/{0}",
            "https://wiki.intra.example/?next=https://evil.example/{0}",
        ),
        ("![x](<https://evil.example/a b {0}>) {0}", "![x](<https://evil.example/a b {0}>) {1}"),
        ('<img src="https://evil.example/a\n b {0}"> {0}', '<img src="https://evil.example/a\n b {0}"> {1}'),
        ("<img alt='x' src = ' https://evil.example/ {0}' b>", "<img alt='x' src = ' https://evil.example/ {0}' b>"),
        ('{"h": "<a href=\\"//evil.example/ {0}\\">{0}"}', '{"h": "<a href=\\"//evil.example/ {0}\\">{1}"}'),
        ('background: url("https://evil.example/ {0}")', 'background: url("https://evil.example/ {0}")'),
        ('<a title="a" href="https://w.intra.example/ {0}">', '<a title="a" href="https://w.intra.example/ {1}">'),
        ('<https://evil.example/?a="b {0}>', '<https://evil.example/?a="b {0}>'),
        ("![x](https:\\\\evil.example\\{0})", "![x](https:\\\\evil.example\\{0})"),
        ('f(name="Mr {0}") < "{0}"', 'f(name="Mr {1}") < "{1}"'),
        ('"see https://evil.example/ and {0}"', '"see https://evil.example/ and {1}"'),
        ("C:\\Users\\{0}", "C:\\Users\\{1}"),
        ("mailto:{0}", "mailto:{1}"),
        ("and/or {0}", "and/or {1}"),
    ],
)
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_addresses_carry_no_values_out(text: str, said: str, size: int) -> None:
    token, value = WORDS[0], VALUES[0][2]
    told = text.replace("{0}", token)
    restorer = Restorer(TOKENS, ("*.intra.example",))
    heard = "".join(restorer.feed(told[at : at + size]) for at in range(0, len(told), size)) + restorer.flush()
    assert heard == said.replace("{0}", token).replace("{1}", value)


def test_what_was_not_issued_stays_and_is_counted() -> None:
    restorer = Restorer(TOKENS, ())
    assert restorer.whole("EMAIL_zzzz00 and PERSON_0a0a0a") == "EMAIL_zzzz00 and PERSON_0a0a0a"
    assert (restorer.restored, restorer.unknown) == (0, 2)


def test_a_translated_word_is_known_by_its_tag() -> None:
    tag = WORDS[2].partition("_")[2]
    for size in (1, 3, 100):
        text = f"Bonjour PERSONNE_{tag}, merci"
        restorer = Restorer(TOKENS, ())
        said = "".join(restorer.feed(text[at : at + size]) for at in range(0, len(text), size)) + restorer.flush()
        assert said == "Bonjour Anna Müller, merci"

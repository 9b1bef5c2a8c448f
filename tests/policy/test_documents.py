"""The reading of YAML: text with places, and nothing that hides what a policy says."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy.complaints import Complaints
from gateway.policy.documents import MAX_BYTES, Members, Scalar, read_document


def read(text: str | bytes) -> tuple[Members | None, list[str]]:
    complaints = Complaints()
    document = read_document("p.yaml", text.encode() if isinstance(text, str) else text, complaints)
    return document, [str(error) for error in complaints.sorted()]


def refusal(text: str | bytes) -> str:
    document, errors = read(text)
    assert document is None
    assert len(errors) == 1
    return errors[0]


def plain(node: object) -> object:
    if isinstance(node, Scalar):
        return None if node.absent else node.text
    if isinstance(node, Members):
        return {name: plain(value) for name, (_, value) in node.members.items()}
    return [plain(item) for item in node.items]  # type: ignore[attr-defined]


def test_values_are_text_as_written() -> None:
    document, errors = read("a: no\nb: 0471\nc: 1:30\nd: 2026-11-23\ne: '5'\nf: ~\ng: [1, {h: \"\"}]\ni: 1e3\n")
    assert errors == []
    assert plain(document) == {
        "a": "no",
        "b": "0471",
        "c": "1:30",
        "d": "2026-11-23",
        "e": "5",
        "f": None,
        "g": ["1", {"h": ""}],
        "i": "1e3",
    }


def test_places_count_from_one() -> None:
    document, _ = read("a:\n  - ü: {b: c}\n")
    assert document is not None
    inner = document.members["a"][1].items[0].members["ü"][1]  # type: ignore[union-attr]
    key, value = inner.members["b"]
    assert (key.mark.line, key.mark.column) == (2, 9)
    assert (value.mark.line, value.mark.column) == (2, 12)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "~\n", "\ufeff"])
def test_an_empty_file_says_nothing(text: str) -> None:
    assert read(text) == (None, [])


@pytest.mark.parametrize(
    "text",
    ["a: {k: ${OPENAI_API_KEY}, r: us}", "a: {k: '${OPENAI_API_KEY}', r: us}", 'a:\n  k: "${OPENAI_API_KEY}"\n  r: us'],
)
def test_references_may_stand_bare_and_quoted(text: str) -> None:
    document, errors = read(text)
    assert errors == []
    assert plain(document) == {"a": {"k": "${OPENAI_API_KEY}", "r": "us"}}


def test_a_bare_reference_moves_no_column() -> None:
    document, _ = read("a: {k: ${NAME}, r: us}")
    assert document is not None
    value = document.members["a"][1].members["r"][1]  # type: ignore[union-attr]
    assert value.mark.column == 20


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: &x 1\nb: *x\n", "1:4", "anchors"),
        ("b: *x\n", "1:4", "aliases"),
        ("a: !!python/object/apply:os.system ['x']\n", "1:4", "tags"),
        ("a: !!str 1\n", "1:4", "tags"),
        ("!mine {a: 1}\n", "1:1", "tags"),
        ("a: 1\n---\nb: 2\n", "2:1", "one document"),
        ("? [a, b]\n: 1\n", "1:3", "a key must be a name"),
        ("- a\n", "1:1", "must be a mapping"),
        ("just words\n", "1:1", "must be a mapping"),
        ("a: [1, 2\n", "2:1", "not valid YAML"),
        ("a: 1\n\tb: 2\n", "2:1", "indented by a tab: write spaces"),
        ("a:\n  \tb: 2\n", "2:3", "indented by a tab: write spaces"),
        ("a:\n  b: 2\n\u00a0\u00a0c: 3\n  d: 4\n", "3:1", "indented by a no-break space: write spaces"),
        ("a: 'x\n", "1:4", "the quotation mark here is not closed"),
        ('a:\n  b: "x\n  c: 1\n', "2:6", "the quotation mark here is not closed"),
        ("t:\n  s\n    m: [x]\n", "2:3", "a colon and a blank are missing"),
        ("version:1\n\nt:\n  a: {}\n", "1:1", "a colon and a blank are missing"),
        ("t:\n  s:\n    m: [x]\n    c 4711\n\n  # why\n  o: {}\n", "4:5", "a colon and a blank are missing"),
        ("t:\n  s: {}\n  c 4711\n", "3:3", "a colon and a blank are missing"),
        ("a: some\n  more\n  b: c\n", "3:4", "stands in braces"),
        ("a: \x00\n", "1:1", "not valid YAML"),
        ("a: b: c\n", "1:5", "stands in braces"),
        ("a: {x: 1, b: c: d}\n", "1:15", "stands in braces"),
        (b"a: ok\nbb: \xff\n", "2:5", "UTF-8"),
        ("a: \ue000\n", "1:1", "private-use"),
        ("a: {{x}: 1}\n", "1:5", "a key must be a name"),
    ],
)
def test_what_is_refused_and_where(text: str | bytes, place: str, words: str) -> None:
    error = refusal(text)
    assert error.startswith(f"p.yaml:{place}: ")
    assert words in error


def test_a_merge_key_is_a_key_like_any_other() -> None:
    document, _ = read("a: {<<: {b: 1}}\n")
    assert plain(document) == {"a": {"<<": {"b": "1"}}}


def test_a_key_twice_is_told_with_both_places() -> None:
    document, errors = read("a: 1\nb: {c: 1, c: 2}\na: 2\n")
    assert plain(document) == {"a": "1", "b": {"c": "1"}}
    assert errors == [
        "p.yaml:2:11: 'c' is defined twice; the first stands in line 2",
        "p.yaml:3:1: 'a' is defined twice; the first stands in line 1",
    ]


def test_nesting_ends_at_thirty_two_levels() -> None:
    document, errors = read("a: " + "[" * 31 + "]" * 31)
    assert document is not None
    assert errors == []
    assert "deeper than 32" in refusal("a: " + "[" * 32 + "]" * 32)


@pytest.mark.parametrize(
    "text",
    [
        "[" * MAX_BYTES,
        "{a: " * (MAX_BYTES // 4),
        "- " * (MAX_BYTES // 2),
        "a:\n" + "".join(" " * depth + "a:\n" for depth in range(1, 1000)),
        "x" * (5 * MAX_BYTES),
        "a: &a [x,x,x]\n" + "".join(f"{letter}: &{letter} [*a,*a,*a]\n" for letter in "bcdefgh"),
    ],
    ids=["brackets", "braces", "dashes", "indents", "five MiB", "billion laughs"],
)
def test_hostile_files_are_refused_at_once(text: str) -> None:
    before = time.thread_time()
    refusal(text)
    assert time.thread_time() - before < 0.5


def test_no_error_quotes_a_value() -> None:
    for text in (
        "a: 'sk-secret\n",
        "a: *sk-secret\n",
        "a: !sk-secret 1\n",
        "a: &sk-secret 1\n",
        "%sk-secret\n---\na: 1\n",
    ):
        _, errors = read(text)
        assert "sk-secret" not in "".join(errors)


@settings(deadline=None)
@given(st.text())
def test_any_text_gives_a_document_or_one_complaint_and_never_raises(text: str) -> None:
    document, errors = read(text.encode(errors="replace"))
    assert document is None or isinstance(document, Members)
    assert document is not None or len(errors) <= 1 or any("twice" in error for error in errors)


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_never_raise(data: bytes) -> None:
    read(data)

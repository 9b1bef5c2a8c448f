"""Values that a label announces: of a form, JSON, YAML, code, a table's column, a tool's parameter.

Structure is worth more than any model: what stands behind `Nachname:` is a name, whatever it looks like, as long as it
could be one at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.arrays import RULES_OF_A_FIELD
from gateway.pii.detectors.field_values import CERTAIN, find_value
from gateway.pii.detectors.kept_elsewhere import is_kept_elsewhere, is_working_directory
from gateway.pii.detectors.password_lines import alone, in_braces, value_start
from gateway.pii.detectors.phrases import is_dotted_phrase
from gateway.pii.detectors.security_answers import OF_ANSWERS, is_answer
from gateway.pii.label_groups import renamed, role_of
from gateway.pii.labels import announced, kind_of
from gateway.pii.linear import backward, compiled
from gateway.pii.structure import HEAD, HEADS_TOGETHER, MARKED
from gateway.pii.view import Found, Rule, View

_BEHIND = rb"[:=\t]|<>|(?i:i?like)[ ]"
_PROBES = (
    announced(rb"(?:[><\"']|" + _BEHIND + rb")"),
    rb"\|[ ]*:?--",
    rb"(?i)insert[ \t\r\n]+into[ \t\r\n]",
    rb"<dt>",
    rb"[.>](?:set|with)_?[A-Z][A-Za-z_]*\(",
)
_LABEL = rb"[A-Za-z\xc0-\xff][A-Za-z\xc0-\xff0-9_.\- '/\xb0]"
_LABEL_LONGEST = 41
_SEPARATED = (
    rb"(?:[ ]?\([^()\n]{1,20}\)|[ ]\([^()\n=\"']{21,40}\)|\[[0-9A-Z_]{0,12}\]|\[/[a-z]{1,8}\])?"
    rb"[\"'*_`\])]{0,3}[ \t]{0,12}"
    rb"(?::{1,2}=|[:=]>?|[!=]==?|<>|(?i:i?like)[ ]|\t)[ \t]{0,12}[*_]{0,2}[ \t]{0,4}(?:\r?\n[ \t]{0,4})?"
    # `Passwort: <strong>…`, `<b>Passwort:</b> …`, `[b]Passwort:[/b] [i]…`
    rb"(?:(?:</?[a-z][a-z0-9]{0,9}(?:[ ][^<>\n]{0,60})?>|\[/?[a-z]{1,8}(?:=[^\[\]\n]{1,24})?\])[ ]?){0,3}"
)
_KEY = compiled(_LABEL + rb"{0,40}" + _SEPARATED)
_KEY_OF_ANY_LENGTH = compiled(_LABEL + rb"*" + _SEPARATED)
_KEY_LONGEST = 128
_KNOWN = backward(announced(rb"(?:" + _BEHIND + rb")"))
_ELEMENT = compiled(rb"<[A-Za-z][A-Za-z0-9_:.\-]{1,40}(?:[ ][^<>\n]{1,120})?>[^<>\n]{2,160}</")
# `<dt>Guest</dt><dd>…</dd>`
_TERMS = rb"<dt>([^<>\n]{2,40})</dt>\s{0,8}<dd>([^<>\n]{2,160})</dd>"
# `<field name="kennwort"><value>…</value>`, `<Password><Value>…</Value>`
_VALUES = rb"(?:name=\"|<)([^\"<>=\n]{2,40})(?:\"[^<>\n]{0,40})?>\s{0,8}<[Vv]alue>([^<>\n]{2,160})</[Vv]alue>"
# `<span class="label">Kennwort</span> <span>…</span>`, and of secrets `<th>Kennwort</th><td>…</td>`: of names the next
# cell is as often the next head.
_BESIDE = (
    rb">([^<>\n]{2,40})</(?:span|b|strong|em|i|div|p|label|small|th|td)>\s{0,8}"
    rb"<(?:span|b|strong|em|i|div|p|code|small|td)(?:[ ][^<>\n]{0,80})?>([^<>\n]{5,160})</"
)
_PAIRS = (  # `name="nom" value="…"`, `{"key": "nom", "value": "…"}`
    rb"(?:name=|[\"'](?:key|name|field|label|id|variable)[\"']:[ ]?)[\"']([^\"'<>\n]{2,40})[\"']"
    rb"(?:[^<>\n\"]{0,40}[ ]value=|,[ ]?[\"'](?:value|val|default)[\"']:[ ]?)"
    rb"[\"']([^\"'<>\n]{2,160})[\"']"
)
_FLAGS = rb"(?:--|:)([a-z][a-z_\-]{1,32})[ ]\"([^\"\n]{2,160})\""  # `--nom "…"`, `:nom "…"`
# `client.setNom("…")`
_SETTERS = rb"(?:set|with)_?([A-Za-z_]{2,24})\([ ]?[\"']([^\"'\n]{2,80})[\"'][ ]?\)"
# Looked for by RE2, which lets other threads have their turns, and then read: a name and its value.
_TOLD = tuple(
    (compiled(source), re.compile(before + source))
    for before, source in (
        (b"", _TERMS),
        (b"", _VALUES),
        (b"", _BESIDE),
        (rb"(?<=[.>])", _SETTERS),
        (b"", _PAIRS),
        (rb"(?<![A-Za-z0-9:\-])", _FLAGS),
    )
)
_MARKUP = re.compile(rb"<|(?<=[:= ])\[/?[a-z]{1,8}[\]=]")
_END = re.compile(
    rb"\[/[a-z]{1,8}\]|[\"\n\r\t;|<>{}\]`]|&[A-Za-z_]{1,40}=|, ?[\"']|, {2,}| {3,}|\\n"
    rb"|,? [A-Za-z][A-Za-z0-9_.\-]{1,40}=[^ =]| [.\x7f] "
)  # the last two of logs: `surname=Roth id=7`, `Surname: Roth · Id: 7`
# `class ClientSecret(Model):`, and below it `expires_at: int`
_SET_BELOW = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*(?::[ ]|[ ]=[ ]|\([^\n]{0,200}\)[;:{ ]*(?:\r?\n|$))")
_VARIABLE = re.compile(rb"[a-z_][a-z0-9_.]*[,}\n]")  # `{"first_name": first}`
_LINE_LONGEST, _BEHIND_SETTINGS = 160, frozenset((b"", b"\r", b"\n", b";", b"&"))
_CARD = re.compile("(?i)kredit|credit|card|carte|carta|karte|\\bpan\\b")
_OF_CARDS, _THREE = re.compile("(?i)cv[vc]|secur|prüf|crypto"), re.compile(rb"[0-9]{3}")
_RUN_OF_A_TEST = re.compile(rb"Test[A-Za-z0-9_/]{1,200} \([0-9.]{1,16}s\)")  # `--- PASS: TestPasswordReset (0.02s)`
_IN_THREE_QUOTES = re.compile(rb"(\"\"\"|''')[^\s\"']{4,200}\1")
_OF_WORDS = re.compile("(?i)phrase|mnemonic|seed|frase")
_WORDS = re.compile(rb"[A-Za-z\xc0-\xff]{2,16}(?:[ ,\-_]{1,2}[A-Za-z\xc0-\xff]{2,16}){3,23}")
_BESIDE_PATTERN = next(pattern for pattern, names in _TOLD if names.pattern == _BESIDE)
# A table of doors and their codes.
_OPENED = re.compile(
    r"(?i)\b(?:doors?|t\xfcr|porte|porta|gate|tor|eingang|entrance|entr\xe9e|schloss|lock|safe|tresor|alarm|spind)"
)
# Of tables of a compiler's tokens, and of a cluster's secrets: what they are called. Else a secret may be words.
_OF_A_COMPILER, _OF_AN_OBJECT = re.compile(rb"[A-Z]+(?:_[A-Z]+)*"), re.compile(rb"[a-z]+(?:-[a-z]+)*")
_OF_A_CLUSTER = frozenset(("namespace", "type", "data", "age"))
_CODE_HEADS, _FIGURES = frozenset(("code", "pin", "codice")), re.compile(rb"[0-9]{4,8}[#*A-Z]?")


def find_named(view: View) -> Iterator[Found]:
    """What the whole text is by its name in a structure."""
    data = view.data
    if view.kind == "secret" and _whole(view.names[-1], data):
        yield Found(0, len(data), "secret", data.decode("latin-1"), CERTAIN, "label-secret")
    elif view.kind and not is_working_directory(view.names[-1], data):
        yield from find_value(view, view.kind, view.names[-1], 0, len(data), structural=True)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    yield from find_named(view)
    if view.tables.cells:
        yield from _cells(view)
    yield from _elements(view)
    for pattern, names in _TOLD:
        for start, _ in pattern.spans(data):
            told = names.match(data, start)
            name = told[1].decode("latin-1") if told else ""
            kind = kind_of(name)
            if told and kind and (kind == "secret" or data[told.end(1) : told.end(1) + 3] != b"</t"):
                yield from find_value(view, kind, name, *told.span(2), structural=pattern is not _BESIDE_PATTERN)
    for start, end in _keys(data):
        label = _MARKUP.split(data[start:end], 1)[0].decode("latin-1")
        kind = kind_of(label)
        if kind and not (kind == "secret" and _leads_elsewhere(data, start, len(label), end)):
            yield from _labelled(view, kind, label, end, quoted='"' in label or "'" in label)
            if kind == "secret":
                yield from alone(data, start, end)


def _cells(view: View) -> Iterator[Found]:
    data = view.data
    kinds = {head: kind_of(head) for head in {cell.head for cell in view.tables.cells}}
    if any(map(_CARD.search, kinds)):  # beside it `Prüfziffer` is the card's
        kinds |= dict.fromkeys(filter(_OF_CARDS.search, kinds), "secret")
    names_only = {"token": _OF_A_COMPILER}
    if not _OF_A_CLUSTER.isdisjoint(map(str.lower, kinds)):
        names_only["secret"] = _OF_AN_OBJECT
    opened = any(map(_OPENED.search, kinds))
    columns = {
        head: (kind, opened and head.lower() in _CODE_HEADS, names_only.get(head.lower()))
        for head, kind in kinds.items()
    }
    for cell in view.tables.cells:
        start, end, head = cell.start, cell.end, cell.head
        kind, of_codes, named = columns[head]
        if not (kind or of_codes):
            continue
        text = data[start:end]
        if (kind == "secret" and _whole(head, text)) or (of_codes and _FIGURES.fullmatch(text)):
            yield Found(start, end, "secret", text.decode("latin-1"), CERTAIN, "label-secret")
        elif kind and not (named and named.fullmatch(text)):
            yield from find_value(view, kind, head, start, end, structural=True)


def _leads_elsewhere(data: bytes, start: int, length: int, end: int) -> bool:
    """Whether a label of secrets that begins at `start` tells none: by its name, or as the head of a block."""
    if is_kept_elsewhere(data, start, start + length):
        return True
    below = data.find(b"\n", start, end) >= 0 and value_start(data, end) == end
    return below and _SET_BELOW.match(data, end) is not None


def _elements(view: View) -> Iterator[Found]:
    """`<strasse>Am Hang</strasse><hausnummer>12</hausnummer>`: each by its name, as it is meant beside the others."""
    data = view.data
    named = [
        (data[start + 1 : inner - 1].partition(b" ")[0].decode("latin-1"), inner, end - 2)
        for start, end in _ELEMENT.spans(data)
        if (inner := data.index(b">", start, end) + 1)
    ]
    roles = {role for name in {name for name, _, _ in named} if (role := role_of(name))}
    for name, start, end in named:
        kind = kind_of(renamed(name, roles) if roles else name)
        if kind:
            yield from find_value(view, kind, name, start, end, structural=True)


def _whole(label: str, value: bytes) -> bool:
    """The three figures on the back of a card, the words from which a wallet is restored, and answers that open an
    account: `Rex`.
    """
    if OF_ANSWERS.search(label):
        return is_answer(value)
    if _OF_CARDS.search(label):
        return _THREE.fullmatch(value) is not None
    return _OF_WORDS.search(label) is not None and _WORDS.fullmatch(value) is not None


def _keys(data: bytes) -> Iterator[tuple[int, int]]:
    """Labels with what separates them from their values, wherever one of a known kind stands.

    No label reaches over the end of a line, or is longer than `_KEY_LONGEST`: so it is looked for from there on.
    """
    done = 0
    for begin, end in _known(data):
        at = max(done, begin - _KEY_LONGEST, data.rfind(b"\n", 0, begin) + 1)
        while at < end:
            start, stop = _key(data, at, min(len(data), end + _KEY_LONGEST))
            if start < 0 or start >= end:
                break
            at = done = stop
            if stop >= end:
                yield start, stop


def _known(data: bytes) -> list[tuple[int, int]]:
    """Where labels of some kind stand before what separates them from their values."""
    turned, length, at = data[::-1], len(data), 0
    known: list[tuple[int, int]] = []
    while True:
        start, stop = _KNOWN.first(turned, at)
        if start < 0:
            break
        known.append((length - stop, length - start))
        at = max(stop - 1, start + 1)  # what begins one may end the one before
    known.reverse()
    return known


def _key(data: bytes, at: int, until: int) -> tuple[int, int]:
    """As the first match of `_KEY`. To count letters RE2 makes a state for each: that is left for long labels."""
    start, stop = _KEY_OF_ANY_LENGTH.first(data, at, until)
    if stop - start <= _LABEL_LONGEST:
        return start, stop
    return _KEY.first(data, max(at, start), until)


def _labelled(view: View, kind: str, label: str, at: int, *, quoted: bool) -> Iterator[Found]:
    """The value that begins at `at`, or several in brackets."""
    data = view.data
    if kind == "secret":
        at = value_start(data, at)
        yield from in_braces(data, at)
        if _RUN_OF_A_TEST.match(data, at):
            return
    if _IN_THREE_QUOTES.match(data, at):
        at += 2
    opener = data[at : at + 1]
    if opener == b"[":
        stop = data.find(b"]", at, at + 2000)
        inner = at + 1
        pieces = data[inner : stop if stop > 0 else inner].split(b",")
        if not RULES_OF_A_FIELD.isdisjoint(piece.strip(b" \t\r\n\"'") for piece in pieces):
            return
        for piece in pieces:
            structural = kind != "secret" or piece.strip()[:1] in {b'"', b"'"}
            yield from find_value(view, kind, label, inner, inner + len(piece), structural=structural)
            inner += len(piece) + 1
        return
    if opener and opener in b"\"'":
        stop = data.find(opener, at + 1, at + 1 + 4 * _LINE_LONGEST)
        if stop > 0:
            yield from find_value(view, kind, label, at + 1, stop, structural=True)
        return
    if quoted and kind == "name" and _VARIABLE.match(data, at):
        return
    ending = _END.search(data, at, at + _LINE_LONGEST)
    stop = ending.start() if ending else min(len(data), at + _LINE_LONGEST)
    # No JSON has a secret without quotes: what stands behind a quoted name then is a program's.
    structural = _is_phrase_of_a_setting(data, at, stop) if kind == "secret" else quoted
    yield from find_value(view, kind, label, at, stop, structural=structural)


def _is_phrase_of_a_setting(data: bytes, at: int, stop: int) -> bool:
    """`PWD=falke.orage.tiger;`: no blank before it, as programs that are no code write their settings."""
    set_so = data[at - 1 : at] == b"=" and data[stop : stop + 1] in _BEHIND_SETTINGS
    return set_so and is_dotted_phrase(data[at:stop])


RULE = Rule(
    "field",
    ("person", "phone", "date_of_birth", "address", "secret", "passport", "license_plate"),
    _PROBES,
    _find,
    over_lines=(announced(HEAD), HEADS_TOGETHER, *MARKED),
)
RULES = (RULE,)

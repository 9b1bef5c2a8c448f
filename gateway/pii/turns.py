"""Which turns of a conversation go on with what a turn before them has begun.

Somebody who dictates a card number sends it in pieces, with a "go on" between them; a program that sends a long text
in several messages cuts it wherever they are full. So turns of one speaker are read as one text

- where the seam lies between two digits, over a short reply at most;
- where one follows the other at once, and the seam lies within a word, a value, or beside a blank.

Invariants
- Only the ends and beginnings of what one speaker said; nothing of a tool's, whose results are texts of their own.
- Over a reply letters are never joined: two turns that end and begin with words are two sentences far more often than
  one name. Nor are they at once, where the second begins with a word of its own.
- A conversation whose speakers take turns, and in which none begins with a digit, costs a look at each turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final, NamedTuple

from gateway.core.edits import Path
from gateway.pii.detectors.words import ARTICLES, NO_NAMES, PARTICLES, word_set

LONGEST_REPLY: Final = 80
"""Characters that another one may say in between: asked to go on, nobody is told more."""

_SIGNS: Final = frozenset(".-/")
"""What stands within numbers."""
_INNER: Final = frozenset("-_/@+=#%&~:.'!$*")
"""What stands within values."""
_ENDING: Final = frozenset(".:!")
"""Of those what ends a sentence, too: a value goes on behind it in small letters only, or with a digit."""
_SENTENCE_ENDS: Final = frozenset(".!?:;…")
_LONGEST_WORD: Final = 64
_BEHIND_A_DIGIT: Final = re.compile(r"[^\W_]{0,40}[0-9]|[A-Z]{1,4} [0-9]|[^\W_]{1,40}[@.][^\W_]")
"""What goes on with a number although it begins with a letter: of a code, an account, an address of mail."""
_LABEL: Final = re.compile(r"(?=[^\W_a-z])[^\W\d_]{3,}:(?!//)")
"""`FAQ: …`: a turn begins with it, and no half of a word does, but of one in capitals."""
_BEGINNING: Final = (
    NO_NAMES
    | ARTICLES
    | PARTICLES
    | word_set(
        """
        yes yeah yep yup no nope not ok okay now sure right great good fine well so and also then just only more again
        next stop go continue done thx ty hi hey hello do does did don't make give show tell write use try let's let is
        ja nein nö doch jetzt gut genau weiter nochmal noch mal nur dann auch hallo mach gib zeig sag schreib stopp
        oui non si bon bien d'accord merci encore alors maintenant salut fais donne dis suite fin
        sì no va bene grazie prego ancora allora adesso ciao fai dai dammi dimmi scrivi continua avanti
        """
    )
)
"""Words that a turn begins with, and no half of one."""

Turn = tuple[Path, dict[str, Any] | str]
"""An entry of a list, with the way from the list to it; a text alone is a part of what is to be embedded."""


class Runs(NamedTuple):
    """Where the texts stand that go on with each other: numbers that were dictated, and what was cut in two."""

    dictated: list[list[Path]]
    cut: list[list[Path]]


def runs_of(path: Path, turns: list[Turn]) -> Runs | None:
    """What goes on, of the turns of the list at `path`.

    Most conversations have none that begins as the rest of a number does, and none in which somebody speaks twice:
    seen before anything is kept of them.
    """
    dictated = _dictated(path, turns) if any(_begins_within(entry) for _, entry in turns[1:]) else []
    cut = list(_cut(path, turns))
    return Runs(dictated, cut) if dictated or cut else None


def to_embed(number: int, request: dict[str, Any]) -> Iterator[Turn]:
    """The texts of one of the requests of Gemini's `:batchEmbedContents`."""
    content = request.get("content")
    if type(content) is dict:
        yield from (((number, "content", *way), text) for way, text in _texts(content))


class _Said(NamedTuple):
    """What a speaker said last: where its end stands, and the run of texts that it ends, if it is but one text."""

    end: Path
    text: str
    run: list[Path] | None


def _dictated(path: Path, turns: list[Turn]) -> list[list[Path]]:
    last: dict[str, _Said] = {}
    since: dict[str, int] = {}  # for each speaker the characters that others have said since
    runs: list[list[Path]] = []
    for way, entry in turns:
        speaker = _speaker(entry)
        texts = list(_texts(entry))
        if type(speaker) is not str or speaker == "tool" or not texts:
            last.clear()
            continue
        before = last.get(speaker) if since.get(speaker, 0) <= LONGEST_REPLY else None
        length = sum(len(text) for _, text in texts)
        since = {other: said + length for other, said in since.items()} | {speaker: 0}
        begin, end = ((*path, *way, *texts[at][0]) for at in (0, -1))
        run = None
        if before is not None and _number_goes_on(before.text, texts[0][1]):
            run = before.run
            if run is None:
                run = [before.end]
                runs.append(run)
            run.append(begin)
        last[speaker] = _Said(end, texts[-1][1], run if len(texts) == 1 else None)
    return runs


def _cut(path: Path, turns: list[Turn]) -> list[list[Path]]:
    """Runs of turns that follow each other at once. What is cut between digits only counts as dictated; so does all
    that is to be embedded: each of its parts may have been cut from one text, and all would be read twice.
    """
    runs: list[list[Path]] = []
    amid_words: list[bool] = []
    for ((before, *_), one), ((number, *_), other) in pairwise(turns):
        if isinstance(one, str) or isinstance(other, str) or type(before) is not int or number != before + 1:
            continue
        if _speaker(one) != _speaker(other) or _speaker(one) == "tool":
            continue
        ended, begun = list(_texts(one)), list(_texts(other))
        if not ended or not begun:
            continue
        (end, left), (begin, right) = ended[-1], begun[0]
        amid_number = _number_goes_on(left, right)
        if not amid_number and not _goes_on(left, right):
            continue
        if not runs or runs[-1][-1] != (*path, before, *end):
            runs.append([(*path, before, *end)])
            amid_words.append(False)
        runs[-1].append((*path, number, *begin))
        amid_words[-1] |= not amid_number
    return [run for run, words in zip(runs, amid_words, strict=True) if words]


def _speaker(entry: dict[str, Any] | str) -> Any:
    """Gemini takes what names nobody for the user's."""
    return "user" if isinstance(entry, str) else entry.get("role", "user")


def _begins_within(entry: dict[str, Any] | str) -> bool:
    content = entry if isinstance(entry, str) else entry.get("content")
    text = content if type(content) is str else next((text for _, text in _texts(entry)), "")
    first = text[:2].lstrip(" ")[:1]
    return first.isdigit() or first in _SIGNS


def _texts(entry: dict[str, Any] | str) -> Iterator[tuple[Path, str]]:
    if isinstance(entry, str):
        yield (), entry
        return
    for name in ("content", "parts"):
        content = entry.get(name)
        if type(content) is str:
            yield (name,), content
        elif type(content) is list:
            for number, part in enumerate(content):
                if type(part) is dict and type(part.get("text")) is str:
                    yield (name, number, "text"), part["text"]


def _number_goes_on(one: str, other: str) -> bool:
    """Whether a text was cut in two amid a number, and the other one goes on with it."""
    last, first = one[-2:].rstrip(" ")[-1:], other[:2].lstrip(" ")[:1]
    if first.isdigit():
        return last.isdigit() or last in _SIGNS
    return last.isdigit() and first in _SIGNS  # a letter begins another word


def _goes_on(one: str, other: str) -> bool:
    """Whether a text was cut in two amid a word or a value, or at a blank, and the other one goes on with it."""
    last, first = one[-1:], other[:1]
    if last == " " or first == " ":
        return not (one[-2:] + other[:2]).count("\n") and one.rstrip(" ")[-1:] not in _SENTENCE_ENDS
    begun = other[:_LONGEST_WORD].split(None, 1)
    if not begun or first.isspace() or last.isspace() or _LABEL.match(other):
        return False
    word = begun[0].rstrip(",.;:!?)")
    if first in _INNER:
        return last.isalnum() and word[1:2].isalnum()
    if not first.isalnum() or word.lower() in _BEGINNING:
        return False
    if last in _INNER:
        return last not in _ENDING or not first.isupper() or not word.isalpha()
    if not last.isalnum():
        return False
    if first.isupper() and not last.isdigit():  # `DB` and `Can`; but `VOGELSAN` and `G`, `RSSMRA80A` and `01H501U`
        return last.isupper() and not word[1:2].islower()
    return not last.isdigit() or _BEHIND_A_DIGIT.match(other) is not None

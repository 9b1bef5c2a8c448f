"""Answers to the questions by which an account is opened again: the name of a pet, of a school, of a mother's family.

They are plain words: only what asks for them tells that they are secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.phrases import NO_VALUE
from gateway.pii.detectors.random_values import is_example
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_OF_ACCOUNTS = (
    rb"(?:security|secret|recovery|challenge)[ _\-]?(?:question|answer)"
    rb"|(?:sicherheits|geheim|kontroll)(?:frage|antwort)"
    rb"|(?:questions?|r\xe9ponses?) (?:(?:\xe0 la question )?(?:secr\xe8te|de s\xe9curit\xe9))"
    rb"|security (?:verification|check)|for verification|(?:domand[ae]|rispost[ae]) (?:segret[ae]|di (?:sicurezza"
    rb"|controllo))"
)
_ASKED = (
    rb"first (?:pet|school|teacher|car|job)|childhood (?:friend|pet|nickname)|mother's maiden name"
    rb"|m\xe4dchenname (?:der|meiner|deiner|ihrer) mutter|ersten? haustier|erstes haustier|ersten haustiers"
    rb"|nom de jeune fille de (?:ma|ta|votre|la|sa) m\xe8re|premier animal|premi\xe8re \xe9cole"
    rb"|cognome da nubile|nome da nubile|primo animale|prima scuola"
)
_QUESTION = rb"(?i)(?:" + _OF_ACCOUNTS + rb"|" + _ASKED + rb")"
_QUESTION_PATTERN = compiled(_QUESTION)
_OF_ACCOUNTS_NEAR = re.compile(rb"(?i)" + _OF_ACCOUNTS)
_ANSWER = rb"([^\s\"'.,;:()\n\[\]{}][^\".,;:()\n\[\]{}?!]{1,39})"
_ANSWER_ALONE = re.compile(_ANSWER)
# `Antwort: …`, `my answer is "…"`, `réponse : …`
_ANSWERED = re.compile(
    rb"(?i)\b(?:answer|antwort|r\xe9ponse|risposta|reply|a)\b[^\n:.?]{0,24}?(?:[ ]?[:=]|[ ](?:is|ist|lautet|est"
    rb"|\xe8|was|war))"
    rb"[ ]{0,3}[\"'`]?" + _ANSWER
)
# `Sicherheitsantwort: …`, `question secrète : …? …`
_DIRECT = re.compile(
    rb"(?i)(?:(?<=answer)|(?<=antwort))s?[ ]?(?:[:=]|[ ](?:is|ist|lautet)|(?=[ ](?-i:[A-Z])))[ ]{0,3}[\"'`]?" + _ANSWER
)
_DIRECT_ROMANCE = re.compile(rb"[^\n:.?]{0,12}(?:[ ]?[:=]|[ ](?:est|\xe8|sera))[ ]{1,3}[\"'`]?" + _ANSWER)
_ROMANCE = re.compile(rb"(?i)^r(?:\xe9ponse|isposta)")
_NAMED = re.compile(rb"(?i)" + _ASKED)
_NAME = re.compile(rb"[^\n:.?]{0,16}[ ]?[:=][ ]{1,3}[\"'`]?" + _ANSWER)
_BEHIND_QUESTION = re.compile(
    rb"[^\n?]{0,72}\?[\"']?[ \t]{0,3}(?:\r?\n[ \t]{0,4})?[\-*>\x7f]?[ ]{0,2}[\"'`]?" + _ANSWER
)
_REACH, _BEFORE, _LED = 160, 120, 24
_QUOTES = b"\"'`"
_NAME_OF_A_PROGRAM = re.compile(
    rb"[a-z]+_[a-z]+|[a-z]+(?:Question|Answer)|(?i:security|secret|recovery|challenge)[a-z]+"
)
OF_ANSWERS = re.compile(r"(?i)answer|antwort|r[eé]ponse|rispost")
"""Labels whose secret may be a plain word."""
# What a form writes above its field, and not what stands in it.
_LABEL = re.compile(rb"(?i)answer|antwort|r\xe9ponse|rispost|question|frage|domanda")
_TALK = frozenset(
    b"""
    case is are was must should may can will to be not you your the a if when what who how which that this it i we
    ist sind war muss soll darf kann wird nicht die der das ein eine wenn was wer wie ich wir sie du mein deine
    est sont doit peut sera ne le la les un une si que qui comment vous nous je tu
    \xe8 sono deve pu\xf2 sar\xe0 non il lo gli una se che chi come lei noi io
""".split()
)


def _find(view: View) -> Iterator[Found]:
    data, done = view.data, 0
    for start, end in _QUESTION_PATTERN.spans(data):
        if start < done:
            continue
        until = min(len(data), end + _REACH)
        of_account = _OF_ACCOUNTS_NEAR.search(data, max(0, start - _BEFORE), until) is not None
        if not of_account:
            continue
        direct = _DIRECT.match(data, end, until)
        if direct is None and _ROMANCE.match(data, start, end):
            direct = _DIRECT_ROMANCE.match(data, end, until)
        if direct is None and _NAMED.fullmatch(data, start, end):
            direct = _NAME.match(data, end, until)
        told = direct or _ANSWERED.search(data, max(0, start - _LED), until) or _BEHIND_QUESTION.match(data, end, until)
        if told and _is_of_a_program(data, start, end) and data[told.start(1) - 1] not in _QUOTES:
            continue  # `security_answer = models.CharField()`
        if told and (span := _answer(data, *told.span(1))):
            done = span[1]
            yield Found(*span, "secret", data[span[0] : span[1]].decode("latin-1"), 0.8, "secret-answer")


def is_answer(value: bytes) -> bool:
    """Whether what stands in a member or a cell for answers is one, and no word of a schema or a form."""
    return (
        not _LABEL.search(value)
        and _ANSWER_ALONE.fullmatch(value) is not None
        and _answer(value, 0, len(value)) is not None
    )


def _is_of_a_program(data: bytes, start: int, end: int) -> bool:
    return _NAME_OF_A_PROGRAM.fullmatch(data, start, end) is not None


def _answer(data: bytes, start: int, end: int) -> tuple[int, int] | None:
    """A few words, and no sentence: what is said of answers in general has articles and verbs."""
    value = data[start:end].rstrip(b" \t\r\"'`*")
    words = value.lower().split()
    if len(value) < 2 or len(words) > 5 or words[0] in NO_VALUE or is_example(value) or _LABEL.search(value):
        return None
    if len(words) > 1 and not _TALK.isdisjoint(words):
        return None
    return start, start + len(value)


RULES = (Rule("secret-answer", ("secret",), (_QUESTION,), _find, doubtful=True),)

"""What a label of passwords leads to when it is no single mixed word: words alone on their line, phrases of several
words, what stands below the label, blocks of YAML, values in braces, and a type between a name and its value.

Invariants
- Each look behind a label is bounded. Nothing here is searched for: whoever knows that a label ends there asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import is_guess, is_strong
from gateway.pii.detectors.passwords_in_fours import in_fours
from gateway.pii.detectors.phrases import (
    IN_FOURS,
    NO_VALUE,
    SAID_OF_ANYTHING,
    is_joined_phrase,
    is_lot_of_words,
    is_said,
)
from gateway.pii.detectors.random_values import is_example
from gateway.pii.detectors.words import NO_NAMES
from gateway.pii.view import Found

# `const API_KEY: &str = "…"`, `password: |` and the block below it.
_TYPE = re.compile(
    rb"(?:&?(?:'static )?str|(?:[Ff]inal|Optional|SecretStr|NonNullable)?\[?[Ss]tr(?:ing)?\]?(?: ?\| ?(?:None|null))?"
    rb"|bytes|&\[u8\]|\[\]byte|char ?\*)[ ]{0,4}=[ ]{0,4}"
)
# `"adminPassword": {"type": "securestring", "defaultValue": "…"}`, `password:` and below it `value: …`
_MEMBER = re.compile(
    # CloudFormation's `Type: String` and `NoEcho: true` between
    rb"(?:\{(?:[^{}]{0,120}?[,\s])?\s{0,24}|[ \t]{0,12}(?:[A-Za-z]{2,24}:[ ][^\n]{1,80}\r?\n[ \t]{1,16}){1,4})?"
    rb"[\"']?(?i:value|wert|valeur|valore|default(?:_?value)?)[\"']?"
    rb"[ \t]{0,4}[:=][ \t]{0,4}"
)
# `r"…"`, `b'…'`, `@"…"`: what sort of text it is, and not `f"…"`, which is filled in.
_SORT_OF_TEXT = re.compile(rb"(?:[rRbBuU]{1,2}|[LN@])(?=[\"'])")
_BLOCK = re.compile(rb"[|>][+\-]?[ \t]{0,8}\r?\n[ \t]{1,16}")
_IN_BRACES = re.compile(rb"\{{1,2}([^\s{}\"']{5,128})\}{1,2}")
# `{{user.password1}}`, as templates have it; ODBC knows none.
_FILLED_IN = re.compile(rb"[a-z]+(?:[._][a-z0-9]+)+|[a-z]+[0-9]{1,2}")

_OF_PASSWORDS = re.compile(
    rb"(?i)(?:pass(?:word|wort|wd|phrase|code)?|kennwort|mot de passe|motdepasse|mdp|pwd?|psw|psk|parola(?: chiave"
    rb"| d'ordine)?"
    rb"|contrase\xf1a|parole|schl\xfcssel|(?<!_)key|code|secret|geheimnis)[a-z0-9_ ]{0,12}[^a-z\xdf-\xff]{0,12}$"
)
_OF_PHRASES = re.compile(
    rb"(?i)phrase|frase|passw|kennwort|mot de passe|mdp|psk|\bpwd?\b|\bpsw|parola|\bseed|mnemonic|merkw\xf6rter"
)
_REPORTED = frozenset(b"error failed failure denied authentication token fehler erreur errore".split())
# `password: The password of the user`: what documentation says of a field, of things that have passwords.
_DESCRIBED = re.compile(
    rb"(?i)(?:(?:the|your|a|das|ihr|dein|ein|le|votre|un|la|una)[ ])?(?:[a-z]+[ ])?"
    rb"(?:password|passwort|kennwort|mot de passe|passphrase)"
    rb"[ ](?:of|for|to|des|der|f\xfcr|zum|zur|du|de|pour|del|della|per)"
    rb"[ ](?:(?:the|your|a|an|den|die|das|dem|der|le|la|il)[ ])?(?:(?:use|users?|accounts?|servers?|database|db"
    rb"|services?|api|clients?|keys?|files?|proxy|hosts?|benutzers?|konto|datenbank|dienst|utilisateur|compte|base"
    rb"|serveur|utente|account|servizio)\b|connect|authenticat|log ?in|sign|encrypt|decrypt|unlock|anmeld)"
    # `… for the database is …`: there it stands
    rb"(?!.*[ ](?:is|ist|lautet|est|\xe8)[ ])"
)
# `confirm_password: Confirmer le mot de passe`: what a form says
_ASKED_FOR = re.compile(
    rb"(?i)(?:confirm|enter|type|repeat|choose|forgot|reset|change|saisi|r\xe9p\xe9te|choisi|oubli|geben|best\xe4tig"
    rb"|wiederhol|w\xe4hle|\xe4nder|inseri|conferma|ripet|scegli|cambia)[a-z\xdf-\xff]*[ ].*"
    rb"(?:passwor[dt]|kennwort|mot de passe)$"
)
# `come da accordi`, `as discussed on the phone`
_AS_AGREED = re.compile(
    rb"(?:as (?:discussed|agreed|told|sent|shared|usual)|wie (?:besprochen|vereinbart|immer|gehabt|telefonisch)"
    rb"|comme (?:convenu|discut\xe9|d'habitude|pr\xe9vu|indiqu\xe9)|come (?:da|concordato|al solito|discusso))\b"
)
_FEWEST_OF_A_PHRASE = 3  # `as usual: correct horse battery`
_LEADS_ELSEWHERE = frozenset(("bei", "beim", "siehe", "same", "voir", "vedi"))
_LETTERS = re.compile(rb"[A-Za-z\xc0-\xff]{6,40}")
_CAMEL = re.compile(rb"[a-z\xdf-\xff][A-Z\xc0-\xde]")
_PHRASE = re.compile(rb"[A-Za-z\xc0-\xff]{2,16}(?:[ \-_][A-Za-z\xc0-\xff]{2,16}){3,11}")
_BEGINS_LINE = re.compile(rb"(?:^|\n)[ \t>*#\-\x7f\"'`]{0,12}$")
_QUOTED_PHRASE = re.compile(
    rb"(?i)[^\n\"'.]{0,48}?(?:[ ](?:is|ist|lautet|war|est|c'est|\xe8|was)"
    rb"|[:=])[ ]{0,2}\"[ ]?([a-z\xdf-\xff][^\n\"]{1,16}(?:[ ][^\n\" ]{1,16}){2,11})[ ]?\""
)
_TOLD_PHRASE = re.compile(
    rb"(?i)([^\n\"'.:=]{0,72}?(?:(?:[ ](?:is|ist|lautet|war|est|c'est|\xe8|was))?[ ]?:|[ ](?:is|ist|lautet|war|est"
    rb"|c'est|\xe8|was)))"
    rb"[ ]{1,2}([a-z\xc0-\xff]{2,16}(?:[ ][a-z\xc0-\xff0-9']{1,16}){2,11}[!?]?)(?:[ ]?[.,;!?]|\n|\r|$)"
)
# `la phrase de passe « teekanne-tulpe-pylon-quiver-nougat »`
# `the new password from today on: teekanne-tulpe-pylon-quiver`
_JOINED_PHRASE = re.compile(
    rb"(?:(?:[ ]\([a-z\xdf-\xff]{2,12}\))?[ :]{0,2}"
    rb"|[^\n.;:=]{0,32}(?:[ ](?:is|ist|lautet|war|est|c'est|\xe8|was|sei|to|\xe0|auf|su)[ :]{1,2}|[ ]?:[ ]{1,2}))"
    rb"[\"'`]?[ ]?([a-z\xdf-\xff]{3,16}(?:-[a-z\xdf-\xff]{3,16}){2,11})(?![A-Za-z\-])"
)
# `Das Passwort ist "Honig Bergsee"`: of two words only what is quoted and capital, directly
# behind it, for what forms say of one (`"too short"`) has two as well
_TWO_QUOTED = re.compile(
    rb"(?:[ ](?:is|ist|lautet|war|est|c'est|\xe8|was))?[ ]?:?"
    rb"[ ]\"[ ]?([A-Z\xc0-\xde][a-z\xdf-\xff]{2,16}[ ][A-Z\xc0-\xde][a-z\xdf-\xff]{2,16})[ ]?\""
)
# `Passwort: h u n t e r 4 2`, and no `Passwort: _ _ _ _ _ _`, which is to be filled in
_SPELT = re.compile(
    rb"[^\n:=]{0,24}?[ ]?(?:[:=]|[ ](?:ist|is|lautet|est|\xe8))[ :]{1,2}"
    rb"((?=[^\n]{0,8}[A-Za-z0-9])[^\s\"](?:[ ][^\s]){5,31})(?=[ ]?[.,;]?(?:\s\s|\r?\n|$))"
)
_SAID_TO_BE = re.compile(
    rb"(?i)[ ](?:is|ist|lautet|est|\xe8|sera|sar\xe0)"
    rb"(?:[ ](?:now|from now on|ab (?:heute|sofort)|neu|jetzt|nun|d\xe9sormais|maintenant|ora|da oggi))?[ ]?:$"
)
_IS = re.compile(rb"(?i)[ ](?:is|ist|lautet|est|\xe8)$")
_FEW = 4
_LINE_LONGEST = 160

_BELOW = re.compile(
    rb"(?:[^\n:=\"'{}()]|\([^()\n]{1,24}\)){0,60}(?::|[ ](?:lautet|ist|is|est|\xe8)(?=[ ]*\r?\n))[ \t*_]{0,6}"
    # `siehe unten`: what says that it stands below
    rb"(?i:(?:siehe |s\. |see |voir |vedi )?(?:unten|below|ci-dessous|plus bas|sotto|qui sotto))?[ \t.:]{0,3}\r?\n"
    rb"(?:[ \t]{0,8}\r?\n|[ \t]{0,8}'''[a-z]{0,12}\r?\n){0,2}"
)
_ALONE_BELOW = re.compile(rb"[ \t]{0,4}\r?\n[ \t]{0,4}([^\s]{6,64})[ \t]{0,4}(?:\r?\n|$)")
_LISTED = re.compile(
    rb"[ \t>]{0,8}(?:[\-*\x7f]|[0-9]{1,2}[.)])?[ \t]{0,3}[\"'*]{0,2}([^\s\"'*]{5,128}"
    rb"|[A-Za-z0-9]{3,12}(?:[ ][A-Za-z0-9]{3,12}){2,9})"
    rb"[\"'*]{0,2}[ \t]{0,4}(?:\r?\n|$)"
)
# `- Bexio: …`, `* Xero - … (since May)`
_NAMED = re.compile(
    rb"[ \t>]{0,8}(?:[\-*\x7f]|[0-9]{1,2}[.)])[ \t]{0,3}[^\n:=]{2,48}?(?:[ ]?(?::|=>?|->|\x7f)|[ ]-)[ \t]{1,4}"
    rb"[\"'`]?([^\s\"'`*]{5,64})[\"'`]?[ \t]{0,4}(?:[(,;][^\n]{0,80})?(?:\r?\n|$)"
)
_MOST = 64
_LEADS_TO_A_ROW = re.compile(rb"(?:e?s|er)?[^\n.:;=\"'{}()]{0,32}:[ ]")
_IN_A_ROW = re.compile(
    rb"(?:[,;/][ ]{0,2}|[ ])?(?:(?:and|und|et|e|or|oder|ou|o)[ ])?[\"'`]?([^\s\"'`:]{5,64}?)[\"'`]?(?=[,;.?]?(?:\s|$))"
)
_CALLED_SO = re.compile(rb"(?i)\b(?:class|id|name|named|called|heisst|selector|attribute|feld|field)[ ][\"'`]?$")
_CALLED_NEAR = 24


def value_start(data: bytes, at: int) -> int:
    """Where the value of a label of secrets begins, behind a type or the mark of a block."""
    for leading in (_TYPE, _BLOCK, _MEMBER, _SORT_OF_TEXT):
        found = leading.match(data, at)
        if found:
            return found.end()
    return at


def in_braces(data: bytes, at: int) -> Iterator[Found]:
    """`PWD={…}`, as ODBC has it where a value holds a semicolon; `{{…}}`, as wikis write what was typed."""
    braced = _IN_BRACES.match(data, at)
    filled_in = braced and braced[0].startswith(b"{{") and _FILLED_IN.fullmatch(braced[1])
    if braced and is_guess(braced[1].replace(b";", b"-")) and not filled_in:
        yield _found(data, *braced.span(1))


def alone(data: bytes, start: int, at: int) -> Iterator[Found]:
    """A word of letters, or a phrase, that is all that stands behind a label on its line. `start`: of the label."""
    label = data[start:at]
    if not _OF_PASSWORDS.search(label) or not _BEGINS_LINE.search(data, max(0, start - 16), start):
        return
    stop = data.find(b"\n", at, at + _LINE_LONGEST)
    line = data[at : stop if stop >= 0 else min(len(data), at + _LINE_LONGEST)]
    text = line.strip(b" \t\r\"'*_")
    begin = at + line.find(text) if text else at
    if (
        IN_FOURS.fullmatch(text)
        or (
            _OF_PHRASES.search(label)
            and _PHRASE.fullmatch(text)
            and not _DESCRIBED.match(text)
            and not _ASKED_FOR.match(text)
            and not _is_elsewhere(text)
            and b"." not in line
            and _REPORTED.isdisjoint(text.lower().split())
        )
        or (
            _LETTERS.fullmatch(text)
            and text.lower() not in NO_VALUE
            and not _CAMEL.search(text)
            and not is_example(text)
        )
    ):
        yield _found(data, begin, begin + len(text))


def _is_elsewhere(text: bytes) -> bool:
    """`bei der IT anfragen`, `same as last time`: where to find it, and no words drawn by lot."""
    if agreed := _AS_AGREED.match(text.lower()):
        told = text[agreed.end() :].decode("latin-1").lower().split()
        return len(told) < _FEWEST_OF_A_PHRASE or not SAID_OF_ANYTHING.isdisjoint(told)
    first, *others = text.decode("latin-1").lower().split()
    return first in _LEADS_ELSEWHERE and not SAID_OF_ANYTHING.isdisjoint(others)


def below(data: bytes, at: int) -> Iterator[Found]:
    """`Das Passwort lautet:` and `Passwords to test:`: what the lines below hold, one each, or the same line in a row.
    `at`: behind the word.
    """
    yield from _in_a_row(data, at)
    led = _BELOW.match(data, at)
    line = led.end() if led else len(data)
    for _ in range(_MOST):
        listed = _LISTED.match(data, line, line + _LINE_LONGEST) or _NAMED.match(data, line, line + _LINE_LONGEST)
        if listed is None:
            return
        text = listed[1].rstrip(b".,;")
        if b" " in text:
            if not (IN_FOURS.fullmatch(text) or _PHRASE.fullmatch(text)):
                return
        elif not (is_guess(text) or is_joined_phrase(text)):
            return
        yield _found(data, listed.start(1), listed.start(1) + len(text))
        line = listed.end()


def on_line_below(data: bytes, start: int, at: int) -> Iterator[Found]:
    """`Passwort` alone on its line, as forms are copied, the value alone on the next. `start`, `at`: of the word."""
    begins = data[start - 1 : start] in {b"", b"\n"} or data[max(0, start - 2) : start] in {b"- ", b"* "}
    if begins and (value := _ALONE_BELOW.match(data, at, at + _LINE_LONGEST)):
        text = value[1]
        if is_guess(text) or is_strong(text) or is_joined_phrase(text):
            yield _found(data, *value.span(1))


def _in_a_row(data: bytes, at: int) -> Iterator[Found]:
    """`Passwords we use: …, … and …`. `at`: behind the word, which may be in the plural."""
    led = _LEADS_TO_A_ROW.match(data, at)
    place = led.end() if led else len(data)
    for number in range(_MOST):
        told = _IN_A_ROW.match(data, place)
        text = told[1].rstrip(b".,;:?)") if told else b""
        parted = told is not None and (number == 0 or told.start(1) > place + 1)
        if not told or not parted or not (is_guess(text) or is_joined_phrase(text)):
            return
        yield _found(data, told.start(1), told.start(1) + len(text))
        place = told.end()


def phrase(data: bytes, start: int, at: int) -> Iterator[Found]:
    """`the passphrase is "…"`, `… lautet: lavande violon cerise hirondelle`. `start`, `at`: of the word, behind it.

    What is told of passphrases has words such as `a` and `the`; who draws one by lot, has none.
    """
    of_phrases = b"phras" in data[start:at].lower() or b"frase" in data[start:at].lower()
    quoted = _QUOTED_PHRASE.match(data, at, at + _LINE_LONGEST) if b'"' in data[at : at + _LINE_LONGEST] else None
    if quoted:
        words = quoted[1].decode("latin-1").lower().split()
        if not _OF_PHRASES.search(quoted[1]) and (of_phrases or SAID_OF_ANYTHING.isdisjoint(words)):
            yield _found(data, *quoted.span(1))
        return
    two = _TWO_QUOTED.match(data, at, at + _LINE_LONGEST)
    if two:
        words = two[1].decode("latin-1").lower().split()
        if SAID_OF_ANYTHING.isdisjoint(words) and not any(map(is_said, words)) and not _OF_PHRASES.search(two[1]):
            yield _found(data, *two.span(1))
        return
    spelt = _SPELT.match(data, at, at + _LINE_LONGEST)
    if spelt:
        yield _found(data, *spelt.span(1))
        return
    fours = in_fours(data, start, at)
    if fours:
        yield _found(data, *fours)
        return
    joined = _JOINED_PHRASE.match(data, at, at + _LINE_LONGEST)
    if joined and (of_phrases or is_lot_of_words(joined[1].split(b"-"))):
        yield _found(data, *joined.span(1))
    told = _TOLD_PHRASE.match(data, at, at + _LINE_LONGEST)
    if told is None:
        return
    words = told[2].decode("latin-1").lower().split()
    drawn = SAID_OF_ANYTHING.isdisjoint(words) and told[2].islower() and len(words) > 3
    if not of_phrases:  # `Das Passwort lautet ab heute: Honig Bergsee …`
        if drawn and len(words) > _FEW and _IS.search(told[1]) and not any(map(is_said, words)):
            yield _found(data, *told.span(2))
        if NO_NAMES.isdisjoint(words) and _SAID_TO_BE.search(told[1]) and _PHRASE.fullmatch(told[2]):
            yield _found(data, *told.span(2))
        return
    sentence = told[2][:1].isupper() and (told[1].endswith(b":") or any(word.isdigit() for word in words))
    if drawn or sentence:
        yield _found(data, *told.span(2))


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.85, "secret-line")


def is_called(data: bytes, token: re.Match[bytes]) -> bool:
    """`the password field has the class form-control-2`: what it is called."""
    return _CALLED_SO.search(data, max(0, token.start() - _CALLED_NEAR), token.start()) is not None


def stands_in_brackets(data: bytes, token: re.Match[bytes]) -> bool:
    """`hat mir sein Passwort gegeben (Milano_2026)`"""
    return data[token.start() - 1 : token.start()] == b"(" and data[token.end() : token.end() + 1] == b")"

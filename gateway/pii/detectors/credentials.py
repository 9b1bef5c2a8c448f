"""Secrets where the syntax of a program tells them: in a statement, an attribute, an argument, a header, a cookie."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.credential_forms import FORMS
from gateway.pii.detectors.likely_passwords import A_TERM, LIKE, is_strong, looks_made_up, plausible_secret
from gateway.pii.detectors.object_ids import GUARDS
from gateway.pii.detectors.random_values import is_example, is_random, kinds_of
from gateway.pii.detectors.worded_forms import WORDED_FORMS, is_password_of_letters
from gateway.pii.linear import Pattern, compiled
from gateway.pii.prefilter import Together
from gateway.pii.view import ALNUM, Found, Rule, View

_ALL_FORMS = (*FORMS, *WORDED_FORMS)
_PATTERNS = tuple((compiled(rb"(?i)" + probe), re.compile(rb"(?i)" + form)) for probe, form in _ALL_FORMS)
_OF_WORDS = frozenset(form for _, form in _PATTERNS[len(FORMS) :])
_TOGETHER = Together(probe for probe, _ in _PATTERNS)
_FORM_LONGEST = 320
# `{"api_key", "custom_config"}`: a list of names.
_NAMED_FIRST = _PATTERNS[0][1]
_A_NAME_TOO = re.compile(
    rb"[\"'](?:_[a-z]+|[a-z]+(?:_[a-z]+)+|[A-Z]+(?:_[A-Z]+)+|[a-z]+(?:[A-Z][a-z]+)+|(?:[A-Z][a-z]+){2,})[\"']"
)

# `define('AUTH_KEY', '…')`: salts of all signs, also of those at which other values end.
_DEFINED = rb"(?i)define\([ ]?[\"'][a-z_]*(?:key|salt|password|secret|token)[\"'],"
_DEFINED_PATTERN, _PLAIN = compiled(_DEFINED), re.compile(rb"[\w.,:;/\- ]+|[^0-9]+")
# What is folded to a quote may stand amid the signs, too: the last one closes.
_DEFINED_VALUE = re.compile(rb"[ \t]{0,16}(?:'((?:[^'\n]|'(?![ ]?\))){8,200})'|\"((?:[^\"\n]|\"(?![ ]?\))){8,200})\")")

_COOKIES = rb"(?i)cookies?[\"']?[ ]?[:=]|--cookie[ ]|\bcurl[ ][^\n]*[ ]-b[ ]"
_COOKIES_PATTERN = compiled(_COOKIES)
_COOKIE = re.compile(rb"([A-Za-z0-9_.\-]{1,64})=([^\s;,\"']{12,4000})")
_PLAIN_COOKIES = re.compile(
    rb"(?i)^(?:path|domain|expires|max-age|samesite|_ga|_gid|_gat|lang|locale|theme|consent|[a-z_.\-]*" + GUARDS + rb")"
)
_GUARDS_A_FORM = re.compile(rb"(?i)" + GUARDS + rb"[_\-]?(?:token|[\"'])")
_COOKIES_LONGEST = 8192

# `admin / …`, `root:…`, in cells of HTML: names of accounts that everybody knows, and what cannot be a path or a port.
_ACCOUNT = (
    rb"(?i)(?:admin|administrator|root|sa|superuser|sysadmin|webmaster)(?:[ ]{0,2}[/:|][ ]{0,2}|[ ]|</td><td>)"
    rb"[^\s\-/:|\"'<>(){}][^\s/:|\"'<>(){}]{5}"
)
# `Drucker: admin / 388164`
_OF_DIGITS = re.compile(rb"[0-9]{5,10}(?=[ ]*(?:[,;(\n]|$))")
_ACCOUNT_PATTERN = compiled(rb"(?:^|[^A-Za-z0-9/._\-@])" + _ACCOUNT)
_REST = re.compile(rb"[^\s/:|\"'<>(){}]{6,64}")
_NO_PASSWORD = re.compile(
    rb"(?i)\.[a-z]{1,5}$|^v?[0-9.]+$|^v[0-9]|^(?-i:[A-Z]?[a-z]+|[A-Z]+)[._\-]?[0-9]{1,2}$|^[a-z]+-[a-z]+$"
)

# `NAS: backup / …`: names of accounts that are words of every day, too.
_SERVICE = (
    rb"(?i)[:\-,(][ ](?:backup|deploy|ci|guest|gast|postgres|mysql|oracle|ubuntu|pi|ftp|jenkins|git|svc[a-z_\-]*"
    rb"|service|operator|support|monitor|nagios|vagrant|ansible|dbadmin|ospite|invit\xe9)"
    rb"[ ][/|][ ][^\s/:|\"'<>(){}]{6}"
)
_SERVICE_PATTERN = compiled(_SERVICE)

# The words from which a wallet or an account is restored.
_PHRASE = (
    rb"(?i)(?:seed|recovery|mnemonic|backup|wiederherstellung|r\xe9cup\xe9ration|recupero|wallet|metamask|trezor|electrum|merkw\xf6rter"
    rb"|mots secrets|parole segrete|secret words|(?:12|24|zw\xf6lf|twelve|douze|dodici)"
    rb" (?:words|w\xf6rter|mots|parole))"
)
_TWELVE = rb"[a-z\xdf-\xff]{3,9}(?:[ ,]{1,2}[a-z\xdf-\xff]{3,9}){11,23}"
_PHRASE_PATTERN = compiled(_PHRASE + rb"[^\n]{0,40}[ :=\n\"'](?-i:" + _TWELVE + rb")(?:[^A-Za-z\xc0-\xff]|$)")
_WORDS = re.compile(_TWELVE)
# The same in a numbered list, which may go on from line to line.
_NUMBERED_WORD = rb"[0-9]{1,2}[.):]?[ \t]*[a-z\xdf-\xff]{3,9}"
_NUMBERED_WORDS = _NUMBERED_WORD + rb"(?:[ \t,;|]*\r?\n?[ \t]*" + _NUMBERED_WORD + rb"){11,23}"
_NUMBERED_PHRASE_PATTERN = compiled(_PHRASE + rb"[^0-9]{0,60}(?-i:" + _NUMBERED_WORDS + rb")")
_NUMBERED = re.compile(_NUMBERED_WORDS)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    occurring = _TOGETHER.occurring(data)
    for probe, form in _PATTERNS:
        if probe in occurring:
            yield from _in_form(data, probe, form)
    for _, end in _DEFINED_PATTERN.spans(data):
        value = _DEFINED_VALUE.match(data, end)
        text = value[value.lastindex or 0] if value else b""
        if value and (not _PLAIN.fullmatch(text) or is_random(text)) and not is_example(text):
            yield _found(data, *value.span(value.lastindex or 0))
    yield from _in_cookies(data)
    for _, end in _ACCOUNT_PATTERN.spans(data):
        yield from _of_account(data, end - 6)
    for _, end in _SERVICE_PATTERN.spans(data):
        value = _REST.match(data, end - 6)
        text = value[0].rstrip(b".,;!?") if value else b""
        if value and is_strong(text) and not A_TERM.match(text):
            yield from _value(data, value.start(), value.start() + len(text))
    for pattern, listed in ((_PHRASE_PATTERN, _WORDS), (_NUMBERED_PHRASE_PATTERN, _NUMBERED)):
        for start, end in pattern.spans(data):
            words = listed.search(data, start, end)
            if words:
                yield _found(data, *words.span())


def _in_form(data: bytes, probe: Pattern, form: re.Pattern[bytes]) -> Iterator[Found]:
    """Values of a form of `credential_forms`; of some forms a plain word counts, too."""
    at = 0
    while (start := probe.first_within(data, at, _FORM_LONGEST)[0]) >= 0:
        at = start + 1
        whole = form.match(data, start, start + _FORM_LONGEST)
        if not whole:
            continue
        at = whole.end()
        if _GUARDS_A_FORM.search(whole[0]):
            continue
        if form is _NAMED_FIRST and _A_NAME_TOO.fullmatch(whole[whole.lastindex or 0]):
            continue
        span = whole.span(whole.lastindex or 0)
        if form not in _OF_WORDS:
            yield from _value(data, *span)
        elif is_password_of_letters(data[slice(*span)]):
            yield _found(data, *span)


def _in_cookies(data: bytes) -> Iterator[Found]:
    done = 0
    for _, at in _COOKIES_PATTERN.spans(data):
        begin, limit = max(at, done), min(at + _COOKIES_LONGEST, len(data))
        line_end = data.find(b"\n", begin, limit)
        done = line_end if line_end > 0 else limit
        for cookie in _COOKIE.finditer(data, begin, done):
            if _opaque(cookie[2]) and not _PLAIN_COOKIES.match(cookie[1]):
                yield _found(data, *cookie.span(2))


def _of_account(data: bytes, start: int) -> Iterator[Found]:
    """What stands at `start`, behind the name of an account and a sign or a blank."""
    value = _REST.match(data, start)
    if not value:
        return
    end = start + len(value[0].rstrip(b".,;!?"))
    text = data[start:end]
    if data[start - 2 : start] == b"/ " and _OF_DIGITS.match(data, start):
        yield _found(data, start, end)
        return
    likely = _mixed(text) and looks_made_up(text) and not _NO_PASSWORD.search(text)
    if data[start - 1 : start] == b" " and data[start - 2] in ALNUM:  # `admin …`
        likely = likely and len({*kinds_of(text)}) == 4 and is_strong(text)
    if likely and data[value.end() : value.end() + 1] != b"/":
        yield from _value(data, start, end)


def _value(data: bytes, start: int, end: int) -> Iterator[Found]:
    while end > start and data[start] in b"\"'`":
        start += 1
    while end > start and data[end - 1] in b"\"'`":
        end -= 1
    if _ASKS.fullmatch(data, start, end):  # `InputBox("Passwort?")`
        return
    length = plausible_secret(data[start:end], structural=True)
    text = data[start : start + length]
    if length and _mixed(text) and not (LIKE.fullmatch(text) and _ACCESS.search(data, max(0, start - _NEAR), start)):
        yield _found(data, start, start + length)


_ASKS = re.compile(rb"(?i)(?:passwor[dt]|kennwort|mot de passe|passphrase|token|pin)[ ]?[?:]")
# `authorization: role-based`: how access is given.
_ACCESS, _NEAR = re.compile(rb"(?i)(?:authori[sz]ation|authentication)[\"']?[ ]?[:=][ ]{0,2}[\"']?$"), 24


def _mixed(text: bytes) -> bool:
    """No plain word: letters and digits, or a sign, or capitals where none belong."""
    return len({*kinds_of(text)}) > 1 and not (text.isalpha() and text.istitle())


def _opaque(text: bytes) -> bool:
    return any(48 <= byte <= 57 for byte in text) and any(byte in ALNUM for byte in text) and not is_example(text)


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.92, "secret-syntax")


RULES = (
    Rule(
        "secret-syntax",
        ("secret",),
        (
            *(rb"(?i)" + probe for probe, _ in _ALL_FORMS),
            _DEFINED,
            _COOKIES,
            _ACCOUNT.replace(rb"{5}", b""),
            _SERVICE.replace(rb"{6}", b""),
            _PHRASE,
        ),
        _find,
    ),
)

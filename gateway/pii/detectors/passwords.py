"""Passwords and keys without a shape of their own: behind a word that announces them, in code, settings and prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.account_passwords import HARD
from gateway.pii.detectors.likely_passwords import (
    A_TERM,
    ADDRESS,
    CODE,
    KNOWN,
    PATH,
    TOKEN,
    WORD,
    is_drawn,
    is_guess,
    is_mixed,
    is_strong,
    is_word_and_number,
    looks_made_up,
)
from gateway.pii.detectors.object_ids import GUARDS, PLACES
from gateway.pii.detectors.password_lines import below, on_line_below, phrase
from gateway.pii.detectors.password_sentences import ANOTHER, BREATH, COUNTED, told_in_same_breath, told_near
from gateway.pii.detectors.password_uses import beside, used, used_as
from gateway.pii.detectors.phrases import is_compound, is_joined_phrase
from gateway.pii.detectors.random_values import entropy, is_example, is_random, kinds_of
from gateway.pii.detectors.vehicles import is_a_car
from gateway.pii.detectors.worded_forms import is_password_of_letters
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_PASSWORDS = (
    rb"pass(?:word|wort|w\xf6rter|phrase|code)|\bpas(?:word|wort)|\b(?:the|my|your|our|das|mein|dein|le|il) pass\b"
    rb"|,[ ]pass\b|\b(?:new|old|temp|neues?|nouveau|nuova) pass\b"
    rb"|\b(?:as|als|comme|come|mon|ton|notre|votre) passe?\b|\bpass for (?:the|my|our|your)\b"
    rb"|\b(?:wlan|wi-?fi)[ ]?[?]"
    # written so that it passes other filters
    rb"|passw0r[dt]|p@ssw[o0]r[dt]|pa55w[o0]r[dt]|p4ssw[o0]r[dt]|p@55w[o0]r[dt]"
    rb"|p[ .\-_]a[ .\-_]s[ .\-_]s[ .\-_]w[ .\-_]o[ .\-_]r[ .\-_][dt]\b"
    rb"|kennwort|mots? de passe|motdepasse|\bmdp\b"
    rb"|phrases? (?:secr\xe8te|de passe)|frase segreta|parola d'(?:ordine|accesso)|codes? d'acc\xe8s"
    rb"|(?:neue[rn]?|new|nouveau|nuovo|access|entry|door|login|zugangs?|t\xfcr)[ \-]?code"
    rb"|codice di accesso"
    rb"|(?:\bcode|\bcl\xe9|codice|chiave|\bkey|schl\xfcssel)[ ](?:(?:du|de la|del|della|f\xfcrs?)[ ])?wi-?fi"
    rb"|(?:\b|_)pwd?\b"
    rb"|(?:sudo|root|admin|db|database|vpn|ssh|ftp|wlan|wi-?fi|user|login|mail|zip)[ \-]pass\b"
    rb"|\bpsw\b|(?:\b|_)psk\b|\bpasswd\b|wi-?fi[ -]?(?:code|key|schl\xfcssel)|wlan[ -]?(?:code|key|schl\xfcssel)"
    rb"|(?-i:\bLAPS\b)|schl\xfcssel lautete?\b"
    rb"|\b(?:wlan|wi-?fi)[^\n]{0,40}[ ](?:schl\xfcssel|key|code|cl\xe9|chiave)"
    rb"|netzwerkschl\xfcssel|(?:zugangs|zugriffs|sicherheits)schl\xfcssel|cl\xe9 d'acc\xe8s|chiave d'accesso"
    rb"|(?:cl\xe9|chiave)[ ](?:de (?:s\xe9curit\xe9 )?|du |di (?:sicurezza )?)?(?:r\xe9seau|rete|wireless"
    rb"|sans fil)|cl\xe9s? pr\xe9-?partag\xe9es?"
    rb"|chiave precondivisa|pre-?shared[ \-]key|\bshared[ \-]secret"
    rb"|(?:cl\xe9|chiave|schl\xfcssel|key)[ ]wpa[23]?|wpa[23]?[ \-](?:key|schl\xfcssel|psk|pass)"
)
_WORDS = (
    rb"(?i)(?:" + _PASSWORDS + rb"|parola(?: chiave| d'ordine)?"
    rb"|zugangscode|api[ \-_]?key|api[ \-_]?schl\xfcssel|cl\xe9 (?:api|secr\xe8te)|chiave (?:api|segreta)|secret"
    rb"|token|geheimnis|\bpin\b|\bpuk\b|codice segreto)"
)
_SPOKEN = _WORDS + (
    rb"(?:[^\n\"'.:=]|'[a-z\xdf-\xff]){0,56}?[ ](?:lautete?|betr\xe4gt|ist|war|heisst|hei\xdft|is|was|est|vaut|c'est"
    rb"|sera|\xe9tait"
    rb"|should be|must be|used to be|sollte|devrait \xeatre|doit \xeatre|dovrebbe essere"
    rb"|\xe8|era|sar\xe0|=|:|->|=>|\x7f|set to"
    rb"|gesetzt auf)[ :]{1,3}(?:(?:(?:immer )?noch|immer|(?:einfach )?nur|just|simply|juste|solo|weiterhin|still"
    rb"|always|now|again|toujours|encore|maintenant"
    rb"|sempre|ancora|ora|ab (?:sofort|heute|jetzt|morgen)|from now on|d\xe9sormais)[ :]{1,3})?[\"'`]?"
)
_SPOKEN_PATTERN = compiled(_SPOKEN)
# `db password "…"`, `Password of the guests: …`: what stands there has to look like one all the more.
_TITLED = _WORDS + rb"(?:[ ]{1,2}[\"'`]|[ ][^\n\"'.:=]{1,30}[:=][ ]{1,2}[\"'`]?)"
_TITLED_PATTERN = compiled(_TITLED)
_WORDS_PATTERN = compiled(_WORDS)
_BARE = re.compile(
    rb"(?:[ _\-]?(?:key|access key"
    rb"|schl\xfcssel))?[ :=]{1,3}([A-Za-z0-9/+_\-]{12,128})(?![A-Za-z0-9/+_\-])"
)
# `my key (rk_9f3k…)`: drawn by lot, in brackets behind its word.
_BRACKETED = rb"(?i)(?:key|schl\xfcssel|\bcl\xe9|chiave|token|secret|jeton)[ ]?\([A-Za-z0-9_\-]{12}"
_BRACKETED_PATTERN = compiled(_BRACKETED)
_IN_BRACKETS = re.compile(rb"[A-Za-z0-9_\-]{12,128}(?=\))")
_SHORTEST_BRACKETED, _LONG, _SHORTEST_WORD = 12, 20, 6
_RANDOM = 3.5
_UNDERLINE = ord("_")
_PINS = frozenset((b"pin", b"puk"))
# `existingSecret: my-release-postgresql15`, `publicKeyToken=…` of .NET, `nextPageToken: …`
_NONE_OF_ITS_OWN = re.compile(
    rb"(?:existing|public[ _\-]?key[ _\-]?|pull|tls|:[0-9]{12}:|(?:" + PLACES + rb"|" + GUARDS + rb")[ _\-]?)$"
)
_LONGEST_BEFORE = 24
# `Das Passwort lautet Kingfisher`, `the password is "buttercup"`, `The password is Kingfisher`: what says that a name
# or a word itself follows, and not what it is like. In German things are capital, too.
_NAMED_SO = re.compile(rb"(?i)[ ](?:lautete?|heisst|hei\xdft)[ :]{1,3}[\"'`]?$")
_SAID_OF_IT = re.compile(
    rb"(?i)[ ](?:ist|war|is|was|est|c'est|sera|\xe9tait|\xe8|era|sar\xe0|set to|gesetzt auf)[ :]{1,3}[\"'`]$"
)
_CAPITAL_BEHIND = re.compile(rb"[ ](?:is|was|est|c'est|\xe9tait|\xe8|era)[ :]{1,3}$")
_ENDS_THERE = re.compile(rb"[\"'`]?[ ]?(?:[.,;!)(\n]|$)")
_SAYS_HOW = re.compile(rb"(?i)anders|gleich|ebenso|.*(?:ed|able|ible|lich|isch|ig|iert)")
# `password_hash_algorithm = argon2id`, `PasswordLastSet: 04.11.2025`, `passwordRegex = /…/`: a name that goes on
_OF_ITS_KIND = re.compile(
    rb"(?i)[a-z_\-]{0,24}(?:_(?:id|name|path|arn|uri|url|file)|algorithm|encryption|encoder|hash(?:er|ing)|method|regexp?|pattern|policy|format|age"
    rb"|history|length|(?:set|changed|updated|created|expires|expired|expiry|expiration|reset)(?:_?(?:on|at|date|time))?)"
    rb"[\"']?[ ]{0,16}[:=]"
)
# `The secret name is prod/db/main`
# `SELECT token FROM tokens WHERE user_id = 4711`
_OF_ANOTHER_NAME = re.compile(rb"(?i)[^\n]*[ ,][a-z]+(?:_[a-z]+)*_id[ ]?=[ ]$")
_AMOUNT = re.compile(rb"[0-9][0-9_]*[lLnNuU]?[,;.)]*")  # `3_600_000L`
_LIMITED = re.compile(
    rb"(?i)\b(?:limite?|budget|quota|count|length|size|maximum|minimum|timeout|lifetime|window"
    rb"|per (?:second|minute|hour|day)|l\xe4nge|anzahl|longueur|nombre|lunghezza|numero)\b[^0-9\n]*$"
)  # of tokens, which are counted: `The token limit is`
_RETURNS = re.compile(rb"\)[ ]->[ ]$")  # `def password(self) -> AnyStr`
_MAKES_TOKENS = re.compile(rb"(?i)i[sz]")  # `tokenize = …`
_WHERE_IT_IS = re.compile(rb"(?i)[ ](?:name|path|arn|url|uri|location|folder)[ ](?:is|was|=|:)[ :]")
# How it is written or hashed; `thread-1`, which is no token
_TERM = re.compile(rb"(?i)argon2(?:id?|d)?|[bs]crypt|pbkdf2[a-z0-9_\-]*|sha-?[0-9]{1,3}|md[45]|latin-1|utf-8")
_NUMBERED = re.compile(rb"[a-z]{2,}-[0-9]|[0-9]+\.[0-9]+")  # `thread-1`; `tokens_per_second = 41.7`
_DRAWN = re.compile(rb"(?i)api|token|cl\xe9 api|chiave api")
_EMPHASIZED = re.compile(rb"([*_]{1,2})[A-Za-z\xc0-\xde]?[a-z\xdf-\xff]+\1")  # `the token is *not* stored`
_SETTING = (
    rb"(?i)[A-Z][A-Z0-9_]{1,40}_KEY(?:_(?:BASE64|B64|HEX))?[\"']?[ ]?[:=][ ]?[\"']?(?:base64:)?[A-Za-z0-9+/_\-]{20,128}"
)
_SETTING_PATTERN = compiled(_SETTING)
_NO_SECRET_KEYS = (
    b"PUBLIC", b"PRIMARY", b"CACHE", b"PUB", b"IDEMPOTENCY", b"PARTITION", b"SORT", b"FOREIGN", b"OBJECT", b"S3",
    b"ROW", b"LOOKUP", b"HASH", b"ROUTING", b"SHARD",
)  # fmt: skip
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_KEY_VALUE = re.compile(rb"[A-Za-z0-9+/_\-]{20,128}$")
_PASSWORDS_PATTERN = compiled(rb"(?i)(?:" + _PASSWORDS + rb")")
# `encrypted with …`, `mit … verschlüsselt`
_SEALED = compiled(
    rb"(?i)(?:encrypted|protected|chiffr\xe9e?|prot\xe9g\xe9e?|protett[oa]|cifrat[oa]|gesch\xfctzt|verschl\xfcsselt)[ ]"
    rb"(?:with|by|par|avec|con|da|mit)[ ][^\s]{5}|[ ]mit[ ][^\s]{5,64}[ ](?:verschl\xfcsselt|gesch\xfctzt|gesichert)"
)
_SEAL = re.compile(rb"(?i)[ ](?:with|by|par|avec|con|da|mit)[ ]([^\s]{5,64})")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    yield from used(data)
    yield from _around_words_of_passwords(data)
    yield from _sealed_with(data)
    yield from _spoken(data)
    yield from _behind_title(data)
    yield from _bare_keys(view)
    yield from _keys_in_brackets(data)
    yield from _keys_in_settings(data)


def _around_words_of_passwords(data: bytes) -> Iterator[Found]:
    for start, end in _PASSWORDS_PATTERN.spans(data):
        if (start and 48 <= data[start - 1] <= 57) or is_a_car(data, start):  # `1Password`
            continue
        yield from told_near(data, end)
        yield from below(data, end)
        yield from on_line_below(data, start, end)
        yield from beside(data, start, end)
        yield from phrase(data, start, end)
        yield from used_as(data, start, end)


def _sealed_with(data: bytes) -> Iterator[Found]:
    for start, _ in _SEALED.spans(data):
        seal = _SEAL.search(data, start, start + BREATH)
        text = seal[1].strip(b".,;:!?)(\"'`*") if seal else b""
        likely = is_guess(text) and (not A_TERM.match(text) or is_word_and_number(text))
        if seal and (likely or is_joined_phrase(text)):
            yield _found(seal.start(1) + seal[1].index(text), text, 0.85, "secret-told")


def _spoken(data: bytes) -> Iterator[Found]:
    """`Das Passwort für … lautet …`, and what the same sentence tells behind it."""
    for start, end in _SPOKEN_PATTERN.spans(data):
        word_end = _WORDS_PATTERN.first(data, start)[1]
        if (
            ANOTHER.search(data, start, end)
            or _WHERE_IT_IS.match(data, word_end, end)
            or _OF_ANOTHER_NAME.match(data, word_end, end)
            or _RETURNS.search(data, start, end)
            or _MAKES_TOKENS.match(data, word_end)
        ):
            continue
        value = TOKEN.match(data, end)
        if value is None:
            continue
        # `PASSWORD_RESET_TIMEOUT = 3600`, `The token limit is 128000`
        a_number = _AMOUNT.fullmatch(value[0]) is not None
        drawn = _DRAWN.match(data, start) is not None
        limited = drawn and _LIMITED.search(data, word_end, end) is not None
        a_number = a_number and (data[word_end] == _UNDERLINE or limited)
        no_pin = data[start : start + 3].lower() in _PINS and not value[0][:1].isdigit()
        text = value[0].rstrip(b".,;:!?)")
        if a_number or no_pin or (text.isdigit() and COUNTED.match(data, end + len(text))):
            continue
        sure = is_mixed(text) or is_drawn(text) or (is_strong(text) and HARD.match(text) is not None)
        if not sure and _OF_ITS_KIND.match(data, word_end, end):
            continue
        if _is_spoken(text, drawn=drawn) or _is_word_told(data, start, end, text):
            yield _found(end, text, 0.92, "secret-spoken")
            yield from told_in_same_breath(data, end + len(text), text)


def _is_spoken(text: bytes, *, drawn: bool) -> bool:
    """Whether it is told: what is `drawn` by lot, behind a word of keys, or a password, which people choose."""
    if len(text) < 4 or is_example(text) or CODE.match(text) or ADDRESS.match(text) or PATH.fullmatch(text):
        return False
    if WORD.fullmatch(text) or _EMPHASIZED.fullmatch(text) or _TERM.fullmatch(text):
        return text in KNOWN
    if drawn and _NUMBERED.fullmatch(text):
        return False
    return text in KNOWN or (looks_made_up(text, drawn=drawn) and not is_compound(text))


def _is_word_told(data: bytes, start: int, end: int, text: bytes) -> bool:
    """Whether a plain word behind `Das Passwort lautet` from `start` to `end` is the password."""
    if (
        len(text) < _SHORTEST_WORD
        or not is_password_of_letters(text)
        or _PASSWORDS_PATTERN.first(data, start)[0] != start
    ):
        return False
    if not _ENDS_THERE.match(data, end + len(text)) or _SAYS_HOW.fullmatch(text):
        return False
    quoted = (
        _SAID_OF_IT.search(data, start, end) is not None
        and data[end + len(text) : end + len(text) + 1] == data[end - 1 : end]
    )
    capital = text.istitle() and _CAPITAL_BEHIND.search(data, start, end) is not None
    return quoted or capital or _NAMED_SO.search(data, start, end) is not None


def _behind_title(data: bytes) -> Iterator[Found]:
    for _, end in _TITLED_PATTERN.spans(data):
        value = TOKEN.match(data, end)
        text = value[0].rstrip(b".,;:!?)") if value else b""
        if is_strong(text):
            yield _found(end, text, 0.9, "secret-spoken")


def _bare_keys(view: View) -> Iterator[Found]:
    """`token eyJ…`, `AWS secret wJal…`: long, and no word."""
    data = view.data
    for start, end in _WORDS_PATTERN.spans(data):
        value = _BARE.match(data, end)
        if value is None or is_example(value[1]):
            continue
        if _NONE_OF_ITS_OWN.search(view.lower[max(0, start - _LONGEST_BEFORE) : start]):
            continue
        long = len(value[1]) >= _LONG and entropy(value[1]) > _RANDOM and len({*kinds_of(value[1])}) > 2
        if long or is_mixed(value[1]) or is_drawn(value[1]):
            yield _found(value.start(1), value[1], 0.9, "secret-bare")


def _keys_in_brackets(data: bytes) -> Iterator[Found]:
    for _, end in _BRACKETED_PATTERN.spans(data):
        value = _IN_BRACKETS.match(data, end - _SHORTEST_BRACKETED)
        if value and (is_random(value[0], looser=True) or is_mixed(value[0])) and not is_example(value[0]):
            yield _found(value.start(), value[0], 0.85, "secret-bare")


def _keys_in_settings(data: bytes) -> Iterator[Found]:
    """`AZURE_OPENAI_KEY=84d2…`: a setting, long, and no word."""
    for start, end in _SETTING_PATTERN.spans(data):
        value = _KEY_VALUE.search(data, max(start, end - 128), end)
        named = data[start:end].upper().partition(b"_KEY")[0]
        if not value or named.endswith(_NO_SECRET_KEYS) or _UUID.fullmatch(value[0]):
            continue
        if any(48 <= byte <= 57 for byte in value[0]) and entropy(value[0]) > 3 and not is_example(value[0]):
            yield _found(value.start(), value[0], 0.9, "secret-setting")


def _found(start: int, text: bytes, confidence: float, rule: str) -> Found:
    return Found(start, start + len(text), "secret", text.decode("latin-1"), confidence, rule)


RULES = (
    Rule(
        "secret-spoken",
        ("secret",),
        (
            _WORDS,
            (
                rb"(?i:encrypted|protected|chiffr\xe9e?|prot\xe9g\xe9e?|protett[oa]|cifrat[oa]|gesch\xfctzt"
                rb"|verschl\xfcsselt|gesichert)"
            ),
            rb"(?i)_key(?:_(?:base64|b64|hex))?[\"']?[ ]?[:=]",
            _BRACKETED.replace(rb"{12}", b""),
        ),
        _find,
    ),
)

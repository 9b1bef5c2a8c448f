"""Secrets by the name that they are assigned to, whatever the language: a name that ends in a word of secrets.

`encKey = "…"`, `requirepass: …`, `<bottoken>…</bottoken>`, `--smtpPass …`, `set passwd …`: settings have thousands of
names, and end in one of a few dozen words. What is only called a key or a code (`sortKey`, `countryCode`) is told apart
by the word before, and by its value, which has to be drawn by lot or made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gateway.pii.detectors.likely_passwords import A_TERM, is_drawn, is_guess, is_mixed, is_strong, plausible_secret
from gateway.pii.detectors.object_ids import GUARDS, PLACES
from gateway.pii.detectors.phrases import is_joined_phrase, is_lot_of_words
from gateway.pii.detectors.random_values import is_example, is_random, kinds_of
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_WORDS_OF_SECRETS = (
    rb"(?:passwor[dt]|passwd|passphrase|passcode|pass|psw|pwd|pw|psk|secret|token|tok|creds?|credentials?"
    rb"|kennwort|mdp|mot[_\-]?de[_\-]?passe|parola[_\-]?chiave|senha|wachtwoord|lozenord|l\xf6senord|has\xb3o|haslo|salasana|passord"
    rb"|heslo|sifre|parola|contrase(?:n|\xf1)a"
    rb"|key|auth|salt|pepper|pin|puk|pincode|code|seed|mnemonic|phrase|schl\xfcssel|schluessel|community)"
)
# `apiKeyBase64`, `secret_2`: in what form or which of several.
_FORM_OF_VALUE = rb"[_\-.]?(?:value|raw|b64|base64|hex|plain|string|text|[0-9]{1,2})"
_ENDING = _WORDS_OF_SECRETS + rb"(?:" + _FORM_OF_VALUE + rb")?"
_SET_TO = rb"[\"'\]]{0,2}[ \t]{0,4}(?:=>|:=|\?=|=|:|<-|->)[ \t]{0,4}"
_ASSIGNED = rb"(?i)" + _ENDING + rb"(?:" + _SET_TO + rb"|>|\t)(?:[rbuln@]{0,2}[\"'`])?[^\s\"'`<>=]"
_FLAG = rb"(?i)(?:(?:^|[ \n])-{1,2}[a-z0-9_.\-]*|\bset[ ]+[a-z0-9_.\-]*)" + _WORDS_OF_SECRETS + rb"[ ]+[\"']?[^\s\"'\-]"
# `password      …`: a name and its value in two columns, a line of their own
_COLUMNS = rb"(?i)(?:^|\n)[ \t]*[a-z0-9_.\-]*" + _WORDS_OF_SECRETS + rb"[ ][ ]+[\"']?[^\s\"'\-|]"
# `PASSWORDS = ["…", "…"]`, `SECRETS = {"db": "…", "mail": "…"}`
_LISTED = rb"(?i)" + _WORDS_OF_SECRETS + rb"s" + _SET_TO + rb"[\[({][ \t\r\n]*[\"']"
_ASSIGNED_PATTERN, _FLAG_PATTERN, _COLUMNS_PATTERN, _LISTED_PATTERN = map(
    compiled, (_ASSIGNED, _FLAG.replace(rb"]*", rb"]{0,32}"), _COLUMNS.replace(rb"]*", rb"]{0,32}"), _LISTED)
)
_LISTED_VALUE = re.compile(
    rb"[\s,]{0,40}(?:[\"'][A-Za-z0-9_.\- ]{1,48}[\"'][ ]{0,2}(?::|=>)[ ]{0,2})?(?:\"([^\"\n]{1,256})\""
    rb"|'([^'\n]{1,256})')"
)
_A_PATH = re.compile(rb"[a-z0-9_.\-]+(?:/[a-z0-9_.\-]+){2,}")  # `secrets: ["projects/1/secrets/db"]`
_MOST_LISTED, _ENDS_LINE = 64, re.compile(rb"[\"']?[ \t]*(?:\r?\n|$)")

_NAME_LONGEST: Final = 48
_NAME_BEFORE = re.compile(rb"[A-Za-z0-9_.\-\xc0-\xff]{0,48}\Z")
_NAME = re.compile(rb"[A-Za-z0-9_.\-\xc0-\xff]+")
_NAME_ENDS = re.compile(rb"(?i)(?P<word>" + _WORDS_OF_SECRETS + rb")(?:" + _FORM_OF_VALUE + rb")?$")
_SHORTEST = 5
_VALUE = re.compile(rb"[^\s\"'`<>]{5,256}")
_NEXT_SETTING = re.compile(rb"[;&](?=[A-Za-z_]{2,24}=)")
_ENCODED = b"base64:"
# No path, no address and no call.
_ONE_PIECE = re.compile(rb"(?!\.?/)[A-Za-z0-9+/_\-.~:|]+={0,2}")
# `{"auths": {"registry.acme.ch": {"auth": "…"}}}`: a name and a password in base64.
_PADDED = re.compile(rb"[A-Za-z0-9+/]{16,}={1,2}")
# `arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db`: where it is kept.
_OF_AN_ACCOUNT_AT_AMAZON = re.compile(rb":[0-9]{12}:$")

# `BORG_PASSPHRASE='mirror tunnel thunder kettle'`
_OF_PHRASES = re.compile(
    rb"(?i)(?:pass(?:wor[dt]|phrase|wd)?|kennwort|phrase|mnemonic|seed|pwd?|psk|[a-z]_secret(?:_key)?|secret_key)[_0-9]{0,3}$"
)
_QUOTED_WORDS = re.compile(rb"[\"'`]([a-z\xdf-\xff]{3,16}(?:[ \-][a-z\xdf-\xff]{3,16}){2,23})[\"'`]")
_REST_OF_WORDS = re.compile(rb"([a-z\xdf-\xff]{3,16}(?:[ ][a-z\xdf-\xff]{3,16}){3,23})[ ]*(?:[\r\n]|$)")
_WORDS_OF_SENTENCES: Final = frozenset(
    b"the your please enter password passwort ist must and der die das mit pour votre les".split()
)

_OF_MUCH_ELSE: Final = frozenset(
    b"key auth salt pepper pin code seed phrase community tok schl\xfcssel schluessel".split()
)
"""Tell a secret only behind a word of `_OF_SECRETS`."""

_TOLD_ALONE: Final = frozenset((b"key", b"auth", b"salt", b"seed"))
"""Of these the ones that tell one with no word before, if it was drawn by lot."""

_OF_PASSWORDS: Final = frozenset(b"password passwort passwd passphrase pass pwd pw psw psk kennwort mdp".split())
"""What these lead to may be words drawn by lot; of secrets and tokens words are as often a name."""

_ONE_OF_SEVERAL = re.compile(rb"[a-z]{2,}-[0-9]{1,2}")  # `token=worker-3`, of a lock

_ENDINGS_OF_WORDS: Final = frozenset((b"pass", b"pw", b"pwd", b"psk", b"cred", b"creds"))
"""Other words end so: `bypass`, `compass`, `sacred`."""

_OF_HASHES: Final = frozenset((b"salt", b"pepper"))
"""`hash_salt` is one, `hash_key` is not."""

_OF_SECRETS = re.compile(
    rb"(?:api|access|auth|hash|app|master|shared?|sharedaccess|secret|sign(?:ing|ature)?|enc(?:ryption|rypt)?|dec(?:rypt)?"
    rb"|crypto|cipher|aes|des|rsa|hmac|mac|jwt|jwk|sas|private|priv|service|session|sess|cookie|csrf|license|licence"
    rb"|lizenz|serial|product|activation|webhook|bot|client|storage|account|admin|root|ssh|ssl|vpn|wpa|wep|wifi"
    rb"|ipsec|otp|totp|mfa|[2t]fa|basic|http|proxy|unlock|recovery|backup|pin|puk|snmp|ro|rw|db|vault|user|login"
    rb"|security|deploy|deployment|integration|subscription|consumer|partner|merchant|maps?|server|node|device|wallet"
    rb"|seed|password|pw|refresh|bearer|x|zugangs|zugriffs|sicherheits|aktivierungs|freischalt)$"
)
_NOT_OF_SECRETS = re.compile(
    rb"(?:existing|pull|tls|public(?:[_\-]?key)?|pub|primary|foreign|sort|partition|cache|row|object|lookup|hash|routing|shard"
    rb"|translation|group|item"
    rb"|idempotency|idempotent|correlation|dedup|i18n|message|query|map|parent|business|natural|unique|composite"
    rb"|compass|by|no|max|min|num|total|prompt|completion|input|output|stop|eos|bos|pad|sep|cls|mask|unk|next|page|sync"
    rb"|continuation|random|color|country|error|status|zip|postal|exit|return|lang(?:uage)?|currency|area|source|qr|bar"
    rb"|response|reason|type|event|bus|led|gpio|clk|cs|rst)$"
)
_OPENING_NOTHING = re.compile(rb"(?:" + PLACES + rb"|" + GUARDS + rb")$")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    yield from _listed(data)
    for pattern in (_ASSIGNED_PATTERN, _FLAG_PATTERN, _COLUMNS_PATTERN):
        for start, end in pattern.spans(data):
            value = _VALUE.match(data, end - 1)
            if value is None or (pattern is _COLUMNS_PATTERN and not _ENDS_LINE.match(data, value.end())):
                continue
            at, text = value.start(), _NEXT_SETTING.split(value[0], maxsplit=1)[0].rstrip(b",;.)}]")
            if text.startswith(_ENCODED):
                at, text = at + len(_ENCODED), text[len(_ENCODED) :]
            begin, name = _name(data, start, end)
            if _is_secret(name, text) and not _OF_AN_ACCOUNT_AT_AMAZON.search(view.before(begin, 16)):
                yield _found(data, at, at + len(text))
            elif _OF_PHRASES.search(name):
                words = _QUOTED_WORDS.match(data, end - 2)
                if words is None and name.isupper():  # a setting, and all the rest of its line
                    words = _REST_OF_WORDS.match(data, end - 1)
                    words = words if words and is_lot_of_words(words[1].split()) else None
                if words and _WORDS_OF_SENTENCES.isdisjoint(words[1].split()):
                    yield _found(data, *words.span(1))


def _listed(data: bytes) -> Iterator[Found]:
    """What stands in brackets behind a name in the plural."""
    at = 0
    for start, end in _LISTED_PATTERN.spans(data):
        if start < at:  # in a list already
            continue
        name, at = _name(data, start, end)[1].rstrip(b"sS"), end - 1
        for _ in range(_MOST_LISTED):
            value = _LISTED_VALUE.match(data, at)
            if value is None:
                break
            at = value.end()
            span = value.span(value.lastindex or 0)
            text = data[slice(*span)]
            # `tokens = ["sha256", "v2beta1"]`: only a password may be a word and a number
            if _A_PATH.fullmatch(text):
                continue
            likely = _OF_PHRASES.search(name) is not None or is_strong(text) or _is_lot(text)
            if likely and _is_secret(name, text):
                yield _found(data, *span)


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.85, "secret-assigned")


def _name(data: bytes, start: int, end: int) -> tuple[int, bytes]:
    """Where the whole name begins that ends in the word of secrets between `start` and `end`, and the name."""
    start += len(data[start:end]) - len(data[start:end].lstrip(b" \n-"))
    if data[start : start + 4].lower() in {b"set ", b"set\t"}:
        start += 4
    before = _NAME_BEFORE.search(data, max(0, start - _NAME_LONGEST), start)
    begin = before.start() if before else start
    name = _NAME.match(data, begin, end)
    return begin, name[0] if name else b""


def _is_secret(name: bytes, text: bytes) -> bool:
    """Whether what a setting of this name is set to is a secret: the more of much else it is said, the stricter."""
    ends = _NAME_ENDS.search(name)
    if ends is None or len(text) < _SHORTEST or is_example(text) or not plausible_secret(text, structural=True):
        return False
    word, of = ends["word"].lower(), name[: ends.start()].rstrip(b"_-.").lower()
    if _NOT_OF_SECRETS.search(of) and word not in _OF_HASHES:
        return False
    if word == b"token" and _OPENING_NOTHING.search(of):
        return False
    of_secrets = _OF_SECRETS.search(of) is not None
    # Small letters go on into the word: `relaypass`, but `compass`, too; no `relayPass`, no `relay_pass`.
    runs_on = bool(of) and not (name[ends.start() : ends.start() + 1].isupper() or name[ends.start() - 1] in b"_-.")
    if word in _OF_MUCH_ELSE and not of_secrets:
        padded = word == b"auth" and _PADDED.fullmatch(text) is not None
        return not runs_on and word in _TOLD_ALONE and (is_mixed(text) or padded) and is_random(text)
    if _is_lot(text) or (word in _OF_PASSWORDS and is_joined_phrase(text)):
        return True
    if word in _OF_MUCH_ELSE:
        return is_strong(text) and not A_TERM.match(text)
    if runs_on and word in _ENDINGS_OF_WORDS and not of_secrets:
        return is_strong(text)
    if word == b"token" and _ONE_OF_SEVERAL.fullmatch(text):
        return False
    return is_strong(text) or (is_guess(text) and len({*kinds_of(text)}) > 1)


def _is_lot(text: bytes) -> bool:
    drawn = is_mixed(text) or is_drawn(text)
    return drawn or (is_random(text, looser=True) and _ONE_PIECE.fullmatch(text) is not None)


RULES = (
    Rule("secret-assigned", ("secret",), (_ASSIGNED, _FLAG, _LISTED), _find, over_lines=(_COLUMNS,), doubtful=True),
)

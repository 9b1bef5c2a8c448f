"""Secrets that show by their own shape: keys of vendors, tokens, private keys, addresses with a password in them.

The method is gitleaks': a distinctive beginning, then the exact alphabet and length, then enough entropy, and a list of
what documentation prints as an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from gateway.pii.detectors.key_shapes import BEGUN, MARKED
from gateway.pii.detectors.likely_passwords import CODE
from gateway.pii.detectors.object_ids import OPENS_NOTHING, is_object_id
from gateway.pii.detectors.random_values import entropy, is_example, is_random
from gateway.pii.detectors.scanning import LONG_RUN
from gateway.pii.linear import compiled
from gateway.pii.reversal import first_signs
from gateway.pii.view import ALNUM, DIGITS, Found, Rule, View

# Where one of them may begin, after no letter or digit; and the whole word, which is longer than what is no key.
_BEGINNINGS = rb"(?:^|[^A-Za-z0-9])(?:" + b"|".join(begins for _, begins, _ in BEGUN) + rb")"
_OF_VENDORS = rb"(?:^|[^A-Za-z0-9])(?:" + b"|".join(begins for name, begins, _ in BEGUN if name != "begun") + rb")"
_LONG_WORD = compiled(_BEGINNINGS + rb"[A-Za-z0-9_\-.~+/=:@%]{10}")
_REST_OF_WORD = re.compile(rb"[A-Za-z0-9_\-.~+/=:@%]*")
_KEY_LONGEST = 8192
# The secret key of Amazon's pair, which nothing tells but the id before it.
_PAIR_OF_AMAZON = re.compile(
    rb"(?<![A-Za-z0-9/+])(?=[A-Z0-9]*[a-z])(?=[a-z0-9]*[A-Z])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
)
_PAIR_REACH = 160
_BEGINNINGS_IN_A_WORD = 12
"""Of which none is a key: neither is what follows, in the same word."""
_MARKED_PATTERNS = tuple(
    (name, sign, compiled(rb"(?:^|[^A-Za-z0-9])(?:" + whole + rb")")) for name, sign, whole in MARKED
)
_PROBES = (
    _OF_VENDORS + rb"[A-Za-z0-9_\-.~+/=:@%]*[0-9A-Z]",
    # Of nobody knows whom: letters of both cases and a digit in one piece, or two digits.
    rb"[_\-][A-Za-z0-9]*(?:[a-z][A-Z][A-Za-z0-9]*[0-9]|[0-9][A-Za-z0-9]*[a-z][A-Z])|_[a-z0-9]*[0-9][a-z]+[0-9]",
    (
        rb"[0-9a-f]-us[0-9]|[0-9]:AA|:fx|\*:[a-z]|Az(?:Fu|Se|Ca)|[+]A(?:CR|St|Sb|Eh|Rm|Ba|Io)|ACDb|perm[:\-]|oauth:"
        rb"|[0-9a-f]{8}:[0-9a-f]{8}|[0-9]:[0-9a-f]|[0-9]Q~|[?&]sig=|[0-9]\|[A-Za-z0-9]|AZDO|JQQJ99"
        rb"|[a-f0-9]msh[a-f0-9]|access_token\$|[A-Z0-9]-[A-Z0-9]+-[A-Z0-9]+-[A-Z0-9]+-[A-Z0-9]|AccountKey=|_mmk|[a-f0-9]NRAL"
        rb"|\.atlasv1|sentry\.io"
    ),
    rb"(?:^|[^A-Za-z0-9])(?:[MNO][A-Za-z0-9]*\.[A-Za-z0-9_\-]*\.?[A-Za-z0-9_\-]*|[123][A-Za-z0-9]*_[A-Za-z0-9]*)[0-9]",
    rb"(?i:bearer|basic)[ ]+[A-Za-z0-9]",
    rb"\$(?:[1567y]|apr1|2[abxy]|argon2[id]+|scrypt|pbkdf2[a-z0-9\-]*)\$",
)

_PEM = (
    rb"-----BEGIN (?:(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)-----"
    rb"|---- BEGIN SSH2 (?:ENCRYPTED )?PRIVATE KEY ----"
    rb"|Private-Lines: [0-9]{1,3}\r?\n"
)
_PEM_START = compiled(_PEM)
_PEM_END = compiled(rb"-----?[ ]?END [A-Za-z0-9 ]{0,40}-----?")
_PEM_LONGEST = 16_384
# One whose head was cut off, or that never had one: how the bodies of all of a kind begin, and how they end.
_HEADLESS = (
    rb"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    rb"|(?:^|[^A-Za-z0-9+/])(?:MI[IG][A-Za-z0-9+/]{1,6}(?:IBAAKC|IBADANBgkqhkiG9w0BAQEFAASC)|MHcCAQEE"
    rb"|MIGHAgEAMBMGByqG|MC4CAQAwBQYDK2V|b3BlbnNzaC1rZXktdjE)"
)
_HEADLESS_PATTERN = compiled(_HEADLESS)
_BODY = re.compile(rb"[A-Za-z0-9+/=]{24,}+(?:(?:\\n|\r?\n[ \t>]{0,8})[A-Za-z0-9+/=]{4,80}+(?![A-Za-z0-9 ]))*")
_LINE_OF_BODY = re.compile(rb"[ \t>]{0,8}[A-Za-z0-9+/=]{16,80}[ \t\r]{0,4}")

_CONNECTION = (
    rb"//[^\s:/@\"'<>]*:(?:[^\s\"'<>/]+@[A-Za-z0-9\[\xc0-\xff]"
    rb"|[^\s\"'<>/{}]+@\$?\{)"  # `f"postgresql://app:…@{host}/x"`
)
_CONNECTION_PATTERN = compiled(_CONNECTION)
_WEAKEST = 2.4
_LONG_PIECE = 24
# Beginnings of words, too: `sk-learn-…`, `key-…`.
_WORDY = frozenset(
    (
        "openai",
        "bearer",
        "told",
        "mailgun",
        "crates",
        "vercel",
        "notion",
        "slack",
        "gateway",
        "pypi",
        "npm",
        "beamer",
        "mandrill",
        "aiven",
    )
)
# What APIs of models call their objects, and clients their users, as every JSON and every log of them shows.
_ID = re.compile(
    rb"(?:resp|rs|msg|fc|fco|call|ctc|ctco|ws|fs|ci|ig|cu|cmp|mcp[lr]?|lsh|sh|item|req|run|step|thread|asst|conv|batch"
    rb"|msgbatch|file|cfile|vs|vsfc|cmpl|chatcmpl|toolu|srvtoolu|container|cntr|event|evt|eval|evalrun|upload|part|gen"
    rb"|audio|trace|span|user|usr|account|acct|org|proj|project|workspace|ftjob|ft|chat|session|sha[0-9]{1,3}"
    rb"|meeting|snap|vol|subnet|ami|eni|rtb|igw)[_\-]"
)
_OPENS_NOTHING, _NEAR = re.compile(OPENS_NOTHING), 32
# In base64 for addresses a `-` may stand anywhere: behind a piece drawn by lot nothing begins.
_IN_A_BLOB = re.compile(rb"(?:[a-z][A-Z]|[A-Z][a-z]|[0-9][A-Za-z])[A-Za-z0-9]*[_\-][A-Za-z0-9_\-]*\Z")
_WITHOUT_A_SIGN = frozenset(
    (
        "told",
        "begun",
        "voyage",
        "beamer",
        "mandrill",
        "okta",
        "modal",
        "vault-old",
        "short",
        "brave",
        "fauna",
        "backblaze",
        "pagerduty",
    )
)


def _find_keys(view: View) -> Iterator[Found]:
    data = view.data
    at = word_end = refused = 0
    while True:
        start, begun = _LONG_WORD.first(data, at)
        if start < 0:
            break
        if begun > word_end:
            rest = _REST_OF_WORD.match(data, begun)
            word_end, refused = rest.end() if rest else begun, 0
        start += data[start] not in ALNUM
        if is_object_id(data[start:word_end]):
            at = word_end
            continue
        names, shapes = _begun_with(data[start])
        whole = shapes.match(data, start, min(word_end, start + _KEY_LONGEST))
        name = names[whole.lastindex - 1] if whole and whole.lastindex else ""
        if (
            whole
            and _is_drawn(whole[0], name)
            and (name not in _WITHOUT_A_SIGN or _is_lot(whole[0]))
            and not (name == "begun" and (_ID.match(whole[0]) or _OPENS_NOTHING.search(view.before(start, _NEAR))))
            and not (name in _WITHOUT_A_SIGN and _IN_A_BLOB.search(data, max(0, start - 32), start))
        ):
            yield _key(data, *whole.span(), name)
            at = whole.end()
            pair = _PAIR_OF_AMAZON.search(data, at, at + _PAIR_REACH) if name == "aws" else None
            if pair and is_random(pair[0], looser=True):
                yield _key(data, *pair.span(), name)
            continue
        refused += 1
        at = start + 1 if refused < _BEGINNINGS_IN_A_WORD else word_end
        while at < word_end and data[at] in ALNUM:
            at += 1
    for name, sign, pattern in _MARKED_PATTERNS:
        if data.find(sign) >= 0:
            for begin, end in pattern.spans(data):
                start = begin + (data[begin] not in ALNUM)
                if name == "bearer":
                    start = data.rfind(b" ", start, end) + 1
                if _is_drawn(data[start:end], name):
                    yield _key(data, start, end, name)


@cache
def _begun_with(byte: int) -> tuple[list[str], re.Pattern[bytes]]:
    """Whose keys may begin with a byte, and their shapes, a group each: all of them at once would take `re` longer."""
    theirs = [(name, begins, rest) for name, begins, rest in BEGUN if byte in first_signs(begins)]
    shapes = b"|".join(rb"((?:%s)%s)" % (begins, rest) for _, begins, rest in theirs)
    return [name for name, _, _ in theirs], re.compile(shapes or rb"(?!)")


def _key(data: bytes, start: int, end: int, name: str) -> Found:
    # An id of some API has the same form as a key of nobody knows whom: where ids stand it is taken for one.
    sure = 0.85 if name == "begun" else 0.97
    return Found(start, end, "secret", data[start:end].decode("latin-1"), sure, f"secret-{name}")


def _is_drawn(value: bytes, name: str) -> bool:
    """Drawn by lot, as far as one can see: no few letters again and again, no example; a digit, where words may pass
    for a key.
    """
    if name in _WORDY and not any(byte in DIGITS for byte in value):
        return False
    return entropy(value) >= _WEAKEST and not is_example(value.removeprefix(b"eu01xx"))  # New Relic's of Europe


def _is_lot(value: bytes) -> bool:
    """Of the longest piece one may ask less than of words in a row."""
    piece = max(value.replace(b"-", b"_").split(b"_"), key=len)
    return is_random(piece, looser=True) if len(piece) >= _LONG_PIECE else is_random(value)


def _find_pem(view: View) -> Iterator[Found]:
    data, done, headed = view.data, 0, list[tuple[int, int]]()
    for start, begun in _PEM_START.spans(data):
        if start < done:
            continue
        stop = _PEM_END.first(data, begun, min(len(data), begun + _PEM_LONGEST))[1]
        done = stop if stop > 0 else _body_end(data, begun)
        yield _private(data, start, done)
        headed.append((start, done))
    headed.reverse()
    last = 0
    for start, end in _HEADLESS_PATTERN.spans(data):
        while headed and headed[-1][1] <= start:
            headed.pop()
        if start < last or (headed and headed[-1][0] <= start):
            continue
        if data[start : start + 5] == b"-----":
            begin, last = _lines_before(data, start, max(last, start - _PEM_LONGEST)), end
        else:
            begin = start + (data[start] not in ALNUM)
            body = _BODY.match(data, begin, begin + _PEM_LONGEST)
            last = body.end() if body else end
        if last > end or begin < start:
            yield _private(data, begin, last)


def _private(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.99, "secret-private-key")


def _lines_before(data: bytes, at: int, since: int) -> int:
    """Where the lines of base64 begin that end at `at`."""
    while at > since:
        line = data.rfind(b"\n", since, at - 1) + 1 or since
        if not _LINE_OF_BODY.fullmatch(data, line, at - 1):
            break
        at = line
    return at


def _body_end(data: bytes, start: int) -> int:
    """Where a private key ends that was cut off: behind its last line of base64."""
    at = start
    limit = min(len(data), start + _PEM_LONGEST)
    while at < limit and (data[at] in ALNUM or data[at] in b"+/=\r\n ,:-"):
        at += 1
    return at


_FILLED_IN = re.compile(rb"\{[A-Za-z_.]+\}|\[+[a-z_]+\]+|%[sd]")  # `{secret_key}`, `[password]`


def _find_connection(view: View) -> Iterator[Found]:
    data = view.data
    for start, end in _CONNECTION_PATTERN.spans(data):
        at = data.rfind(b"@", start, end)
        colon = data.index(b":", data.index(b"//", start) + 2)
        password = data[colon + 1 : at]
        if (
            is_example(password)
            or _FILLED_IN.fullmatch(password)
            or (password.startswith(b"$") and CODE.match(password))  # `$DB_PASS`, and no `$ommer2024`
            or password.lower() in {b"password", b"pass", b"pw", b"port", b"guest", b"postgres"}
        ):
            continue
        yield Found(colon + 1, at, "secret", password.decode("latin-1"), 0.95, "secret-connection")


RULES = (
    Rule("secret-key", ("secret",), _PROBES, _find_keys, leads=(LONG_RUN,)),
    Rule("secret-private-key", ("secret",), (rb"PRIVATE KEY|Private-Lines:|Static key V1", _HEADLESS), _find_pem),
    Rule("secret-connection", ("secret",), (rb"//",), _find_connection),
)

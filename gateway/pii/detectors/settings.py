"""Secrets where a command, a manifest or an address tells them by its form: a setting with a blank before its value, a
secret of Kubernetes, a parameter of an address, a key in JSON's own format for keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import is_guess, plausible_secret
from gateway.pii.detectors.random_values import is_example, is_random, kinds_of
from gateway.pii.linear import Pattern, compiled
from gateway.pii.view import Found, Rule, View

_NAMED = (
    rb"(?i:password|passwort|passwd|passphrase|pass|pwd|secret|token|api[_\-]?key|access[_\-]?key|secret[_\-]?key"
    rb"|auth[_\-]?key|credentials?)"
)
# `SetEnv API_TOKEN …`, `proxy_set_header X-Api-Key …;`: a name of two words and more, a blank, the value.
_SPACED = (
    rb"(?:[A-Za-z0-9][_\-]" + _NAMED + rb"|(?i:secret|api|access|auth|private|master|encryption)[_\-](?i:key)"
    rb"|(?i:secret[_\-]id))"
    rb"[ \t]+[\"']?[A-Za-z0-9]"
)
_SPACED_PATTERN = compiled(_SPACED)
_SPACED_VALUE = re.compile(rb"[A-Za-z0-9][^\s\"'`<>;,]{5,255}")
# `gh secret set NAME --body "…"`, `fly secrets set NAME=…`
_STORED = rb"(?i)(?:secrets?|config|env|vars?)[ :]set[ ]"
_STORED_PATTERN = compiled(_STORED)
_STORED_VALUE = re.compile(
    rb"[^\n|;]{0,80}?(?:(?:--body|-b|--value)[= ]|(?<=[A-Z0-9_])=)(?:\"([^\"\n]{4,256})\"|'([^'\n]{4,256})'"
    rb"|([^\s\"']{4,256}))"
)
# `sudo -S <<< '…'`, `rclone obscure …`, `--passphrase '…'`, `cn=svc,dc=corp / …`
_COMMAND = (
    rb"(?i)(?:\b(?:sudo|kinit|gpg|cryptsetup|docker|podman|(?:ch|vnc|smb|mk)?passwd) [^\n|;]*<<<"
    rb"|rclone obscure|--?(?:password|pass)-command[= ][\"']echo|--passphrase[= ]"
    rb"|,dc=[a-z0-9]+[ ]/)"
)
_COMMAND_PATTERN = compiled(_COMMAND)
_COMMAND_VALUE = re.compile(rb"[ ]?(?:\"([^\"\n]{4,128})\"|'([^'\n]{4,128})'|([^\s\"']{4,128}))")
# `?token=…`, `/reset-password/…`
_PARAMETER = (
    rb"[?&#](?i:[a-z0-9_\-.]*(?:token|secret|passw(?:or)?d|pwd|apikey|api[_\-]key|signature|session|jwt|auth)|key"
    rb"|sig|sid"
    rb"|pass|ticket|otp|t|tk|code|k|invit(?:e|ation)|reset|confirm(?:ation)?|activation|verif(?:y|ication))="
)
_PARAMETER_PATTERN = compiled(_PARAMETER)
_PARAMETER_VALUE = re.compile(rb"[A-Za-z0-9%._~+/\-]{6,2048}={0,2}")
_LINK = (
    rb"(?:/(?i:reset|magic|activat|password|passwort|invit|token|secret|unlock|recover|with/key|verif|confirm|signup"
    rb"|web-?hooks?|hooks/)[A-Za-z0-9_\-]*)+[/=]|(?i://[a-z0-9.\-]*webhook[a-z0-9.\-]*/(?:webhook[a-z0-9]*/)?)"
)
_LINK_PATTERN = compiled(_LINK)
_LINK_VALUE = re.compile(rb"[A-Za-z0-9_\-]{16,512}(?:[/@][A-Za-z0-9_\-]{8,128})*")
_ADDRESS_LONGEST = 200
_MANIFEST = rb"(?i)kind[\"']?:[ ]*[\"']?secret\b"
_MANIFEST_PATTERN = compiled(_MANIFEST)
_MANIFEST_DATA = re.compile(rb"(?m:^)(?:stringData|data):[ \t]*\r?\n((?:[ \t]{1,8}[^\n]{1,4000}\n?){1,64})")
_MANIFEST_LINE = re.compile(rb"[ \t]+([\w.\-]{1,64}):[ ]*[\"']?([^\s\"'|>#]{4,4000})")
_NO_SECRETS = re.compile(rb"(?i)user|login|host|port|name|type|ca\.crt|tls\.crt|region|email|url|endpoint$")
_MANIFEST_LONGEST = 2048
# What a command shows below itself: `$ kubectl get secret … | base64 -d`, `> echo $DB_PASSWORD`.
_SHOWN = (
    rb"[$#>%][ ][^\n]*(?i:secret|passw|_p(?:w|wd|ass)\b|token|api_?key|credential|base64 (?:-d|--decode)|pwgen"
    rb"|openssl rand|pass show|op read|keyring|keychain)[^\n]*\n"
)
_SHOWN_PATTERN = compiled(_SHOWN)
_PROMPT_LONGEST = 48
_SHOWN_VALUE = re.compile(rb"[ \t]{0,4}([^\s]{6,256})[ \t]{0,4}(?:\r?\n|$)")
# Seeds of one-time codes in groups of four, as they are shown to be typed.
_SEED = (
    rb"(?i:[2m]fa\b|(?:setup|einrichtungs?|configuration)[ \-]?(?:key|schl\xfcssel)|cl\xe9 de configuration"
    rb"|chiave di configurazione|totp|\botp\b|authenticator|double authentification|deux facteurs|two-factor"
    rb"|due fattori"
    rb"|zwei-?faktor|app[a-z]* d'authentification|app di autenticazione|authentifizierungs-?app)"
)
_SEED_PATTERN = compiled(_SEED)
_SEED_VALUE = re.compile(
    rb"(?<![A-Za-z0-9\xc0-\xff])(?:(?=[a-z \-]*[2-7])[a-z2-7]{4}(?:[ \-][a-z2-7]{4}){3,7}"
    rb"|(?=[A-Z \-]*[2-7])[A-Z2-7]{4}(?:[ \-][A-Z2-7]{4}){3,7}|(?=[A-Z]*[2-7])[A-Z2-7]{16,64}"
    rb"|[A-Z]{16}(?:[A-Z]{8}|[A-Z]{10}|[A-Z]{16})?)(?![A-Za-z0-9])"
)
_SEED_REACH = 160
_WEB_KEY = rb"\"kty\""
_WEB_KEY_PATTERN = compiled(_WEB_KEY)
_WEB_KEY_MEMBER = re.compile(rb"\"(?:d|k|p|q|dp|dq|qi)\"[ \t\r\n]{0,8}:[ \t\r\n]{0,8}\"([A-Za-z0-9_\-]{20,1400})\"")
_WEB_KEY_LONGEST = 4096
# `<RSAKeyValue>…<P>…</P><Q>…`: the same numbers as XML has them.
_XML_KEY = rb"<(?:RSA|DSA)KeyValue>"
_XML_KEY_PATTERN = compiled(_XML_KEY)
_XML_KEY_MEMBER = re.compile(rb"<(?:P|Q|DP|DQ|InverseQ|D|X)>\s{0,8}([A-Za-z0-9+/=\s]{20,1600})<")

PRIVATE_MEMBERS = frozenset(("d", "k", "p", "q", "dp", "dq", "qi"))
"""Of a key in JSON's own format (RFC 7518, 6.2.2, 6.3.2, 6.4.1): what nobody else may know."""


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for _, end in _SPACED_PATTERN.spans(data):
        value = _SPACED_VALUE.match(data, end - 1)
        if value and is_guess(value[0].rstrip(b".,;)")) and plausible_secret(value[0], structural=True):
            yield _found(data, value.start(), value.start() + len(value[0].rstrip(b".,;)")))
    for _, end in _STORED_PATTERN.spans(data):
        stored = _STORED_VALUE.match(data, end)
        if stored:
            yield from _mixed(data, *stored.span(stored.lastindex or 0))
    for _, end in _COMMAND_PATTERN.spans(data):
        value = _COMMAND_VALUE.match(data, end)
        if value:
            yield from _mixed(data, *value.span(value.lastindex or 0))
    for start, end in _PARAMETER_PATTERN.spans(data):
        value = _PARAMETER_VALUE.match(data, end)
        if value and _is_key(data[start + 1 : end - 1].lower(), value[0]):
            yield _found(data, *value.span())
    for _, end in _LINK_PATTERN.spans(data):
        value = _LINK_VALUE.match(data, end)
        if value and _in_address(data, end) and is_random(value[0], looser=True):
            yield _found(data, *value.span())
    for near in _around(data, _MANIFEST_PATTERN, _MANIFEST_LONGEST):
        for block in _MANIFEST_DATA.finditer(data, *near):
            for line in _MANIFEST_LINE.finditer(data, *block.span(1)):
                if not _NO_SECRETS.search(line[1]):
                    yield from _mixed(data, *line.span(2))
    for start, end in _SHOWN_PATTERN.spans(data):
        value = _SHOWN_VALUE.match(data, end)
        if value and is_guess(value[1]) and start - data.rfind(b"\n", 0, start) <= _PROMPT_LONGEST:
            yield _found(data, *value.span(1))
    for pattern, inner, reach in (
        (_SEED_PATTERN, _SEED_VALUE, _SEED_REACH),
        (_WEB_KEY_PATTERN, _WEB_KEY_MEMBER, _WEB_KEY_LONGEST),
        (_XML_KEY_PATTERN, _XML_KEY_MEMBER, _WEB_KEY_LONGEST),
    ):
        for near in _around(data, pattern, reach):
            for value in inner.finditer(data, *near):
                yield _found(data, *value.span(value.lastindex or 0))


def _in_address(data: bytes, at: int) -> bool:
    """Whether a place belongs to an address of the web, not to a path of files."""
    begins = data.rfind(b"://", max(0, at - _ADDRESS_LONGEST), at)
    return begins >= 0 and not any(blank in data[begins:at] for blank in (b" ", b"\n"))


def _around(data: bytes, pattern: Pattern, reach: int) -> Iterator[tuple[int, int]]:
    """What lies within reach of a match, no part of it twice."""
    done = 0
    for start, end in pattern.spans(data):
        if end + reach > done:
            yield max(done, start - reach), min(len(data), end + reach)
            done = end + reach


def _mixed(data: bytes, start: int, end: int) -> Iterator[Found]:
    value = data[start:end]
    if plausible_secret(value, structural=True) and len({*kinds_of(value)}) > 1:
        yield _found(data, start, end)


_OF_MUCH_ELSE = frozenset(
    b"key sig ticket t tk code k invite invitation reset confirm confirmation activation verify verification".split()
)


def _is_key(name: bytes, value: bytes) -> bool:
    """Letters and digits; of names that are used for much else, too, only what was drawn by lot."""
    kinds = {*kinds_of(value)}
    if name == b"t" and value[-2:-1] == b"-":  # of a link to Figma: `&t=…-0`
        return False
    if is_example(value) or 0 not in kinds or len(kinds) < 2 or b"." in value[-5:]:
        return False
    return is_random(value, looser=True) if name in _OF_MUCH_ELSE else len(value) >= 8


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.88, "secret-form")


RULES = (
    Rule(
        "secret-form",
        ("secret",),
        (_SPACED, _STORED, _COMMAND, _PARAMETER, _LINK, _MANIFEST, _SEED, _WEB_KEY, _XML_KEY),
        _find,
        over_lines=(_SHOWN,),
        doubtful=True,
    ),
)

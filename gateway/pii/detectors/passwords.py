"""Passwords and keys without a shape of their own: behind a word that announces them, in code, settings and prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.random_values import changes, entropy, is_example, kind_of_byte
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_PASSWORDS = (
    rb"pass(?:word|wort|phrase|code)|kennwort|mots? de passe|motdepasse|\bmdp\b|parola d'ordine|codes? d'acc\xe8s"
    rb"|codice di accesso"
    rb"|(?:\bcode|\bcl\xe9|codice|chiave|\bkey|schl\xfcssel)[ ](?:(?:du|de la|del|della|f\xfcrs?)[ ])?wi-?fi"
    rb"|\bpwd?\b|\bpsw\b|\bpasswd\b|wi-?fi[ -]?(?:code|key|schl\xfcssel)|wlan[ -]?(?:code|key|schl\xfcssel)"
    rb"|netzwerkschl\xfcssel"
)
_WORDS = (
    rb"(?i)(?:" + _PASSWORDS + rb"|parola(?: chiave| d'ordine)?"
    rb"|zugangscode|api[ \-_]?key|api[ \-_]?schl\xfcssel|cl\xe9 (?:api|secr\xe8te)|chiave (?:api|segreta)|secret"
    rb"|token|\bpin\b|\bpuk\b|codice segreto)"
)
_SPOKEN = _WORDS + (
    rb"[^\n\"'.:=]{0,40}?[ ](?:lautete?|ist|war|heisst|hei\xdft|is|was|est|c'est|sera|\xe9tait"
    rb"|\xe8|era|sar\xe0|=|:|->|=>|set to"
    rb"|gesetzt auf)[ :]{1,3}[\"'`]?"
)
_SPOKEN_PATTERN = compiled(_SPOKEN)
# `db password "…"`, `Password of the guests: …`: what stands there has to look like one all the more.
_TITLED = _WORDS + rb"(?:[ ]{1,2}[\"'`]|[ ][^\n\"'.:=]{1,30}[:=][ ]{1,2}[\"'`]?)"
_TITLED_PATTERN = compiled(_TITLED)
_PAIR = (
    rb"(?i)(?:login|zugang(?:sdaten)?|benutzer|user(?:name)?|utilisateur|utente|account|credentials|creds|anmeldung|wi-?fi"
    rb"|wlan|basic auth|acc\xe8s|accesso|identifiants|credenziali)[^\n:=/|]{0,24}[ :=]{1,3}"
    rb"(?:(?:is|ist|lautet|est|\xe8|sind|are|sont|sono)[ :]{1,2})?[^\s/:,|]{2,64}(?:[ ]?[/|][ ]?|:|,[ ])[^\s/]{5,64}"
)
_PAIR_PROBE = _PAIR.replace(rb"{0,24}", rb"*").replace(rb"{2,64}", rb"{2}[^\s/:,|]*").replace(rb"{5,64}", rb"{5}")
_WORDS_PATTERN = compiled(_WORDS)
_BARE = re.compile(
    rb"(?:[ _\-]?(?:key|access key"
    rb"|schl\xfcssel))?[ :=]{1,3}([A-Za-z0-9/+_\-]{20,128})(?![A-Za-z0-9/+_\-])"
)
_RANDOM = 3.5
_BREATH = 96
_NO_PASSWORD = re.compile(
    rb"(?i)@[a-z0-9\-]+\.[a-z]{2}|://|^[0-9.,:/+\-]+[a-z]{0,4}$|[()\[\]{}]|^[a-z]+[-'.][a-z]+$|\.[a-z]{2,4}$|^v?[0-9]+\.[0-9]"
)
_PAIR_PARTS = re.compile(_PAIR.replace(rb"[^\s/]{5,64}", rb"([^\s/]{5,64})"))
_PAIR_PATTERN = compiled(_PAIR)
_FLAGS = (
    rb"(?:--password|--passwd|--token|--api-key|--secret|-p|sshpass -p|PGPASSWORD|MYSQL_PWD)[= ][\"']?[^\s\"']{6,128}"
)
_FLAGS_PROBE = _FLAGS.replace(rb"{6,128}", rb"{6}")
_NO_FLAG_VALUE = re.compile(rb"[/\-\[<$(]|[0-9]+(?::[0-9]+)*(?:/(?:tcp|udp))?$|[A-Za-z\-_]+[\])]?$")
_FLAGS_PATTERN = compiled(_FLAGS)
_LOGIN = rb"(?:-u|--user|--proxy-user)[= ][\"']?[^\s\"':]{1,64}:[^\s\"']{4,128}"
_LOGIN_PATTERN = compiled(_LOGIN)
_SETTING = rb"(?i)[A-Z][A-Z0-9_]{1,40}_KEY[\"']?[ ]?[:=][ ]?[\"']?[A-Za-z0-9+/_\-]{20,128}"
_SETTING_PATTERN = compiled(_SETTING)
_NO_SECRET_KEYS = (
    b"PUBLIC", b"PRIMARY", b"CACHE", b"PUB", b"IDEMPOTENCY", b"PARTITION", b"SORT", b"FOREIGN", b"OBJECT", b"S3",
    b"ROW", b"LOOKUP", b"HASH", b"ROUTING", b"SHARD",
)  # fmt: skip
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_KEY_VALUE = re.compile(rb"[A-Za-z0-9+/_\-]{20,128}$")
_PASSWORDS_PATTERN = compiled(rb"(?i)(?:" + _PASSWORDS + rb")")
_TOKEN_OR_SIGN = re.compile(rb"[^\s\"`<>()]{1,256}")
_LEADS_TO_IT = frozenset(
    b"""
    c it's its is ist lautet lautete war was heisst hei\xdft est c'est sera etait \xe9tait \xe8 era sar\xe0 fu auf to
    \xe0 su as als mit with avec con by = : -> => - now jetzt nun still noch immer weiterhin toujours ancora always
    bleibt remains reste resta neu new temporary provisoire provvisoria initial tempor\xe4r aktuell currently
    actuellement attualmente also donc dunque hier here ici ecco voici / | sei sind wurde wird becomes von from de da
    """.split()
)
# `J'ai changé le mot de passe en …`
_BECOMES = frozenset((b"en", b"in", b"a", b"into"))
_CHANGED = re.compile(rb"(?i)chang|\xe4nder|cambiat|impostat|modifi|reset|mis\b|messo")
# A word with a number behind it: `SHA-256`, `ISO27001:2022`, `gpt-4o`. Directly behind the word it may be a password.
_A_TERM = re.compile(
    rb"(?i)^[a-z]{1,12}[\-_ ]?[0-9]{1,5}(?:[.:\-][0-9a-z]{1,6})*[a-z]?$|^[0-9]+[\-.:/]?[a-z\xdf-\xff]+$"
)
_A_TERM_OF_THE_TRADE = re.compile(
    rb"(?i)^(?:(?:sha|md|aes|pbkdf|argon|bcrypt|scrypt|base|oauth|utf|ipv|win|windows|iso|rfc|cve|tls|ssl|https?|rsa|ecdsa|ed"
    rb"|fido|ntlm|ntlmv|wpa|krb|totp|ios|macos|python|php|java|node|mysql|postgres|oracle|office|ubuntu|debian|rhel|centos"
    rb"|level|step|part|page|section|version|kdbx|sp|nist|pci|hs|rs|es|keepass|outlook|router|server|client|user|admin"
    rb"|test|demo|chapter|artikel|article|kapitel|zeile|line|room|raum|id|hmac|blake|chacha|gpt|llama|claude)[\-_.]?[0-9]"
    rb"[0-9a-z.\-:]*|[a-z][0-9]{1,3}|[0-9]+[\-.:/]?[a-z\xdf-\xff]+)$"
)
_ODD = 0.5
_GOES_ON = frozenset((b"_", b"(", b"[", b"@", b".", b"-", b"/", b"\\"))
_ASSIGNED = re.compile(rb"[a-z_]{2,}=")
# `X as the password`, `X comme mot de passe`.
_USED_AS = re.compile(
    rb"(?i)([^\s]{5,64})[\"'`]?[ ](?:as|als|comme|come|per|is|ist|est|\xe8|=)[ ](?:(?:the|my|your|our|her|his|new"
    rb"|das|mein|dein|neues|le|mon|ton|votre|nouveau|la|mia|tua|nuova|db|admin|root|wifi|wlan)[ \-]){0,2}$"
)
_TOKEN = re.compile(rb"[^\s\"'`<>]{4,256}")
_WORD = re.compile(rb"[a-z\xdf-\xff]+[,.;:!?]?|[A-Z\xc0-\xde][a-z\xdf-\xff]+[,.;:!?]?")
_SCHEMES = frozenset({b"bearer", b"basic", b"token", b"digest", b"apikey"})
_ADDRESS = re.compile(rb"[A-Za-z][A-Za-z0-9+.\-]{1,20}://")  # a password in it is found by itself
_NAMED = re.compile(rb"[A-Za-z_][A-Za-z_]*\)")  # `api_key=KEY)`: a variable, passed on
_CODE = re.compile(
    rb"(?i)(?:os\.|process\.|env\b|getenv|config|settings|self\.|this\.|none$|null$|true$|false$|str\b|string"
    rb"|optional|secret\.|vault"
    rb"|args\.|params\.|request\.|req\.|input|undefined|function|lambda|new |\$\(|\$[A-Z{]|%[A-Z(]|@[A-Za-z]+$"
    rb"|[A-Za-z_.]+\(|[A-Za-z_]+\[)"
)


def plausible_secret(value: bytes, *, structural: bool) -> int:
    """How much of a labelled value is a secret; 0 if it is code, a placeholder or a plain word."""
    token = _TOKEN.match(value)
    if not token:
        return 0
    text = token[0].rstrip(b",;)")
    if _NAMED.match(text) or text.lower() in _SCHEMES:
        return 0
    if _ADDRESS.match(text):
        return 0
    if is_example(text) or _CODE.match(text) or set(text) <= set(b"*x.-_X\x7f"):
        return 0
    if structural and b" " not in value:
        return len(text) if not (text.isalpha() and text.islower() and len(text) < 6) else 0
    if _WORD.fullmatch(text) and not structural:
        return 0
    if text.isdigit() and len(text) < 4:
        return 0
    return len(text) if len(text) >= 4 and (structural or _looks_made_up(text)) else 0


def _looks_made_up(text: bytes) -> bool:
    """Not a word: digits, signs or an odd mix of cases, and no repetition."""
    kinds = sum(
        (
            any(48 <= byte <= 57 for byte in text),
            any(97 <= byte <= 122 or byte >= 0xDF for byte in text),
            any(65 <= byte <= 90 for byte in text),
            any(not chr(byte).isalnum() for byte in text.strip(b".,;:!?")),
        )
    )
    return (kinds >= 2 and entropy(text) > 1.8) or (text.isdigit() and 4 <= len(text) <= 8)


def _told_with(data: bytes, at: int) -> Iterator[Found]:
    """Whoever tells one password tells the next in the same breath: `… and the one of the router is …`."""
    for token in _TOKEN.finditer(data, at, min(len(data), at + _BREATH)):
        text = token[0].rstrip(b".,;:!?)")
        if _is_strong(text):
            start, end = token.start(), token.start() + len(text)
            yield Found(start, end, "secret", text.decode("latin-1"), 0.85, "secret-spoken")


def _told_near(data: bytes, at: int) -> Iterator[Found]:
    """`Passwort n4pi7Up2ta`, `… for a@b.ch was set to tundra-77`: on the same line, and the less it looks like a
    password, the nearer to the word.
    """
    if data[at : at + 1].isalnum() or data[at : at + 1] in _GOES_ON:  # `passwords`, `password_hash`
        return
    line_end = data.find(b"\n", at, at + _BREATH)
    changed = _CHANGED.search(data, max(0, at - _BREATH), min(len(data), at + _BREATH)) is not None
    adjacent = True
    for token in _TOKEN_OR_SIGN.finditer(data, at, line_end if line_end > 0 else min(len(data), at + _BREATH)):
        text = token[0].strip(b".,;:!?)(\"'`*")
        if not text:
            adjacent = adjacent or token[0] == b":"
        elif _is_guess(text) if adjacent else (_is_strong(text) and b"=" not in text and not _A_TERM.match(text)):
            start = token.start() + token[0].index(text)
            yield Found(start, start + len(text), "secret", text.decode("latin-1"), 0.88, "secret-told")
            adjacent = False
        else:
            small = text.lower()
            adjacent = small in _LEADS_TO_IT or token[0].endswith(b":") or (changed and small in _BECOMES)


def _is_guess(text: bytes) -> bool:
    """Letters and digits, and no term of the trade."""
    return (
        len(text) > 5 - ({0, 1, 2} <= {*map(kind_of_byte, text)})
        and ({0} < {*map(kind_of_byte, text)} - {3} or (len(text) > 7 and text.isalpha() and changes(text) >= _ODD))
        and not _NO_PASSWORD.search(text)
        and not _A_TERM_OF_THE_TRADE.match(text)
        and not is_example(text)
        and not _CODE.match(text)
        and not _ASSIGNED.match(text)
    )


def _is_strong(text: bytes) -> bool:
    """Letters, a digit and a sign, and neither a date, an address nor a version."""
    kinds = {*map(kind_of_byte, text)}
    return (
        len(text) > 6
        and len(kinds) > 2
        and {0, 3} <= kinds
        and not _NO_PASSWORD.search(text)
        and not _A_TERM_OF_THE_TRADE.match(text)
        and not is_example(text)
        and not _CODE.match(text)
    )


def _find_spoken(view: View) -> Iterator[Found]:
    data = view.data
    for start, end in _PASSWORDS_PATTERN.spans(data):
        yield from _told_near(data, end)
        before = _USED_AS.search(data, max(0, start - _BREATH), start)
        if before:
            text = before[1].strip(b".,;:!?)(\"'`*")
            if _is_guess(text):
                at = before.start() + before[1].index(text)
                yield Found(at, at + len(text), "secret", text.decode("latin-1"), 0.88, "secret-told")
    for start, end in _SPOKEN_PATTERN.spans(data):
        value = _TOKEN.match(data, end)
        if value and not (data[start : start + 3].lower() in {b"pin", b"puk"} and not value[0][:1].isdigit()):
            text = value[0].rstrip(b".,;:!?)")
            if (
                len(text) >= 4
                and not is_example(text)
                and not _WORD.fullmatch(text)
                and not _CODE.match(text)
                and not _ADDRESS.match(text)
                and _looks_made_up(text)
            ):
                yield Found(end, end + len(text), "secret", text.decode("latin-1"), 0.92, "secret-spoken")
                yield from _told_with(data, end + len(text))
    for _, end in _TITLED_PATTERN.spans(data):
        value = _TOKEN.match(data, end)
        text = value[0].rstrip(b".,;:!?)") if value else b""
        if _is_strong(text):
            yield Found(end, end + len(text), "secret", text.decode("latin-1"), 0.9, "secret-spoken")
    for _, end in _WORDS_PATTERN.spans(data):  # `token eyJ…`, `AWS secret wJal…`: long, and no word
        value = _BARE.match(data, end)
        if (
            value
            and entropy(value[1]) > _RANDOM
            and len({*map(kind_of_byte, value[1])}) > 2
            and not is_example(value[1])
        ):
            yield Found(*value.span(1), "secret", value[1].decode("latin-1"), 0.9, "secret-bare")
    for start, end in _PAIR_PATTERN.spans(data):
        pair = _PAIR_PARTS.match(data, start, end)
        if pair is None:
            continue
        at = pair.start(1)
        text = data[at:end].rstrip(b".,;)")
        if _is_guess(text) if data[at - 1 : at] != b" " or data[at - 2 : at - 1] != b"," else _is_strong(text):
            yield Found(at, at + len(text), "secret", text.decode("latin-1"), 0.8, "secret-pair")
    for start, end in _FLAGS_PATTERN.spans(data):
        at = max(data.rfind(b" ", start, end), data.rfind(b"=", start, end)) + 1
        at += data[at : at + 1] in {b'"', b"'"}
        text = data[at:end]
        if data[start : start + 2] == b"-p" and _NO_FLAG_VALUE.match(text):  # a port, a path, a place for one
            continue
        if _looks_made_up(text) and not is_example(text) and not _CODE.match(text) and not text.startswith(b"/"):
            yield Found(at, end, "secret", text.decode("latin-1"), 0.9, "secret-flag")
    for start, end in _SETTING_PATTERN.spans(data):  # `AZURE_OPENAI_KEY=84d2…`: a setting, long, and no word
        value = _KEY_VALUE.search(data, max(start, end - 128), end)
        named = data[start:end].upper().partition(b"_KEY")[0]
        if not value or named.endswith(_NO_SECRET_KEYS) or _UUID.fullmatch(value[0]):
            continue
        if any(48 <= byte <= 57 for byte in value[0]) and entropy(value[0]) > 3 and not is_example(value[0]):
            yield Found(*value.span(), "secret", value[0].decode("latin-1"), 0.9, "secret-setting")
    for start, end in _LOGIN_PATTERN.spans(data):  # `curl -u name:password`
        at = data.index(b":", start, end) + 1
        text = data[at:end]
        if text.isdigit():  # `docker run --user 1000:1000`
            continue
        if _looks_made_up(text) and not is_example(text) and not _CODE.match(text):
            yield Found(at, end, "secret", text.decode("latin-1"), 0.9, "secret-login")


RULES = (
    Rule(
        "secret-spoken",
        ("secret",),
        (_WORDS, _PAIR_PROBE, _FLAGS_PROBE, rb"(?:-u|--user|--proxy-user)[= ]", rb"(?i)_key[\"']?[ ]?[:=]"),
        _find_spoken,
    ),
)

"""Passwords and keys without a shape of their own: behind a word that announces them, in code, settings and prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import (
    A_TERM,
    ADDRESS,
    CODE,
    KNOWN,
    TOKEN,
    WORD,
    is_drawn,
    is_guess,
    is_in_groups,
    is_mixed,
    is_strong,
    looks_made_up,
    stands_out,
)
from gateway.pii.detectors.object_ids import GUARDS, PLACES
from gateway.pii.detectors.password_lines import below, is_called, phrase, stands_in_brackets
from gateway.pii.detectors.password_uses import beside, used, used_as
from gateway.pii.detectors.phrases import is_compound, is_joined_phrase
from gateway.pii.detectors.random_values import entropy, is_example, is_random, kinds_of
from gateway.pii.detectors.vehicles import is_a_car
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_PASSWORDS = (
    rb"pass(?:word|wort|w\xf6rter|phrase|code)|\bpas(?:word|wort)|\b(?:the|my|your|our|das|mein|dein|le|il) pass\b"
    rb"|kennwort|mots? de passe|motdepasse|\bmdp\b"
    rb"|phrases? (?:secr\xe8te|de passe)|frase segreta|parola d'(?:ordine|accesso)|codes? d'acc\xe8s"
    rb"|(?:neue[rn]?|new|nouveau|nuovo|access|entry|door|login|zugangs?|t\xfcr)[ \-]?code"
    rb"|codice di accesso"
    rb"|(?:\bcode|\bcl\xe9|codice|chiave|\bkey|schl\xfcssel)[ ](?:(?:du|de la|del|della|f\xfcrs?)[ ])?wi-?fi"
    rb"|\bpwd?\b"
    rb"|(?:sudo|root|admin|db|database|vpn|ssh|ftp|wlan|wi-?fi|user|login|mail|zip)[ \-]pass\b"
    rb"|\bpsw\b|\bpsk\b|\bpasswd\b|wi-?fi[ -]?(?:code|key|schl\xfcssel)|wlan[ -]?(?:code|key|schl\xfcssel)"
    rb"|\b(?:wlan|wi-?fi)[^\n]{0,40}[ ](?:schl\xfcssel|key|code|cl\xe9|chiave)"
    rb"|netzwerkschl\xfcssel|(?:zugangs|zugriffs|sicherheits)schl\xfcssel|cl\xe9 d'acc\xe8s|chiave d'accesso"
    rb"|(?:cl\xe9|chiave)[ ](?:de (?:s\xe9curit\xe9 )?|du |di (?:sicurezza )?)?(?:r\xe9seau|rete|wireless"
    rb"|sans fil)|cl\xe9s? pr\xe9-?partag\xe9es?"
    rb"|chiave precondivisa|pre-?shared[ \-]key"
    rb"|(?:cl\xe9|chiave|schl\xfcssel|key)[ ]wpa[23]?|wpa[23]?[ \-](?:key|schl\xfcssel|psk|pass)"
)
_WORDS = (
    rb"(?i)(?:" + _PASSWORDS + rb"|parola(?: chiave| d'ordine)?"
    rb"|zugangscode|api[ \-_]?key|api[ \-_]?schl\xfcssel|cl\xe9 (?:api|secr\xe8te)|chiave (?:api|segreta)|secret"
    rb"|token|\bpin\b|\bpuk\b|codice segreto)"
)
_SPOKEN = _WORDS + (
    rb"[^\n\"'.:=]{0,40}?[ ](?:lautete?|ist|war|heisst|hei\xdft|is|was|est|c'est|sera|\xe9tait"
    rb"|should be|must be|used to be|sollte|devrait \xeatre|doit \xeatre|dovrebbe essere"
    rb"|\xe8|era|sar\xe0|=|:|->|=>|\x7f|set to"
    rb"|gesetzt auf)[ :]{1,3}[\"'`]?"
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
_SHORTEST_BRACKETED, _LONG = 12, 20
_RANDOM = 3.5
_UNDERLINE = ord("_")
_BREATH = 96
# `forgot my password, my username is …`: something else is told.
_ANOTHER = re.compile(
    rb"(?i)(?:[,;.!?]|[ ](?:and|but|und|aber|et|mais|e|ma))[ ](?:la |il |le )?(?:my|your|his"
    rb"|her|the|meine?|deine?|ihre?|sein|der|die|mon|ton|son|votre|l'|le|la|mio|mia|suo)[ ]?"
    rb"(?:e-?mail|mail|courriel|user|username|login|benutzer|benutzername|identifiant|nom d'utilisateur|utente"
    rb"|nome utente|account|konto|compte)(?:[ \-](?:name|id|adresse|address|number|nummer))?"
    rb"[ ]?(?:is|ist|lautet|heisst|war|was|est|c'est|\xe8|era|:|=)[ :]"
)
# `The token budget is 128000 tokens`
_COUNTED = re.compile(
    rb"(?i)[ ](?:tokens?|requests?|times|mal|fois|volte|minut|second|sekund|hours?|days?|tage|zeichen|char"
    rb"|caract|caratt)"
)
# `existingSecret: my-release-postgresql15`, `nextPageToken: …`
_NONE_OF_ITS_OWN = re.compile(rb"(?:existing|pull|tls|(?:" + PLACES + rb"|" + GUARDS + rb")[ _\-]?)$")
_LONGEST_BEFORE = 24
# `The secret name is prod/db/main`
_WHERE_IT_IS = re.compile(rb"(?i)[ ](?:name|path|arn|url|uri|location|folder)[ ](?:is|was|=|:)[ :]")
_SETTING = rb"(?i)[A-Z][A-Z0-9_]{1,40}_KEY[\"']?[ ]?[:=][ ]?[\"']?(?:base64:)?[A-Za-z0-9+/_\-]{20,128}"
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
    actuel actuelle attuale courant uso uses use utilise benutze verwende nutze just juste 's n\xe4mlich namely
    cio\xe8 soit savoir c it's its is isch ist lautet lautete war was heisst hei\xdft est c'est sera etait \xe9tait
    c'\xe9tait c'etait it's \xe8 era sar\xe0 fu auf
    to \xe0 su as als mit with avec con by = : -> => - now jetzt nun still noch immer weiterhin toujours ancora always
    bleibt remains reste resta neu new temporary provisoire provvisoria initial tempor\xe4r aktuell currently
    actuellement attualmente also donc dunque hier here ici ecco voici / | sei sind wurde wird becomes von from de da
    das \xe7a it that quello [string] (string) reg_sz
    type typed typing eingebe tippe tape digito
    temporaire initiale nouveau nouvelle ancien ancienne vecchia nuova alt altes alte old neues neue
    dazu daf\xfcr hierzu vorl\xe4ufig vorl\xe4ufiges tempor\xe4res current
    """.split()
)
_OR = frozenset((b"or", b"oder", b"ou", b"o", b"oppure", b"resp", b"bzw"))  # `war das … oder …?`
# `J'ai changé le mot de passe en …`
_BECOMES = frozenset((b"en", b"in", b"a", b"into"))
_CHANGED = re.compile(rb"(?i)chang|\xe4nder|cambi|impost|modifi|reset|mis\b|messo")
_ANSWER = 24
# `<bob> …`, `[14:03] Mia: …`, `bob  10:03 AM` and below it: somebody says one word, and nothing else.
_ANSWERED = re.compile(
    rb"\n(?:(?:\[[^\]\n]{1,20}\][ ])?(?:<[^<>\n]{1,24}>|[^\n:<>\[]{1,24}(?:\[[0-9:. APM]{4,11}\])?:)[ ]{1,2}"
    rb"|[^\n:<>]{1,32}[ ][0-9]{1,2}:[0-9]{2}(?:[ ]?[AaPp][Mm])?\r?\n)(?:[^\s]{1,10}[:,]?"
    rb"[ ]){0,2}[^\s]{5,64}[ ]*(?:\r?\n|$)"
)
# `encrypted with …`, `mit … verschlüsselt`
_SEALED = compiled(
    rb"(?i)(?:encrypted|protected|chiffr\xe9e?|prot\xe9g\xe9e?|protett[oa]|cifrat[oa]|gesch\xfctzt|verschl\xfcsselt)[ ]"
    rb"(?:with|by|par|avec|con|da|mit)[ ][^\s]{5}|[ ]mit[ ][^\s]{5,64}[ ](?:verschl\xfcsselt|gesch\xfctzt|gesichert)"
)
_SEAL = re.compile(rb"(?i)[ ](?:with|by|par|avec|con|da|mit)[ ]([^\s]{5,64})")
_NEXT_SETTING = re.compile(rb"[;&](?=[A-Za-z_]{2,24}=)")
_GOES_ON_SMALL = re.compile(rb"[ ][a-z\xdf-\xff]")
_GOES_ON = frozenset((b"_", b"(", b"[", b"@", b".", b"-", b"/", b"\\"))


def _told_with(data: bytes, at: int) -> Iterator[Found]:
    """Whoever tells one password tells the next in the same breath: `… and the one of the router is …`."""
    for token in TOKEN.finditer(data, at, min(len(data), at + _BREATH)):
        text = token[0].rstrip(b".,;:?)")
        text = text if is_strong(text) else text.rstrip(b"!")  # `Winter123!`
        if is_strong(text) or is_in_groups(text):
            start, end = token.start(), token.start() + len(text)
            yield Found(start, end, "secret", text.decode("latin-1"), 0.85, "secret-spoken")


def _told_near(data: bytes, at: int) -> Iterator[Found]:
    """`Passwort n4pi7Up2ta`, `… for a@b.ch was set to tundra-77`: on the same line, and the less it looks like a
    password, the nearer to the word.
    """
    at += 2 * (data[at : at + 3] == b"'s ")  # `the password's tiger-77`
    if data[at : at + 1].isalnum() or data[at : at + 1] in _GOES_ON:  # `passwords`, `password_hash`
        return
    line_end = data.find(b"\n", at, at + _BREATH)
    adjacent, asked, told, led = True, False, False, False
    stop = line_end if line_end > 0 else min(len(data), at + _BREATH)
    template = data.find(b"{{", at, stop)
    stop = template if template >= 0 else stop
    if data.rfind(b"{{", max(0, at - _BREATH), at) > data.rfind(b"\n", 0, at):
        return  # `{{ .Values.password | b64enc }}`
    if line_end > 0 and template < 0:
        answered = _ANSWERED.match(data, line_end, line_end + _BREATH)
        if answered:
            stop = answered.end()
        elif data[at:line_end].rstrip().endswith(b"?"):  # the answer stands below the question
            below = data.find(b"\n", line_end + 1, line_end + _BREATH)
            stop = below if below > 0 else min(len(data), line_end + _BREATH)
    another = _ANOTHER.search(data, at, stop)
    for token in _TOKEN_OR_SIGN.finditer(data, at, another.start() if another else stop):
        word = token[0]
        led = led or 0 < line_end < token.start() < line_end + _ANSWER or asked
        adjacent = adjacent or led
        asked = word.endswith(b"?")
        text = _NEXT_SETTING.split(word, maxsplit=1)[0] if b"=" in word else word
        # `gibst du Sommer2025! ein`: no sentence ends there
        kept = _GOES_ON_SMALL.match(data, token.end()) or stands_in_brackets(data, token)
        text = text.strip(b".,;:)(\"'`*" if kept else b".,;:!?)(\"'`*")
        if not text:
            adjacent = adjacent or word == b":"
        elif (
            is_guess(text) or is_mixed(text) or _figures(data, token) or _is_led(data, token, text, led=led)
            if adjacent
            else (stands_out(text) or (stands_in_brackets(data, token) and is_strong(text)))
            and not is_called(data, token)
        ):
            start = token.start() + word.index(text)
            yield Found(start, start + len(text), "secret", text.decode("latin-1"), 0.88, "secret-told")
            adjacent, told, led = False, True, False
        else:
            small = text.lower()
            led = adjacent = (
                small in _LEADS_TO_IT
                or (told and small in _OR)
                or word.endswith(b":")
                or (small in _BECOMES and _CHANGED.search(data, max(0, at - _BREATH), at + _BREATH) is not None)
            )


def _is_led(data: bytes, token: re.Match[bytes], text: bytes, *, led: bool) -> bool:
    return (led or stands_in_brackets(data, token)) and is_joined_phrase(text)


def _figures(data: bytes, token: re.Match[bytes]) -> bool:
    """Six digits and more, and not so many times or signs."""
    text = token[0].strip(b".,;:!?)(\"'`*")
    return 6 <= len(text) <= 10 and text.isdigit() and not _COUNTED.match(data, token.end())


def _find_spoken(view: View) -> Iterator[Found]:
    data = view.data
    yield from used(data)
    for start, end in _PASSWORDS_PATTERN.spans(data):
        if (start and 48 <= data[start - 1] <= 57) or is_a_car(data, start):  # `1Password`
            continue
        yield from _told_near(data, end)
        yield from below(data, end)
        yield from beside(data, start, end)
        yield from phrase(data, start, end)
        yield from used_as(data, start)
    for start, _ in _SEALED.spans(data):
        seal = _SEAL.search(data, start, start + _BREATH)
        text = seal[1].strip(b".,;:!?)(\"'`*") if seal else b""
        if seal and ((is_guess(text) and not A_TERM.match(text)) or is_joined_phrase(text)):
            at = seal.start(1) + seal[1].index(text)
            yield Found(at, at + len(text), "secret", text.decode("latin-1"), 0.85, "secret-told")
    for start, end in _SPOKEN_PATTERN.spans(data):
        another = _ANOTHER.search(data, start, end) or _WHERE_IT_IS.match(
            data, _WORDS_PATTERN.first(data, start)[1], end
        )
        value = None if another else TOKEN.match(data, end)
        if value and value[0].rstrip(b",;.)").isdigit() and data[_WORDS_PATTERN.first(data, start)[1]] == _UNDERLINE:
            continue  # `PASSWORD_RESET_TIMEOUT = 3600`
        if value and not (data[start : start + 3].lower() in {b"pin", b"puk"} and not value[0][:1].isdigit()):
            text = value[0].rstrip(b".,;:!?)")
            if (
                len(text) >= 4
                and not is_example(text)
                and (text in KNOWN or not WORD.fullmatch(text))
                and not CODE.match(text)
                and not ADDRESS.match(text)
                and (text in KNOWN or (looks_made_up(text) and not is_compound(text)))
                and not (text.isdigit() and _COUNTED.match(data, end + len(text)))
            ):
                yield Found(end, end + len(text), "secret", text.decode("latin-1"), 0.92, "secret-spoken")
                yield from _told_with(data, end + len(text))
    for _, end in _TITLED_PATTERN.spans(data):
        value = TOKEN.match(data, end)
        text = value[0].rstrip(b".,;:!?)") if value else b""
        if is_strong(text):
            yield Found(end, end + len(text), "secret", text.decode("latin-1"), 0.9, "secret-spoken")
    for start, end in _WORDS_PATTERN.spans(data):  # `token eyJ…`, `AWS secret wJal…`: long, and no word
        value = _BARE.match(data, end)
        if (
            value is None
            or is_example(value[1])
            or _NONE_OF_ITS_OWN.search(view.lower[max(0, start - _LONGEST_BEFORE) : start])
        ):
            continue
        long = len(value[1]) >= _LONG and entropy(value[1]) > _RANDOM and len({*kinds_of(value[1])}) > 2
        if long or is_mixed(value[1]) or is_drawn(value[1]):
            yield Found(*value.span(1), "secret", value[1].decode("latin-1"), 0.9, "secret-bare")
    for _, end in _BRACKETED_PATTERN.spans(data):
        value = _IN_BRACKETS.match(data, end - _SHORTEST_BRACKETED)
        if value and is_random(value[0], looser=True) and not is_example(value[0]):
            yield Found(*value.span(), "secret", value[0].decode("latin-1"), 0.85, "secret-bare")
    for start, end in _SETTING_PATTERN.spans(data):  # `AZURE_OPENAI_KEY=84d2…`: a setting, long, and no word
        value = _KEY_VALUE.search(data, max(start, end - 128), end)
        named = data[start:end].upper().partition(b"_KEY")[0]
        if not value or named.endswith(_NO_SECRET_KEYS) or _UUID.fullmatch(value[0]):
            continue
        if any(48 <= byte <= 57 for byte in value[0]) and entropy(value[0]) > 3 and not is_example(value[0]):
            yield Found(*value.span(), "secret", value[0].decode("latin-1"), 0.9, "secret-setting")


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
            rb"(?i)_key[\"']?[ ]?[:=]",
            _BRACKETED.replace(rb"{12}", b""),
        ),
        _find_spoken,
    ),
)

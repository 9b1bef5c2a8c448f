"""A password that stands somewhere behind a word of passwords: `Passwort n4pi7Up2ta`, `… for a@b.ch was set to
tundra-77`, `<bob> pw?` and below it the answer.

Invariants
- On the same line, or in the answer below it, within `BREATH` bytes; and the less it looks like a password, the nearer
  to the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import (
    A_TERM,
    TOKEN,
    is_guess,
    is_in_groups,
    is_mixed,
    is_strong,
    stands_out,
)
from gateway.pii.detectors.password_lines import is_called, stands_in_brackets
from gateway.pii.detectors.phrases import is_joined_phrase
from gateway.pii.view import Found

BREATH = 96
# `forgot my password, my username is …`: something else is told.
ANOTHER = re.compile(
    rb"(?i)(?:[,;.!?]|[ ](?:and|but|und|aber|et|mais|e|ma))[ ](?:la |il |le )?(?:my|your|his"
    rb"|her|the|meine?|deine?|ihre?|sein|der|die|mon|ton|son|votre|l'|le|la|mio|mia|suo)[ ]?"
    rb"(?:e-?mail|mail|courriel|user|username|login|benutzer|benutzername|identifiant|nom d'utilisateur|utente"
    rb"|nome utente|account|konto|compte)(?:[ \-](?:name|id|adresse|address|number|nummer))?"
    rb"[ ]?(?:is|ist|lautet|heisst|war|was|est|c'est|\xe8|era|:|=)[ :]"
)
# `The token budget is 128000 tokens`
COUNTED = re.compile(
    rb"(?i)[ ](?:tokens?|requests?|times|mal|fois|volte|minut|second|sekund|hours?|days?|tage|zeichen|char"
    rb"|caract|caratt)"
)
_TOKEN_OR_SIGN = re.compile(rb"[^\s\"`<>()]{1,256}")
_LEADS_TO_IT = frozenset(
    b"""
    actuel actuelle attuale courant uso uses use utilise benutze verwende nutze just juste 's n\xe4mlich namely
    cio\xe8 soit savoir c it's its is isch ist lautet lautete war was heisst hei\xdft est vaut c'est sera etait \xe9tait
    c'\xe9tait c'etait it's \xe8 era sar\xe0 fu auf
    to \xe0 su as als mit with avec con by = : -> => - now jetzt nun still noch immer weiterhin toujours ancora always
    maintenant d\xe9sormais ora adesso ormai
    bleibt remains reste resta neu new temporary provisoire provvisoria initial tempor\xe4r aktuell currently
    actuellement attualmente also donc dunque hier here ici ecco voici / | sei sind wurde wird becomes von from de da
    das \xe7a it that quello [string] (string) reg_sz
    type typed typing eingebe tippe tape digito
    temporaire initiale nouveau nouvelle ancien ancienne vecchia nuova alt altes alte old neues neue
    ma\xeetre maestra principale principal
    einfach simply simplement semplicemente doch dann then statt anstatt says gilt wie like comme come
    bisher bislang vorher zuvor previously formerly before auparavant prima
    dazu daf\xfcr hierzu vorl\xe4ufig vorl\xe4ufiges tempor\xe4res current
    attempt try es glaube ich glaub je crois credo i think vielleicht wahrscheinlich
    maybe perhaps probably peut-\xeatre peut-etre probablement forse probabilmente
    """.split()
)
# `war das … oder …?`, `n'est plus … mais …`, `remplace … par …`
_OR = frozenset(b"or oder ou o oppure resp bzw mais sondern but ma par durch non nicht not pas".split())
# `J'ai changé le mot de passe en …`
_BECOMES = frozenset((b"en", b"in", b"a", b"into"))
_CHANGED = re.compile(rb"(?i)chang|\xe4nder|cambi|impost|modifi|reset|mis\b|messo")
# `"reset_password", {"user_id": "…"}`
_BEHIND_AN_ID = re.compile(rb"(?i)(?:id|uid|guid)[\\\"']{0,4}[ ]?[:=][ ]?[\\\"']{0,4}$")
# `lautet übrigens …`, `is simply …`: one word may stand between
_IS = frozenset(b"is ist lautet est \xe8".split())
_ONE_BETWEEN = re.compile(rb"[a-z\xdf-\xff]{2,}")
# `objectGUID: `: says what follows
_NAME_OF_AN_ID = re.compile(rb"(?i)(?:id|uid|guid|hash|sum|sha[0-9]*):$")
_ANSWER = 24
# `<bob> …`, `[14:03] Mia: …`, `bob  10:03 AM` and below it: somebody says one word, and nothing else.
_ANSWERED = re.compile(
    # … whom another kept waiting: `B: ja, Moment`
    rb"(?:\n(?:\[[^\]\n]{1,20}\][ ])?[^\n:<>\[\-*|\s][^\n:<>\[]{0,15}:[ ][^\n:]{1,32})?"
    rb"\n(?:(?:\[[^\]\n]{1,20}\][ ])?(?:<[^<>\n]{1,24}>|[^\n:<>\[]{1,24}(?:\[[0-9:. APM]{4,11}\])?:)[ ]{1,2}"
    rb"|[^\n:<>]{1,32}[ ][0-9]{1,2}:[0-9]{2}(?:[ ]?[AaPp][Mm])?\r?\n)(?:[^\s]{1,10}[:,]?"
    rb"[ ]){0,2}[^\s]{5,64}[ ]*(?:\r?\n|$)"
)
# `{{ .Values.password }}`, `PASSWORD=$(openssl rand -base64 24)`
_WORKED_OUT = re.compile(rb"\{\{|(?<=[\s=\"'])\$\([a-z]")
_DIGITS_IN_GROUPS = re.compile(rb"[0-9]{3,6}(?:-[0-9]{3,6}){2,7}")
_HEX = re.compile(rb"[0-9a-f]{16,128}|[0-9A-F]{16,128}")
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ONE_MORE = re.compile(rb"(?i)\b(?:one|new|old|neue?[rn]?|alte?[rn]?|nouve[a-z]+|ancien(?:ne)?|nuov[oa]|vecchi[oa])\b")
# `Old password Regen-12, new one Schnee2025!`
_THE_NEW_ONE = re.compile(
    rb"(?i)[.,;:!/]?[ ](?:and |und |et |e )?(?:the |das |le |la )?(?:new|neue[rns]?|nouveau|nouvelle|nuov[oa])"
    rb"(?: one| password| passwort| mot de passe)?(?:[ ]?:| is)?[ ][\"'`]?"
)
_NEXT_SETTING = re.compile(rb"[;&](?=[A-Za-z_]{2,24}=)")
_TAG = re.compile(
    rb"(?i)/?(?:[bipsuq]|br|em|tt|h[1-6]|li|t[dhr]|pre|div|kbd|del|ins|code|samp|span|mark|small|strong)>"
)
# `password VARCHAR2(128)`
_TYPE_OF_A_COLUMN = re.compile(rb"(?i)n?(?:var)?char2?|(?:var)?binary|raw")
_A_CALL = re.compile(rb"[A-Za-z_][A-Za-z0-9_]{0,63}\((?:\)|[$A-Za-z_\"'])")
_GOES_ON_SMALL = re.compile(rb"[ ][a-z\xdf-\xff]")
_POINTS_TO_IT = (b"'s", b"->", b"=>", b"\x7f")  # `the password's tiger-77`, `passwd->tiger77`
_GOES_ON = frozenset((b"_", b"(", b"[", b"@", b".", b"-", b"/", b"\\"))


def told_in_same_breath(data: bytes, at: int, first: bytes) -> Iterator[Found]:
    """Whoever tells one password tells the next in the same breath: `… and the one of the router is …`.

    `first`: the one that ends at `at`; what was drawn by lot is told by another one that was, and digits of base 16 by
    as many.
    """
    alike, drawn = _HEX.fullmatch(first) is not None, is_mixed(first)
    for token in TOKEN.finditer(data, at, min(len(data), at + BREATH)):
        text = token[0].rstrip(b".,;:?)")
        text = text if is_strong(text) else text.rstrip(b"!")  # `Winter123!`
        again = alike and len(text) == len(first) and _HEX.fullmatch(text) is not None
        again = again and _ONE_MORE.search(data, at, token.start()) is not None
        again = again or (drawn and is_mixed(text))
        if again or (is_strong(text) and not _UUID.fullmatch(text)) or is_in_groups(text):
            start, end = token.start(), token.start() + len(text)
            yield Found(start, end, "secret", text.decode("latin-1"), 0.85, "secret-spoken")


def told_near(data: bytes, at: int) -> Iterator[Found]:
    """What a sentence tells as the password whose word ends at `at`."""
    pointed = next((sign for sign in _POINTS_TO_IT if data.startswith(sign, at)), b"")
    at += len(pointed)
    goes_on = data[at : at + 1].isalnum() or data[at : at + 1] in _GOES_ON
    if (goes_on and not pointed.strip(b"'s ")) or _is_in_template(data, at):
        return  # `passwords`, `password_hash`
    if pointed == b"->" and _A_CALL.match(data, at):
        return  # `$user->password->reset2fa()`
    line_end = data.find(b"\n", at, at + BREATH)
    stop = _where_it_is_told(data, at, line_end)
    another = ANOTHER.search(data, at, stop)
    adjacent, asked, told, led, said, named, last = True, False, False, False, False, False, at
    pointed_at = at if pointed else -1
    for token in _TOKEN_OR_SIGN.finditer(data, at, another.start() if another else stop):
        word = token[0]
        if data[token.start() - 1 : token.start()] == b"<" and _TAG.match(data, token.start()):
            continue  # `Passwort lautet: <b>`
        led = led or 0 < line_end < token.start() < line_end + _ANSWER or asked or token.start() - 1 <= pointed_at
        new_one = told and _THE_NEW_ONE.fullmatch(data, last, token.start()) is not None
        led = led or new_one
        adjacent = adjacent or led
        asked = word.endswith(b"?")
        text = _NEXT_SETTING.split(word, maxsplit=1)[0] if b"=" in word else word
        # `gibst du Sommer2025! ein`: no sentence ends there
        goes_on = _GOES_ON_SMALL.match(data, token.end()) is not None
        kept = new_one or goes_on or stands_in_brackets(data, token)
        text = text.strip(b".,;:)(\"'`*" if kept else b".,;:!?)(\"'`*")
        bracketed = adjacent and text[:1] == b"[" and text[-1:] == b"]" and text.lower() not in _LEADS_TO_IT
        bracketed = bracketed and not A_TERM.match(text[1:-1])
        text = text[1:-1] if bracketed else text  # `passwort [tiger-77]`
        if named:
            named, adjacent, led = False, False, False
        elif not text:
            adjacent = adjacent or word == b":"
        elif (
            not (_TYPE_OF_A_COLUMN.fullmatch(text) or (word.endswith(b":") and text.isalpha()))
            and (_is_adjacent(data, token, text, led=led or bracketed) if adjacent else _is_apart(data, token, text))
            and not _BEHIND_AN_ID.search(data, token.start() - 1, token.start() + word.index(text))
        ):
            start = token.start() + word.index(text)
            yield Found(start, start + len(text), "secret", text.decode("latin-1"), 0.88, "secret-told")
            adjacent, told, led, last = False, True, False, start + len(text)
        else:
            small = text.lower()
            named = _NAME_OF_AN_ID.search(word) is not None
            bridged = said and _ONE_BETWEEN.fullmatch(word) is not None
            said = small in _IS
            led = adjacent = (
                bridged
                or small in _LEADS_TO_IT
                or (told and small in _OR)
                or word.endswith(b":")
                or (small in _BECOMES and _CHANGED.search(data, max(0, at - BREATH), at + BREATH) is not None)
            )


def _is_in_template(data: bytes, at: int) -> bool:
    """`{{ .Values.password | b64enc }}`"""
    since = max(0, at - BREATH)
    return data.rfind(b"{{", since, at) > data.rfind(b"\n", since, at)


def _where_it_is_told(data: bytes, at: int, line_end: int) -> int:
    """Where that ends in which a word that ends at `at` is answered: its line, the turn below it, or a template."""
    breath = min(len(data), at + BREATH)
    template = _WORKED_OUT.search(data, at, line_end if line_end > 0 else breath)
    if template:
        return template.start()
    if line_end <= 0:
        return breath
    answered = _ANSWERED.match(data, line_end, line_end + BREATH)
    if answered:
        return answered.end()
    if data[at:line_end].rstrip().endswith(b"?"):  # the answer stands below the question
        below = data.find(b"\n", line_end + 1, line_end + BREATH)
        return below if below > 0 else min(len(data), line_end + BREATH)
    return line_end


def _is_adjacent(data: bytes, token: re.Match[bytes], text: bytes, *, led: bool) -> bool:
    """Whether what stands directly behind the word, or what leads to it (`led`), is the password."""
    if is_guess(text) or is_mixed(text):
        return True
    # Six digits and more, and not so many times or signs
    digits = text.strip(b"!?")
    if 6 <= len(digits) <= 10 and digits.isdigit() and not COUNTED.match(data, token.end()):
        return True
    if _DIGITS_IN_GROUPS.fullmatch(text):
        return True
    return (led or stands_in_brackets(data, token)) and is_joined_phrase(text)


def _is_apart(data: bytes, token: re.Match[bytes], text: bytes) -> bool:
    """Whether what stands behind words that say nothing of it is the password."""
    likely = stands_out(text) or (stands_in_brackets(data, token) and is_strong(text))
    return likely and not is_called(data, token)

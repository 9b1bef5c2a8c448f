"""Passwords that a sentence tells by what is done with them: what somebody logged in with, what opens a file, and what
somebody asks about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import (
    A_TERM,
    TOKEN,
    is_drawn,
    is_guess,
    is_in_groups,
    is_mixed,
    is_strong,
    is_word_and_number,
)
from gateway.pii.detectors.phrases import is_joined_phrase
from gateway.pii.detectors.watchwords import NO_PASSWORD, WATCHWORD_PROBES, WATCHWORDS, Password
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

# `als admin mit … angemeldet`
_ENTERED = (
    rb"(?i)\b(?:mit|with|avec|con)[ ][^\s]*[0-9][^\s]*[ ](?:angemeldet|eingeloggt|anmelden|einloggen"
    rb"|(?:leider )?nicht (?:mehr )?(?:rein|hinein)|komm(?:st du|t (?:man|ihr)|en sie)|(?:loggst|meldest) du"
    rb"|you (?:can |will |should )?(?:log|sign|get) in|(?:tu|on|vous) (?:te |se |vous )?(?:connect|entre)[a-z]*"
    rb"|(?:tu|on|vous) (?:peux|peut|pouvez) (?:te |se |vous )?(?:connect|entre)[a-z]*"
    rb"|(?:puoi |si pu\xf2 )?(?:entr(?:i|are|ate)|acced(?:i|ere|ete)))\b"
)
# `der PC geht mit … auf`
_GOES_OPEN = rb"(?i)\bgeht[ ]mit[ ][^\s]*[0-9][^\s]*[ ](?:auf|rein)\b"
_BARE_NAME = re.compile(rb"[A-Za-z0-9._\-]+")
_IN_PARTS = re.compile(rb"(?:[A-Z][a-z]+[\-_.]){2,}[0-9]{1,4}")
_NO_USER = re.compile(rb"[A-Z][a-z]+[\-_.][0-9]{4}|[a-z]+-[a-z]+-[0-9]+")
# `the archive opens with: …`, `pour l'ouvrir, tapez …`
_OPENED = (
    rb"(?i)(?:\bopens|\bto (?:open|unlock|decrypt|unzip)|\b(?:l'|pour )?(?:ouvrir|d\xe9chiffrer)|\baprir[a-z]*"
    rb"|zum (?:[\xf6\xd6]ffnen|entpacken|entschl\xfcsseln))(?:[ ,][^\n.;:0-9]*)?[ ,]"
    rb"(?:with:|type:?|enter:?|use|tapez:?|saisi(?:r|ssez):?|entrez:?|digitare:?|inserire:?|geben sie(?: bitte)?"
    rb"|verwenden sie(?: bitte)?|brauch(?:st du|en sie|t (?:man|ihr))|nimm|nehmen sie|benutze|verwende|usa(?:te)?|usi"
    rb"|serve|utilise[rz]?|il (?:te |vous )?faut|you(?:'ll)? need)[ ]{1,2}[\"'`]?"
)
_SEALED_FILE = re.compile(
    rb"(?i)pdf|\bzip|archiv|anhang|attach|datei|\bfile\b|fichier|pi\xe8ce|allegato|document|dokument|7z"
)
_USING = re.compile(rb"(?i)(?:\buse|verwenden sie(?: bitte)?)[ \"'`]{1,3}$")  # a program, as often
_NEEDING = re.compile(  # a program of such a version, too: behind these no `Acrobat9`
    rb"(?i)(?:brauch[a-z]*(?: du| sie| man| ihr)?|nimm|nehmen sie|benutze|verwende|usa(?:te)?|usi|serve|utilise[rz]?"
    rb"|faut|need)[ \"'`]{1,3}$"
)
_BEFORE_OPENED = 32
# `her laptop unlocks with …`, `reset it to …`: behind these only what has a sign that no name and no version has.
_UNLOCKED = (
    rb"(?i)(?:\blog(?:ged)? ?in as [a-z0-9._\-]+|\bunlocks?|\bopens?|\blocked|\bprotected|\xf6ffne[nt]?(?: man"
    rb"| du| sie)?|gesperrt"
    rb"|entsperr[a-z]*(?: man| du| sie)?|d\xe9verrouill[a-z]*|sblocca[a-z]*)[ ](?:with|using|mit|avec|con)[ ]"
    rb"|(?:\buse|nutze|utilise[rz]?|\busa)[ ][a-z0-9._\-]+[ ](?:with|and|mit|und|avec|et|con|e)[ ]"
    rb"|(?:aufheb|entpack|entschl\xfcssel|decrypt|unzip|d\xe9zipp|d\xe9compress|d\xe9chiffr|decifr|decompri|scompatt)"
    rb"[a-z\xdf-\xff]*[ ](?:with|mit|avec|con)[ ]"
    rb"|(?:\breset|\bset|chang(?:ed?|\xe9)|ge\xe4ndert|gesetzt|\xe4ndern|setzen|remis|\bmis|cambiat[oa]"
    rb"|impostat[oa])[ ]"
    rb"(?:it |them |back |zur\xfcck )?(?:to|auf|\xe0|a|en|in|su)[ ]"
    rb"|[ ](?:es|ihn|das)[ ]auf[ ][\"'`]"  # `… zur\xfcckgesetzt`
)
_OPENS_WITH = re.compile(rb"(?i)(?:ent|decr|unz|d\xe9[zc]|dec[io]|sc)")
_HARD = re.compile(rb"[A-Za-z0-9].*[!$#%&*+^?=@]")
_GOES_ON = re.compile(rb"[ ,][ ]?[a-z\xdf-\xff]")
# `sich mit azubi / … anmelden`
_SLASHED = rb"(?i)[ ](?:as|als|mit|with|avec|con|user|benutzer|utente|utilisateur)[ ][a-z0-9._\-]+[ ]/[ ][^\s]*[0-9]"
# `He told me to use … whenever it asks for the password`
_USED = (
    rb"(?i)\b(?:use|used|using|typed?|enter(?:ed)?|try|tried|nimm|nutze|verwende|gib|utilise[rz]?|tape[rz]?|usa"
    rb"|usare|digita|prova|(?:provato|essay\xe9|versucht|probiert)(?: (?:con|avec|mit))?|versuche|probiere)"
    rb"[ ][^\s]*[0-9][^\s]*[ ][^\n.;]*(?:password|passwort|kennwort|mot de passe|\bmdp)"
)
_WITH_DIGIT = re.compile(rb"[ ]([^\s]*[0-9][^\s]*)[ ]")
_USED_PATTERN = compiled(_USED.replace(rb"[^\n.;]*", rb"[^\n.;]{0,64}?"))
# `Is … a good password?`
_ASKED = (
    rb"(?i)[^\s]{8}[\"'`]?[ ](?:(?:is|ist|est|\xe8)[ ])?"
    rb"(?:(?:strong|secure|safe|good|long|complex|sicher|gut|stark)(?: enough| genug)?[ ](?:as|for|als)[ ])?"
    rb"(?:a|an|eine?|une?|una)[ ](?:[a-z\xdf-\xff]+[ ])?"
    rb"(?:password|passwort|kennwort|mot de passe)\b"
)
_ASKED_PATTERN = compiled(_ASKED)
_ASKS = re.compile(
    rb"(?i)(?:^|[^a-z\xdf-\xff])(?:is|ist|w\xe4re|would|est-ce que|est ce que|\xe8|ob|whether|if|si"
    rb"|se)[ ][\"'`\xab]?[ ]?$"
)
_ASKED_ENDS = re.compile(rb"(?i)(?:[ ]ist)?[ ]?(?:[?.!,;)]|$|(?:or|oder|ou|o|for|f\xfcr|pour|per)[ ])")
_BEFORE_ASKED = 16
# `Which is stronger, … or …?`
_STRONGER = (
    rb"(?i)\b(?:stronger|more secure|sicherer|st\xe4rker|plus (?:s\xfbre?|forte?|solide)|pi\xf9 (?:sicur|fort"
    rb"|robust)[ao])"
    rb"[ ,:?]+(?:(?:is|ist|est|\xe8)[ ])?[^\s]*[0-9]"
)
_STRONGER_PATTERN = compiled(_STRONGER)
_LONGEST = 64
_NOWADAYS = (
    rb"(?:[ ](?:now|again|still|once|jetzt|nun|neu|wieder|fr\xfcher|bisher|ab (?:heute|sofort|jetzt)|dann"
    rb"|seit (?:heute|gestern)|d\xe9sormais|alors|depuis hier|allora|da ieri|then|maintenant|toujours|ora|adesso|ancora"
    rb"|ormai))?"
)
_MARKS = b".,;:()\"'`*"
# `X as the password`, `X, voilà le mot de passe`, `X war früher das Passwort`.
_USED_AS = re.compile(
    rb"(?i)(?=[, <\x7f])(?:(?:,|[ ][\-\x7f])[ ](?:it's|\xe8|so lautete?)"
    rb"|(?:,|[ ][\-\x7f])?[ ]\(?(?:that(?:'s| is| was)|das (?:ist|war|w\xe4re)|c'(?:est|\xe9tait)"
    rb"|voil\xe0|ecco|here(?:'s| is)|hier ist|it was)"
    + _NOWADAYS
    + rb"|[ ](?:(?:should|would|will|used to) be|was|heisst|hei\xdft|wird|war|w\xe4re|sollte|\xe9tait|serait|sera"
    rb"|era|sarebbe|sar\xe0|(?:is|ist|est|\xe8)(?=[ ]))" + _NOWADAYS + rb"|[ ]?(?:<--?|\x7f)"
    rb"|[ ](?:(?:no longer|nicht mehr|ne|non|(?:is|was)(?:n't| not)?|gets?|wird|wurde|(?:n'|non )?est|\xe8)[ ])?"
    rb"(?:(?:accepted|rejected|refused|(?:nicht )?(?:akzeptiert|angenommen|abgelehnt)|(?:pas )?(?:accept\xe9|refus\xe9)"
    rb"|accettat[ao]|rifiutat[ao]|works?|marche|fonctionne|funktioniert|funziona|va bene|taugt|reicht|ok)[ ])?"
    rb"(?:as|als|comme|come|per|is|ist|est|\xe8|=|#|//))[ ](?:l'ancien |(?:the|my|your|our|her|his|their|new|old"
    rb"|default|current|a|an|eine?|une?|una|das|der|mein|dein|unser|euer|ihr|sein|neues?|altes?|le|mon|ton|son|notre|votre|leur|nouveau"
    rb"|ancien|la|mia|tua|sua|nostra|nuova|vecchia|shared|staging"
    rb"|db|admin|root|wifi|wlan)[ \-]){0,2}(?:[a-z0-9]{2,16}-)?$"
)
_APART = frozenset((b" ", b"-"))
# `Wien60 (Passwort für den Beamer)`
_IN_BRACKETS = re.compile(rb"[ ]\((?:[a-z0-9\-]{2,16}[ \-]){0,2}$")
_BRACKET_ENDS = re.compile(
    rb"(?i)(?:\)|[ ](?:f\xfcrs?|for|of|pour|per|du|de|des|vom|zum|zur|del|della|di)[ ][^()\n]{2,40}\))"
)
# `a password manager`, of which there are many, and whose password is one
_GOES_ON_AS_A_THING = re.compile(
    rb"(?i)[ \-](?:managers?|safe|store|vault|reset|polic(?:y|ies)|fields?|forms?|page|hash(?:es)?|generator|tools?|app"
    rb"|plugin|checker|cracker|hint|column|parameter|option|setting|prompt|rules?|protection)\b"
    rb"(?!'?s?[ \-](?:master[ \-]?)?(?:pass|pw\b|pin\b|kennwort))"
)
# Of what stands in the same line or the next one, whatever is said between: letters, digits and a sign within.
_WORD_BESIDE = re.compile(rb"[^\s\"'`<>(){}\[\]|=/\\;,]{6,64}")
_SIGNED = re.compile(rb"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9\xc0-\xff].*[!$#%&*^?]")
_NO_WORD_BESIDE = re.compile(
    rb"%[0-9A-F]{2}|&[a-z]+;|[A-Z]&[A-Z]|![$A-Z]+[0-9]|^[A-Za-z0-9.\-]{1,40}(?:#L?[0-9]+|[!?%*]+)$"
    rb"|%[0-9]*\$?[sdif]|&[a-z]"
    # `background:#f9fafb`, `root@web1:~#`
    rb"|\?[a-z_]+$|:#[0-9a-f]{3,8}$|^[a-z_][a-z0-9_\-]*@[A-Za-z0-9.\-]+:"
)
_OPENERS, _CLOSERS = frozenset((b"(", b"`", b"'", b'"')), frozenset((b")", b"`", b"'", b'"'))
_ANY_SIGN = re.compile(rb"[!$#%&*^?]")
_AROUND = 96


def used(data: bytes) -> Iterator[Found]:
    """What somebody is told to use, before the word for passwords in the same sentence."""
    for start, end in _USED_PATTERN.spans(data):
        told = _WITH_DIGIT.search(data, start, end)
        text = told[1].strip(b".,;:()\"'`*?") if told else b""
        if is_strong(text) and (_HARD.match(text) or not A_TERM.match(text) or is_word_and_number(text)):
            yield _found(data, data.index(text, start), text)


def used_as(data: bytes, start: int, end: int) -> Iterator[Found]:
    """`… as the password`, `… comme mot de passe`: what stands before the word for passwords from `start` to `end`."""
    since = max(0, start - _AROUND)
    led = _USED_AS.search(data, since, start) if data[start - 1 : start] in _APART else None
    a_thing = led is not None and _GOES_ON_AS_A_THING.match(data, end) is not None
    if led is None and _BRACKET_ENDS.match(data, end):
        led = _IN_BRACKETS.search(data, since, start)
    before = data[since : led.start() if led else since].rstrip(b" \"'`")
    word = before[max(map(before.rfind, (b" ", b"\n", b"\t"))) + 1 :]
    text = word.strip(b".,;:?)(\"'`*")  # and with its sign in `Gipfel2024! is …`
    if len(word) <= _LONGEST and (is_strong(text) if a_thing else is_guess(text) or is_joined_phrase(text)):
        yield _found(data, since + len(before) - len(word) + word.index(text), text)


def beside(data: bytes, start: int, end: int) -> Iterator[Found]:
    """What nobody takes for a word, in the line of a word for passwords (from `start` to `end`) before it, and in the
    next line: `Mit … komme ich nicht rein, sagt "Passwort falsch"`.
    """
    since = max(data.rfind(b"\n", max(0, start - _AROUND), start) + 1, start - _AROUND, 0)
    line_end = data.find(b"\n", end, end + _AROUND)
    next_end = data.find(b"\n", line_end + 1, line_end + _AROUND) if line_end >= 0 else -1
    until = next_end if next_end >= 0 else line_end + _AROUND
    for first, last in ((since, start), (end, until if line_end >= 0 else end + _AROUND)):
        if not _ANY_SIGN.search(data, first, last):
            continue
        for token in _WORD_BESIDE.finditer(data, first, last):
            text = token[0].strip(b".,;:*")
            enclosed = (
                data[token.start() - 1 : token.start()] in _OPENERS and data[token.end() : token.end() + 1] in _CLOSERS
            )
            if not enclosed and not (text[-1:] in {b"!", b"?"} and _GOES_ON.match(data, token.end())):
                text = text.rstrip(b"!?")
            if _SIGNED.match(text) and not _NO_WORD_BESIDE.search(text) and is_strong(text) and not A_TERM.match(text):
                yield _found(data, token.start() + token[0].index(text), text)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for pattern, password in _USES:
        for start, end in pattern.spans(data):
            at, text = password(data, start, end)
            if text:
                yield _found(data, at, text)
    for start, end in _STRONGER_PATTERN.spans(data):
        yield from beside(data, end, start)
    for start, end in _ASKED_PATTERN.spans(data):
        at, text = _asked(data, start, end)
        if text:
            yield _found(data, at, text)


def _entered(data: bytes, start: int, end: int) -> Password:
    """`mit … angemeldet`, and no `mit hans.muster01`."""
    text = data[start:end].split()[1].strip(_MARKS)
    user = _BARE_NAME.fullmatch(text) and not _NO_USER.fullmatch(text) and not _IN_PARTS.fullmatch(text)
    return (data.index(text, start), text) if is_drawn(text) or (is_strong(text) and not user) else NO_PASSWORD


def _goes_open(data: bytes, start: int, end: int) -> Password:
    text = data[start:end].split()[2].strip(_MARKS)
    return (data.index(text, start), text) if is_guess(text) and not A_TERM.match(text) else NO_PASSWORD


def _opens(data: bytes, start: int, end: int) -> Password:
    value = TOKEN.match(data, end)
    text = value[0].rstrip(b".,;:!?)") if value else b""
    if is_strong(text):
        return end, text
    if not is_guess(text) or (A_TERM.match(text) and _NEEDING.search(data, start, end)):
        return NO_PASSWORD
    sealed = _SEALED_FILE.search(data, max(0, start - _BEFORE_OPENED), end)
    return (end, text) if sealed and not _USING.search(data, start, end) else NO_PASSWORD


def _unlocks(data: bytes, start: int, end: int) -> Password:
    quoted = data[end : end + 1] in _CLOSERS or data[end - 1 : end] in _CLOSERS  # `We reset it to "…" for now`
    end += data[end : end + 1] in _CLOSERS
    value = TOKEN.match(data, end)
    text = value[0].rstrip(b".,;:?)") if value else b""
    if text.endswith(b"!") and not quoted and not _GOES_ON.match(data, end + len(text)):
        text = text.rstrip(b"!")
    sealed = _OPENS_WITH.match(data, start) and is_guess(text) and not A_TERM.match(text)
    drawn = quoted and (is_drawn(text) or (is_mixed(text) and not A_TERM.match(text)))
    drawn = drawn or is_in_groups(text)
    return (end, text) if sealed or drawn or (_HARD.match(text) and is_strong(text)) else NO_PASSWORD


def _behind_slash(data: bytes, start: int, end: int) -> Password:
    at = data.rindex(b"/ ", start, end) + 2
    value = TOKEN.match(data, at)
    text = value[0].rstrip(b".,;:)") if value else b""
    return (at, text) if is_strong(text) and not A_TERM.match(text) else NO_PASSWORD


def _asked(data: bytes, start: int, end: int) -> Password:
    """`Is … a strong password?`: whatever else it could be, no `password manager` is asked about."""
    blank = data.index(b" ", start)
    begin = max(data.rfind(b" ", max(0, blank - _LONGEST), blank), data.rfind(b"\n", 0, blank)) + 1
    text = data[begin:blank].strip(_MARKS)
    if (is_strong(text) or is_drawn(text) or is_mixed(text)) and not A_TERM.match(text):
        return data.index(text, begin), text
    asks = _ASKS.search(data, max(0, begin - _BEFORE_ASKED), begin) and _ASKED_ENDS.match(data, end)
    return (data.index(text, begin), text) if asks and (is_guess(text) or is_joined_phrase(text)) else NO_PASSWORD


def _found(data: bytes, start: int, text: bytes) -> Found:
    return Found(
        start, start + len(text), "secret", data[start : start + len(text)].decode("latin-1"), 0.85, "secret-used"
    )


_USES = (
    (compiled(_ENTERED), _entered),
    (compiled(_GOES_OPEN), _goes_open),
    (compiled(_OPENED.replace(rb"[^\n.;:0-9]*", rb"[^\n.;:0-9]{0,40}?")), _opens),
    (compiled(_UNLOCKED), _unlocks),
    (compiled(_SLASHED), _behind_slash),
    *WATCHWORDS,
)

RULES = (
    Rule(
        "secret-used",
        ("secret",),
        (
            _ENTERED,
            _GOES_OPEN,
            _OPENED,
            _UNLOCKED + rb"[^\s]*[0-9]",
            _SLASHED,
            *WATCHWORD_PROBES,
            _ASKED.replace(rb"{8}", b""),
            _STRONGER,
        ),
        _find,
        doubtful=True,
    ),
)

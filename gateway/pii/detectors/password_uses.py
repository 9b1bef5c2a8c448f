"""Passwords that a sentence tells by what is done with them: what somebody logged in with, what opens a file, and what
somebody asks about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import A_TERM, TOKEN, is_drawn, is_guess, is_mixed, is_strong
from gateway.pii.detectors.phrases import NO_VALUE, is_joined_phrase
from gateway.pii.detectors.random_values import is_example
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

# `als admin mit … angemeldet`
_ENTERED = (
    rb"(?i)[ ]mit[ ][^\s]*[0-9][^\s]*[ ](?:angemeldet|eingeloggt|anmelden|einloggen"
    rb"|(?:leider )?nicht (?:mehr )?(?:rein|hinein))\b"
)
_ENTERED_PATTERN = compiled(_ENTERED)
# `der PC geht mit … auf`
_GOES_OPEN = rb"(?i)\bgeht[ ]mit[ ][^\s]*[0-9][^\s]*[ ](?:auf|rein)\b"
_GOES_OPEN_PATTERN = compiled(_GOES_OPEN)
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
_OPENED_PATTERN = compiled(_OPENED.replace(rb"[^\n.;:0-9]*", rb"[^\n.;:0-9]{0,40}?"))
# `her laptop unlocks with …`, `reset it to …`: behind these only what has a sign that no name and no version has.
_UNLOCKED = (
    rb"(?i)(?:\bunlocks?|\bopens?|\blocked|\bprotected|\xf6ffne[nt]?(?: man| du| sie)?|gesperrt"
    rb"|entsperr[a-z]*(?: man| du| sie)?|d\xe9verrouill[a-z]*|sblocca[a-z]*)[ ](?:with|using|mit|avec|con)[ ]"
    rb"|(?:\buse|nutze|utilise[rz]?|\busa)[ ][a-z0-9._\-]+[ ](?:with|and|mit|und|avec|et|con|e)[ ]"
    rb"|(?:entpack|entschl\xfcssel|decrypt|unzip|d\xe9zipp|d\xe9compress|d\xe9chiffr|decifr|decompri|scompatt)"
    rb"[a-z\xdf-\xff]*[ ](?:with|mit|avec|con)[ ]"
    rb"|(?:\breset|\bset|chang(?:ed?|\xe9)|ge\xe4ndert|gesetzt|\xe4ndern|setzen|remis|\bmis|cambiat[oa]"
    rb"|impostat[oa])[ ]"
    rb"(?:it |them |back |zur\xfcck )?(?:to|auf|\xe0|a|en|in|su)[ ]"
)
_UNLOCKED_PATTERN = compiled(_UNLOCKED)
_OPENS_WITH = re.compile(rb"(?i)(?:ent|decr|unz|d\xe9[zc]|dec[io]|sc)")
_HARD = re.compile(rb"[A-Za-z0-9].*[!$#%&*+^?=@]")
_GOES_ON = re.compile(rb"[ ,][ ]?[a-z\xdf-\xff]")
# `sich mit azubi / … anmelden`
_SLASHED = rb"(?i)[ ](?:as|als|mit|with|avec|con|user|benutzer|utente|utilisateur)[ ][a-z0-9._\-]+[ ]/[ ][^\s]*[0-9]"
_SLASHED_PATTERN = compiled(_SLASHED)
# `He told me to use … whenever it asks for the password`
_USED = (
    rb"(?i)\b(?:use|used|using|typed?|enter(?:ed)?|try|tried|nimm|nutze|verwende|gib|utilise[rz]?|tape[rz]?|usa"
    rb"|usare|digita|prova|(?:provato|essay\xe9|versucht|probiert)(?: (?:con|avec|mit))?|versuche|probiere)"
    rb"[ ][^\s]*[0-9][^\s]*[ ][^\n.;]*(?:password|passwort|kennwort|mot de passe|\bmdp)"
)
_WITH_DIGIT = re.compile(rb"[ ]([^\s]*[0-9][^\s]*)[ ]")
_USED_PATTERN = compiled(_USED.replace(rb"[^\n.;]*", rb"[^\n.;]{0,64}?"))
# `das Losungswort «Kormoran»`
_WORD_GIVEN = (
    rb"(?i)(?:losungswort|codewort|code ?word|safe ?word|parola d'ordine|parole d'ordre|phrases? secr\xe8te"
    rb"|passphrase|frase segreta)"
    rb"[ ](?:[a-z\xdf-\xff]{2,12}[ ]){0,2}[\"\xab'][ ]?[A-Za-z\xc0-\xff]"
)
_WORD_GIVEN_PATTERN = compiled(_WORD_GIVEN)
_GIVEN = re.compile(rb"[^\"\xab\xbb\n]{4,64}?(?=[ ]?[\"\xbb'](?:[ .,;!?)]|$))")
# `Codewort für Rückfragen der Bank: Regenbogenforelle`
_WATCHWORD = (
    rb"(?i)(?:losungswort|codewort|kundenkennwort|(?:verbal|spoken|phone|telefon(?:isches)?"
    rb"|tel\.?)[ \-]?(?:password|passwort|kennwort)|code ?word|safe ?word|memorable (?:word|name|place"
    rb"|info(?:rmation)?)|mot de code"
    rb"|parola d'ordine)[^\n:.]*(?::|[ ](?:ist|lautet|is|est|\xe8))[ ]"
)
_WATCHWORD_PATTERN = compiled(_WATCHWORD.replace(rb"*(?::", rb"{0,48}(?::"))
_WATCHWORD_VALUE = re.compile(
    rb"(?:(?<=: )[ ]?[\"'`]?"
    rb"|(?=[A-Z\xc0-\xde]))([A-Za-z\xc0-\xff][A-Za-z\xc0-\xff0-9\-]{3,40})[\"'`]?"
    rb"[ ]*(?:[.,;)\n]|$)"
)
# `the wifi password is seasidecottage`
_WIRELESS = (
    rb"(?i)(?:wi-?fi|wlan)[^\n.;:]{0,24}(?:passwor[dt]|kennwort|mot de passe|mdp|code|key|schl\xfcssel|cl\xe9|chiave)"
)
_WIRELESS_PATTERN = compiled(_WIRELESS)
_WORD_OF_IT = re.compile(
    rb"(?i)[^\n.;:0-9]{0,24}?[ ](?:is|ist|lautet|est|c'est|\xe8"
    rb"|heisst)[ ][\"'`]?((?-i:[a-z]{7,32}))[\"'`]?[ ]?(?:[.,;!)\n]|$)"
    rb"|[^\n.;0-9]{0,48}?[ :]{1,2}([0-9]{8,32})(?![0-9A-Za-z])"
)
_TALKED = re.compile(
    rb"(?:ed|ing|able|ible|ive|ful|ert|iert|en|et|ut|ato|ata|uto|uta|ito|ita|ig|lich|isch|ect|own|ong|ere|igue)$"
)
# `Is … a good password?`
_ASKED = (
    rb"(?i)[^\s]{8}[\"'`]?[ ](?:(?:is|ist|est|\xe8)[ ])?"
    rb"(?:(?:strong|secure|safe|good|long|complex|sicher|gut|stark)(?: enough| genug)?[ ](?:as|for|als)[ ])?"
    rb"(?:a|an|eine?|une?|una)[ ](?:[a-z\xdf-\xff]+[ ])?"
    rb"(?:password|passwort|kennwort|mot de passe)\b"
)
_ASKED_PATTERN = compiled(_ASKED)
_ASKS = re.compile(rb"(?i)(?:^|[^a-z\xdf-\xff])(?:is|ist|w\xe4re|would|est-ce que|est ce que|\xe8)[ ][\"'`\xab]?[ ]?$")
_ASKED_ENDS = re.compile(rb"(?i)[ ]?(?:[?.!,;)]|$|(?:or|oder|ou|o|for|f\xfcr|pour|per)[ ])")
_BEFORE_ASKED = 16
# `Which is stronger, … or …?`
_STRONGER = (
    rb"(?i)\b(?:stronger|more secure|sicherer|st\xe4rker|plus (?:s\xfbre?|forte?|solide)|pi\xf9 (?:sicur|fort"
    rb"|robust)[ao])"
    rb"[ ,:?]+(?:(?:is|ist|est|\xe8)[ ])?[^\s]*[0-9]"
)
_STRONGER_PATTERN = compiled(_STRONGER)
_LONGEST = 64
# `X as the password`, `X comme mot de passe`.
_USED_AS = re.compile(
    rb"(?i)(?<![^\s])([^\s]{5,64}?)(?:[ ]?[\"'`])?(?:,[ ](?:that's|that is|it's|das ist|c'est|\xe8)"
    rb"|[ ](?:(?:no longer|nicht mehr|ne|non|(?:is|was)(?:n't| not)?|gets?|wird|wurde|(?:n'|non )?est|\xe8)[ ])?"
    rb"(?:(?:accepted|rejected|refused|(?:nicht )?(?:akzeptiert|angenommen|abgelehnt)|(?:pas )?(?:accept\xe9|refus\xe9)"
    rb"|accettat[ao]|rifiutat[ao]|works?|marche|fonctionne|funktioniert|funziona|va bene|taugt|reicht|ok)[ ])?"
    rb"(?:as|als|comme|come|per|is|ist|est|\xe8|=|#|//))[ ](?:(?:the|my|your|our|her|his|new"
    rb"|a|an|eine?|une?|una|das|mein|dein|neues|le|mon|ton|votre|nouveau|la|mia|tua|nuova"
    rb"|db|admin|root|wifi|wlan)[ \-]){0,2}(?:[a-z0-9]{2,16}-)?$"
)
_APART = frozenset((b" ", b"-"))
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
        if is_strong(text) and (_HARD.match(text) or not A_TERM.match(text)):
            yield _found(data, data.index(text, start), text)


def used_as(data: bytes, start: int) -> Iterator[Found]:
    """`… as the password`, `… comme mot de passe`: what stands before the word for passwords that begins at `start`."""
    told = _USED_AS.search(data, max(0, start - _AROUND), start) if data[start - 1 : start] in _APART else None
    text = told[1].strip(b".,;:!?)(\"'`*") if told else b""
    if told and (is_guess(text) or is_joined_phrase(text)):
        yield _found(data, told.start() + told[1].index(text), text)


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
    for start, end in _ENTERED_PATTERN.spans(data):
        text = data[start:end].split()[1].strip(b".,;:()\"'`*")
        bare = _BARE_NAME.fullmatch(text) and not _NO_USER.fullmatch(text)
        if is_drawn(text) or (
            is_strong(text) and not (bare and not _IN_PARTS.fullmatch(text))
        ):  # and no `mit hans.muster01`
            yield _found(data, data.index(text, start), text)
    for start, end in _GOES_OPEN_PATTERN.spans(data):
        text = data[start:end].split()[2].strip(b".,;:()\"'`*")
        if is_guess(text) and not A_TERM.match(text):
            yield _found(data, data.index(text, start), text)
    for start, end in _OPENED_PATTERN.spans(data):
        value = TOKEN.match(data, end)
        text = value[0].rstrip(b".,;:!?)") if value else b""
        if is_strong(text) or (
            is_guess(text)
            and not (A_TERM.match(text) and _NEEDING.search(data, start, end))
            and _SEALED_FILE.search(data, max(0, start - _BEFORE_OPENED), end)
            and not _USING.search(data, start, end)
        ):
            yield _found(data, end, text)
    for start, end in _UNLOCKED_PATTERN.spans(data):
        value = TOKEN.match(data, end)
        text = value[0].rstrip(b".,;:?)") if value else b""
        if text.endswith(b"!") and not _GOES_ON.match(data, end + len(text)):
            text = text.rstrip(b"!")
        sealed = _OPENS_WITH.match(data, start) and is_guess(text) and not A_TERM.match(text)
        if sealed or (_HARD.match(text) and is_strong(text)):
            yield _found(data, end, text)
    for start, end in _SLASHED_PATTERN.spans(data):
        at = data.rindex(b"/ ", start, end) + 2
        value = TOKEN.match(data, at)
        text = value[0].rstrip(b".,;:)") if value else b""
        if is_strong(text) and not A_TERM.match(text):
            yield _found(data, at, text)
    for _, end in _WORD_GIVEN_PATTERN.spans(data):
        given = _GIVEN.match(data, end - 1)
        if given and given[0].lower() not in NO_VALUE:
            yield _found(data, end - 1, given[0])
    for _, end in _WATCHWORD_PATTERN.spans(data):
        word = _WATCHWORD_VALUE.match(data, end)
        if word and word[1].lower() not in NO_VALUE and not is_example(word[1]):
            yield _found(data, word.start(1), word[1])
    for _, end in _WIRELESS_PATTERN.spans(data):
        word = _WORD_OF_IT.match(data, end)
        text = word[word.lastindex or 0] if word else b""
        if word and text not in NO_VALUE and not _TALKED.search(text):
            yield _found(data, word.start(word.lastindex or 0), text)
    for start, end in _STRONGER_PATTERN.spans(data):
        yield from beside(data, end, start)
    for start, end in _ASKED_PATTERN.spans(data):
        blank = data.index(b" ", start)
        begin = max(data.rfind(b" ", max(0, blank - _LONGEST), blank), data.rfind(b"\n", 0, blank)) + 1
        text = data[begin:blank].strip(b".,;:()\"'`*")
        sure = (is_strong(text) or is_drawn(text) or is_mixed(text)) and not A_TERM.match(text)
        # `Is … a strong password?`: whatever else it could be, no `password manager` is asked about.
        if sure or (
            (is_guess(text) or is_joined_phrase(text))
            and _ASKS.search(data, max(0, begin - _BEFORE_ASKED), begin)
            and _ASKED_ENDS.match(data, end)
        ):
            yield _found(data, data.index(text, begin), text)


def _found(data: bytes, start: int, text: bytes) -> Found:
    return Found(
        start, start + len(text), "secret", data[start : start + len(text)].decode("latin-1"), 0.85, "secret-used"
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
            _WORD_GIVEN,
            _WATCHWORD,
            _WIRELESS.replace(rb"{0,24}", rb"*"),
            _ASKED.replace(rb"{8}", b""),
            _STRONGER,
        ),
        _find,
    ),
)

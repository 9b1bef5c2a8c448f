"""Passwords beside the account that they open, where their place alone tells: `jdupont / …`, `demo@acme.ch:…`,
`u: anna` and `p: …` below it, `log in as qa@example.com with …`.

Invariants
- The less there is that speaks of an account, the more a password has to look like one.
- Each look behind a name is bounded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter

from gateway.pii.detectors.likely_passwords import A_TERM, TOKEN, is_drawn, is_guess, is_in_groups, is_mixed, is_strong
from gateway.pii.detectors.phrases import is_joined_phrase
from gateway.pii.detectors.random_passwords import NO_SECRETS
from gateway.pii.linear import Pattern, compiled
from gateway.pii.view import Found, Rule, View

_WORDS = (
    rb"login|zugang(?:sdaten)?|benutzer|user(?:name)?|utilisateur|utente|account|credentials|creds|anmeldung|wi-?fi"
    rb"|wlan|ssid|basic auth|\bcompte|konto\b|acc\xe8s|access|accesso|identifiants|credenziali"
)
_PAIR = (
    rb"(?i)(?:" + _WORDS + rb")[^\n:=/|]{0,48}[ :=(]{1,3}"
    rb"(?:(?:is|ist|lautet|est|\xe8|sind|are|sont|sono)[ :]{1,2})?[^\s/:,|]{2,64}"
    rb"(?:[ ]?[/|]{1,2}[ ]?|:|,[ ])[^\s/]{5,64}"
)
_PAIR_PROBE = _PAIR.replace(rb"{0,48}", rb"*").replace(rb"{2,64}", rb"{2}[^\s/:,|]*").replace(rb"{5,64}", rb"{5}")
_PAIR_PARTS = re.compile(_PAIR.replace(rb"[^\s/]{5,64}", rb"([^\s/]{5,64})"))
_PAIR_PATTERN = compiled(_PAIR)
# `"role": "user","content":[…`: JSON goes on; or an id or a digest behind an account's id.
_NO_PAIR = re.compile(
    rb"\"[,:]|^(?:[0-9a-f]{24}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
)
# `log in as qa@example.com with …`, `mit dem Konto … und … anmelden`
_ENTERED = (
    rb"(?i)(?:\blog(?:ged|ging)?[ \-]?(?:in|on)|\bsign(?:ed|ing)?[ \-]in|authenticat[a-z]*|\bconnect(?:ed|ing)?"
    rb"|anmeld[a-z]*|angemeldet|einlogg[a-z]*|eingeloggt|connect(?:ez?|er|\xe9e?)|acced[a-z]*|collegat[a-z]*"
    rb"|\blogg(?:at[a-z]*|en?|t)\b|entr[oai]\b|\broot\b|\badmin\b|zugang[a-z]*|\blogin\b|identifiants|credenziali|credentials"
    rb"|\bs?ftp\b|\brdp\b|\bacc\xe8s\b|\baccesso\b|\bcreds\b)"
)
_ENTERED_PATTERN = compiled(_ENTERED)
_ENTERED_WITH = re.compile(rb"(?i)[ ](?:with|using|mit|avec|con|and|und|et|e|/)[ ][\"'`]?([^\s\"'`]{6,64})")
# `Melde dich mit admin und … an`, `accedi con demo@x.ch e …`: the account is named, so the other is its password.
_BOTH = (
    rb"(?i)(?:\b(?:meld|log)[a-z]*[ ][^\n.;]*\bmit|\banmeld[a-z]*[^\n.;]*\bmit"
    rb"|\b(?:log(?:ged|ging)?|sign(?:ed|ing)?)[ \-]?(?:in|on)[ ][^\n.;]*(?:with|as)"
    rb"|\b(?:re)?connect[a-z\xe9\-]*[ ][^\n.;]*(?:avec|with)|\bidentifi[a-z\-]*[ ][^\n.;]*avec"
    rb"|\b(?:acced|colleg|entr)[a-z]*[ ][^\n.;]*con"
    rb"|(?:zugangsdaten|anmeldedaten|credentials|identifiants|credenziali)\b[^\n.;]*(?::|[ ](?:sind|are|sont|sono)))"
    rb"[ ][\"'`]?[a-z][^\s,;:\"'`]*[\"'`]?[ ](?:and|und|et|e|&|\+)[ ][\"'`]?[^\s\"'`]*[0-9]"
)
_BOTH_PATTERN = compiled(_BOTH.replace(rb"[^\n.;]*", rb"[^\n.;]{0,32}?"))
_SECOND = re.compile(rb"[ ](?:and|und|et|e|&|\+)[ ][\"'`]?([^\s\"'`]{6,64})")
# `tu mets le login compta et le code …`
_CODED = re.compile(
    rb"(?i)(?<!rror)(?<!hler)(?<!tatus)(?<!reur)(?<!rore)[ ](?:code|key|schl\xfcssel|cl\xe9|chiave|pass|pw|psw|mdp)"
    rb"[ :=]{1,3}[\"'`]?([^\s\"'`]{6,64})"
)
# `wifi ospiti …`, `wifi : …`, `le wifi c'est …`
_WIRELESS = rb"(?i)\b(?:wi-?fi|wlan)(?:[ ](?:c'est|is|\xe8|[a-z\xdf-\xff]+))?[ ]?[: ][ ]?[^\s]*(?:[0-9]|[a-z][A-Z])"
_WIRELESS_PATTERN = compiled(_WIRELESS.replace(rb"]+))?", rb"]{3,12}))?"))
_ENTERED_IN = re.compile(rb"[^\n;]{0,80}")
# `…, demo@acme.ch, …`, `ftp.acme.ch | web123 | …`, `creds anna …`: at the end of what is said.
_LISTED_LAST = re.compile(
    rb"(?:[ ][|\-]|[,:]|(?<=s)[ ][a-z0-9._\-]{2,32}|(?<=root))[ ][\"'`]?([^\s\"'`]{7,64}?)[\"'`.,)]?[ ]*(?:\n|\r|$)"
)
# `demo@acme.ch:…`, `anna.meier@acme.ch;…;2024-01-01`
_MAIL = rb"@[A-Za-z0-9.\-]+\.[A-Za-z]+(?:[ ]?[:;,|/]|[ ]-|[ ])[ ]?[\"'`]?[^\s;,|\"'`<>()]*[0-9!$#%&*+^?]"
_MAIL_PATTERN = compiled(_MAIL)
_MAIL_PARTS = re.compile(
    rb"@[A-Za-z0-9.\-]{1,80}\.[A-Za-z]{2,24}((?:[ ]?[:;,|/]|[ ]-|[ ])[ ]?)[\"'`]?([^\s;,|\"'`<>()]{6,64})"
)
# `Netflix Login`, below it the address, below that the password
_MAIL_ALONE = rb"@[A-Za-z0-9.\-]+\.[A-Za-z]+[ \t]*\r?\n[^\s]+[ \t]*(?:\r?\n|$)"
_MAIL_ALONE_PATTERN = compiled(_MAIL_ALONE)
_HEADED = re.compile(rb"(?i)(?:^|\n)[^\n:]{0,40}(?:" + _WORDS + rb")[ \t]*:?[ \t]*\r?\n[A-Za-z0-9._%+\-]{1,64}$")
# `Webshop (shopadmin) …`, below `Accounts` whatever could be one
_ASIDE = rb"\n[ \t>*\-]*[A-Za-z\xc0-\xff][^\n()]*[ ]\([A-Za-z0-9._@\-]+\):?[ ][^\s]*[0-9]"
_ASIDE_PATTERN = compiled(
    rb"(?:^|"
    + _ASIDE.replace(rb"\n", rb"\n)", 1).replace(rb"[^\n()]*", rb"[^\n()]{1,40}").replace(rb"\-]+\)", rb"\-]{2,40}\)")
)
# Below it `- Messagerie : …`
_NOTED = rb"\n[ \t>*\-]*[A-Za-z\xc0-\xff][^\n:=]*[ ]?[:=][ ][^\s]*[0-9!$#%&*+^?]"
_NOTED_PATTERN = compiled(_NOTED.replace(rb"[^\n:=]*", rb"[^\n:=]{1,40}"))
_ACCOUNTS = compiled(
    rb"(?i)\b(?:zug\xe4nge|zugangsdaten|logins?|accounts?|konten|acc\xe8s|comptes|identifiants|accessi|utenze"
    rb"|credenziali|credentials)\b[^\n]{0,24}\n"
)
_HEAD_REACH = 2400
# `- nexus: ci / …`
_SLASHED = rb"(?:^|[\n:,(>*|\-])[ \t]+[A-Za-z][A-Za-z0-9._\-]+[ ][/|\-][ ][^\s/:|\"'<>(){}]*[0-9!$#%&*+^?=@]"
_SLASHED_PATTERN = compiled(_SLASHED)
# `use anna/… for the demo`, `U/P: anna/…`
_JOINED = (
    rb"(?i)(?:\b(?:use|mit|avec|con|with|login|creds|u/p|user/p[a-z]+|benutzer/p[a-z]+|login/p[a-z]+|id/mdp"
    rb"|account|konto"
    rb"|compte|router|nas))[ ]?[:=]?[ ][a-z][a-z0-9._\-]+/[^\s/]*[0-9!$#%&*+^?]"
)
_JOINED_PATTERN = compiled(_JOINED)
# `Router: admin/…`, `Kamera-Login admin …`
_DEVICE = (
    rb"(?i)(?:router|\bnas\b|kamera|camera|firewall|\bilo\b|idrac|controller|drucker|printer|imprimante|stampante"
    rb"|\bswitch|\bipmi|\bbmc\b|access point|fritz!?box|webinterface|konsole|console|hypervisor|esxi|proxmox"
    rb"|login)[^\n]*[ :]"
    rb"(?:admin|administrator|root|elastic)[ ]?[/: ][ ]?[^\s]*[0-9]"
)
_DEVICE_PATTERN = compiled(_DEVICE.replace(rb"[^\n]*", rb"[^\n]{0,24}?"))
_DEVICE_VALUE = re.compile(rb"(?i)[ :](?:admin|administrator|root|elastic)[ ]?[/: ][ ]?([^\s\"'`<>]{6,64})")
# `u: anna` and below it `p: …`; `user scan pass …`; a line `pass …`
_BELOW = (
    rb"(?i)(?:^|\n)[ \t>*\-]*(?:u|user|l|login|b|benutzer|id|utente|usr)[ ]?[:=][ ]?[^\n]+\n[ \t>*\-]*(?:p|pw|k)[ ]?"
    rb"[:=][ ]?[^\s]"
)
_BELOW_PATTERN = compiled(_BELOW)
_PASS = rb"(?i)(?:(?:^|\n)[ \t>*\-]*|\buser[ ][^\s]+[ ,;]+)pass[ ]+[^\s]*[0-9]"
_PASS_PATTERN = compiled(_PASS)
_VALUE = re.compile(rb"[^\s\"'`<>]{5,64}")
_ALONE = re.compile(rb"([^\s\"'`<>]{5,64})[ \t]*(?:\r?\n|$)")
_HARD = re.compile(rb"[!$#%&*+^?@]?[A-Za-z0-9].*[!$#%&*+^?@]")
_ISSUE = re.compile(rb"[A-Za-z0-9._\-]+#[0-9]+")
# `ORD-2023-001`, `part-two-3`, `order-2023-001`
_NUMBERED = re.compile(rb"[A-Z]{1,6}[\-_./]?[0-9][0-9A-Z\-_./]*|[a-z]+(?:[\-_.][a-z]+)*(?:[\-_.][0-9]+)+")
_TITLED = re.compile(rb"[A-Z\xc0-\xde][a-z\xdf-\xff]{2,}[_.][0-9]{2,4}")
_WORD_AND_YEAR = re.compile(rb"[A-Za-z]{4,}[0-9]{2,4}[!#.]?|[a-z]{4,}[0-9][!#.]?")
_BEFORE, _LINE = 48, 64
_ACCOUNT_NEAR = re.compile(
    rb"(?i)\b(?:" + _WORDS + rb"|konto|compte|admin|administrator|root|pass|pw|passwort|password|mdp)\b"
)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for _, end in _ENTERED_PATTERN.spans(data):
        said = _ENTERED_IN.match(data, end)
        until = said.end() if said else end
        for entered in _ENTERED_WITH.finditer(data, end, until):
            text = entered[1].rstrip(b".,;:?)*")
            text = text if is_strong(text) else text.rstrip(b"!")
            if _TITLED.fullmatch(text) or _stands_out(text):
                yield _found(entered.start(1), text)
        coded = _CODED.search(data, end, until)
        text = coded[1].rstrip(b".,;:?)*") if coded else b""
        if coded and is_guess(text) and not _NUMBERED.fullmatch(text):
            yield _found(coded.start(1), text)
        last = _LISTED_LAST.search(data, end, until)
        if last and _HARD.match(last[1]) and _stands_out(last[1]):
            yield _found(last.start(1), last[1])
    for start, end in _BOTH_PATTERN.spans(data):
        second = _SECOND.search(data, start, end + _BEFORE)
        text = second[1].rstrip(b".,;:?)*") if second else b""
        if second and is_guess(text) and b"/" not in text and not _NUMBERED.fullmatch(text):
            yield _found(second.start(1), text)
    for start, end in _WIRELESS_PATTERN.spans(data):
        at = max(data.rfind(b" ", start, end), data.rfind(b":", start, end)) + 1
        value = _VALUE.match(data, at)
        text = value[0].rstrip(b".,;:)") if value else b""
        told = is_mixed(text) or (
            is_guess(text) if b":" in data[start:at] else _stands_out(text) and not A_TERM.match(text)
        )
        if told and not _NUMBERED.fullmatch(text):
            yield _found(at, text)
    heads: list[tuple[int, int]] | None = None  # looked for once, where anything might stand below one
    for start, end in _ASIDE_PATTERN.spans(data):
        at = data.rindex(b" ", start, end) + 1
        value = _VALUE.match(data, at)
        text = value[0].rstrip(b".,;:") if value else b""
        alone = value is not None and data[value.end() : value.end() + 1].strip() == b""
        if alone and _stands_out(text):
            yield _found(at, text)
        elif alone and is_guess(text):
            heads = [*_ACCOUNTS.spans(data)] if heads is None else heads
            if _stands_below(data, start + 1, heads):
                yield _found(at, text)
    for start, end in _NOTED_PATTERN.spans(data):
        at = data.rindex(b" ", start, end) + 1
        value = None if NO_SECRETS.search(data, start, at) else _ALONE.match(data, at)
        if value and is_guess(value[1]) and not A_TERM.match(value[1]) and not _NUMBERED.fullmatch(value[1]):
            heads = [*_ACCOUNTS.spans(data)] if heads is None else heads
            if _stands_below(data, start + 1, heads):
                yield _found(at, value[1])
    for start, end in _PAIR_PATTERN.spans(data):
        pair = _PAIR_PARTS.match(data, start, end)
        if pair is None:
            continue
        at = pair.start(1)
        text = data[at:end].rstrip(b".,;)")
        if (
            _NO_PAIR.search(text) or b"{" in data[start:at] or data[at - 4 : at + 4] == b"arn:aws:"
        ):  # `f"user:{user_id}:orders"` is filled in
            continue
        if is_guess(text) if data[at - 1 : at] != b" " or data[at - 2 : at - 1] != b"," else is_strong(text):
            yield _found(at, text, 0.8)
    for start, _ in _MAIL_PATTERN.spans(data):
        mail = _MAIL_PARTS.match(data, start)
        if mail is None:
            continue
        text = mail[2].rstrip(b".:!?") if not _HARD.match(mail[2]) else mail[2].rstrip(b".:")
        told = _ACCOUNT_NEAR.search(data, max(0, start - _BEFORE), start) is not None
        joined = mail[1] == b":" and not _NUMBERED.fullmatch(text)
        if mail[1] == b" " and not (told and _sure(text)):
            continue
        if (
            b"/" not in text
            and b"=" not in text
            and (
                is_guess(text) and not _NUMBERED.fullmatch(text)
                if told
                else _sure(text) or (joined and _stands_out(text)) or (b"/" in mail[1] and _is_beside(text))
            )
        ):
            yield _found(mail.start(2), text)
    for start, end in _MAIL_ALONE_PATTERN.spans(data):
        at, text = data.index(b"\n", start) + 1, data[start:end].split(b"\n")[1].rstrip()
        likely = (is_guess(text) or is_strong(text) or is_joined_phrase(text)) and not _NUMBERED.fullmatch(text)
        if likely and _HEADED.search(data, max(0, start - 2 * _LINE), start):
            yield _found(at, text)
    for start, end in _JOINED_PATTERN.spans(data):
        at = data.rindex(b"/", start, end) + 1
        value = _VALUE.match(data, at)
        text = value[0].rstrip(b".,;:)") if value else b""
        told = _HARD.match(text) is not None if b":" not in data[start:at] else not A_TERM.match(text)
        if told and is_strong(text) and b"@" not in text and not _ISSUE.fullmatch(text):
            yield _found(at, text)
    yield from _behind(data, _SLASHED_PATTERN)
    for start, end in _DEVICE_PATTERN.spans(data):
        value = _DEVICE_VALUE.search(data, start, end + 64)
        text = value[1].rstrip(b".,;:)") if value else b""
        if value and is_guess(text) and b"/" not in text:
            yield _found(value.start(1), text)
    for pattern in (_BELOW_PATTERN, _PASS_PATTERN):
        for start, end in pattern.spans(data):
            at = max(data.rfind(sign, start, end) for sign in (b" ", b":", b"=")) + 1
            value = _VALUE.match(data, at)
            text = value[0].rstrip(b".,;:)") if value else b""
            if is_guess(text):
                yield _found(at, text)


def _behind(data: bytes, pattern: Pattern) -> Iterator[Found]:
    for start, end in pattern.spans(data):
        at = data.rindex(b" ", start, end) + 1
        sure = data[at - 2 : at - 1] == b"/"
        value = TOKEN.match(data, at)
        text = value[0].rstrip(b".,;:)") if value else b""
        if _stands_out(text) and not _NUMBERED.fullmatch(text) and (sure or _HARD.match(text)):
            yield _found(at, text)


def _stands_below(data: bytes, at: int, heads: list[tuple[int, int]]) -> bool:
    """Whether the line at `at` stands in the block below one of these heads."""
    above = bisect_right(heads, at, key=itemgetter(1)) - 1
    head = heads[above][1] if above >= 0 else -1
    return head >= 0 and at - head <= _HEAD_REACH and data.find(b"\n\n", head - 1, at) < 0


def _stands_out(text: bytes) -> bool:
    return is_mixed(text) or ((is_strong(text) or is_drawn(text)) and not A_TERM.match(text))


def _is_beside(text: bytes) -> bool:
    """Behind an address and a slash, where hardly anything else stands."""
    guess = is_guess(text) and not A_TERM.match(text) and not _NUMBERED.fullmatch(text)
    return guess or is_joined_phrase(text) or _WORD_AND_YEAR.fullmatch(text) is not None


def _sure(text: bytes) -> bool:
    """Of what stands beside an address and is no order, no day, no place: a sign that these do not have."""
    if _HARD.match(text) is not None and (is_strong(text) or is_guess(text)) and b"@" not in text:
        return True
    return is_in_groups(text) or is_mixed(text)


def _found(start: int, text: bytes, confidence: float = 0.85) -> Found:
    return Found(start, start + len(text), "secret", text.decode("latin-1"), confidence, "secret-account")


RULES = (
    Rule(
        "secret-account",
        ("secret",),
        (
            _PAIR_PROBE,
            _ENTERED + rb"[^\n]*[0-9]",
            _MAIL,
            _SLASHED,
            _BOTH,
            _WIRELESS,
            _JOINED,
            _DEVICE,
            _PASS,
        ),
        _find,
        over_lines=(rb"(?i)\n[ \t>*\-]*(?:p|pw|k)[ ]?[:=]", _ASIDE, _NOTED, _MAIL_ALONE),
    ),
)

"""Passwords in sentences about logging in: `log in as qa@example.com with …`, `melde dich mit admin und … an`,
`wifi ospiti …`.

Invariants
- Each look behind a word is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.account_passwords import HARD, VALUE, found, is_distinctive, is_numbered
from gateway.pii.detectors.likely_passwords import A_TERM, is_guess, is_mixed, is_strong, is_word_and_number
from gateway.pii.detectors.phrases import is_phrase_of_an_account
from gateway.pii.linear import compiled
from gateway.pii.view import Found

# `log in as qa@example.com with …`, `mit dem Konto … und … anmelden`
LOGGED_IN = (
    rb"(?i)(?:\blog(?:ged|ging)?[ \-]?(?:in|on)|\bsign(?:ed|ing)?[ \-]in|authenti[cf][a-z\xe9]*|\bconnect(?:ed|ing)?"
    rb"|anmeld[a-z]*|angemeldet|einlogg[a-z]*|eingeloggt|connect(?:ez?|er|\xe9e?)|acced[a-z]*|collegat[a-z]*"
    rb"|\blogg(?:at[a-z]*|en?|t)\b|entr[oai]\b|\broot\b|\badmin\b|zugang[a-z]*|\blogin\b|identifiants|credenziali|credentials"
    rb"|\bs?ftp\b|\brdp\b|\bacc\xe8s\b|\baccesso\b|\bcreds\b)"
)
_LOGGED_IN_PATTERN = compiled(LOGGED_IN)
# `log in as qa with …`
_AS_SOMEBODY = re.compile(rb"(?i)[ ](?:as|als|comme|come|en tant que)[ ][\"'`]?[a-z0-9._@\-]{2,48}[\"'`]?$")
_LOGGED_IN_WITH = re.compile(rb"(?i)[ ](?:with|using|mit|avec|con|and|und|et|e|/)[ ][\"'`]?([^\s\"'`]{6,64})")
# `Melde dich mit admin und … an`, `accedi con demo@x.ch e …`: the account is named, so the other is its password.
BOTH_NAMED = (
    rb"(?i)(?:\b(?:meld|log)[a-z]*[ ][^\n.;]*\bmit|\banmeld[a-z]*[^\n.;]*\bmit"
    rb"|\b(?:log(?:ged|ging)?|sign(?:ed|ing)?)[ \-]?(?:in|on)[ ][^\n.;]*(?:with|as)"
    rb"|\b(?:re)?connect[a-z\xe9\-]*[ ][^\n.;]*(?:avec|with)|\bidentifi[a-z\-]*[ ][^\n.;]*avec"
    rb"|\b(?:acced|colleg|entr)[a-z]*[ ][^\n.;]*con"
    rb"|(?:zugangsdaten|anmeldedaten|credentials|identifiants|credenziali)\b[^\n.;]*(?::|[ ](?:sind|are|sont|sono)))"
    rb"[ ][\"'`]?[a-z][^\s,;:\"'`]*[\"'`]?[ ](?:and|und|et|e|&|\+)[ ][\"'`]?[^\s\"'`]*[0-9]"
)
_BOTH_NAMED_PATTERN = compiled(BOTH_NAMED.replace(rb"[^\n.;]*", rb"[^\n.;]{0,32}?"))
_SECOND = re.compile(rb"[ ](?:and|und|et|e|&|\+)[ ][\"'`]?([^\s\"'`]{6,64})")
# `tu mets le login compta et le code …`
_CODED = re.compile(
    rb"(?i)(?<!rror)(?<!hler)(?<!tatus)(?<!reur)(?<!rore)[ ](?:code|key|schl\xfcssel|cl\xe9|chiave|pass|pw|psw|mdp)"
    rb"[ :=]{1,3}[\"'`]?([^\s\"'`]{6,64})"
)
# `wifi ospiti …`, `wifi : …`, `le wifi c'est …`
WIRELESS = rb"(?i)\b(?:wi-?fi|wlan)(?:[ ](?:c'est|is|\xe8|[a-z\xdf-\xff]+))?[ ]?[: ][ ]?[^\s]*(?:[0-9]|[a-z][A-Z])"
_WIRELESS_PATTERN = compiled(WIRELESS.replace(rb"]+))?", rb"]{3,12}))?"))
# `it's … for the wifi`
FOR_A_NETWORK = (
    rb"(?i)(?:\bit'?s|\bc'est|\bist|\xe8)[ ][\"'`]?[^\s]*[0-9][^\s]*[ ](?:for|f\xfcrs?|pour|per)"
    rb"[ ](?:(?:the|das|unser|our|le|notre|il)[ ])?(?:guest[ ])?(?:wi-?fi|wlan)\b"
)
_FOR_A_NETWORK_PATTERN = compiled(FOR_A_NETWORK)
_BEFORE_FOR = re.compile(rb"[ ][\"'`]?([^\s\"'`]{6,64})[\"'`]?[ ](?:for|f\xfcrs?|pour|per)[ ]")
_REST_OF_SENTENCE = re.compile(rb"[^\n;]{0,80}")
# `…, demo@acme.ch, …`, `ftp.acme.ch | web123 | …`, `creds anna …`, `login anna …`: at the end of what is said.
_LISTED_LAST = re.compile(
    rb"(?:[ ][|\-]|[,:]|(?:(?<=s)|(?<=login))[ ][a-z0-9._\-]{2,32}|(?<=root))[ ]"
    rb"[\"'`]?([^\s\"'`]{7,64}?)[\"'`.,)]?[ ]*(?:\n|\r|$)"
)
_REACH = 48


def passwords_of_logins(data: bytes) -> Iterator[Found]:
    """What somebody logs in with, behind `log in`, `anmelden`, `connecter` and what stands for a place of logins."""
    for _, end in _LOGGED_IN_PATTERN.spans(data):
        rest = _REST_OF_SENTENCE.match(data, end)
        until = rest.end() if rest else end
        for entered in _LOGGED_IN_WITH.finditer(data, end, until):
            text = entered[1].rstrip(b".,;:?)*")
            text = text if is_strong(text) else text.rstrip(b"!")
            named = _AS_SOMEBODY.search(data, end, entered.start()) is not None and not is_numbered(text)
            if (
                (named and is_guess(text))
                or is_word_and_number(text)
                or is_distinctive(text)
                or is_phrase_of_an_account(text)
            ):
                yield found(entered.start(1), text)
        coded = _CODED.search(data, end, until)
        text = coded[1].rstrip(b".,;:?)*") if coded else b""
        if coded and is_guess(text) and not is_numbered(text):
            yield found(coded.start(1), text)
        last = _LISTED_LAST.search(data, end, until)
        if last and HARD.match(last[1]) and is_distinctive(last[1]):
            yield found(last.start(1), last[1])


def passwords_beside_named_accounts(data: bytes) -> Iterator[Found]:
    """`accedi con demo@x.ch e …`: where two are named, the second is the password of the first."""
    for start, end in _BOTH_NAMED_PATTERN.spans(data):
        second = _SECOND.search(data, start, end + _REACH)
        text = second[1].rstrip(b".,;:?)*") if second else b""
        if second and is_guess(text) and b"/" not in text and not is_numbered(text):
            yield found(second.start(1), text)


def passwords_of_networks(data: bytes) -> Iterator[Found]:
    """What follows the word for a wireless network, or its name, and what is said to be for it."""
    for start, end in _FOR_A_NETWORK_PATTERN.spans(data):
        value = _BEFORE_FOR.search(data, start, end)
        if value and is_guess(value[1]) and not is_numbered(value[1]):
            yield found(value.start(1), value[1])
    for start, end in _WIRELESS_PATTERN.spans(data):
        at = max(data.rfind(b" ", start, end), data.rfind(b":", start, end)) + 1
        value = VALUE.match(data, at)
        text = value[0].rstrip(b".,;:)") if value else b""
        told = is_mixed(text) or (
            is_guess(text) or is_phrase_of_an_account(text)
            if b":" in data[start:at]
            else is_distinctive(text) and not A_TERM.match(text)
        )
        if told and not is_numbered(text):
            yield found(at, text)

"""E-mail addresses, also with the signs spelt out in brackets or words, and with a line broken behind the at sign."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_reading import is_given, is_surname, lowered
from gateway.pii.detectors.random_values import is_jumbled
from gateway.pii.detectors.scanning import judged
from gateway.pii.folding import holds_any
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_SPELT = rb"(?:[A-Za-z0-9]{1,30}(?:[ ]\.[ ]|[ ]?[(\[{<][ ]?(?:dot|punkt|point|punto)[ ]?[)\]}>][ ]?)){0,3}"
_LOCAL = _SPELT + rb"[A-Za-z0-9\xc0-\xff._%+'\-]{1,64}"
_AT = rb"(?:[ ]@[ ]|@(?:\r?\n[ >]{0,3})?|[ ]?[(\[{<][ ]?(?:at|AT|At|@|\xe0|\xe4t|arobase|chiocciola)[ ]?[)\]}>][ ]?)"
_DOT = rb"(?:\.|[ ]\.[ ]|[ ]?[(\[{<][ ]?(?:dot|DOT|punkt|Punkt|point|punto|\.)[ ]?[)\]}>][ ]?)"
_HOST = rb"[A-Za-z0-9\xc0-\xff](?:[A-Za-z0-9\xc0-\xff\-]{0,62})"
_PATTERN = compiled(
    rb"(?:"
    + _LOCAL
    + rb"|\"[A-Za-z0-9._ \-]{1,64}\")"
    + _AT
    + rb"(?:"
    + _HOST
    + _DOT
    + rb"){1,8}[A-Za-z\xc0-\xff]{2,24}"
)
_SPOKEN = re.compile(rb"[ ]?[(\[{<][ ]?([^)\]}> ]{1,10})[ ]?[)\]}>][ ]?")
_SPACED = rb"(?:[A-Za-z0-9._+\-][ ]){2,40}@[ ](?:[A-Za-z0-9.\-][ ]){3,40}[A-Za-z]"
_SPACED_PATTERN = compiled(_SPACED)
# What is read out for a sign, in four languages; the longer word of two that begin alike stands first.
_SIGNS_SAID = {
    b".": rb"dot|punkt|point|punto|period|full stop",
    b"_": rb"underscore|unterstrich|soulign\xe9|tiret[ ](?:du[ ]8|bas)|trattino[ ]basso",
    b"-": rb"dash|hyphen|minus|bindestrich|tiret(?:[ ]du[ ]6)?|trattino|meno|trait d'union",
    b"+": rb"plus|pi\xf9",
}
_DOTS = rb"(?:[ ](?i:" + _SIGNS_SAID[b"."] + rb")[ ]|\.)"
_ANY_SIGN = rb"(?:[ ](?i:" + b"|".join(_SIGNS_SAID.values()) + rb")[ ]|\.)"
_ENDINGS = (
    rb"(?:com|org|net|edu|gov|info|biz|io|co|eu|ch|li|de|at|fr|it|es|be|nl|lu|uk|ie|us|ca|dk|se|no|pl|pt"
    rb"|me|dev|app|ai|tv|xyz|online|swiss|cc|email|cloud|museum|name|pro|mobi|site|shop|store|tech|blog|agency|studio"
    rb"|consulting|legal|example|bank|jobs|digital|bzh|paris|berlin|wien|koeln|hamburg|bayern)"
)
# `anna(a)example.com`, `anna_at_example_dot_com`, `annaATexampleDOTcom`, `anna=40example.com`, `anna@example. com`,
# `anna.meier @example.com`, `anna.meier -at- example.com`, `anna@example,com`; `anna©example.com`, as scanners read it
_GLUED = (
    rb"[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}(?:"
    rb"(?:\(a\)|[\xa9\xae]|[ ]-at-[ ]|@@)(?:[A-Za-z0-9\-]{1,63}\.){1,4}"
    rb"|_(?:at|AT)_(?:[A-Za-z0-9\-]{1,63}(?:_(?:dot|DOT)_|\.)){1,4}"
    rb"|-at-(?:[A-Za-z0-9\-]{1,63}(?:-dot-|\.)){1,4}"
    rb"|AT(?:[a-z0-9\-]{1,63}DOT){1,4}|(?:=40|[ ]@|@[ ]|[ ]@[ ])(?:[A-Za-z0-9\-]{1,63}[ ]?\.){1,4})" + _ENDINGS + rb"\b"
    rb"|[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@[a-z0-9\-]{2,63}(?:\.[ ]|,)(?:com|org|net|ch|fr|de|eu|uk)\b"
)
_GLUED_PATTERN = compiled(_GLUED)
_GLUED_SIGNS = (b"(a)", b"\xa9", b"\xae", b"@@", b"_at_", b"-at-", b"AT", b"=40", b" @", b"@ ")
_PARTED = compiled(rb"@[a-z0-9\-]{2,63}(?:\.[ ]|,[a-z])")
_GLUED_AT = re.compile(rb"\(a\)|[\xa9\xae]|@@|[ ]?-at-[ ]?|=40|_(?i:at)_|[ ]?@[ ]?|(?<=[a-z0-9])AT(?=[a-z0-9])")
_GLUED_DOT = re.compile(rb"_(?i:dot)_|-dot-|[ ]\.[ ]?|\.[ ]|,|(?<=[a-z0-9])DOT(?=[a-z0-9])")
_AT_SAID = rb"at|chez|\xe4t|arr?oba(?:se?)?|chiocciola|klammeraffe"
_SAID = (
    rb"(?:[A-Za-z0-9][A-Za-z0-9_+\-]{0,63}" + _ANY_SIGN + rb"){0,4}[A-Za-z0-9\xc0-\xff][A-Za-z0-9\xc0-\xff_+\-]{0,63}"
    rb"(?:[ ](?i:" + _AT_SAID + rb")[ ]|[ ]?[(\[{][ ]?(?i:at)[ ]?[)\]}][ ]?)"
    rb"(?:[A-Za-z0-9\-]{1,63}" + _ANY_SIGN + rb"){0,4}[A-Za-z0-9\-]{1,63}" + _DOTS + _ENDINGS + rb"\b"
)
_SAID_PATTERN = compiled(_SAID)
_SAID_SIGNS = (
    *(b" at ", b" At ", b" AT ", b" \xe4t ", b" arob", b" arrob", b" chez ", b" chiocciola ", b"lammeraffe "),
    *(b"(at", b"[at", b"{at", b"( at ", b"[ at ", b"(AT", b"[AT", b"{AT"),
)
# Those that give everybody an address: `tom.hardwick at gmail.com`.
_PROVIDERS = (
    rb"(?:gmail|googlemail|outlook|hotmail|yahoo|icloud|gmx|web|bluewin|proton|protonmail|aol|live|msn|sunrise|hispeed"
    rb"|orange|wanadoo|free|laposte|sfr|libero|alice|tiscali|virgilio|btinternet|fastmail|t-online|freenet|posteo)"
)
_AT_A_PROVIDER = re.compile(rb"[ ](?:at|chez)[ ]" + _PROVIDERS + rb"\.")
_DETERMINED = re.compile(rb"(?:^|[^a-z\xdf-\xff])(?:the|our|your|this|these|those|any|all|some|no)[ ]$")
_SAID_PROBES = (
    rb"(?i)[a-z0-9_\-][ ](?:at|chez)[ ]" + _PROVIDERS + rb"\.",
    rb"<[A-Za-z0-9._+\-]+[ ]at[ ][A-Za-z0-9.\-]+>",
    rb"[ ](?i:" + _SIGNS_SAID[b"."] + rb")[ ]" + _ENDINGS + rb"\b",
    rb"(?i)[ ](?:\xe4t|arr?oba(?:se?)?|chiocciola|klammeraffe)[ ]",
    rb"(?i)(?:mail|reach me|contact|kontakt|courriel|indirizzo)[ ]?:[ ][a-z0-9._+\-]+[ ]at[ ][a-z0-9.\-]+\.",
)
_LABELLED = re.compile(rb"(?:mail|reach me|contact|kontakt|courriel|indirizzo)[ ]?:[ ]$")  # `Mail: anna at acme.ch`
_SAID_WORDS = re.compile(rb"(?:[ ]|[ ]?[(\[{][ ]?)(" + _AT_SAID + rb")(?:[ ]|[ ]?[)\]}][ ]?)")
_OTHERWISE = frozenset((b"at", b"chez"))  # what these are in a sentence
_STAYS_AT = re.compile(
    rb"(?:work|shop|look|order|host|list|stay|register|employ|present|train|buy|sell|sold|bought|found|find|join|visit)"
    rb"(?:s|ed|ing|er)?|jobs?|team|people|engineers?|available|us|me|it|them|good|bad|page|site|website|store|is|are|was"
)
_NO_HOSTS = (b"the ", b"a ", b"asp ", b"ado ", b"that ", b"this ", b"any ", b"some ", b"which ", b"what ", b"one ")
_SAID_DOTS = re.compile(rb"[ ](?:" + _SIGNS_SAID[b"."] + rb")[ ]")
_SAID_ANY = re.compile(rb"[ ](?:" + b"|".join(rb"(%s)" % words for words in _SIGNS_SAID.values()) + rb")[ ]")
_SIGNS = tuple(_SIGNS_SAID)
_OF_AN_ADDRESS = re.compile(rb"[0-9._%+\-]")
_MAIL_WORDS = compiled(
    rb"mail|courriel|reach|write|contact|kontakt|contatt|schreib|erreich|\xe9cri|scriv|joindre|adress"
)
_NO_DOMAIN = frozenset(
    {b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"css", b"js", b"ts", b"py", b"json", b"html"}
    | {b"tacv", b"spaces", b"skype"}  # what Teams calls its threads: `19:…@thread.tacv2`
)
# `Message-ID: <…@mail.gmail.com>`: of a message, and whoever wrote it is named elsewhere.
_OF_A_MESSAGE = re.compile(rb"(?i)(?:(?:message|content|thread)-id|in-reply-to|references):[ ]?(?:<[^<>]*>[ ,]*)*<")
# `https://user:pass@example.com`: what stands behind the colon is a password (`vendor_keys` tells whether it is one).
# None of these signs parts it from what is no address of the web: `{"url":"https://acme.ch","mail":"anna@acme.ch"}`.
_OF_A_LOGIN = re.compile(rb"://[A-Za-z0-9._%+~\-]{1,64}:[A-Za-z0-9._%+~!$*\-]*$")
_LOGIN_LONGEST = 160
# `bounces+anna.meier=acme.ch@lists.example.org`: to whom it was sent stands before the equals sign.
_RETURNED = re.compile(
    rb"(?<![A-Za-z0-9._%+=?&\-])(?:(?i:srs[01]|prvs)=[A-Za-z0-9._%+=\-]{1,80}|[A-Za-z0-9._%\-]{1,64}\+[A-Za-z0-9._%+\-]{1,64})=\Z"
)
_OF_SOMEBODY = re.compile(rb"(?i)[a-z]+(?:[._\-][a-z]+)*[._\-]?[0-9]{0,4}")
_HEADER_LONGEST, _SHORTEST_NUMBER = 400, 5
_NOBODY = frozenset(
    b"git noreply no-reply donotreply root deploy ubuntu debian centos ec2-user vagrant postgres www-data".split()
)


def _spoken(match: re.Match[bytes]) -> bytes:
    return b"@" if match[1].lower() in {b"at", b"@", b"\xe0", b"\xe4t", b"arobase", b"chiocciola"} else b"."


def _judge(view: View, start: int, end: int) -> Found | None:
    value = view.data[start:end]
    trimmed = value.lstrip(b".'-%+")
    if view.data[start - 1 : start] == b"=" and (returned := _RETURNED.search(view.data, max(0, start - 96), start)):
        start, value = returned.start(), view.data[returned.start() : end]
        trimmed = value
    spaced, at, host = trimmed.rpartition(b"@")
    if at and b" . " in spaced and not (spaced.endswith(b" ") or b" " in host):
        last = trimmed[trimmed.rindex(b" . ") + 3 :]  # `Muster AG · info@…`: whoever spaces one sign spaces all
        trimmed = last if last[:1].islower() != spaced[:1].islower() else trimmed  # `max . muster@…`, as a scan has it
    start += len(value) - len(trimmed)
    plain = b"".join(_SPOKEN.sub(_spoken, trimmed).split()).replace(b">", b"").lower()
    local, _, domain = plain.partition(b"@")
    if not local or domain.rpartition(b".")[2] in _NO_DOMAIN or local in _NOBODY:
        return None
    if view.data[start - 3 : start] == b"//$":  # `https://$TOKEN@github.com`: a variable of a shell
        return None
    if _OF_A_LOGIN.search(view.data, max(0, start - _LOGIN_LONGEST), start):
        return None
    if _is_message(view, start, view.data[start:end].partition(b"@")[0]):
        return None
    return Found(start, end, "email", plain.decode("latin-1"), 0.99, "email")


def _is_message(view: View, start: int, local: bytes) -> bool:
    """Whether it ends an id in angle brackets that some header of mail tells."""
    since = max(0, start - _HEADER_LONGEST)
    head = view.data[view.data.rfind(b"\n", since, start) + 1 or since : start]
    opens = head.rfind(b"<")
    if opens < 0 or b">" in head[opens:] or _OF_A_MESSAGE.fullmatch(head, 0, opens + 1) is None:
        return False
    whole = head[opens + 1 :] + local
    if _OF_SOMEBODY.fullmatch(whole):
        return is_jumbled(local)
    return any(48 <= byte <= 57 for byte in whole) or is_jumbled(local)


def _judge_said(view: View, start: int, end: int) -> Found | None:
    """`anna dot meier at gmail dot com`: somebody's, where a dot is before the sign, or a word tells of mail.
    `I work at amazon.com` is none.
    """
    value = view.lower[start:end]
    at = _SAID_WORDS.search(value)
    if at is None or not view.apart(start, end):
        return None
    if at[1] == b"at" and view.data[start - 1 : start] == b"<" and view.data[end : end + 1] == b">":
        return _read_out(start, end, value, at)  # `Jan Ruud <jr at example.org>`
    labelled = _LABELLED.search(view.before(start)) is not None
    spelt = labelled or at[1] not in _OTHERWISE or _SAID_DOTS.search(value) is not None
    if not spelt and _AT_A_PROVIDER.search(value):  # `tom.hardwick at gmail.com`, and no `account at gmail.com`
        before = view.before(start)  # or a second address: `jr@example.org and tom at gmail.com`
        spelt = bool(_OF_AN_ADDRESS.search(value, 0, at.start()) or _MAIL_WORDS.occurs(before) or b"@" in before)
    dotted = _SAID_ANY.search(value, 0, at.start() + 1) or b"." in value[: at.start()]
    # `anna at gmail dot com`, and neither `I work at amazon dot com` nor `chez eux point de salut`.
    stays = _STAYS_AT.fullmatch(value, 0, at.start()) or value.startswith(_NO_HOSTS, at.end())
    # `check the logs at example dot com`, but `ask our anna at example dot com`
    local = lowered(value[: at.start()])
    if not (is_given(local) or is_surname(local)):
        stays = stays or _DETERMINED.search(view.before(start)) is not None
    alone = at[1] not in _OTHERWISE or (at[1] == b"at" and not stays)
    if not spelt or not (dotted or alone or _MAIL_WORDS.occurs(view.before(start))):
        return None
    return _read_out(start, end, value, at)


def _read_out(start: int, end: int, value: bytes, at: re.Match[bytes]) -> Found:
    plain = _written(value[: at.start()]) + b"@" + _written(value[at.end() :])
    return Found(start, end, "email", plain.decode("latin-1"), 0.9, "email-said")


def _written(said: bytes) -> bytes:
    """`hans minus peter punkt roth` as it is written."""
    return _SAID_ANY.sub(lambda match: _SIGNS[(match.lastindex or 1) - 1], said)


def _judge_spaced(view: View, start: int, end: int) -> Found | None:
    """`a n n a @ x . c h`: a blank between all signs."""
    if start and not view.apart(start, end):  # `mail to a n n a @ …`: the end of a word before it
        start += 2
    plain = b"".join(view.data[start:end].split()).lower()
    if not view.apart(start, end) or b"." not in plain.partition(b"@")[2]:
        return None
    return Found(start, end, "email", plain.decode("latin-1"), 0.9, "email-spaced")


def _judge_glued(view: View, start: int, end: int) -> Found | None:
    value = view.data[start:end]
    local, _, domain = _GLUED_AT.sub(b"@", value).partition(b"@")
    if (b" @" in value or b"@ " in value or b"\xa9" in value or b"\xae" in value) and not (
        _OF_AN_ADDRESS.search(local) or _MAIL_WORDS.occurs(view.before(start))
    ):
        return None  # `follow us @example.com`, `Copyright©example.com`
    if local.isdigit() and len(local) < _SHORTEST_NUMBER:  # `-c 10 @example.com`
        return None
    plain = _GLUED_DOT.sub(b".", local + b"@" + domain).lower()
    return Found(start, end, "email", plain.decode("latin-1"), 0.9, "email-said") if view.apart(start, end) else None


def _find(view: View) -> Iterator[Found]:
    yield from judged(_PATTERN, view, _judge)
    # What most texts do not hold is asked first: to look for a few signs is nothing beside a reading.
    if holds_any(view.data, _SAID_SIGNS):
        yield from judged(_SAID_PATTERN, view, _judge_said)
    if b" @ " in view.data:
        yield from judged(_SPACED_PATTERN, view, _judge_spaced)
    if holds_any(view.data, _GLUED_SIGNS) or _PARTED.occurs(view.data):
        yield from judged(_GLUED_PATTERN, view, _judge_glued)


_GLUED_PROBES = (
    rb"\(a\)[A-Za-z0-9\-]+\.",
    rb"_(?:at|AT)_[A-Za-z0-9\-]+(?:_(?:dot|DOT)_|\.)",
    rb"-at-[A-Za-z0-9\-]+-dot-",
    rb"[ ]-at-[ ]",
    rb"[A-Za-z0-9][\xa9\xae][A-Za-z0-9\-]+\.",
    rb"[A-Za-z0-9]@@[A-Za-z0-9\-]+\.",
    rb"=40[A-Za-z0-9\-]+\.",
    rb"[a-z0-9]AT[a-z0-9\-]+DOT[a-z]",
)
_SIGN_PROBE = rb"[A-Za-z0-9\xc0-\xff._%+'\"\-][ ]?@[ ]?[A-Za-z0-9\xc0-\xff\r\n]"
_OTHER_PROBES = (rb"(?i)[(\[{<][ ]?(?:at|@|\xe0|\xe4t|arobase|chiocciola)[ ]?[)\]}>]", *_SAID_PROBES, *_GLUED_PROBES)

RULES = (Rule("email", ("email",), (_SIGN_PROBE, *_OTHER_PROBES), _find, leads=(b"@", *_OTHER_PROBES)),)

"""Keys without a shape of any vendor: drawn by lot, with a word of keys somewhere in the same sentence, or with no word
that says what else they are.

`La clé d'API de production, 7412d7…, a fuité`, `401? I use Xk2… as the key`: the word need not stand directly before.
What is drawn by lot and no key (a commit, a checksum, an order) has another word still nearer, or a place of its own
(`unlabelled_keys`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.account_members import group_of
from gateway.pii.detectors.object_ids import GUARDS, OPENS_NOTHING
from gateway.pii.detectors.random_values import is_example, is_random, kinds_of
from gateway.pii.detectors.settings import PRIVATE_MEMBERS
from gateway.pii.detectors.unlabelled_keys import LONE, is_lone, of_a_service
from gateway.pii.folding import fold, lower
from gateway.pii.hashed_cache import cached_by_hash
from gateway.pii.labels import SESSIONS
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, Rule, View

_KEYS = (
    rb"(?:\bkeys?[12]?\b|[a-z0-9_\-]keys?\b|schl\xfcssel|\bcl\xe9s?[^a-z\xdf-\xff]|\bchiav[ei]\b|token|\blogin\b"
    rb"|\bsid[\"']?[ ]?[:=]|verifier"
    rb"|\bhmac|jwt\b|\bnewsigner|\bremember_|aesgcm|\bencrypt[\"']?[ ]?(?:[:=]|$)"
    rb"|sess(?:ion)?_?id(?:=|[\"']?[ ][\"'])|[a-z]_session=|\bsession[ _\-]?[\"\']?[ ]?[:=]|[?&](?:code|sid)=|\bappid"
    rb"|jeton|gettone|secret|geheim|segret"
    rb"|credential|zugangsdaten|identifiants|credenziali|passwor|passphrase|kennwort|mot de passe|\bbearer\b"
    rb"|(?:\b|_)(?:un|omni|o)?auth(?:enti|oriz|oris|[ _\-:\"]|$)|\b40[13]\b|signatur|webhook|cookie|wallet|\bpat\b"
    rb"|(?:\b|_)seed\b"
    rb"|(?:\b|_)salt\b|\bpepper\b)"
)
_KEYS_NEAR = re.compile(_KEYS)
# `API token (Jira): `
_ANNOUNCED = re.compile(
    _KEYS + rb"[^\n.;:=]{0,40}[:=][ \"'`]{0,3}$"
    rb"|(?:^|[^a-z_\-])(?:key|token|secret|schl\xfcssel|cl\xe9|chiave|jeton|gettone)[ ][\"'`]?$"
    rb"|(?:sess(?:ion)?_?id|[a-z]_session)[\"']?[:=][ \"']{0,2}$"
)
# `the build needs the PAT `: the word stands at once before it, and what it is a token of before that.
_AT_ONCE = re.compile(rb"(?:^|[^a-z\xdf-\xff_\-])[^ ]*[ ](?:pat|token|jeton|gettone|secret|passwor[dt])[ :=\"'`]{1,3}$")
_RUN = compiled(rb"[A-Za-z0-9+/_\-.~=]{20,}")
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX = re.compile(rb"(?:0x)?[0-9a-f\-]+|[0-9A-F\-]+")
NO_KEY = re.compile(
    rb"commit(?!t)|\b(?:feat|fix|chore|refactor|perf)[:(][^\n]*\n[ *|]*$|\bsha\b|sha-?[0-9]|hash|md5|\bjti\b|checksum"
    rb"|digest|\buuid"
    rb"|\bguid|etag|fingerprint|pr\xfcfsumme"
    rb"|somme de|empreinte|impronta|trace|span|request|correlation|order|bestell|commande|ordine|tracking|primary"
    rb"|foreign|public|\xf6ffentlich"
    rb"|publique|pubblic|partition|cache|idempot|object|bucket|version|build(?!er)|\bids?\b|_id\b|identifier\b"
    rb"|\bkid\b|integrity"
    rb"|(?<!pro)file"
    rb"|image"
    rb"|nonce|branch"
    rb"|revision|ipfs|\bcid\b|\bnode\b|pod\b|deploy|session id|tokens? (?:used|total|count)|ssh-(?:rsa|ed)|\bsort"
    rb"|\blookup|\bdkim|next[ _]?page|signature made|\bkms\b|websocket-|\brefs/"
    rb"|" + OPENS_NOTHING + rb"|"
    # What a signature is, which all may see; DKIM's parts; a challenge of PKCE, whose verifier is the secret.
    rb"signature(?:value)?[\"']?[ ]?[:=>][ \"'`]{0,2}[+/]?$|\bv[0-9]=$|;[ ]?bh?=$|challenge|x5t|[?&]state=$"
    rb"|dnskey|(?:using|with) (?:rsa|dsa|elg|e[cd]dsa|pgp|gpg) key |\bgpg: key "
    rb"|\bpeer: |\.(?:tgz|zip|git)#$|recipient|\bclientid|\bs3 key"
)
# `<input name="__RequestVerificationToken" type="hidden" value="…">`
_GUARDS_A_FORM = re.compile(GUARDS + rb"[_\-]?(?:token)?[\"'][^<>]{0,48}(?:value|content)[ ]?=[ ]?[\"']?$")
_PUBLIC_ACCOUNT = re.compile(rb"0x[0-9a-fA-F]{40}")  # on Ethereum; a key of it has 64 digits
_SETTING = re.compile(rb"(?:^|\n)[ \t]{0,8}(?:export |set |env )?[@$]?[A-Z][A-Z0-9_]{1,40}[\"']?[ ]?=>?[ ]?[\"']?$")
# `sessionId=9693c9dc-…` of a log: what a request belongs to, and no cookie or parameter, which opens a session.
_SESSION_OF_A_LOG = re.compile(rb"(?:^|[^?&;#a-z_\-])(?<!; )sess(?:ion)?_?id=[\"']?$")
_SENT_ALONG = re.compile(rb"cookie|token|\bcurl\b|\bwget\b|\bbody\b|\bpayload\b")
_GOES_ON_AS_SENT = (b";", b"&")
_SHORTEST_SESSION, _LONG_HEX = 16, 32
# `session=3f9a…`, `sid=…`: whoever has that is logged in; a log tells of one by a UUID or less.
_SESSIONS, _SHORTEST_OF_A_SESSION = frozenset((b"session", b"sid")), 24
_WEB_KEY = re.compile(rb"[A-Za-z0-9_\-]{20,1400}")
# `{"kty": "RSA", "n": "…"`: what all may know of a key in JSON's own format.
_PUBLIC_MEMBER = re.compile(rb"[\"{, ](?:n|x|y|x5c|x5t|kid)\"[ ]?:[ ]?\[?\"$")
# What all may read, in armour: a signature, a certificate, a public key.
_IN_PUBLIC_ARMOUR = re.compile(
    rb"-----begin (?:pgp (?:signature|public key block)|certificate(?: request)?|public key|x509 crl)-----\s"
    rb"(?:[a-z]{3,12}: [^\n]*\n)?\s{0,4}$"
)
_OF_A_COMMIT = re.compile(rb"/(?:blob|tree|commit|raw|archive)/[0-9a-f]{40}")  # `github.com/acme/app/blob/…/a.py`
_HEADS_A_LINE = re.compile(rb"(?:^|\n)\[$")  # the id of a request in a log, of base 16
# What goes on from a line of the same letters is the middle of a file, not a key.
_IN_A_BLOCK = re.compile(rb"(?:^|\n)[A-Za-z0-9+/]{40,}={0,2}\r?\n$")
# `0x4f3c… is my private key`
_IS_A_KEY = re.compile(
    rb"[ ](?:is|ist|est|\xe8|was|war|as|als|comme|come)[ ]"
    rb"(?:my|our|the|a|an|mein|unser|der|ein|la|ma|mon|notre|il|mio|mia)[ ][^.\n]{0,24}"
    rb"(?:key|secret|token|schl\xfcssel|cl\xe9|chiave|passw)"
)
_OWN_LABEL = re.compile(rb"([a-z][a-z0-9_.\-]*)[\"']?(?:=|:|[ ]=[ ]|:[ ])[\"']?$")
_WHICH_OF_THEM = re.compile(
    rb"\b(?:value|wert|valeur|valore|prod(?:uction|uktion)?|live|test|sandbox|staging|stage|stg|dev|int|qa|demo|new|old|neu|alt"
    rb"|ist|is|est|lautet)$"
)
# `Tokens:`, `"secrets": {`: directly before the names of several
_HEADS_A_LIST = re.compile(
    rb"(?:keys?|tokens?|secrets?|credentials|schl\xfcssel|cl\xe9s?|chiavi|zugangsdaten|identifiants)[\"']?[ ]?[:={(\[]"
    rb"[\s\-*\"'{\[(]*$"
)
_PLACED = re.compile(OPENS_NOTHING)
_BEFORE, _BEHIND, _NEXT = 96, 48, 32
_SEALED_ENDS, _SEALED_LONGEST = re.compile(rb"[\]\s]"), 4096


def _find(view: View) -> Iterator[Found]:
    data = view.data
    if view.names and _of_its_member(view.names[-1], data):
        yield Found(0, len(data), "secret", data.decode("latin-1"), 0.85, "secret-opaque")
        return
    for begin, stop in _RUN.spans(data):
        start, end = _bare(data, begin, stop)
        value = data[start:end]
        piece = _longest_piece(value)
        if end - start < 20 or not is_random(piece, looser=True) or is_example(value):
            continue
        before = view.before(start, _BEFORE)
        announced = _ANNOUNCED.search(before) is not None
        if b"/" in value and _HEX.fullmatch(piece) and (data[begin : begin + 2] != b"//" or _OF_A_COMMIT.search(value)):
            continue
        if not (announced or is_random(piece) or _is_long_hex(piece) or of_a_service(before, value)):
            continue
        if _is_encrypted(data, begin):
            continue
        behind = view.after(end, _BEHIND)
        if _PUBLIC_ACCOUNT.fullmatch(value) and not announced and not _IS_A_KEY.match(behind):
            continue
        if _is_public(data, begin, value, before, behind) or _is_called_no_key(value, before, behind):
            continue
        if _UUID.fullmatch(value) and _is_session_of_a_log(before, behind):
            continue
        if (
            (announced and _is_hex(value))
            or _is_called_key(view, start, end, before, behind)
            or of_a_service(before, value)
            or is_lone(view, begin, start, end)
        ):
            yield Found(start, end, "secret", value.decode("latin-1"), 0.85, "secret-opaque")


def _is_hex(value: bytes) -> bool:
    return (_UUID.fullmatch(value) or _HEX.fullmatch(value)) is not None


def _is_long_hex(piece: bytes) -> bool:
    """No word has so long a row of digits of base 16, and few things are beside the name of a service."""
    return len(piece) >= _LONG_HEX and _HEX.fullmatch(piece) is not None


def _is_encrypted(data: bytes, begin: int) -> bool:
    """Within `ENC[AES256_GCM,data:…,iv:…,tag:…]`, which SOPS writes."""
    sealed = data.rfind(b"ENC[AES256_GCM,", max(0, begin - _SEALED_LONGEST), begin)
    return sealed >= 0 and not _SEALED_ENDS.search(data, sealed, begin)


def _is_public(data: bytes, begin: int, value: bytes, before: bytes, behind: bytes) -> bool:
    """The middle of a file, the id of a request in a log, what all may read of a key, a form's guard."""
    return bool(
        _IN_A_BLOCK.search(data, max(0, begin - _BEFORE), begin)
        or (_HEX.fullmatch(value) and _HEADS_A_LINE.search(before) and behind.startswith(b"] "))
        or _PUBLIC_MEMBER.search(before[-_NEXT:])
        or _IN_PUBLIC_ARMOUR.search(before)
        or _GUARDS_A_FORM.search(before)
    )


def _is_called_no_key(value: bytes, before: bytes, behind: bytes) -> bool:
    """Whether a word next to it says what else it is: a commit, a checksum, an id."""
    near = before[-_NEXT:]
    at_once = _AT_ONCE.search(near)
    if NO_KEY.search(at_once[0] if at_once and not _HEX.fullmatch(value) else near) and not (
        _PLACED.search(near) and _IS_A_KEY.match(behind)  # `cursor: … is my api key`
    ):
        return True
    return NO_KEY.search(behind[:12].partition(b"&")[0]) is not None


def _is_session_of_a_log(before: bytes, behind: bytes) -> bool:
    return (
        _SESSION_OF_A_LOG.search(before[-_NEXT:]) is not None
        and not behind.startswith(_GOES_ON_AS_SENT)
        and not _SENT_ALONG.search(before)
    )


def _is_called_key(view: View, start: int, end: int, before: bytes, behind: bytes) -> bool:
    """Whether a word says that it is a key: the nearer, the less it looks drawn by lot."""
    data, value = view.data, view.data[start:end]
    if _is_hex(value):  # what else is written so has to be told by a word at once
        return (
            (not _labelled_otherwise(before, value) and _KEYS_NEAR.search(before[-_NEXT:]) is not None)
            or _IS_A_KEY.match(behind) is not None
            or (_SETTING.search(data, max(0, start - 48), start) is not None and _among_keys(view, start, end))
        )
    if value.endswith(b"=") and _labelled_otherwise(before, value):  # a digest in base64: `"contentMd5": "…"`, `h1:…`
        return False
    if len({*kinds_of(bytes(byte for byte in value if byte in ALNUM))}) > 2:
        return (
            (_SETTING.search(data, max(0, start - 64), start) is not None and 0 in kinds_of(value))
            or _KEYS_NEAR.search(before) is not None
            or _KEYS_NEAR.search(_sentence(behind)) is not None
        )
    return _KEYS_NEAR.search(before[-_BEFORE // 2 :]) is not None


def _of_its_member(name: str, value: bytes) -> bool:
    """Private members of a key in JSON's own format, which say nothing but a letter; and what names a session."""
    if name in PRIVATE_MEMBERS:
        return _WEB_KEY.fullmatch(value) is not None and is_random(value, looser=True)
    return (
        name.lower() in SESSIONS
        and len(value) >= _SHORTEST_SESSION
        and b" " not in value
        and is_random(value, looser=True)
    )


def _labelled_otherwise(before: bytes, value: bytes) -> bool:
    """Whether what is drawn stands behind a name of its own in which no word of keys stands: `jti=`, `uid: `, `h1:`.

    Below `API keys:` the name says which of them it is: `acme: `.
    """
    label = _OWN_LABEL.search(before)
    if label is None or _KEYS_NEAR.search(label[1]) or _WHICH_OF_THEM.search(label[1]):
        return False
    if label[1] in _SESSIONS and len(value) >= _SHORTEST_OF_A_SESSION and not _UUID.fullmatch(value):
        return False
    return _HEADS_A_LIST.search(before, 0, label.start()) is None


def _among_keys(view: View, start: int, end: int) -> bool:
    """In a list of settings, others of which are keys: `CIRCLECI=…` below `SNYK_TOKEN=…`."""
    return (
        _KEYS_NEAR.search(view.lower, max(0, start - 2 * _BEFORE), start) is not None
        or _KEYS_NEAR.search(view.lower, end, end + 2 * _BEFORE) is not None
    )


def _bare(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Without `name=` before it, and what ends a sentence behind it."""
    while end > start and data[end - 1] in b".-~/":
        end -= 1
    equals = data.rfind(b"=", start, len(data[start:end].rstrip(b"=")) + start)
    if equals >= 0:
        start = equals + 1
    while start < end and data[start] in b"./-~+":
        start += 1
    return start, end


def _longest_piece(value: bytes) -> bytes:
    """Of a path or a name with dots: no piece of `src/auth/tokens.py` is drawn by lot."""
    return max(value.replace(b"/", b".").split(b"."), key=len)


def _sentence(behind: bytes) -> bytes:
    end = re.search(rb"[.!?](?:\s|$)|\n", behind)
    return behind[: end.start()] if end else behind


@cached_by_hash(8192)
def told_by(name: str) -> bool:
    """Whether a member of such a name may hold a key."""
    small = lower(fold(name))
    if name in PRIVATE_MEMBERS or name.lower() in SESSIONS or group_of(name):
        return True
    return _KEYS_NEAR.search(small) is not None and NO_KEY.search(small) is None


RULE = Rule("secret-opaque", ("secret",), (LONE,), _find, doubtful=True)
RULES = (RULE,)

"""Whether letters and digits were drawn by lot, as keys are, or stand for something: words, examples, numbers."""

from __future__ import annotations

import math
import re
from collections import Counter
from operator import ne

from gateway.pii.detectors.object_ids import is_object_id
from gateway.pii.folding import holds_any
from gateway.pii.tokens import WORDS
from gateway.pii.view import ALNUM

# `[SECRET]`, `SECRET_k7f3q2`, and a hash: only words of types that ship, so that no password passes for one.
_STANDS_IN = re.compile(
    rb"(?:[^0-9A-Za-z\[]{0,4}+\[?(?:"
    + "|".join(WORDS.values()).encode()
    + rb")(?:\]|[b-hj-np-z]?_(?:[0-9a-z]{6}|[0-9a-z]{16})))+[^0-9A-Za-z]*"
)
# What is called after what it is: `newpass`, `my_secret`.
_CALLED_SO = re.compile(
    rb"(?:my|new|old|the|some|user|db)?[_\-]?(?:pass(?:word|wort|wd|phrase)?|kennwort|secret|pwd|token|api_?key):?"
    rb"|(?:[a-z]{1,16}[_\-]){1,3}(?:password|secret|token|key|credentials?|creds)[:;,)]{0,2}"
)
# What code calls it, and things about it: `default_token_placement`, `pendingContinuationToken`,
# `BetaAPIKeyScopeMissingError`, `OAuth2TokenAuthTypedDict`. Pieces of words, one of them a word for keys, and no
# `monkey`.
_NAMES_IN_CODE = re.compile(
    rb"(?=[A-Za-z0-9_$]*(?i:token|secret|passw|passphrase|credential|creds|bearer|signature|otp|cookie|session"
    rb"|auth(?!ors?(?![a-z]))|(?<!mon)(?<!don)(?<!tur)(?<!his)(?<!hoc)(?<!joc)(?<!mic)key))"
    rb"[_$]{0,2}(?:[a-z]{2,}[0-9]?(?:_(?:[a-z]{2,}[0-9]?|[0-9]{1,3}))+"
    rb"|[A-Z]{2,}[0-9]?(?:_(?:[A-Z]{2,}[0-9]?|[0-9]{1,3}))+"
    rb"|[a-z]++[0-9]{0,2}+(?:[A-Z]++[a-z]*+[0-9]?+)++"
    rb"|(?:[A-Z]{1,6}+[a-z]++[0-9]?+){4,}+[A-Z]{0,5}|[A-Z]{1,6}[0-9]{1,5}(?:[A-Z][a-z]++){2,})[$]?"
)
# `x25519.X25519PrivateKey`: a type of some module
_QUALIFIED = re.compile(
    rb"(?:[a-z_][a-z0-9_]+\.)+(?=[A-Za-z0-9]*(?:Key|Token|Secret|Password|Credential|Auth))"
    rb"(?:[A-Z]+[a-z0-9]+)+[A-Z][a-z]+"
)
# `EventLoopToken`, `_PasswordType`, `OAuthFlow`, `_Callback`: of two words and more. In quotes it may be a value.
_NAME_OF_A_TYPE = re.compile(
    rb"(?=[A-Za-z]*(?:Token|Secret|Passw|Credential|Private|Key|Auth))[A-Z]{0,6}[A-Z][a-z]+(?:[A-Z]{1,6}[a-z]+)+[A-Z]?"
    rb"|(?:Secret|Token|Key|Auth)[A-Z]|_[A-Za-z]+"
)
# Behind a word of passwords only what says that it is a type, or a function: `SecretStr`, and no `SecretGarden`.
_TYPE_OF_PASSWORDS = re.compile(
    rb"_?(?=[A-Za-z]*(?:Token|Secret|Passw|Credential|Private|Key|Auth))(?:[A-Z]+[a-z]+)*"
    rb"(?:T|Types?|Flows?|ClientSecret|Str|String|Bytes|Text|Field|Input|Value|Ref|Hash|Hasher|Encoder|Encryptor|Generator|Factory|Schema|Model"
    rb"|Mixin|Policy|Service|Provider|Manager|Handler|Callback|Validator|Credentials?|Config|Options|Request|Response|Error)"
)
_IN_BRACKETS = re.compile(rb"\[[A-Za-z_]{2,24}\]")  # `[PAD]`
# What a password has to match, or finds one: `^(?=.*[A-Z])`, `[0-9a-f]{32}`
_OF_A_PATTERN = re.compile(
    rb"\(\?(?:[=!:]|<[=!a-z]|P<|i\))|\[\^?(?:a-z|A-Z|A-F|0-9|a-f)[^\]\s]{0,40}\][*+{]"
    rb"|^\^?\(?\\[dwsS][*+{]|\\[dwsS](?:[*+]|\{[0-9,]+\})\)?\$?$"
)
_EXAMPLES = (
    b"example",
    b"****",
    b"....",
    b"placeholder",
    b"dummy",
    b"redacted",
    b"insert",
    b"changeme",
    b"change-me",
    b"change_me",
    b"change-this",
    b"change_this",
    b"changethis",
    b"replace-me",
    b"replace_",
    b"replaceme",
)
# `Changeme76`: somebody's who has to have a capital and two digits; documentation prints one case, `changeme123`
_CHANGED_A_LITTLE = re.compile(rb"Change[_\-]?[mM]e.*[0-9]{2}")
# Short enough to be drawn by lot as well: in one case, and not amid what was drawn.
_SHORT_EXAMPLE = re.compile(rb"your|Your|YOUR|xxxx|XXXX")


# A Secret sealed for one cluster (Bitnami's): 512 bytes of RSA, and their length before them. Azure's keys of accounts
# may begin so, and have 88 signs.
_SEALED = re.compile(rb"Ag[A-D][A-Za-z0-9+/]{90,}+={0,2}")
# `fake-token-for-tests`, `please-change`, `sk_test_xxx`: words alone, which say that it is none
_SAYS_SO = re.compile(
    rb"(?:fake|mock|sample|not-a-real)[_\-](?:[a-z]+[_\-]){0,3}(?:token|key|secret|password|value|hash|jwt|tests?)"
    rb"(?:[_\-][a-z]+){0,3}|please[_\-](?:change|set|replace)(?:[_\-][a-z]+){0,3}"
    rb"|replace[_\-](?:with|by)(?:[_\-][a-z]+){1,8}|[a-z]{2,4}_(?:[a-z]+_)?x{3,}"
    # The same in other languages: `votre-cle-api`, `LA_TUA_PASSWORD`, `IHR_API_SCHLUESSEL`, `hier-eintragen`
    rb"|(?i:(?:votre|ton|ta|deine?n?|ihre?n?|(?:il|la)[_\-][ts]u[oa]|[ts]u[oa])[_\-]"
    rb"(?:(?:api|db|propre|neue?[sn]?|nouveau|nouvelle|nuov[oa]|geheime?[sn]?|secret)[_\-]){0,2}"
    rb"(?:cl(?:e|\xe9|ef)|mot[_\-]de[_\-]passe|mdp|jeton|token|secret|key|chiave|passwor[dt]|schl(?:ue|\xfc)ssel"
    rb"|kennwort|geheimnis|segreto|parola)(?:[_\-](?:api|ici|hier|qui|secr[e\xe8]te?|segret[oa]))?)"
    rb"|(?i:(?:bitte|hier)(?:[_\-]hier)?[_\-](?:(?:ae|\xe4)ndern|einsetzen|eintragen|ersetzen|einf(?:ue|\xfc)gen)"
    rb"|[a\xe0][_\-](?:remplacer|changer|modifier|d[e\xe9]finir|compl[e\xe9]ter)|changez?[_\-]moi"
    rb"|(?:da[_\-])?(?:cambiare|sostituire|inserire)|cambiami|inserisci[_\-](?:[a-z]+[_\-]){0,3}qui)"
)
# `%DB_PASS%`: a variable, as the shell of Windows has it; `%DB` may have been read as one letter of an address
_OF_A_SHELL = re.compile(rb"[%\x80-\xff][A-Z_][A-Z0-9_]+%")
# What stands for any name in programs
_ANY_NAME = frozenset((b"foobar", b"foobarbaz", b"foo", b"bar"))


def entropy(value: bytes) -> float:
    """Bits a character, by frequency."""
    length = len(value)
    return -sum(count / length * math.log2(count / length) for count in Counter(value).values())


def is_example(value: bytes) -> bool:
    """What documentation prints in place of a secret, what stands in for one already, or what only looks like one: a
    name in code, an id of an object.
    """
    small = value.lower()
    return (
        (holds_any(small, _EXAMPLES) and not _CHANGED_A_LITTLE.search(value))
        or (_SHORT_EXAMPLE.search(value) is not None and not is_random(_SHORT_EXAMPLE.sub(b"", value)))
        or small.startswith((b"<", b"${", b"{{", b"%("))
        or (small[-1:] == b"%" and _OF_A_SHELL.fullmatch(value) is not None)
        or _IN_BRACKETS.fullmatch(value) is not None
        or _OF_A_PATTERN.search(value) is not None
        or _SEALED.fullmatch(value) is not None
        or _SAYS_SO.fullmatch(value) is not None
        or small in _ANY_NAME
        or _STANDS_IN.fullmatch(value) is not None
        or _CALLED_SO.fullmatch(small) is not None
        or _NAMES_IN_CODE.fullmatch(value.rstrip(b";,:.)]}")) is not None
        or _QUALIFIED.fullmatch(value) is not None
        or is_object_id(value)
    )


def is_name_of_a_type(text: bytes, *, drawn: bool) -> bool:
    """Whether letters without quotes are what code calls a type or something of its own.

    `drawn`: they stand where only what is drawn by lot is a value; a password may be of two words as well.
    """
    return (_NAME_OF_A_TYPE if drawn else _TYPE_OF_PASSWORDS).fullmatch(text) is not None


_FEWEST = 16
_CHANGES_OF_CASE, _CHANGES = 0.42, 0.22
"""Of a hundred neighbours drawn from letters of both cases and digits, 62 differ in kind, from those of one case 40;
of `getUserAccessTokenV2`, 30, of `release-notes-2024`, 10."""


# `StrAsPlainColumnRole`: of sixteen letters drawn by lot one in a hundred has no two capitals in a row, and few do.
_CAMEL = re.compile(rb"[a-z]*(?:[A-Z][a-z]+)+")
_KINDS = bytes(
    0 if 48 <= byte <= 57 else 1 if 65 <= byte <= 90 else 2 if 97 <= byte <= 122 else 3 for byte in range(256)
)


_SIGNS = bytes(byte for byte in range(256) if byte not in ALNUM)


def kinds_of(text: bytes) -> bytes:
    """For each byte 0 for a digit, 1 for a capital, 2 for a small letter, 3 for a sign or a letter with an accent."""
    return text.translate(_KINDS)


def is_random(value: bytes, *, looser: bool = False) -> bool:
    """Sixteen letters and digits and more, whose kinds change as often as chance would have it; `looser`: as it would
    in nearly all cases, for what is announced as a key.
    """
    letters = value.translate(None, _SIGNS)
    if len(letters) < _FEWEST or _CAMEL.fullmatch(letters):
        return False
    present = {*kinds_of(letters)}
    if {1, 2} <= present:
        return changes(letters) >= (_CHANGES if looser and 0 in present else _CHANGES_OF_CASE)
    return 0 in present and len(present) > 1 and changes(letters) >= (_CHANGES / 2 if looser else _CHANGES)


_HUMP = re.compile(rb"[A-Z]?[a-z]{3,}")
_VOWEL = re.compile(rb".[a-z]*[aeiouy]")
_HUMP_SHORTEST = 3
_ORDERED, _MOST_OF_WORDS = 0.3, 0.35


def is_jumbled(text: bytes) -> bool:
    """Letters of both cases in no order of words: `axBHYYcAZjKv`, and no `getEnvAttrStr`.

    Of names in code one in three hundred passes, of twelve letters drawn by lot two in three.
    """
    if changes(text) < _ORDERED or _CAMEL.fullmatch(text):
        return False
    words = sum(len(hump) for hump in _HUMP.findall(text) if len(hump) > _HUMP_SHORTEST and _VOWEL.match(hump))
    return words <= _MOST_OF_WORDS * len(text)


def changes(value: bytes) -> float:
    """The share of neighbours that differ in kind: digit, capital, small letter. At least two characters."""
    kinds = kinds_of(value)
    changed: int = sum(map(ne, kinds, kinds[1:]))
    return changed / (len(kinds) - 1)

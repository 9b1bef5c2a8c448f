"""What a label says of its value: JSON keys, form fields, column heads, parameters, in four languages.

A label is known by its last words: `customer_phone_number`, `Telefon (privat)`, `data di nascita`. What stands behind
them (`Nr.`, `1`, `work`) is left out first.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.pii.hashed_cache import cached_by_hash
from gateway.pii.label_words import KINDS
from gateway.pii.tokens import WORDS

_NAMING = "name Name key Key k id variable field label title attribute system type ParameterKey"
_NAMED = """
    value Value v val default defaultValue valueString answer wert valeur valore valor antwort réponse reponse risposta
    ParameterValue
    """
NAMING: Final = frozenset(_NAMING.split())
NAMING_OTHERWISE: Final = frozenset(("property", "kind", "typ", "art", "feld", "tipo", "campo", "champ"))
NAMED: Final = frozenset(_NAMED.split())
"""`{"name": "PASSWORD", "kind": "env", "value": "…"}`: what tells of another member, or does if no other tells; it."""

FIELDS: Final = frozenset(("selector", "element", "locator", "placeholder"))
TYPED: Final = frozenset(("text", "keys"))
"""`{"selector": "#password", "text": "…"}`: into what a tool types, and what; of a secret only."""

SECURITY_ANSWER: Final = "security answer"
"""What is led to by a question that opens an account again: `{"securityQuestion": "…", "answer": "…"}`."""
_ASKING_AGAIN: Final = re.compile(
    r"(?i)(?:security|secret|recovery|challenge)[ _\-]?questions?|(?:sicherheits|geheim|kontroll)fragen?"
    r"|questions?[ _\-]?(?:secr[eè]tes?|(?:de[ _\-]?)?s[eé]curit[eé])"
    r"|domand[ae][ _\-]?(?:segret[ae]|(?:di[ _\-]?)?sicurezza)"
)
_ASKED_FOR: Final = re.compile(
    r"(?i)maiden name|first pet\b|mädchenname|erste[sn]? haustier|nom de jeune fille|premier animal|cognome da nubile"
    r"|nome da nubile|primo animale"
)
_QUESTIONS: Final = frozenset(("question", "Question", "frage", "domanda", "prompt"))
_LONGEST_QUESTION: Final = 160

SESSIONS: Final = frozenset(("session", "sid", "connect.sid", "sessionid", "phpsessid", "jsessionid"))
"""What names a session, and opens it."""

# Behind the words that matter: a number, which of several, or of what sort.
_BEHIND = """
    admin root provisoire provvisoria provvisorio temporaire
    nr no nummer number num numéro numero n° privat private privé privato geschäft geschäftlich work home office büro
    prof professionnel bdd bureau ufficio casa mobile mobil 1 2 3 4 i ii line value field feld eingabefeld
    str string text primary secondary
    haupt business direkt direct alt neu new old current like ilike plain plaintext cleartext klartext
    """
_TRAILING = frozenset(_BEHIND.split())
_OF_THINGS = """
    file product company model tool function class variable host domain table column field app project brand event group
    team package module parameter image branch repo repository database service server user nick display city country
    street bank department datei produkt firmen modell tabellen spalten projekt fichier produit entreprise société
    azienda prodotto nome script key tag job task step metric index schema topic queue course
    """
_NOT_PERSON = frozenset(_OF_THINGS.split())
_OPENING_NOTHING = """
    page next prev previous continuation sync delta pagination scroll cursor resume change skip eos bos pad unk mask sep
    cls start stop special end csrf xsrf forgery authenticity antiforgery
    idempotency
    color colour spacing font radius shadow border typography
    """
_NO_SECRETS = frozenset(_OPENING_NOTHING.split())
"""Tokens that open nothing: places in a list, signs of models, guards of forms against forgery, colours."""
_NOT_POSTAL = frozenset(("ip", "ipv4", "ipv6", "mac", "remote", "memory", "web", "bind", "listen", "host", "peer"))
_CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")
_GENDERED = re.compile(r"(?<=[a-zß-ÿ])/-?in(?:nen)?(?![a-zß-ÿ])")  # `Mitarbeiter/in`
_ASIDE = re.compile(r"(?<=[a-zß-ÿ])[ ]?\([^()]*\)[^0-9A-Za-zÀ-ÿ]*$")
# Of what stands in for a value nothing is said: `host, [SECRET]` above a row is no head.
_STANDS_IN = re.compile(rf"(?:^|\[)(?:{'|'.join(WORDS.values())})\]")
_BREAKS = re.compile(r"[^0-9A-Za-zÀ-ÿ'°]+")

# Whoever writes keys in ASCII transcribes: `empfaenger`, `beneficiaire`.
_TRANSCRIBED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_PLAIN = str.maketrans("àâäáãçéèêëíìîïñóòôöõúùûüß", "aaaaaceeeeiiiinooooouuuus")


def _spellings(label: str) -> set[str]:
    if len(label) < 4:
        return {label}
    return {label, label.translate(_TRANSCRIBED).translate(_PLAIN), label.translate(_PLAIN)}


_BY_LABEL = {
    spelling: kind
    for kind, text in reversed(KINDS.items())
    for label in " ".join(text.split()).split("|")
    for spelling in _spellings(label.strip())
}
# German puts the word that matters last: `Auftragsempfänger`, `Kundentelefon`.
_LAST = (
    "(?:empfänger|empfaenger|inhaber|nehmer|mieter)(?:in)?|telefon|handy|telefonnummer|geburtsdatum|adresse|anschrift"
    "|kennzeichen|passwort|password|passwd|kennwort|vorname|nachname"
)
_COMPOUNDS = re.compile(rf".{{3,}}?({_LAST})|..(passwor[dt]|passwd|kennwort)")  # `PGPASSWORD`, no `IPAdresse`
# `dbpass`, `smtppwd`, and no `compass`, no `Reisepass`.
_OF_PROGRAMS = (
    "(?:db|database|smtp|imap|pop|ftp|e?mail|user|usr|root|admin|my|sudo|ssh|vpn|wifi|wlan|ldap|sql|mysql|pg|postgres"
    "|mongo|redis|key|store|keystore|truststore|login|auth|app|api|proxy|bind|http|web|srv|svc|server|client|host"
    "|default|old|new|cur|master|rpc|mqtt|sip|rdp|vnc|nas|tmp|temp)(?:pass|pwd|pw)"
)
_PASS_OF_PROGRAMS = re.compile(_OF_PROGRAMS)
_SIMPLE = {"nehmer": "person", "empfänger": "person", "empfaenger": "person", "mieter": "person", "inhaber": "anyone"}
_SHORTEST_PLURAL = 4
_LONGEST = max(len(label.split()) for label in _BY_LABEL)


_BETWEEN = rb"[^0-9A-Za-z\xc0-\xff\xb0\n\t:=]"


def announced(behind: bytes) -> bytes:
    """An expression that occurs in a folded text wherever a label of some kind stands before what `behind` says."""
    between = _BETWEEN + b"*"
    phrases = sorted(_BY_LABEL)
    spaced = b"|".join(between.join(map(_written, phrase.split())) for phrase in phrases)
    inside = b"|".join(
        between.join((_capital(first), *map(_written, rest)))
        for first, *rest in map(str.split, phrases)
        if first[0].islower()
    )
    trailing = b"|".join(map(_written, sorted(_TRAILING - {*"1234"})))
    last = rb"[A-Za-z\xdf-\xff](?i:" + _LAST.encode("latin-1") + rb")|(?i:" + _OF_PROGRAMS.encode("latin-1") + rb")"
    labels = rb"(?:^|[^A-Za-z\xc0-\xff])(?i:" + spaced + rb")|[a-z\xdf-\xff](?:" + inside + rb")|" + last
    aside = rb"(?:\([^()\n]*\)" + between + rb")?"
    return (rb"(?:" + labels + rb")s?(?:/-?in(?:nen)?)?(?:" + between) + (
        rb"(?:(?i:" + trailing + rb")|[0-9]+))*" + between + aside + behind
    )


def _written(word: str) -> bytes:
    """RE2 takes small letters with accents for others than their capitals."""
    return b"".join(
        re.escape(letter.encode("latin-1"))
        if letter.isascii() or letter.upper() == letter or ord(letter.upper()[0]) > 255 or len(letter.upper()) > 1
        else b"[%s%s]" % (letter.encode("latin-1"), letter.upper().encode("latin-1"))
        for letter in word
    )


def _capital(word: str) -> bytes:
    return _written(word[0].upper()) + rb"(?i:" + _written(word[1:]) + rb")"


@cached_by_hash(4096)
def asks_again(label: str) -> bool:
    """Whether a member of this name asks what opens an account whose password is lost: `securityQuestion`."""
    return _ASKING_AGAIN.fullmatch(label) is not None


def asks_for_a_secret(member: str, text: str) -> bool:
    """Whether what stands in a member asks for that: `{"question": "The name of your first pet?"}`."""
    return member in _QUESTIONS and _ASKED_FOR.search(text[:_LONGEST_QUESTION]) is not None


@cached_by_hash(8192)
def kind_of(label: str) -> str | None:
    """The kind of value that a label announces, if it is of a person."""
    if "]" in label and _STANDS_IN.search(label):
        return None
    kind = _kind_of(label)
    if kind is None and "/" in label and _GENDERED.search(label):
        return _kind_of(_GENDERED.sub("", label))
    if kind is None and "(" in label:  # `Geburtsdatum (TT.MM.JJJJ)`
        aside = _ASIDE.search(label)
        return _kind_of(label[: aside.start()]) if aside else None
    return kind


def _kind_of(label: str) -> str | None:
    pieces = _BREAKS.split(_CAMEL.sub(" ", label).lower())
    words = [word for piece in pieces if (word := piece.strip("'"))]  # `'password' => …`, but `parola d'ordine`
    while len(words) > 1 and (words[-1] in _TRAILING or words[-1].isdigit()) and " ".join(words) not in _BY_LABEL:
        words.pop()
    if not words:
        return None
    for length in range(min(_LONGEST, len(words)), 0, -1):
        kind = _BY_LABEL.get(" ".join(words[-length:]))
        if kind:
            return None if _is_of_another_thing(kind, words, len(words) - length) else kind
    joined = "".join(words[-2:])
    if len(words) > 1 and (kind := _BY_LABEL.get(joined)) and joined in label.lower():  # `geburtsDatum`, not `I B A N`
        return kind
    last = words[-1]
    if _PASS_OF_PROGRAMS.fullmatch(last):
        return "secret"
    if last.endswith("s") and len(last) > _SHORTEST_PLURAL:  # `birthdays`, but no `tokens`
        kind = _kind_of(" ".join((*words[:-1], last[:-1])))
        return kind if kind != "secret" or last.startswith("pass") else None
    compound = _COMPOUNDS.fullmatch(last)
    if compound:
        end = (compound[1] or compound[2]).removesuffix("in")
        return _SIMPLE.get(end) or _BY_LABEL.get(end)
    return None


def _is_of_another_thing(kind: str, words: list[str], at: int) -> bool:
    """Whether the words before the one at `at`, which announces a `kind`, say that it is no person's: `font-family`."""
    before = words[:at]
    if not before:
        return False
    match kind:
        case "person" | "anyone":
            return before[-1] in _NOT_PERSON
        case "name":
            return len(words) - at == 1 and (before[-1] == "font" or before[-1] in _NOT_PERSON)
        case "address":  # `--ip-address`, `REMOTE_ADDR`
            return before[-1] in _NOT_POSTAL
        case "secret":  # `existingSecretPasswordKey` tells its name
            public = "public" in before and words[-1] in {"token", "key"}  # `publicKeyToken`
            return before[0] == "existing" or public or (words[-1] == "token" and _opens_nothing(before))
        case _:
            return False


def _opens_nothing(before: list[str]) -> bool:
    """`next_page`, and no `password_change`, no `facebook_page`: there the word before it says of what."""
    return before[-2 if before[-1] in {"change", "page"} and before[1:] else -1] in _NO_SECRETS

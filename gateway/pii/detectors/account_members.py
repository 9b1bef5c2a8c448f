"""Passwords that are called by their account alone, below a word for several: `{"credentials": {"anna": "…"}}`,
`[passwords]` and below it `root = "…"`.

Invariants
- What says how passwords have to be (`min_length`, `policy`) is told by its name, and is none.
- The less the word above tells, the more a value has to look like a password, or its name like an account.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.pii.arrays import RULES_OF_A_FIELD
from gateway.pii.detectors.account_passwords import is_distinctive, is_numbered
from gateway.pii.detectors.likely_passwords import (
    is_drawn,
    is_guess,
    is_mixed,
    is_strong,
    plausible_secret,
)
from gateway.pii.detectors.name_reading import is_given
from gateway.pii.detectors.phrases import is_joined_phrase, is_phrase_of_an_account, is_said
from gateway.pii.detectors.random_values import is_example
from gateway.pii.hashed_cache import cached_by_hash

PASSWORDS: Final = r"passwords|passwds|pwds|passw(?:ö|oe)rter|kennw(?:ö|oe)rter|mots[_ ]?de[_ ]?passe"
CREDENTIALS: Final = r"credentials|creds|logins|secrets|zugangsdaten|identifiants|credenziali|geheimnisse"
_GROUPS: Final = tuple(
    (re.compile(rf"(?i)(?:.*(?:[_\-. ]|(?<=[a-z])(?=[A-Z])))?(?:{words})"), group)
    for words, group in (
        (PASSWORDS, "passwords"),
        (CREDENTIALS, "credentials"),
        ("users|accounts|admins|benutzer|konten|utilisateurs|comptes|utenti", "accounts"),
    )
)
# `password:` and below it `example: …`: what a schema says of it, and neither `admin`, `platform` nor Max.
OF_SCHEMAS: Final = re.compile(
    r"(?:^|[_.\- ]|(?<=[a-z])(?=[A-Z]))(?i:pattern|regex|format|descr[a-z]*|(?:min|max)[_\-]?(?:imum|length|chars|age)"
    r"|min|length|examples?|hints?|labels?|title|policy)(?![a-z])"
)
NO_SECRETS: Final = re.compile(
    r"(?i)user|login|host|port|name|type|region|mail|url|endpoint|path|file|version|ref|enabled"
)
# Who logs in, and what is logged in to.
_OF_AN_ACCOUNT: Final = re.compile(
    r"(?i)(?:admin|administrator|root|sa|system|backup|guest|gast|ospite|invite|readonly|operator|service|deploy"
    r"|svc[a-z0-9._\-]*|user[0-9]*|postgres|mysql|support|monitor|viewer|test|demo|db|database|datenbank|mail|e-?mail"
    r"|smtp|imap|ftp|sftp|ssh|vpn|wifi|wlan|ldap|redis|mongo(?:db)?|oracle|router|nas|erp|crm|sap|intranet|portal"
    r"|.+@.+)"
)
_STAGES: Final = frozenset(("dev", "ruby", "jade"))
"""Given names, too: but here a stage, and languages of programs."""
_PARTS_OF_NAMES: Final = re.compile(r"[._\-]")
# `usr_8fJ2k1`, digests and the like, which accounts have as well
AN_ID: Final = re.compile(rb"[a-z]{2,6}_[A-Za-z0-9]+|[0-9a-f\-]{8,64}")
_WORD_AND_FIGURES: Final = re.compile(rb"[A-Za-z\xc0-\xff]{4,}[.\-_]?[0-9]{1,4}[!#.?]?")
_NAME_AND_YEAR: Final = re.compile(rb"[A-Z][a-z]{3,}[.\-_]?[0-9]{2,4}[!#.?]?")
_SHORT: Final = 6
"""Characters from which a word and figures are a password only where somebody would try it: `sha256` is none."""
_A_WORD: Final = re.compile(rb"[A-Z\xc0-\xde]?[a-z\xdf-\xff]{4,24}")


@cached_by_hash(4096)
def group_of(label: str) -> str | None:
    """Of what the members of an object of this name are, if of accounts: `passwords`, `credentials`, `accounts`."""
    return next((group for pattern, group in _GROUPS if pattern.fullmatch(label)), None)


@cached_by_hash(4096)
def _is_account(name: str) -> bool:
    small = name.lower()
    return small not in _STAGES and (
        _OF_AN_ACCOUNT.fullmatch(name) is not None or is_given(_PARTS_OF_NAMES.split(small)[0])
    )


def is_password_of(group: str, name: str, text: bytes) -> bool:
    """Whether what stands beside `name` in a `group` is its password, and says nothing of all: `"min": "12 signs"`.

    Beside the groups of `group_of` there are `entries` of a section of users, which hold little else.
    """
    of_account = _is_account(name)
    if not of_account and (NO_SECRETS.search(name.lower().replace("mail", "")) or OF_SCHEMAS.search(name)):
        return False
    if b" " in text:
        return group == "passwords" and of_account and plausible_secret(text, structural=True) == len(text)
    if is_example(text) or (group == "accounts" and AN_ID.fullmatch(text)):
        return False
    likely = is_strong(text) or is_mixed(text) or is_drawn(text) or is_guess(text) or is_joined_phrase(text)
    match group:
        case "entries":
            return likely
        case "passwords":
            return likely or (of_account and (_is_word_and_figures(text) or _is_plain_word(text)))
        case "credentials" if of_account:
            return (likely and not is_numbered(text)) or _is_word_and_figures(text)
        case _ if of_account and (is_phrase_of_an_account(text) or _NAME_AND_YEAR.fullmatch(text)):
            return not is_numbered(text)
        case _:
            return is_distinctive(text) and not is_numbered(text) and (of_account or group != "accounts")


def _is_word_and_figures(text: bytes) -> bool:
    """`hund7`, and no `sha256`."""
    return _WORD_AND_FIGURES.fullmatch(text) is not None and (is_guess(text) or len(text) < _SHORT)


def _is_plain_word(text: bytes) -> bool:
    """`sommerregen`, and neither `required` nor `expired`, which say how a password is."""
    if _A_WORD.fullmatch(text) is None or text.lower() in RULES_OF_A_FIELD:
        return False
    return not is_said(text.decode("latin-1").lower())

"""Forms whose syntax leaves so little doubt that a plain word is a password there, too: see `credential_forms`."""

from __future__ import annotations

import re
from typing import Final

from gateway.pii.detectors.phrases import NO_VALUE
from gateway.pii.detectors.random_values import is_example

_WORD = rb"([a-z\xc0-\xff]{6,32})"
WORDED_FORMS: Final[tuple[tuple[bytes, bytes], ...]] = (
    # `CREATE USER app IDENTIFIED BY '…'`, `ALTER ROLE app WITH PASSWORD '…'`
    (
        rb"identified by[ ]+[\"']|(?:user|role|login)[ ][^\n]*[ ]password[ =]+n?'",
        (
            rb"(?:identified by[ ]{1,3}|(?:user|role|login)[ ][^\n;]{1,120}?[ ]password[ ]?=?[ ]{0,3}n?)"
            rb"[\"']" + _WORD + rb"[\"']"
        ),
    ),
    # `sshpass -p …`, `mysql -u root -p…`, `curl -u admin:…`
    (rb"sshpass[ ]", rb"sshpass[ ]{1,2}-p[ ]?[\"']?" + _WORD + rb"(?=[\"' ])"),
    (rb"mysql", rb"mysql[a-z]{0,12}[ ](?:[^\n|;]{0,120}?[ ])?-p[\"']?" + _WORD + rb"(?=[\"'\s]|$)"),
    (
        rb"\b(?:curl|wget)[ ][^\n]*-u",
        rb"(?:curl|wget)[ ](?:[^\n|;]{0,160}?[ ])?(?:-u|--user)[ =]?[\"']?[^\s:\"']{1,64}:" + _WORD + rb"(?=[\"'\s]|$)",
    ),
    # `--password … --user admin`, and neither `--password TEXT` nor `use --password to …`
    (
        rb"(?:^|[ \n])--?(?:[a-z]+-)*(?:password|passwd|passphrase|pass)[ =]",
        (
            rb"[ \n]?--?(?:[a-z]{1,16}-){0,3}(?:password|passwd|passphrase|pass)(?:[ =][\"']?"
            + _WORD
            + rb"[\"']?(?=[ ]--?[a-z])|=[\"']?"
            + _WORD
            + rb"[\"']?(?=\s|$))"
        ),
    ),
    # `Server=db;Uid=erp;Pwd=…;`
    (
        rb"(?:server|host|data source|uid|user(?: id)?|database|initial catalog)[ ]?=[^\n]*[; ](?:pwd|password)[ ]?=",
        (
            rb"(?:server|host|data source|uid|user(?: id)?|database|initial catalog)[ ]?=[^\n]{1,200}?[; ]"
            rb"(?:pwd|password)[ ]?=[ ]?[\"']?" + _WORD + rb"(?=[;\"'\s]|$)"
        ),
    ),
)
_CALLED = re.compile(rb"(?i)passw|secret|token")
_NAME_IN_CODE = re.compile(rb"[a-z]+(?:[A-Z][a-z]*)+|[A-Z]+")


def is_password_of_letters(text: bytes) -> bool:
    """A word in one case or with a capital, and neither what says something of passwords nor what programs call one."""
    return (
        text.isalpha()
        and text.lower() not in NO_VALUE
        and not _CALLED.search(text)
        and not _NAME_IN_CODE.fullmatch(text)
        and not is_example(text)
    )

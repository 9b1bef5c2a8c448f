"""What is drawn by lot as keys are, but of no use to whoever reads it: ids of objects, and tokens that open nothing.

`cus_…`, `chatcmpl-…`, `toolu_…`: the service begins each with a word that says what it is of. They fill logs, and
stand beside words of keys (`webhook evt_… came twice`), which then say nothing of them.
"""

from __future__ import annotations

import re
from typing import Final

PLACES: Final = (
    rb"(?:(?:(?<![a-z0-9_ ])|(?<=next)|(?<=prev)|(?<=previous)|(?<=next[_ ])|(?<=prev[_ ])|(?<=previous[_ ]))page"
    rb"|(?<![a-z0-9_\- ])change|(?<![a-z])(?:next|prev|previous|sync)|delta|continuation|pagination|scroll|cursor"
    rb"|resume|skip|idempotency|client_?request)"
)
GUARDS: Final = rb"(?:csrf|xsrf|csrfmiddleware|anti_?forgery|request_?verification|authenticity)"
"""Tokens are called so that are a place in a list, or guard a form against forgery: pages hold one in every form, and
it is of use only with the session of whoever was sent it."""
OPENS_NOTHING: Final = (
    PLACES + rb"[ _\-]?(?:token|iterator|marker)|\bcontinuation\b|cursor[\"']?[ ]?[:=]|iterator\b"
    rb"|" + GUARDS + rb"[ _\-]?(?:token|[^a-z0-9_\- ])"
    rb"|(?:site|domain)[_\-]verification"
)
"""What stands before such a token, in small letters."""

# What Stripe, APIs of models (but `fc-`, with which keys of Firecrawl begin), Vercel, Clerk and Paddle document.
# Beginnings of keys at others stay out, though they are
# ids somewhere: `re_` (Resend), `sess_`, `tok_`, `key_`.
_OBJECT_ID = re.compile(
    rb"(?!fc-[a-f0-9]{32}$)(?:cus|sub|si|in|ii|pi|ch|py|po|pm|seti|txn|price|prod|acct|evt|dp|card|cs_test|cs_live|mandate|req"
    rb"|call|msg|resp|rs|fc|ws|ci|cntr|container|thread|run|step|asst|batch|msgbatch|file|vs|ftjob|conv"
    rb"|toolu|srvtoolu|chatcmpl(?:-tool)?|cmpl|gen(?:-[0-9]{10})?|dpl|prj|team|user|org|ctm|pri)"
    rb"[_\-][A-Za-z0-9]{14,64}"
    rb"|pk_(?:live|test)_[A-Za-z0-9]{14,128}\$?"  # keys that Stripe and Clerk call publishable: every page has them
    rb"|AC[0-9a-f]{32}"  # accounts of Twilio; their tokens have no beginning
    rb"|age1[02-9ac-hj-np-z]{58}"  # to whom age encrypts; its keys begin with AGE-SECRET-KEY
    rb"|[ABCDGTUW]0[A-Z0-9]{8,9}"  # Slack's users, channels, teams and apps
    # Pods and jobs of Kubernetes, whose generated names have no vowel and few digits: `token-issuer-6c9f7d8b5d-kx2lp`
    # and of those that a CronJob began the minute since 1970 (from 2019 on)
    rb"|[a-z][a-z0-9]+(?:-[a-z0-9]+){0,5}-(?:(?:2[6-9]|3[0-9])[0-9]{6}|(?![0-9]{8}-)[0-9b-df-hj-np-tv-xz]{8,10})-[bcdf-hj-np-tv-xz24-9]{5}"
)


_ACCOUNT_AT_TWILIO = re.compile(rb"AC[0-9a-f]{32}")


def is_account_at_twilio(value: bytes) -> bool:
    """Of all these ids the one that a password could be as well: two letters, and digits of base 16."""
    return _ACCOUNT_AT_TWILIO.fullmatch(value) is not None


def is_object_id(value: bytes) -> bool:
    """Whether it is the whole id of an object, by its beginning; a secret that goes on behind it makes it none."""
    return _OBJECT_ID.fullmatch(value) is not None

"""What was drawn by lot and stands alone: no word says that it is a key, and none says what else it is.

Ids, digests and pictures are told by where they stand: in an address or a path, behind `sha512-` or `base64,`, behind a
word such as `trace` or `order`, in lines of the same letters. Where nothing of that is near, letters of both cases and
digits in no order are a key more often than anything else, and what is harmless may be sent once more with a word.

Invariants
- Digits of base 16 and UUIDs are never taken for keys by themselves: commits, digests and ids look the same. The name
  of a service that gives out such keys tells them.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from gateway.pii.detectors.random_values import changes, is_jumbled, kinds_of
from gateway.pii.view import ALNUM, View

LONE: Final = rb"[A-Za-z0-9+/_\-.~=]{20}"
"""Occurs wherever something long enough does."""

_LONGEST: Final = 200
"""No key of one line is longer; sealed state and pictures are."""

_ADDRESS_LONGEST: Final = 400
_PUBLIC_MEMBERS = frozenset(("n", "e", "x", "y", "x5c", "x5t", "kid"))
"""Of a key in JSON's own format, what all may know."""
_ONE_PIECE = re.compile(rb"[A-Za-z0-9+/_\-]+={0,2}")
_NOT_HEX = re.compile(rb"[g-zG-Z]")
# `cus_…`, `app-…`: the value says what it is of. Keys that do are found by their beginning (`vendor_keys`).
_BEGUN_BY_WHOM = re.compile(rb"[a-z][a-z0-9]{0,15}_|[a-z]{2,16}-|[A-Z]{1,8}[_\-]")
# Digests, addresses of coins and of IPFS, public keys of SSH, ids of Exchange, what Fernet sealed, mangled names, and
# how pictures, archives and documents begin in base64.
_OTHER_FORMS = re.compile(
    rb"sha[0-9]{1,3}-|(?:bc1|tb1|ltc1|addr1|cosmos1|age1)[02-9ac-hj-np-z]|Qm[1-9A-HJ-NP-Za-km-z]{44}$|baf[yk]|z6Mk|AAAA|AA[MQ]kAD|gAAAAA|_?_Z|_?\$[sS]\d|iVBOR|/9j/|JVBER|UEsDB|R0lGOD|H4sI|PHN2Zy|UklGR"
    rb"|01[0-9A-HJKMNP-TV-Z]{24}$"
)
# A name or a word at once before it that says what it is: `"docId": `, `asset `, `(rev `, `h1:`, `base64,`
_TOLD_OTHERWISE = re.compile(
    rb"[a-z](?:id|ids|uid|sha|ref|rev|tag|cursor)[\"']?[ ]?[:=(,]?[ \"'`]{0,2}$|\bh1:[+/]?$|base64,$"
    rb"|\b(?:txt|uid|nanoid|ksuid|ulid|cuid|ref|rev|tag|cursor|asset|doc|docs|document|video|playlist|track|sample|base64|base58"
    rb"|base62|protein|sequence|sequenz|s\xe9quence|sequenza|address|adresse|indirizzo|txn?|transaction|receipt(?:handle)?"
    rb"|serial|seriennummer|s/n|model|modell|part|artikel|article|articolo|ticket|boundary|bh|chunk|snapshot|instance|pod|entry|prediction|invalidation|constraint"
    rb"|container|layer|fixture|nix|hosts?key|host key|known_hosts|rsa|ed25519|encoded|decode|dekodier\w*|d\xe9code\w*"
    rb"|decodific\w*|kodiert|encod\xe9e?|codificat[oa])\b[^a-z0-9\n]{0,4}$"
    rb"|id\(\) (?:gives|gave|returns|returned|liefert|ergibt|donne|retourne|restituisce)[a-z ]{0,8}$"
)
_TOUCHES_BEFORE, _TOUCHES_BEHIND = frozenset(b"/\\@#%&?$.|<~"), frozenset(b"/\\@%(<[")
_LINE_ABOVE = re.compile(rb"[A-Za-z0-9+/]{16,}\r?\n[ \t>]{0,8}$")
_LINE_BELOW = re.compile(rb"\r?\n[ \t>]{0,8}[A-Za-z0-9+/]{20,}={0,2}(?:\r?\n|$)")
_FEWEST_BEYOND_HEX: Final = 5
"""Letters behind `f`: with fewer it may be a digest with a prefix."""

_CHANGES_OF_THREE, _MOST_DIGITS = 0.42, 0.45
"""Of letters of both cases and digits: the least share of neighbours that differ in kind (by lot: 0.62), and the most
digits (by lot 0.16)."""

_ONE_CASE_SHORTEST, _CHANGES_OF_ONE_CASE = 26, 0.25
"""Of small letters and digits, or of capitals and digits: names of machines and of products are shorter or calmer."""

_READABLE: Final = 0.9
"""Share of printable bytes with which something decoded is text."""


_SERVICES: Final = frozenset(
    rb"""
    abuseipdb algolia amplitude apilayer appsflyer assemblyai auth0 aviationstack bamboo bannerbear bitly bitrise
    bugsnag bunny cloudflare codacy codecov cohere coinbase contentful convertkit couchbase coveralls currencylayer
    customerio datadog deepgram deepl deepseek disqus dnsimple docusign droneci dropbox duffel edamam etsy
    exchangerate fastly finnhub fivetran flickr foursquare freshbooks freshdesk fullstory giphy gitter gladia gnews
    godaddy graylog gumroad helpscout hetzner hibp hightouch hotjar hubspot imgbb imgur infomaniak infura intercom
    ipapi ipdata ipgeolocation ipinfo ipstack jenkins jumpcloud keycdn kickbox kraken kucoin lastfm launchdarkly
    linode loggly logz lokalise mistral mailboxlayer mailchimp mailerlite mailgun mailjet mapquest mattermost mediastack
    meraki messagebird metabase mixpanel moralis movider nasa netbox netlify newsapi nexmo ngrok nytimes okta omdb
    onelogin onesignal openai opencage opencagedata openweather openweathermap opsgenie optimizely ovh pagerduty
    papercups papertrail pexels pingdom pipedrive pivotaltracker pixabay plaid plivo portainer positionstack
    postmark prtg pushbullet pushover quandl rapid7 redmine rollbar scaleway scraperapi securitytrails semaphore
    sendbird sendgrid serpapi serpstack shodan sinch snyk sonarqube sonatype spoonacular spotify squarespace
    stackpath statuspage stormglass storyblok strava sumologic syncthing teamcity telnyx tomtom trello twilio twitch
    uptimerobot vercel visualcrossing vonage vultr wandb weatherapi weatherbit weatherstack wistia yelp youtrack
    zabbix zendesk zenserp zerotier zoominfo
    """.split()
)
"""Services whose keys are a UUID or digits of base 16. Left out: names that are everyday words (`here`, `box`,
`segment`), and where people more often paste a commit, a sample's digest, a transaction or a subscription's id.
"""

_WORD = re.compile(rb"[a-z0-9\xdf-\xff]+")
_WORDS_BESIDE = re.compile(
    rb"(?:[a-z0-9\xdf-\xff.\-_]+:?[ ]){0,3}[a-z0-9\xdf-\xff.\-_]+[ ]?[\"']?(?:[:=]|->|=>|\x7f)?[ ]{0,3}[\"'`(]?$"
)
# `sentry event …`, `meraki network …`: what of the service's it is.
_ITS_OBJECTS = re.compile(
    rb"\b(?:event|issue|incident|project|account|konto|compte|org|tenant|workspace|dashboard|ticket|page|run\b|job|release"
    rb"|monitor|customer|kunde|client|invoice|zone|network|device|droplet|server|user|app\b|record|message|call|resource"
    rb"|contact|team|group|site|list|item|product|payment|session|host|subscription|plan|query|entity|alert|log\b|cluster"
    rb"|card|entry|asset|space|deployment|prediction|key id|version)"
)


def is_lone(view: View, begin: int, start: int, end: int) -> bool:
    """Whether `start` to `end`, drawn by lot, is a key for nothing around it says otherwise. `begin`: of its run."""
    data = view.data
    value = data[start:end]
    if view.names and view.names[-1] in _PUBLIC_MEMBERS:
        return False
    if end - start > _LONGEST or not _ONE_PIECE.fullmatch(value) or not _looks_drawn(value):
        return False
    if (start and data[start - 1] in _TOUCHES_BEFORE) or (end < len(data) and data[end] in _TOUCHES_BEHIND):
        return False
    return not (
        _OTHER_FORMS.match(value)
        or _TOLD_OTHERWISE.search(view.before(start, 96)[-32:])
        or _LINE_ABOVE.search(data, max(0, begin - 96), begin)
        or _LINE_BELOW.match(data, end)
        or _in_address(data, begin)
        or _is_text(value)
    )


def _looks_drawn(value: bytes) -> bool:
    """Drawn by lot from more than digits of base 16, and neither a path nor begun by a word that says whose it is."""
    letters = bytes(byte for byte in value if byte in ALNUM)
    kinds = {*kinds_of(letters)}
    if _BEGUN_BY_WHOM.match(value) or len(_NOT_HEX.findall(value)) < _FEWEST_BEYOND_HEX:
        return False
    if kinds == {0, 1, 2}:
        # Pieces between slashes are folders, unless base64's other signs say what it is.
        if b"/" in value and not (b"+" in value or value.endswith(b"=")):
            return False
        digits = sum(48 <= byte <= 57 for byte in letters)  # `71v299h-43V13h63l106`: a drawing
        return changes(letters) >= _CHANGES_OF_THREE and is_jumbled(letters) and digits <= _MOST_DIGITS * len(letters)
    return (
        len(kinds) > 1
        and 0 in kinds
        and len(value) >= _ONE_CASE_SHORTEST
        and value.isalnum()
        and changes(value) >= _CHANGES_OF_ONE_CASE
    )


def _in_address(data: bytes, at: int) -> bool:
    """Whether the word that `at` is in has an address of the web before it."""
    begins = max(0, at - _ADDRESS_LONGEST)
    word = max(data.rfind(blank, begins, at) for blank in (b" ", b"\n", b"\t", b'"', b"'"))
    return b"://" in data[max(word, begins) : at + 4]


def _is_text(value: bytes) -> bool:
    """Base64 of something that can be read: what it holds is looked for elsewhere (`gateway.pii.encoded`)."""
    try:
        plain = base64.b64decode(value.rstrip(b"=") + b"=" * (-len(value.rstrip(b"=")) % 4), altchars=b"-_")
    except (binascii.Error, ValueError):
        return False
    return sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in plain) >= _READABLE * len(plain)


def of_a_service(before: bytes, value: bytes) -> bool:
    """Whether the words before it are the name of a service and little else: `meraki 093f…`, `OPENWEATHER=ab09…`.

    `0x…` is none: addresses and transactions of chains are written so.
    """
    near = _WORDS_BESIDE.search(before[-40:])
    if near is None or len(value) > _LONGEST or value.startswith(b"0x") or _ITS_OBJECTS.search(near[0]):
        return False
    return not _SERVICES.isdisjoint(_WORD.findall(near[0].replace(b"_", b" ")))

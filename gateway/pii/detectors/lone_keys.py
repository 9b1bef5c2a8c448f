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

_LONGEST, _ADDRESS_LONGEST = 200, 400
_PUBLIC_MEMBERS = frozenset(("n", "e", "x", "y", "x5c", "x5t", "kid"))
"""Of a key in JSON's own format, what all may know."""
_WHOLE = re.compile(rb"[A-Za-z0-9+/_\-]+={0,2}")
_NOT_HEX = re.compile(rb"[g-zG-Z]")
# `cus_…`, `app-…`: what it is of stands in the value.
_BEGUN = re.compile(rb"[a-z][a-z0-9]{0,15}_|[a-z]{2,16}-|[A-Z]{1,8}[_\-]")
# Digests, addresses of coins and of IPFS, public keys of SSH, mangled names, and how pictures, archives and documents
# begin in base64.
_OTHERS = re.compile(
    rb"sha[0-9]{1,3}-|(?:bc1|tb1|ltc1|addr1|cosmos1|age1)[02-9ac-hj-np-z]|Qm[1-9A-HJ-NP-Za-km-z]{44}$|baf[yk]|z6Mk|AAAA|_?_Z|\$?_?[sS]\d|iVBOR|/9j/|JVBER|UEsDB|R0lGOD|H4sI|PHN2Zy|UklGR"
    rb"|01[0-9A-HJKMNP-TV-Z]{24}$"
)
# `"docId": `, `asset `, `(rev `, `h1:`, `base64,`
_ELSE = re.compile(
    rb"[a-z](?:id|ids|uid|sha|ref|rev|tag|cursor)[\"']?[ ]?[:=(,]?[ \"'`]{0,2}$|\bh1:$|base64,$"
    rb"|\b(?:uid|nanoid|ksuid|ulid|cuid|ref|rev|tag|cursor|asset|doc|docs|document|video|playlist|track|sample|base64|base58"
    rb"|base62|protein|sequence|sequenz|s\xe9quence|sequenza|address|adresse|indirizzo|txn?|transaction|receipt|serial"
    rb"|seriennummer|s/n|model|modell|part|artikel|article|articolo|ticket|boundary|bh|chunk|snapshot|instance|pod|entry|prediction|invalidation|constraint"
    rb"|container|layer|fixture|nix|hosts?key|host key|known_hosts|rsa|ed25519|encoded|decode|dekodier\w*|d\xe9code\w*"
    rb"|decodific\w*|kodiert|encod\xe9e?|codificat[oa])\b[^a-z0-9\n]{0,4}$"
    rb"|id\(\) (?:gives|gave|returns|returned|liefert|ergibt|donne|retourne|restituisce)[a-z ]{0,8}$"
)
_TOUCHES_BEFORE, _TOUCHES_BEHIND = frozenset(b"/\\@#%&?$.|<~"), frozenset(b"/\\@%(<[")
_LINE_ABOVE = re.compile(rb"[A-Za-z0-9+/]{16,}\r?\n[ \t>]{0,8}$")
_LINE_BELOW = re.compile(rb"\r?\n[ \t>]{0,8}[A-Za-z0-9+/]{20,}={0,2}(?:\r?\n|$)")
_OF_ONE_CASE, _TURNS, _LOT = 26, 0.25, 0.42
_FEWEST_BEYOND_HEX, _READABLE, _MOST_DIGITS = 5, 0.9, 0.45

# Whose keys have no shape of their own, or that of a digest.
_SERVICES: Final = frozenset(
    rb"""
    abstract abuseipdb algolia amplitude apilayer appsflyer assemblyai auth0 aviationstack axiom azure bamboo bandwidth
    bannerbear beamer bitbucket bitly bitrise box branch bugsnag bunny cloudflare codacy codecov coinbase cohere
    contentful convertkit couchbase coveralls currencylayer customerio datadog deepgram deepl deepseek disqus dnsimple
    docusign drift droneci dropbox duffel edamam etherscan etsy exchangerate fastly fathom finnhub fivetran fixer
    flickr foursquare freshdesk freshbooks fullstory ghost gitea gitter giphy gladia gnews godaddy graylog gumroad
    harvest helpscout here hetzner hibp hightouch hotjar hubspot hunter imgbb imgur infomaniak infura intercom ipapi
    ipdata ipgeolocation ipinfo ipstack jenkins jumpcloud keycdn kickbox kraken kucoin lastfm launchdarkly linode
    lokalise loggly logz mailboxlayer mailchimp mailerlite mailgun mailjet mapquest mattermost mediastack meraki
    messagebird metabase mixpanel moralis movider nasa netbox netlify newsapi nexmo ngrok nytimes okta omdb onelogin
    onesignal openai opencage opencagedata openweather openweathermap opsgenie optimizely ovh pagerduty papertrail
    papercups pexels pipedrive pingdom pixabay pivotaltracker plaid plivo polygon portainer positionstack postmark
    prtg pushbullet pushover quandl rapid7 redmine rollbar scaleway scraperapi securitytrails segment semaphore
    sendbird sendgrid serpapi serpstack shodan sinch snyk sonarqube sonatype spoonacular spotify squarespace statuspage
    stackpath stormglass storyblok strava sumologic syncthing tableau teamcity telnyx tomtom travis trello twilio
    twitch uptimerobot urlscan vercel virustotal visualcrossing vonage vultr wandb weatherapi weatherbit weatherstack
    wistia yelp youtrack zabbix zendesk zenserp zerotier zoom zoominfo
    """.split()
)
_LAST_WORDS = re.compile(rb"[a-z0-9\xdf-\xff]+")
_BESIDE = re.compile(
    rb"(?:[a-z0-9\xdf-\xff.\-_]+[ ]){0,3}[a-z0-9\xdf-\xff.\-_]+[ ]?[\"']?(?:[:=]|->|=>|\x7f)?[ ]{0,3}[\"'`(]?$"
)
# `sentry event …`, `meraki network …`: what of the service's it is.
_ITS_THINGS = re.compile(
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
    if end - start > _LONGEST or not _WHOLE.fullmatch(value) or not _looks_drawn(value):
        return False
    if (start and data[start - 1] in _TOUCHES_BEFORE) or (end < len(data) and data[end] in _TOUCHES_BEHIND):
        return False
    return not (
        _OTHERS.match(value)
        or _ELSE.search(view.before(start, 96)[-32:])
        or _LINE_ABOVE.search(data, max(0, begin - 96), begin)
        or _LINE_BELOW.match(data, end)
        or _in_address(data, begin)
        or _is_text(value)
    )


def _looks_drawn(value: bytes) -> bool:
    letters = bytes(byte for byte in value if byte in ALNUM)
    kinds = {*kinds_of(letters)}
    if _BEGUN.match(value) or len(_NOT_HEX.findall(value)) < _FEWEST_BEYOND_HEX:
        return False
    if kinds == {0, 1, 2}:
        # Pieces between slashes are folders, unless base64's other signs say what it is.
        if b"/" in value and not (b"+" in value or value.endswith(b"=")):
            return False
        digits = sum(48 <= byte <= 57 for byte in letters)  # `71v299h-43V13h63l106`: a drawing
        return changes(letters) >= _LOT and is_jumbled(letters) and digits <= _MOST_DIGITS * len(letters)
    return len(kinds) > 1 and 0 in kinds and len(value) >= _OF_ONE_CASE and value.isalnum() and changes(value) >= _TURNS


def _in_address(data: bytes, at: int) -> bool:
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
    """Whether the words before it are the name of a service and little else: `meraki 093f…`, `OPENWEATHER=ab09…`."""
    near = _BESIDE.search(before[-40:])
    if near is None or len(value) > _LONGEST or _ITS_THINGS.search(near[0]):
        return False
    return not _SERVICES.isdisjoint(_LAST_WORDS.findall(near[0].replace(b"_", b" ")))

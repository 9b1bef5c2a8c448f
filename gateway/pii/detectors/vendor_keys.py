"""Secrets that show by their own shape: keys of vendors, tokens, private keys, addresses with a password in them.

The method is gitleaks': a distinctive beginning, then the exact alphabet and length, then enough entropy, and a list of
what documentation prints as an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.random_values import entropy, is_example, is_random
from gateway.pii.detectors.scanning import LONG_RUN
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, DIGITS, Found, Rule, View

# What a key is for, as vendors write it before what was drawn by lot: `lob_live_…`, `apify_api_…`.
_TELLING = (
    rb"(?:live|prod|production|sandbox|test|pat|api|apikey|key|secret|token|tok|tkn|auth|oauth|admin|service|svc|access"
    rb"|personal|refresh|priv|private|webhook|sk)[_\-]"
)
# Name, beginning, what follows it.
_BEGUN: tuple[tuple[str, bytes, bytes], ...] = (
    ("anthropic", rb"sk-ant-", rb"[A-Za-z0-9_\-]{16,}"),
    ("openrouter", rb"sk-or-v1-", rb"[0-9a-f]{32,64}"),
    ("openai", rb"sk-", rb"(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_\-]{20,}"),
    ("google", rb"AIza", rb"[0-9A-Za-z_\-]{30,45}"),
    ("google-oauth", rb"GOCSPX-|ya29\.", rb"[0-9A-Za-z_\-]{20,}"),
    ("google-refresh", rb"1//0", rb"[A-Za-z0-9_\-]{40,}"),
    ("aws", rb"(?:AKIA|ASIA|ABIA|ACCA)", rb"[0-9A-Z]{16}"),
    ("bedrock", rb"ABSK", rb"[A-Za-z0-9+/]{100,}={0,2}"),
    ("github", rb"gh[pousr]_|github_pat_", rb"[A-Za-z0-9_]{22,}"),
    ("gitlab", rb"gl(?:pat|ptt|dt|rt|rtr|cbt|ft|soat|agent|imt|oas|ffct)-|GR1348941", rb"[A-Za-z0-9_\-]{16,}"),
    ("slack", rb"xox[abeoprsd][\-.]|xapp-", rb"[A-Za-z0-9\-.]{10,}"),
    ("slack-hook", rb"hooks\.slack\.com/", rb"(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,}"),
    ("stripe", rb"(?:sk|rk|pk)_(?:live|test|prod)_", rb"[A-Za-z0-9]{10,}"),
    ("stripe-hook", rb"whsec_", rb"[A-Za-z0-9+/=]{20,}"),
    ("sendgrid", rb"SG\.", rb"[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{30,64}"),
    ("npm", rb"npm_", rb"[A-Za-z0-9]{30,}"),
    ("pypi", rb"pypi-", rb"[A-Za-z0-9_\-]{30,}"),
    ("hugging-face", rb"hf_|api_org_", rb"[A-Za-z0-9]{28,}"),
    ("xai", rb"xai-", rb"[A-Za-z0-9_\-]{30,}"),
    ("groq", rb"gsk_", rb"[A-Za-z0-9]{30,}"),
    ("cerebras", rb"csk-", rb"[A-Za-z0-9]{30,}"),
    ("perplexity", rb"pplx-", rb"[A-Za-z0-9]{30,}"),
    ("gateway", rb"gwk_", rb"[A-Za-z0-9_\-]{12,}"),
    ("twilio", rb"SK[0-9a-f]", rb"[0-9a-f]{31}"),
    ("mailgun", rb"key-", rb"[0-9a-z]{32}"),
    ("brevo", rb"x(?:key|smtp)sib-", rb"[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    ("digitalocean", rb"do[opr]_v1_", rb"[a-f0-9]{64}"),
    ("databricks", rb"dapi[0-9a-f]", rb"[0-9a-f]{31}(?:-[0-9])?"),
    ("shopify", rb"shp(?:at|ca|pa|ss|ua)_", rb"[a-fA-F0-9]{32}"),
    ("vault", rb"hv[bsr]\.", rb"[A-Za-z0-9_\-]{24,}"),
    ("grafana", rb"gl(?:sa|c)_", rb"[A-Za-z0-9+/=_]{32,}"),
    ("docker", rb"dckr_[op]at_", rb"[A-Za-z0-9_\-]{20,}"),
    ("linear", rb"lin_(?:api|oauth)_", rb"[A-Za-z0-9]{30,}"),
    ("notion", rb"ntn_|secret_", rb"[A-Za-z0-9]{36,}"),
    ("atlassian", rb"AT(?:ATT3|CTT3|BB)", rb"[A-Za-z0-9_\-=]{24,}"),
    ("square", rb"sq0(?:atp|csp|idp)-|EAAA", rb"[A-Za-z0-9_\-]{20,}"),
    ("facebook", rb"EAA[A-Z]?", rb"[A-Za-z0-9]{60,}"),
    ("age", rb"AGE-SECRET-KEY-1", rb"[0-9A-Z]{50,}"),
    ("doppler", rb"dp\.(?:pt|st|ct|sa|scim|audit)\.", rb"[A-Za-z0-9_\-.]{30,}"),
    ("new-relic", rb"NR(?:AK|AL|II|IQ|JS|RA)-", rb"[A-Za-z0-9_\-]{19,}"),
    ("replicate", rb"r8_", rb"[A-Za-z0-9]{30,}"),
    ("figma", rb"fig[dou]_", rb"[A-Za-z0-9_\-]{36,}"),
    ("supabase", rb"sbp_|sb_secret_", rb"[A-Za-z0-9_\-]{30,}"),
    ("nvidia", rb"nvapi-", rb"[A-Za-z0-9_\-]{40,}"),
    ("tavily", rb"tvly-", rb"[A-Za-z0-9\-]{24,}"),
    ("sentry", rb"sntry[su]_", rb"[A-Za-z0-9+/=_\-]{40,}"),
    ("langsmith", rb"lsv2_(?:pt|sk)_", rb"[0-9a-f]{32}_[0-9a-f]{10}"),
    ("rubygems", rb"rubygems_", rb"[0-9a-f]{48}"),
    ("planetscale", rb"pscale_(?:tkn|pw|oauth)_", rb"[A-Za-z0-9_\-.=]{32,}"),
    ("heroku", rb"HRKU-", rb"[A-Za-z0-9_\-]{36,}"),
    ("jwt", rb"eyJ", rb"[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*)?"),
    (
        "jwe",
        rb"eyJ",
        rb"[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]*\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}",
    ),
    ("onepassword", rb"ops_eyJ", rb"[A-Za-z0-9+/_\-]{60,}={0,2}"),
    ("adyen", rb"AQE[A-Za-z]", rb"[A-Za-z0-9+/=\-]{60,}"),
    ("airtable", rb"pat[A-Za-z0-9]{14}\.", rb"[a-f0-9]{64}"),
    ("tencent", rb"AKID", rb"[A-Za-z0-9]{32}"),
    ("alibaba", rb"LTAI", rb"[A-Za-z0-9]{12,24}"),
    ("artifactory", rb"AKCp|cmVmd", rb"[A-Za-z0-9]{50,}"),
    ("buildkite", rb"bk[a-z]{1,2}_", rb"[a-f0-9]{40}"),
    ("circleci", rb"CCI(?:PAT|PRJ)_", rb"[A-Za-z0-9]{16,}_[a-f0-9]{40}"),
    ("clickup", rb"pk_[0-9]{6,10}_", rb"[A-Z0-9]{32}"),
    ("clojars", rb"CLOJARS_", rb"[a-z0-9]{60}"),
    ("cloudflare", rb"v1\.0-[a-f0-9]{24}-", rb"[a-f0-9]{100,}"),
    ("contentful", rb"CFPAT-", rb"[A-Za-z0-9_\-]{40,}"),
    ("crates", rb"cio[A-Za-z0-9]", rb"[A-Za-z0-9]{31}"),
    ("discord-hook", rb"discord(?:app)?\.com/api/", rb"webhooks/[0-9]{16,20}/[A-Za-z0-9_\-]{40,}"),
    ("dropbox", rb"sl\.", rb"(?:u\.)?[A-Za-z0-9_\-=]{100,}"),
    ("dynatrace", rb"dt0[a-z]01\.", rb"[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("easypost", rb"EZ[AT]K", rb"[A-Za-z0-9]{50,}"),
    ("firebase", rb"AAAA[A-Za-z0-9_\-]{7}:", rb"[A-Za-z0-9_\-]{100,}"),
    ("flutterwave", rb"FLWSECK(?:_TEST)?-", rb"[A-Za-z0-9]{12,}-X"),
    ("fly", rb"fm[12][a-z]?_|fo1_", rb"[A-Za-z0-9+/_\-]{40,}={0,2}"),
    ("fireworks", rb"fw_", rb"[A-Za-z0-9]{22,}"),
    ("harness", rb"[ps]at\.[A-Za-z0-9_\-]{22}\.", rb"[a-f0-9]{24}\.[A-Za-z0-9]{20}"),
    ("hubspot", rb"pat-(?:na|eu|ap)[0-9]-", rb"[a-f0-9\-]{36}"),
    ("infracost", rb"ico-", rb"[A-Za-z0-9]{32}"),
    ("jina", rb"jina_", rb"[A-Za-z0-9_\-]{50,}"),
    ("launchdarkly", rb"(?:sdk|mob)-", rb"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"),
    ("mapbox", rb"[pst]k\.", rb"(?:eyJ[A-Za-z0-9_\-]{20,}|[a-z0-9]{60})\.[A-Za-z0-9_\-]{20,30}"),
    ("matrix", rb"syt_", rb"[A-Za-z0-9+/=]{1,60}_[A-Za-z]{20}_[A-Za-z0-9]{6}"),
    ("neon", rb"napi_", rb"[a-z0-9]{40,}"),
    ("netlify", rb"nf[pcou]_", rb"[A-Za-z0-9]{36,40}"),
    ("nuget", rb"oy2[a-z0-9]", rb"[a-z0-9]{42}"),
    ("octopus", rb"API-", rb"[A-Z0-9]{26,31}"),
    ("office-hook", rb"webhook\.office\.com/", rb"webhookb2/[A-Za-z0-9@\-]{36,}/IncomingWebhook/[A-Za-z0-9/\-]{32,}"),
    ("openshift", rb"sha256~", rb"[A-Za-z0-9_\-]{43}"),
    ("pinecone", rb"pcsk_", rb"[A-Za-z0-9_]{40,}"),
    ("plaid", rb"(?:access|public|link|asset)-(?:production|sandbox|development)-", rb"[a-f0-9\-]{36}"),
    ("posthog", rb"ph[xs]_", rb"[A-Za-z0-9]{40,}"),
    ("postman", rb"PMAK-", rb"[a-f0-9]{24}-[a-f0-9]{34}"),
    ("prefect", rb"pn[ub]_", rb"[A-Za-z0-9]{36}"),
    ("pulumi", rb"pul-", rb"[a-f0-9]{40}"),
    ("razorpay", rb"rzp_(?:live|test)_", rb"[A-Za-z0-9]{14,}"),
    ("readme", rb"rdme_", rb"[a-z0-9]{60,}"),
    ("resend", rb"re_[A-Za-z0-9]{8}_", rb"[A-Za-z0-9]{20,30}"),
    ("scaleway", rb"SCW[A-Z0-9]", rb"[A-Z0-9]{16}"),
    ("scalingo", rb"tk-us-", rb"[A-Za-z0-9_\-]{40,}"),
    ("settlemint", rb"sm_(?:aat|pat|sat)_", rb"[A-Za-z0-9]{16}"),
    ("sonar", rb"sq[upa]_", rb"[a-f0-9]{40}"),
    ("sourcegraph", rb"sgp_|slk_", rb"(?:[A-Fa-f0-9]{16}_|local_)?[a-f0-9]{40,64}"),
    ("stackhawk", rb"hawk\.", rb"[A-Za-z0-9_\-]{20}\.[A-Za-z0-9_\-]{20}"),
    ("tailscale", rb"tskey-[a-z]{3,10}-", rb"[A-Za-z0-9]{8,}(?:-[A-Za-z0-9]{20,})?"),
    ("trello", rb"ATTA", rb"[a-f0-9]{64}"),
    ("twitter", rb"AAAAAAAAAAAAAAAAAAAA", rb"[A-Za-z0-9%]{40,}"),
    ("typeform", rb"tfp_", rb"[A-Za-z0-9_\-.=]{40,}"),
    ("vercel", rb"vc[a-z]_|vercel_blob_rw_", rb"[A-Za-z0-9_]{24,}"),
    ("wakatime", rb"waka_", rb"[a-f0-9\-]{36}"),
    ("weights", rb"wandb_v1_", rb"[A-Za-z0-9_\-]{40,}"),
    ("yandex", rb"AQVN", rb"[A-Za-z0-9_\-]{35,38}"),
    ("yandex-session", rb"t1\.", rb"[A-Za-z0-9_\-]{3,}={0,2}\.[A-Za-z0-9_\-]{80,90}={0,2}"),
    ("told", rb"(?:[a-z0-9]{1,12}[_\-])?" + _TELLING, rb"[A-Za-z0-9]{24,}"),
)
# Name, a sign in the midst of it, the whole.
_MARKED: tuple[tuple[str, bytes, bytes], ...] = (
    ("asana", rb":", rb"[0-9]/[0-9]{16}(?:/[0-9]{16})?:[a-f0-9]{32}"),
    ("azure", rb"Q~", rb"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.\-]{31,34}"),
    ("azure-signature", rb"sig=", rb"sig=[A-Za-z0-9%+/]{30,100}={0,2}"),
    ("azure-storage", rb"AccountKey=", rb"AccountKey=[A-Za-z0-9+/]{40,100}={0,2}"),
    ("discord", rb".", rb"[MNO][A-Za-z0-9]{23,25}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,40}"),
    ("mailchimp", rb"-us", rb"[0-9a-f]{32}-us[0-9]{1,2}"),
    ("maxmind", rb"_mmk", rb"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    ("ngrok", rb"_", rb"[123][A-Za-z0-9]{26}_[A-Za-z0-9]{21}"),
    ("sentry-address", rb".sentry.io", rb"[a-f0-9]{32}@[a-z0-9.]{1,40}\.sentry\.io"),
    ("telegram", rb":AA", rb"(?:bot)?[0-9]{8,10}:AA[A-Za-z0-9_\-]{32,36}"),
    ("terraform", rb".atlasv1.", rb"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_\-=]{60,70}"),
    ("bearer", rb" ", rb"(?i)(?:bearer|basic)[ ]{1,3}[A-Za-z0-9._~+/\-]{16,}={0,2}"),
)
# Where one of them may begin, after no letter or digit; and the whole word, which is longer than what is no key.
_BEGINNINGS = rb"(?:^|[^A-Za-z0-9])(?:" + b"|".join(begins for _, begins, _ in _BEGUN) + rb")"
_LONG_WORD = compiled(_BEGINNINGS + rb"[A-Za-z0-9_\-.~+/=:@%]{10}")
_REST_OF_WORD = re.compile(rb"[A-Za-z0-9_\-.~+/=:@%]*")
_KEY_LONGEST = 8192
_BEGINNINGS_IN_A_WORD = 12
"""Of which none is a key: neither is what follows, in the same word."""
_BEGUN_WHOLE = re.compile(b"|".join(rb"((?:%s)%s)" % (begins, rest) for _, begins, rest in _BEGUN))
_MARKED_PATTERNS = tuple(
    (name, sign, compiled(rb"(?:^|[^A-Za-z0-9])(?:" + whole + rb")")) for name, sign, whole in _MARKED
)
_PROBES = (
    _BEGINNINGS + rb"[A-Za-z0-9_\-.~+/=:@%]*[0-9A-Z]",
    rb"[0-9a-f]-us[0-9]|[0-9]:AA|[0-9]:[0-9a-f]|[0-9]Q~|[?&]sig=|AccountKey=|_mmk|\.atlasv1|sentry\.io",
    rb"(?:^|[^A-Za-z0-9])(?:[MNO][A-Za-z0-9]*\.[A-Za-z0-9_\-]*|[123][A-Za-z0-9]*_[A-Za-z0-9]*)[0-9]",
    rb"(?i:bearer|basic)[ ]+[A-Za-z0-9]",
)

_PEM = rb"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
_PEM_START = compiled(_PEM)
_PEM_END = compiled(rb"-----END [A-Z0-9 ]{0,40}-----")
_PEM_LONGEST = 16_384

_CONNECTION = rb"://[^\s:/@\"'<>]*:[^\s@\"'<>/]+@[A-Za-z0-9\[\xc0-\xff]"
_CONNECTION_PATTERN = compiled(_CONNECTION)
_WEAKEST = 2.4
# Beginnings of words, too: `sk-learn-…`, `key-…`.
_WORDY = frozenset(
    ("openai", "bearer", "told", "mailgun", "crates", "vercel", "notion", "slack", "gateway", "pypi", "npm")
)


def _find_keys(view: View) -> Iterator[Found]:
    data = view.data
    at = word_end = refused = 0
    while True:
        start, begun = _LONG_WORD.first(data, at)
        if start < 0:
            break
        if begun > word_end:
            rest = _REST_OF_WORD.match(data, begun)
            word_end, refused = rest.end() if rest else begun, 0
        start += data[start] not in ALNUM
        whole = _BEGUN_WHOLE.match(data, start, min(word_end, start + _KEY_LONGEST))
        name = _BEGUN[whole.lastindex - 1][0] if whole and whole.lastindex else ""
        if whole and _is_drawn(whole[0], name) and (name != "told" or is_random(whole[0])):
            yield _key(data, *whole.span(), name)
            at = whole.end()
            continue
        refused += 1
        at = start + 1 if refused < _BEGINNINGS_IN_A_WORD else word_end
        while at < word_end and data[at] in ALNUM:
            at += 1
    for name, sign, pattern in _MARKED_PATTERNS:
        if sign in data:
            for begin, end in pattern.spans(data):
                start = begin + (data[begin] not in ALNUM)
                if name == "bearer":
                    start = data.rfind(b" ", start, end) + 1
                if _is_drawn(data[start:end], name):
                    yield _key(data, start, end, name)


def _key(data: bytes, start: int, end: int, name: str) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.97, f"secret-{name}")


def _is_drawn(value: bytes, name: str) -> bool:
    """Drawn by lot, as far as one can see: no few letters again and again, no example; a digit, where words may pass
    for a key.
    """
    if name in _WORDY and not any(byte in DIGITS for byte in value):
        return False
    return entropy(value) >= _WEAKEST and not is_example(value)


def _find_pem(view: View) -> Iterator[Found]:
    data, done = view.data, 0
    for start, begun in _PEM_START.spans(data):
        if start < done:
            continue
        stop = _PEM_END.first(data, begun, min(len(data), begun + _PEM_LONGEST))[1]
        done = stop if stop > 0 else _body_end(data, begun)
        yield Found(start, done, "secret", data[start:done].decode("latin-1"), 0.99, "secret-private-key")


def _body_end(data: bytes, start: int) -> int:
    """Where a private key ends that was cut off: behind its last line of base64."""
    at = start
    limit = min(len(data), start + _PEM_LONGEST)
    while at < limit and (data[at] in ALNUM or data[at] in b"+/=\r\n ,:-"):
        at += 1
    return at


def _find_connection(view: View) -> Iterator[Found]:
    data = view.data
    for start, end in _CONNECTION_PATTERN.spans(data):
        at = data.rfind(b"@", start, end)
        colon = data.index(b":", data.index(b"://", start) + 3)
        password = data[colon + 1 : at]
        if (
            is_example(password)
            or password.startswith(b"$")
            or password.lower() in {b"password", b"pass", b"pw", b"port"}
        ):
            continue
        yield Found(colon + 1, at, "secret", password.decode("latin-1"), 0.95, "secret-connection")


RULES = (
    Rule("secret-key", ("secret",), _PROBES, _find_keys, leads=(LONG_RUN,)),
    Rule("secret-private-key", ("secret",), (rb"PRIVATE KEY",), _find_pem),
    Rule("secret-connection", ("secret",), (rb"://",), _find_connection),
)

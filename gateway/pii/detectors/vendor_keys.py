"""Secrets that show by their own shape: keys of vendors, tokens, private keys, addresses with a password in them.

The method is gitleaks': a distinctive beginning, then the exact alphabet and length, then enough entropy, and a list of
what documentation prints as an example.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from gateway.pii.linear import compiled
from gateway.pii.tokens import WORDS
from gateway.pii.view import ALNUM, Found, Rule, View

_SHAPES = {
    "anthropic": rb"sk-ant-[A-Za-z0-9_\-]{16,200}",
    "openai": rb"sk-(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_\-]{20,200}",
    "openrouter": rb"sk-or-v1-[0-9a-f]{32,64}",
    "google": rb"AIza[0-9A-Za-z_\-]{30,45}",
    "google-oauth": rb"GOCSPX-[0-9A-Za-z_\-]{20,40}|ya29\.[0-9A-Za-z_\-]{20,200}",
    "aws": rb"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}",
    "github": rb"gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}",
    "gitlab": rb"gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt)-[A-Za-z0-9_\-]{16,64}",
    "slack": rb"xox[abeoprs]-[A-Za-z0-9\-]{10,200}|xapp-[0-9]-[A-Za-z0-9\-]{10,200}",
    "slack-hook": rb"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,100}",
    "stripe": rb"(?:sk|rk|pk)_(?:live|test|prod)_[A-Za-z0-9]{10,200}|whsec_[A-Za-z0-9+/=]{20,100}",
    "sendgrid": rb"SG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{30,64}",
    "npm": rb"npm_[A-Za-z0-9]{30,64}",
    "pypi": rb"pypi-[A-Za-z0-9_\-]{30,255}",
    "hugging-face": rb"(?:hf|api_org)_[A-Za-z0-9]{28,64}",
    "xai": rb"xai-[A-Za-z0-9_\-]{30,200}",
    "groq": rb"gsk_[A-Za-z0-9]{30,100}",
    "perplexity": rb"pplx-[A-Za-z0-9]{30,100}",
    "gateway": rb"gwk_[A-Za-z0-9_\-]{12,200}",
    "twilio": rb"SK[0-9a-f]{32}",
    "mailgun": rb"key-[0-9a-z]{32}",
    "mailchimp": rb"[0-9a-f]{32}-us[0-9]{1,2}",
    "digitalocean": rb"do[opr]_v1_[a-f0-9]{64}",
    "databricks": rb"dapi[0-9a-f]{32}",
    "shopify": rb"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    "telegram": rb"[0-9]{8,10}:AA[A-Za-z0-9_\-]{32,36}",
    "vault": rb"hv[bsr]\.[A-Za-z0-9_\-]{24,200}",
    "grafana": rb"gl(?:sa|c)_[A-Za-z0-9+/=_]{32,200}",
    "docker": rb"dckr_pat_[A-Za-z0-9_\-]{20,64}",
    "linear": rb"lin_api_[A-Za-z0-9]{30,64}",
    "notion": rb"ntn_[A-Za-z0-9]{36,64}|secret_[A-Za-z0-9]{40,50}",
    "atlassian": rb"ATATT3[A-Za-z0-9_\-=]{50,300}",
    "square": rb"sq0(?:atp|csp|idp)-[A-Za-z0-9_\-]{20,64}",
    "age": rb"AGE-SECRET-KEY-1[0-9A-Z]{50,70}",
    "doppler": rb"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_\-]{30,64}",
    "new-relic": rb"NRAK-[A-Z0-9]{27}",
    "replicate": rb"r8_[A-Za-z0-9]{30,64}",
    "figma": rb"figd_[A-Za-z0-9_\-]{36,64}",
    "supabase": rb"sb(?:p|_secret)_[A-Za-z0-9_\-]{30,64}",
    "nvidia": rb"nvapi-[A-Za-z0-9_\-]{40,100}",
    "tavily": rb"tvly-[A-Za-z0-9\-]{24,64}",
    "sentry": rb"sntry[su]_[A-Za-z0-9+/=_\-]{40,300}",
    "langsmith": rb"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    "rubygems": rb"rubygems_[0-9a-f]{48}",
    "planetscale": rb"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_\-.=]{32,64}",
    "heroku": rb"HRKU-[A-Za-z0-9_\-]{36,64}",
    "azure-storage": rb"AccountKey=[A-Za-z0-9+/]{40,100}={0,2}",
    "azure-signature": rb"[?&]sig=[A-Za-z0-9%+/]{30,100}={0,2}",
    "jwt": rb"eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*)?",
    "bearer": rb"(?i)(?:bearer|basic)[ ]{1,3}[A-Za-z0-9._~+/\-]{16,}={0,2}",
}
# What every one of these begins with: one search for the rest is worth it only behind one of them.
_BEGINNINGS = (
    rb"sk-|AIza|GOCSPX-|ya29\.|AKIA|ASIA|ABIA|ACCA|gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt)-"
    rb"|xox[abeoprs]-|xapp-|hooks\.slack\.com|[srp]k_(?:live|test|prod)_|whsec_|SG\.|npm_|pypi-|hf_|api_org_|xai-"
    rb"|gsk_|pplx-|gwk_|SK[0-9a-f]|key-[0-9a-z]|[0-9a-f]-us[0-9]|do[opr]_v1_|dapi[0-9a-f]|shp(?:at|ca|pa|ss)_"
    rb"|[0-9]:AA|hv[bsr]\.|gl(?:sa|c)_|dckr_pat_|lin_api_|ntn_|secret_|ATATT3|sq0|AGE-SECRET|dp\.|NRAK-|r8_"
    rb"|figd_|sbp_|sb_secret_|nvapi-|tvly-|sntry[su]_|lsv2_|rubygems_|pscale_|HRKU-"
    rb"|AccountKey=|[?&]sig=|eyJ[A-Za-z0-9]|(?i:bearer|basic)[ ]+[A-Za-z0-9]"
)

_PEM = rb"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
_PEM_START = compiled(_PEM)
_PEM_END = compiled(rb"-----END [A-Z0-9 ]{0,40}-----")
_PEM_LONGEST = 16_384

_CONNECTION = rb"://[^\s:/@\"'<>]*:[^\s@\"'<>/]+@[A-Za-z0-9\[\xc0-\xff]"
_CONNECTION_PATTERN = compiled(_CONNECTION)
_PARTS = {name: re.compile(shape) for name, shape in _SHAPES.items()}
_ANY = b"|".join(b"(?:" + shape + b")" for shape in _SHAPES.values())
_ANY_PATTERN = compiled(_ANY)
_WEAKEST = 2.4
# `[SECRET]`, `SECRET_k7f3q2`, and a hash: only words of types that ship, so that no password passes for one.
_STANDS_IN = re.compile(
    rb"\[?(?:" + "|".join(WORDS.values()).encode() + rb")(?:\]|[b-hj-np-z]?_(?:[0-9a-z]{6}|[0-9a-z]{16}))[.,;:!?)]*"
)
_EXAMPLES = (
    b"example",
    b"your",
    b"xxxx",
    b"****",
    b"....",
    b"placeholder",
    b"dummy",
    b"redacted",
    b"insert",
    b"changeme",
)


def entropy(value: bytes) -> float:
    """Bits a character, by frequency."""
    length = len(value)
    return -sum(count / length * math.log2(count / length) for count in Counter(value).values())


def is_example(value: bytes) -> bool:
    """What documentation prints in place of a secret, or what stands in for one already."""
    small = value.lower()
    return (
        any(word in small for word in _EXAMPLES)
        or small.startswith((b"<", b"${", b"{{", b"%("))
        or _STANDS_IN.fullmatch(value) is not None
    )


def _find_keys(view: View) -> Iterator[Found]:
    data = view.data
    for begin, end in _ANY_PATTERN.spans(data):
        start = begin
        if start and data[start - 1] in ALNUM:
            continue
        value = data[start:end]
        name = next((name for name, part in _PARTS.items() if part.match(data, start)), "key")
        if name == "bearer":
            skip = value.rfind(b" ") + 1
            secret = value[skip:]
            if not any(byte in b"0123456789" for byte in secret):
                continue
            start += skip
            value = secret
        if entropy(value) < _WEAKEST or is_example(value):
            continue
        if name == "openai" and not any(byte in b"0123456789" for byte in value):
            continue
        yield Found(start, end, "secret", value.decode("latin-1"), 0.97, f"secret-{name}")


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
    Rule("secret-key", ("secret",), (_BEGINNINGS,), _find_keys),
    Rule("secret-private-key", ("secret",), (rb"PRIVATE KEY",), _find_pem),
    Rule("secret-connection", ("secret",), (rb"://",), _find_connection),
)

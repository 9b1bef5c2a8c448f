"""Secrets where the syntax of a program tells them: in a statement, an attribute, an argument, a header, a cookie."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.likely_passwords import A_TERM, is_strong, looks_made_up, plausible_secret
from gateway.pii.detectors.random_values import is_example, kinds_of
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, Rule, View

_SECRET = rb"(?:password|passwort|kennwort|passwd|passphrase|pwd|secret|token|api[_.\-]?key|auth[_.\-]?key|credential)"
_NAMED = rb"[\"'][A-Za-z0-9_.:#\-]*(?:requirepass|masterauth|" + _SECRET[3:] + rb"[A-Za-z0-9_.]{0,8}[\"']"
_VALUE = rb"[\"'][^\"'\n<>]{4,200}[\"']"
# Each has its value in the first group. Behind what begins it the search is bounded.
_FORMS: tuple[tuple[bytes, bytes], ...] = (
    # `define('DB_PASSWORD', '…')`, `setenv("API_TOKEN", "…")`
    (rb"[(,\[][ ]?" + _NAMED + rb",", rb"[(,\[][ ]?" + _NAMED + rb",[ ]{0,4}(" + _VALUE + rb")"),
    # `<add key="SmtpPassword" value="…"/>`, `<property name="….password">…</property>`
    (
        rb"(?:name|key|id)=" + _NAMED,
        rb"(?:name|key|id)=" + _NAMED + rb"[^<>\n]{0,40}?(?:value=(" + _VALUE + rb")|>([^<>\n]{4,200})<)",
    ),
    # `IDENTIFIED BY '…'`, `WITH PASSWORD '…'`
    (
        rb"(?:identified by|" + _SECRET + rb"|_pass|_pw|_key|\bpsk)[ ]+[\"'`]",
        rb"(?:identified by|" + _SECRET + rb"|_pass|_pw|_key|\bpsk)[ ]{1,3}([\"'`][^\s\"'`]{4,128}[\"'`])",
    ),
    # `mysqldump -u root -p…`
    (rb"mysql", rb"mysql[a-z]{0,12}[ ][^\n|;]{0,120}?[ ]-p([^\s\-][^\s]{3,64})"),
    # `--db-password …`, `-passin pass:…`, `redis-cli -a …`, `sqlcmd … -P …`
    (
        (
            rb"--[a-z\-]*(?:passw|passphrase|secret|token|api-?key)|-(?:src|dest)?(?:store|key)pass|\bpass:|redis-cli|sqlcmd|ldap"
            rb"|zip|smbclient|ipmitool|mosquitto_|snmp|7z |\brar |influx |mongo|password-file=<"
        ),
        (
            rb"(?:--[a-z\-]{0,24}(?:password|passwd|passphrase|secret|token|api-?key)[= ]"
            rb"|-(?:src|dest)?(?:store|key)pass[ ]|\bpass:"
            rb"|(?:redis-cli|sqlcmd|ldap[a-z]{3,8}|zip|unzip|ipmitool|mosquitto_[ps]ub|snmp[a-z]{3,8})"
            rb"(?:[ ][^\n|;]{0,80}?)?[ ]-[aPwX][ ]?"
            rb"|(?:7z|rar|influx|mongo[a-z]{0,8})[ ][^\n|;]{0,80}?[ ]-h?p[ ]?|password-file=<\(echo[ ]"
            rb"|smbclient[ ][^\n|;]{0,80}?%)([^\s\-][^\s]{3,128})"
        ),
    ),
    # `echo '…' | sudo -S`, `ConvertTo-SecureString "…"`, `security add-generic-password … -w …`
    (
        rb"echo[ ][^\n|]{1,4}|securestring|add-(?:generic|internet)-password",
        (
            rb"(?:echo[ ](?:-n[ ])?(?=[^\n|]{4,80}\|[ ]?(?:sudo|docker|podman|cryptsetup|kinit|gpg|gh |glab |helm"
            rb"|ch?passwd|smbpasswd))|(?:convertto-)?securestring[ ]"
            rb"(?:-(?:string|asplaintext|force)[ ]){0,3}"
            rb"|add-(?:generic|internet)-password[ ][^\n|;]{0,120}?[ ]-w[ ])([^\s]{4,128})"
        ),
    ),
    # Terraform: `variable "db_password" { default = "…"`; Kubernetes: `- name: DB_PASS` and its `value:` below.
    (
        rb"variable[ ]\"|name:[ ]",
        (
            rb"(?:variable[ ]\"[a-z0-9_\-]*" + _SECRET + rb"[^{\n]{0,20}\{[^{}]{0,160}?default[ ]*=[ ]*"
            rb"|name:[ ][\"']?[a-z0-9_\-.]*(?:"
            + _SECRET
            + rb"|_pass|_pw|_key|_auth|_pat|_creds?)[\"']?[ ]*\r?\n[ \t]*value:[ ])"
            rb"([\"']?[^\s\"']{4,200}[\"']?)"
        ),
    ),
    # `auth=("admin", "…")`, `send_keys`, `fill` and `type` into a field of passwords
    (
        rb"(?:credentials?|basic_?auth|log_?[io]n|sign_?in|authenticate|wifi\.begin|softap)\(",
        (
            rb"(?:credentials?|basic_?auth|log_?[io]n|sign_?in|authenticate|wifi\.begin|softap)"
            rb"\([ ]?[\"'][^\"'\n]{1,64}[\"'],[ ]?(?:some\()?(" + _VALUE + rb")[ ]?[,)]"
        ),
    ),
    (rb"auth[ ]?=[ ]?\(", rb"auth[ ]?=[ ]?\([ ]?[\"'][^\"'\n]{1,64}[\"'],[ ]?(" + _VALUE + rb")"),
    (
        _SECRET + rb"[\"']",
        _SECRET
        + rb"[\"'][)\]]{0,2}[^\n\"']{0,12}\.(?:send_?keys|type|fill|set_?value|val|input|press|setText)\(("
        + _VALUE
        + rb")",
    ),
    # `host:5432:db:user:…`, the code of a network to be scanned, what routers are told
    (
        rb"(?:localhost|\*|\.[a-z0-9\-]+):(?:[0-9]{4,5}|\*):[^\s:]+:[^\s:]+:[^\s:]",
        rb"(?:localhost|\*|\.[a-z0-9\-]{1,40}):(?:[0-9]{4,5}|\*):[^\s:/]{1,64}:[^\s:/]{1,64}:([^\s:]{4,128})",
    ),
    (rb"wifi:[^\n]*;p:", rb"wifi:[^\n]{0,120}?;p:([^;\n]{4,64})"),
    (
        (
            rb"r[ow]community |community[ \-]string|password-value|snmp[^\n]*community|enable "
            rb"|(?:secret|password) [057] |key-string|-server key|pre-?shared-key|isakmp key"
        ),
        (
            rb"(?:r[ow]community|community[ \-]string|password-value|snmp[^\n]{0,60}?community(?:[ \-]string)?"
            rb"|enable[ ](?:secret|password)(?:[ ][0-9])?|(?:secret|password)[ ][057]"
            rb"|key-string|(?:tacacs|radius)-server[ ]key(?:[ ][07])?|pre-?shared-key"
            rb"|isakmp[ ]key(?:[ ][06])?)[ :]{1,3}([^\s]{5,128})"
        ),
    ),
    # `sqlplus scott/…@db`, `openssl … -k …`, `rabbitmqctl add_user app …`
    (
        rb"sqlplus|thin:|expdp|impdp|sqlldr|openssl|add_user|change_password|htpasswd",
        (
            rb"(?:(?:sqlplus[ ]|thin:|(?:exp|imp)dp[ ]|sqlldr[ ])[^\s/]{1,64}/(?=[^\s]{4,64}@)"
            rb"|openssl[ ][^\n|;]{0,120}?[ ]-k[ ]"
            rb"|(?:add_user|change_password)[ ][^\s]{1,64}[ ]"
            rb"|htpasswd[ ]-[a-z]*b[a-z]*[ ][^\s]{1,64}[ ][^\s]{1,64}[ ])([^\s@]{4,128})"
        ),
    ),
    # `<key>password</key><string>…`, `<name>password</name><value><string>…`
    (
        _SECRET + rb"</(?:name|key)>",
        _SECRET + rb"</(?:name|key)>\s{0,8}(?:<value>\s{0,8})?<(?:string|value)>([^<>\n]{4,200})<",
    ),
    (rb"ftp>[ ]user ", rb"ftp>[ ]user [^\s]{1,64}[ ]([^\s]{4,64})"),
    (rb"net user ", rb"net user [^\s/]{1,64}[ ]([^\s/*]{4,64})[ ]/"),
    (rb"snmp", rb"snmp[a-z]{3,8}[ ][^\n|;]{0,160}?[ ]-X[ ]([^\s]{4,128})"),
    # What signs and seals: `jwt.encode(payload, "…")`, `Fernet(b"…")`; `"…".toCharArray()`; Go's addresses of databases
    (
        rb"jwt\.(?:encode|decode|sign|verify)\(|fernet\(|hmac|secretkeyspec\(|aes\.new\(",
        (
            rb"(?:jwt\.(?:encode|decode|sign|verify)|fernet|hmac\.new|createhmac|secretkeyspec|aes\.new)"
            rb"\((?:[^()\n]{1,60},)??[ ]?b?(" + _VALUE.replace(b"{4,", b"{16,") + rb")"
        ),
    ),
    (rb"[\"'][^\s\"']+[\"']\.tochararray", rb"([\"'][^\s\"']{4,128}[\"'])\.tochararray"),
    (rb":[^\s:@/]+@(?:tcp|unix)\(", rb":([^\s:@/]{4,64})@(?:tcp|unix)\("),
    # `.password("…")`, `setPassword("…")`, `red:auth('…')`; in COBOL `MOVE "…" TO DB-PASSWORD`
    (
        rb"(?:^|[^a-z]|set|with|use|add)_?(?:" + _SECRET + rb"|bearer_auth|auth)\([\"']",
        rb"(?:^|[^a-z]|set|with|use|add)_?(?:" + _SECRET + rb"|bearer_auth|auth)\(([\"'][^\s\"'<>{}]{6,128}[\"'])\)",
    ),
    (rb"\bmove[ ]+[\"']", rb"\bmove[ ]+(" + _VALUE + rb")[ ]+to[ ]+[a-z0-9\-]{0,30}(?:" + _SECRET + rb"|-pw\b|-pwd)"),
    # `FTP("host", "user", "…")`, `connect("dbi:…", "user", "…")`
    (
        rb"(?:getconnection|pdo|mysqli(?:_connect)?|connect|\bftp|createconnection)\([^,()\n]+,[^,()\n]+,[ ]?[\"']",
        (
            rb"(?:getconnection|pdo|mysqli(?:_connect)?|connect|\bftp|createconnection)"
            rb"\([^,()\n]{1,80},[^,()\n]{1,64},[ ]?(?=.[^\"'\n]{0,64}[0-9])(" + _VALUE + rb")"
        ),
    ),
    # `net use Z: \\server\share …`
    (rb"net use ", rb"net use [^\s]{1,4}[ ][\\\s]{1,2}[^ ]{2,80}[ ](?:/user:[^\s]{1,64}[ ])?([^\s/*]{4,64})"),
    # `.netrc`: `login … password …`
    (rb"login[ \r\n]+[^\s]+[ \r\n]+password", rb"login[ \r\n]{1,4}[^\s]{1,64}[ \r\n]{1,4}password[ ]([^\s]{4,128})"),
    # `.npmrc`: `//host/:_auth=…`; Postfix: `[host]:587 user:…`; HTTPie: `http -a user:…`; BitLocker's eight numbers
    (rb":_(?:auth|password)", rb":_(?:auth|authtoken|password)[ ]?=[ ]?([^\s]{8,2000})"),
    (rb"\]:[0-9]+[ \t]+[^\s:]+:[^\s]", rb"\]:[0-9]{2,5}[ \t]{1,8}[^\s:]{1,64}:([^\s]{4,128})"),
    (
        rb"https?[ ][^\n|;]*-(?:a|-auth)[ =]",
        rb"https?[ ](?:[^\n|;]{0,80}?[ ])?(?:-a|--auth)[ =][\"']?[^\s:\"']{1,64}:([^\s\"']{4,128})",
    ),
    (rb"[0-9]{6}-[0-9]{6}-[0-9]{6}-", rb"([0-9]{6}(?:-[0-9]{6}){7})(?![0-9\-])"),
    # `snmp_community_ro: …`, `SNMP-Community auf …`, `… v3 auth sha … priv aes 128 …`
    (
        rb"snmp[\-_ ]?community",
        (
            rb"snmp[\-_ ]?community(?:[\-_ ]?(?:ro|rw|read|write|string|name)){0,2}[\"']?"
            rb"(?:[ ]?[:=]|[ ](?:auf|to|is|ist|su|en|est))[ ]{0,3}([\"']?[^\s\"',;]{5,128})"
        ),
    ),
    (rb"[ ]auth[ ](?:md5|sha)", rb"[ ]auth[ ](?:md5|sha[0-9\-]{0,4})[ ]([^\s]{5,128})"),
    (rb"[ ]priv[ ](?:3?des|aes)", rb"[ ]priv[ ](?:3?des|aes)(?:[ ](?:128|192|256))?[ ]([^\s]{5,128})"),
    # `Client.new(account, "84d2…")`
    (
        rb"client(?:\.new)?\([^()\n]+,[ ]?[\"']",
        rb"client(?:\.new)?\([^()\n]{1,80},[ ]?([\"'](?=[a-f]*[0-9])[a-f0-9]{32}[\"'])\)",
    ),
    # `NAS: admin` and the password on a line of its own below
    (
        rb":[ ](?:admin|root|administrator)\b",
        (
            rb":[ ](?:admin|root|administrator)[ ]{0,4}\r?\n[ \t]{0,4}(?=[^\s]{0,40}[0-9])"
            rb"(?-i:(?=[^\s]{0,40}[A-Z])(?=[^\s]{0,40}[a-z]))(?=[^\s]{0,40}[^\sa-z0-9])([^\s:=/]{7,64})\s"
        ),
    ),
    # `Authorization: SSWS …`, whatever the scheme is called
    (
        rb"authorization[\"']?[ ]?[:=]",
        rb"authorization[\"']?[ ]?[:=][ ]?[\"']?(?:[a-z][a-z0-9\-]{2,19}[ ]{1,2})?([^\s\"',;{}<>]{8,2000})",
    ),
)
_PATTERNS = tuple((compiled(rb"(?i)" + probe), re.compile(rb"(?i)" + form)) for probe, form in _FORMS)
_FORM_LONGEST = 320

# `define('AUTH_KEY', '…')`: salts of all signs, also of those at which other values end.
_DEFINED = rb"(?i)define\([ ]?[\"'][a-z_]*(?:key|salt|password|secret|token)[\"'],"
_DEFINED_PATTERN, _PLAIN = compiled(_DEFINED), re.compile(rb"[\w.,:;/\- ]+|[^0-9]+")
_DEFINED_VALUE = re.compile(rb"[ \t]{0,16}(?:'([^'\n]{8,200})'|\"([^\"\n]{8,200})\")")

_COOKIES = rb"(?i)cookies?[\"']?[ ]?[:=]"
_COOKIES_PATTERN = compiled(_COOKIES)
_COOKIE = re.compile(rb"([A-Za-z0-9_.\-]{1,64})=([^\s;,\"']{12,4000})")
_PLAIN_COOKIES = re.compile(rb"(?i)^(?:path|domain|expires|max-age|samesite|_ga|_gid|_gat|lang|locale|theme|consent)")
_COOKIES_LONGEST = 8192

# `admin / …`, `root:…`: names of accounts that everybody knows, and what cannot be a path or a port.
_ACCOUNT = rb"(?i)(?:admin|administrator|root|sa|superuser|sysadmin|webmaster)[ ]{0,2}[/:|][ ]{0,2}[^\s/:|\"'<>(){}]{6}"
_ACCOUNT_PATTERN = compiled(rb"(?:^|[^A-Za-z0-9/._\-@])" + _ACCOUNT)
_REST = re.compile(rb"[^\s/:|\"'<>(){}]{6,64}")
_NO_PASSWORD = re.compile(rb"(?i)\.[a-z]{1,5}$|^v?[0-9.]+$|^v[0-9]|^[a-z]+[._\-]?[0-9]{1,2}$")

# `NAS: backup / …`: names of accounts that are words of every day, too.
_SERVICE = (
    rb"(?i)[:\-,(][ ](?:backup|deploy|ci|guest|gast|postgres|mysql|oracle|ubuntu|pi|ftp|jenkins|git|svc[a-z_\-]*"
    rb"|service|operator|support|monitor|nagios|vagrant|ansible|dbadmin|ospite|invit\xe9)"
    rb"[ ][/|][ ][^\s/:|\"'<>(){}]{6}"
)
_SERVICE_PATTERN = compiled(_SERVICE)

# The words from which a wallet or an account is restored.
_PHRASE = rb"(?i)(?:seed|recovery|mnemonic|backup|wiederherstellung|r\xe9cup\xe9ration|recupero|wallet)"
_TWELVE = rb"[a-z\xdf-\xff]{3,9}(?:[ ,]{1,2}[a-z\xdf-\xff]{3,9}){11,23}"
_PHRASE_PATTERN = compiled(_PHRASE + rb"[^\n]{0,40}[ :=\n\"'](?-i:" + _TWELVE + rb")(?:[^A-Za-z\xc0-\xff]|$)")
_WORDS = re.compile(_TWELVE)


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for probe, form in _PATTERNS:
        at = 0
        while True:
            start, _ = probe.first_within(data, at, _FORM_LONGEST)
            if start < 0:
                break
            whole = form.match(data, start, start + _FORM_LONGEST)
            at = start + 1
            if whole:
                at = whole.end()
                yield from _value(data, *whole.span(whole.lastindex or 0))
    for _, end in _DEFINED_PATTERN.spans(data):
        value = _DEFINED_VALUE.match(data, end)
        if value and not _PLAIN.fullmatch(value[value.lastindex or 0]) and not is_example(value[0]):
            yield _found(data, *value.span(value.lastindex or 0))
    done = 0
    for _, at in _COOKIES_PATTERN.spans(data):
        begin, limit = max(at, done), min(at + _COOKIES_LONGEST, len(data))
        line_end = data.find(b"\n", begin, limit)
        done = line_end if line_end > 0 else limit
        for cookie in _COOKIE.finditer(data, begin, done):
            if _opaque(cookie[2]) and not _PLAIN_COOKIES.match(cookie[1]):
                yield _found(data, *cookie.span(2))
    for _, end in _ACCOUNT_PATTERN.spans(data):
        value = _REST.match(data, end - 6)
        if value:
            text = value[0].rstrip(b".,;!?")
            told = _mixed(text) and looks_made_up(text) and not _NO_PASSWORD.search(text)
            if told and data[value.end() : value.end() + 1] != b"/":
                yield from _value(data, value.start(), value.start() + len(text))
    for _, end in _SERVICE_PATTERN.spans(data):
        value = _REST.match(data, end - 6)
        text = value[0].rstrip(b".,;!?") if value else b""
        if value and is_strong(text) and not A_TERM.match(text):
            yield from _value(data, value.start(), value.start() + len(text))
    for start, end in _PHRASE_PATTERN.spans(data):
        words = _WORDS.search(data, start, end)
        if words:
            yield _found(data, *words.span())


def _value(data: bytes, start: int, end: int) -> Iterator[Found]:
    while end > start and data[start] in b"\"'`":
        start += 1
    while end > start and data[end - 1] in b"\"'`":
        end -= 1
    length = plausible_secret(data[start:end], structural=True)
    if length and _mixed(data[start : start + length]):
        yield _found(data, start, start + length)


def _mixed(text: bytes) -> bool:
    """No plain word: letters and digits, or a sign, or capitals where none belong."""
    return len({*kinds_of(text)}) > 1 and not (text.isalpha() and text.istitle())


def _opaque(text: bytes) -> bool:
    return any(48 <= byte <= 57 for byte in text) and any(byte in ALNUM for byte in text) and not is_example(text)


def _found(data: bytes, start: int, end: int) -> Found:
    return Found(start, end, "secret", data[start:end].decode("latin-1"), 0.92, "secret-syntax")


RULES = (
    Rule(
        "secret-syntax",
        ("secret",),
        (
            *(rb"(?i)" + probe for probe, _ in _FORMS),
            _DEFINED,
            _COOKIES,
            _ACCOUNT.replace(rb"{6}", b""),
            _SERVICE.replace(rb"{6}", b""),
            _PHRASE,
        ),
        _find,
    ),
)

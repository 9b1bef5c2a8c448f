"""The forms in which code holds a secret that belongs elsewhere: what it falls back to, and who logs in with what."""

from __future__ import annotations

from typing import Final

_OF_SECRETS = (
    rb"(?:password|passwort|kennwort|passwd|passphrase|pwd|secret|token|api[_.\-]?key|auth[_.\-]?key|credential"
    rb"|_pass|_pw|_key|\bpass|\bpw)"
)
# Where its name ends: no `tokenizer`, no `secret_name`, no `primary_key`.
_ENDS = (
    rb"(?<!primary_key)(?<!foreign_key)(?<!public_key)(?<!sort_key)(?<!partition_key)(?<!cache_key)"
    rb"(?:_?(?:value|default|prod|dev|test|b64|base64|hex|[0-9]{1,2}))?s?(?![a-z0-9_])"
)
_TEXT = rb"[\"'][^\"'\n<>]{4,200}[\"']"
# A digit or a sign, or words drawn by lot: no `"localhost"`, no `"development"`; and not the name of a header.
_VALUE = (
    rb"(?=.[^\"'`\n]{0,64}[0-9!?$#%&*]|.[a-z]{3,16}(?:-[a-z]{3,16}){2,8}[\"'`])"
    rb"([\"'`](?![~./]|x-[a-z]|--[a-z])[^\s\"'`<>{}]{6,128}[\"'`])"
)
_ACCOUNT = (
    rb"(?:admin|administrator|root|superuser|sa|sys|system|app|user|svc[a-z0-9_.\-]{0,16}|service|guest|demo|test|backup"
    rb"|deploy|ci|bot|robot|postgres|mysql|batch|gast|invite|ospite|utente)"
)

FALLBACK_FORMS: Final[tuple[tuple[bytes, bytes], ...]] = (
    # `process.env.JWT_SECRET || '…'`, `os.getenv("DB_PASS") or "…"`, `getenv('X') ?: '…'`, `….unwrap_or("…")`
    (
        _OF_SECRETS + rb"[^\n;,]*(?:\|\||\?\?|\?:|\bor|_or\()[ ]*[\"'`]",
        _OF_SECRETS + _ENDS + rb"(?:[^\n;,]{0,80}?(?:\|\||\?\?|\?:|_or\()|[\"']?[)\]]{0,2}[ ]or)[ ]{0,2}" + _VALUE,
    ),
    # `add_argument("--password", default="…")`, `password: str = Field(default="…")`
    (
        _OF_SECRETS + rb"[^\n;]*\bdefault[ ]?[=:(][ ]?[\"'`]",
        _OF_SECRETS + _ENDS + rb"[^\n;]{0,64}?\bdefault[ ]?[=:(][ ]?" + _VALUE,
    ),
    # `["sshpass", "-p", "…"]`, `["mysql", "-u", "root", "-p…"]`: words of a command, each quoted
    (
        rb"[\"'](?:sshpass|mysql[a-z]*|sqlcmd|redis-cli|psexec|plink)[\"'],[^\n\]]*[\"']-p?w?[pPa]",
        (
            rb"[\"'](?:sshpass|mysql[a-z]{0,12}|sqlcmd|redis-cli|psexec|plink)[\"'],[^\n\]]{0,120}?"
            rb"[\"']-(?:pw(?=[\"'])|[pPa])(?:[\"'],[ ]?[\"'])?([^\s\"'\-][^\s\"']{3,127})[\"']"
        ),
    ),
    # `auth: {basic: "ops:…"}`; `<Secret name="db" value="…"/>`; `SSID: …` and below it its key
    (
        rb"auth[a-z]*[\"']?[ ]?[:=]\s*\{?\s*[\"']?basic[\"']?[ ]?[:=][ ]?[\"'][^\s\"':]+:[^\s\"']",
        (
            rb"auth[a-z]{0,16}[\"']?[ ]?[:=]\s{0,16}\{?\s{0,16}[\"']?basic[\"']?[ ]?[:=][ ]?"
            rb"[\"'][^\s\"':]{1,64}:([^\s\"'{}$]{6,128})[\"']"
        ),
    ),
    (
        rb"<(?:secret|credential|password)s?[ ][^<>\n]*\bvalue=",
        rb"<(?:secret|credential|password)s?[ ][^<>\n]{0,120}?\bvalue=(" + _TEXT + rb")",
    ),
    (
        rb"ssid[\"']?[ :=][^\n]+\r?\n[ \t]*(?:key|schl\xfcssel|cl\xe9|chiave|code)[ :=]",
        (
            rb"ssid[\"']?[ :=][^\n]{1,48}\n[ \t]{0,8}(?:key|schl\xfcssel|cl\xe9|chiave|code)(?:[ ]?[:=]|[ ])[ ]{0,8}"
            rb"(?!wpa|wep|psk|required|siehe)([^\s]{8,63})"
        ),
    ),
    # `login("admin", "…")`, `auth=("admin", "…")`
    (
        rb"(?:credentials?|auth|log_?[io]n|sign_?in|authenticate|(?:create|add)_?user|wifi\.begin|softap)\(",
        (
            rb"(?:credentials?|auth|log_?[io]n|sign_?in|authenticate|(?:create|add)_?user|wifi\.begin|softap)"
            rb"\([ ]?[\"'][^\"'\n]{1,64}[\"'],[ ]?(?:some\()?(" + _TEXT + rb")[ ]?[,)]"
        ),
    ),
    # `log("using password %s", "…")`
    (
        _OF_SECRETS + rb"[^\n;,\"']*(?:%s|\{\})[^\n,\"']*[\"'],[ ]?[\"']",
        _OF_SECRETS + rb"[^\n;,\"']{0,24}(?:%s|\{\})[^\n,\"']{0,24}[\"'],[ ]?" + _VALUE,
    ),
    # `-u root -p …`, of a program that nobody names: no `-p 8080:80`
    (
        rb"[ ]-u[ ][^\s\-][^\s]*[ ]-p[ ][^\s\-]|(?:^|[ ])-p[ ][^\s\-][^\s]*[ ]-u[ ]",
        (
            rb"[ ]?(?:-u[ ][^\s\-][^\s]{0,63}[ ]-p[ ]|-p[ ](?=[^\s]{4,64}[ ]-u[ ]))"
            rb"(?![0-9.:/]{1,64}(?:[ ]|$)|[a-z]{1,16}:)(?=[^\s]{0,64}[A-Za-z])(?=[^\s]{0,64}[0-9!$#%&*+?])"
            rb"([\"']?[^\s\"'\-/.][^\s\"'/]{5,63})"
        ),
    ),
    # `fill('input[name="password"]', '…')`
    (
        rb"(?:password|passwort|kennwort|[^a-z]pass(?:wd)?|[^a-z]pwd?)[\"'\\]*\][\"'`][ ]?,",
        (rb"(?:password|passwort|kennwort|[^a-z]pass(?:wd)?|[^a-z]pwd?)[\"'\\]{0,4}\][\"'`][ ]?,[ ]?(" + _TEXT + rb")"),
    ),
    # `["login", "anna", "…"]`: words of a command; `SMTP.start("mail", 587, "localhost", "robot", "…")`
    (
        rb"[\"'](?:login|log-in|logon|auth|authenticate|signin|sign-in|useradd|adduser)[\"'],[ ]?[\"'][^\"'\n]+[\"'],",
        (
            rb"[\"'](?:login|log-in|logon|auth|authenticate|signin|sign-in|useradd|adduser)[\"'],[ ]?"
            rb"[\"'](?!-)[^\"'\n]{1,64}[\"'],[ ]?" + _VALUE + rb"[ ]?[,\]]"
        ),
    ),
    (
        rb"smtp[a-z_.:]*\([ ]?[\"'][^\"'\n]+[\"'],[ ]?[0-9]+,[ ]?[\"']",
        (
            rb"smtp[a-z_.:]{0,16}\([ ]?[\"'][^\"'\n]{1,64}[\"'],[ ]?[0-9]{2,5}"
            rb"(?:,[ ]?[\"'][^\"'\n]{1,64}[\"']){1,2},[ ]?" + _VALUE
        ),
    ),
    # `PBKDF2("…", salt, 32)`: what a key is made from
    (
        (
            rb"(?:pbkdf2[a-z_]*|scrypt|hashpw|argon2[a-z_]*|derive_?key|(?:generate_)?password_hash)"
            rb"\([ ]?(?:[\"']sha-?[0-9]+[\"'],[ ]?)?b?[\"']"
        ),
        (
            rb"(?:pbkdf2[a-z_]{0,16}|scrypt|hashpw|argon2[a-z_]{0,16}|derive_?key|(?:generate_)?password_hash)"
            rb"\([ ]?(?:[\"']sha-?[0-9]{1,3}[\"'],[ ]?)?b?(?![\"']sha)" + _VALUE
        ),
    ),
    # `rtmp://live.example.com/app/…`: the key of a stream
    (rb"rtmps?://[^\s/]+/[^\s/]+/", rb"rtmps?://[^\s/\"']{1,80}/[^\s/\"'?]{1,40}/([A-Za-z0-9_\-]{12,128})"),
    (
        rb"auth[\"']?[ ]?[:=][ ]?[(\[]",
        rb"auth[\"']?[ ]?[:=][ ]?[(\[][ ]?[\"'][^\"'\n]{1,64}[\"'],[ ]?(" + _TEXT + rb")",
    ),
    # `Client("admin", "…")`, `["svc", "…"]`: an account of a common name, and what has both cases and two digits, but
    # for `Level10Access20`
    (
        rb"[(\[][ ]?[\"']" + _ACCOUNT + rb"[\"'],[ ]?[\"'][^\s\"'`<>{}]+[\"'][ ]?[,)\]]",
        (
            rb"[(\[][ ]?[\"']" + _ACCOUNT + rb"[\"'],[ ]?(?=.[^\"'\n]{0,32}[0-9][^\"'\n]{0,32}[0-9!?$#%&*+])"
            rb"(?-i:(?=.[^\"'\n]{0,64}[A-Z])(?=.[^\"'\n]{0,64}[a-z]))"
            rb"(?!.(?-i:(?:[A-Z][a-z]{2,}|[A-Z]?[0-9]{1,4}[A-Z]?)+)[\"'])([\"'][^\s\"'`<>{}/]{8,64}[\"'])[ ]?[,)\]]"
        ),
    ),
)

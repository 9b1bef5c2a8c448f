"""The forms in which servers are told a password, and keep it: of each what begins it, and the whole with its value."""

from __future__ import annotations

from typing import Final

SERVER_FORMS: Final[tuple[tuple[bytes, bytes], ...]] = (
    # `("mail.acme.io", 587, "robot", "…")`: a host, its port, who, and what proves it
    (
        rb"\.[a-z0-9\-]+[\"'],[ ]?[0-9]+,[ ]?[\"'][^\"'\n]+[\"'],[ ]?[\"']",
        (
            rb"\.[a-z0-9\-]{2,24}[\"'],[ ]?[0-9]{2,5},[ ]?[\"'][^\"'\n]{1,64}[\"'],[ ]?"
            rb"[\"'](?=[^\"'\n]{0,40}[0-9])([^\s\"']{6,128})[\"'][ ]?\)"
        ),
    ),
    # `connect("scott", "…", "db:1521/ORCL")`
    (
        rb"connect\([ ]?[\"'][^\"'\n]+[\"'],[ ]?[\"'][^\"'\n]+[\"'],[ ]?[\"'][^\"'\n]+:[0-9]+/",
        rb"connect\([ ]?[\"'][^\"'\n]{1,64}[\"'],[ ]?([\"'][^\"'\n]{4,128}[\"']),[ ]?[\"'][^\"'\n]{1,80}:[0-9]{2,5}/",
    ),
    # `vault write auth/approle/login role_id=… secret_id=…`
    (rb"secret_id[\"']?[ ]?[:=]", rb"secret_id[\"']?[ ]?[:=][ \"']{0,3}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"),
    # What is said to servers of mail, files and caches: `USER anna`, `PASS …`; `a1 LOGIN anna …`; `334 UGFzc3dvcmQ6`
    (
        rb"(?:^|\n|: ?|> ?)user [^\s]+\r?\n[^\n]*\n?[^\n]*pass [^\s]",
        rb"[\n:>]?[ ]?user [^\s]{1,64}\r?\n(?:[^\n]{0,80}\n)?(?:[a-z]{1,6}[:>][ ]?)?pass ([^\s]{4,128})",
    ),
    (rb"(?:^|\n)[a-z]*[0-9]+ login [^\s]", rb"\n?[a-z]{0,4}[0-9]{1,6} login [^\s]{1,64} ([^\s]{4,128})"),
    (rb"334 ugfzc3dvcmq6\r?\n", rb"334 ugfzc3dvcmq6\r?\n(?:[a-z]{1,6}[:>][ ]?)?([a-z0-9+/]{4,128}={0,2})"),
    (rb"[0-9]>[ ]auth [^\s]", rb"[0-9]>[ ]auth (?:[^\s]{1,64}[ ](?=[^\s]))?([^\s]{4,128})"),
    # How a password was stored: `{SSHA}…`, `SCRAM-SHA-256$4096:…`; PPP's `anna * … *`
    (
        rb"\{(?:plain|clear(?:text)?|noop|crypt|s?md5|ss?ha[0-9]*|argon2|pbkdf2)[^{}\n]*\}[^\s:]",
        rb"\{(?:plain|clear(?:text)?|noop|crypt|s?md5|ss?ha[0-9]{0,3}|argon2|pbkdf2)[^{}\n]{0,16}\}([^\s:\"']{4,256})",
    ),
    (rb"scram-sha-[0-9]+\$", rb"scram-sha-(?:1|256|512)\$[0-9]{1,8}:([^\s\"']{16,256})"),
    (
        rb"\n?[^\s]+[ \t]+\*[ \t]+[^\s*]+[ \t]+\*(?:\n|$)",
        rb"\n?[^\s]{1,64}[ \t]{1,8}\*[ \t]{1,8}([^\s*]{6,128})[ \t]{1,8}\*",
    ),
    # `bindpw …`, `rootpw --plaintext …`; the older hash of Windows, `admin:500:…:…:::`
    (
        rb"\b(?:bind|root|rootdn)_?pw[ \t]",
        (
            rb"\b(?:bind|root|rootdn)_?pw(?:[ \t]--(?:plaintext|iscrypted|lock))*[ \t]{1,8}"
            rb"([\"']?[^\s\"'\-][^\s\"']{3,128})"
        ),
    ),
    # … PgBouncer's `"app" "md5…"`
    (rb"\"[ \t]+\"md5[0-9a-f]", rb"\"[ \t]{1,8}\"(md5[0-9a-f]{32})(?=\")"),
    (rb":[0-9]+:[0-9a-f]+:[0-9a-f]", rb":[0-9]{1,9}:([0-9a-f]{32})(?=:[0-9a-f]{32}:)"),
    # `https://84d2…:@api.example.com`, `exp system/… full=y`, `.logon host/user,…`
    (rb"://[a-z0-9_\-]+:@", rb"://([a-z0-9_\-]{16,256}):@"),
    (rb"\.logon [^\s]+,", rb"\.logon [^\s,]{1,64},([^\s;]{4,64})"),
    # `schtasks /create … /ru svc /rp …`, `certutil -p … -importpfx`, `aws ssm put-parameter --type SecureString …`
    (rb"[ ]/(?:rp|pwd?|pass(?:word)?)[ :]", rb"[ ]/(?:rp|pwd?|pass(?:word)?)[ :]([^\s/][^\s]{4,128})"),
    (rb"(?:certutil|signtool)[ ]", rb"(?:certutil|signtool)[ ](?:[^\n|;]{0,120}?[ ])?[\-/]p[ ]([^\s\-][^\s]{4,128})"),
    (
        rb"put-parameter[ ][^\n]*securestring",
        rb"put-parameter[ ](?=[^\n|;]{0,200}securestring)[^\n|;]{0,200}?--value[ =]([\"']?[^\s]{4,128})",
    ),
    # HAProxy's `stats auth admin:…`
    (rb"[ ]auth[ ]+[a-z0-9._\-]+:[^\s]", rb"[ ]auth[ ]{1,4}[a-z0-9._\-]{1,64}:([^\s]{5,128})"),
    # `AUTH PLAIN AGFubmEAc2VjcmV0`, `NEO4J_AUTH=neo4j/…`, `echo … > /run/secrets/db`
    (rb"auth (?:plain|login) [a-z0-9+/]", rb"auth (?:plain|login) ([a-z0-9+/]{8,512}={0,2})"),
    (
        rb"_auth[\"']?[ ]?[:=][ ]?[\"']?[a-z0-9._\-]+[/:][^\s/]",
        rb"_auth[\"']?[ ]?[:=][ ]?[\"']?[a-z0-9._\-]{2,32}[/:]([^\s\"'/:]{5,128})(?=[\"'\s]|$)",
    ),
    (
        rb"(?:echo|printf)[ ][^\n]*>[ ]?[^\s]*(?:secret|passw|pgpass)",
        (
            rb"(?:echo|printf)[ ](?:-n[ ])?([\"']?[^\s\"']{4,128}[\"']?)[ ]{0,2}>{1,2}[ ]?"
            rb"[^\s]{0,80}(?:secret|passw|pgpass)"
        ),
    ),
    # `drush upwd admin …`, `set-password anna …`; `pgp_sym_decrypt(data, '…')`
    (
        rb"(?:upwd|(?:set|change|reset|update)[_\-]?(?:password|passwd|pass|pwd))[ ]",
        (
            rb"(?:upwd|(?:set|change|reset|update)[_\-]?(?:password|passwd|pass|pwd))[ ]"
            rb"[\"']?[a-z0-9._@\-]{2,64}[\"']?[ ](?=[^\s]{0,64}[0-9!$#%&*+?])([\"']?[^\s\"'\-][^\s\"']{4,128})"
        ),
    ),
    (
        rb"(?:pgp_sym|aes)_(?:en|de)crypt\(",
        rb"(?:pgp_sym|aes)_(?:en|de)crypt\([^()\n]{1,120},[ ]?(['\"][^\s'\"]{4,128}['\"])",
    ),
    # `ftp> user anna …`, `snmp-server user … v3 auth sha … priv aes 128 …`
    (rb"ftp>[ ]user ", rb"ftp>[ ]user [^\s]{1,64}[ ]([^\s]{4,64})"),
    (rb"[ ]auth[ ](?:md5|sha)", rb"[ ]auth[ ](?:md5|sha[0-9\-]{0,4})[ ]([^\s]{5,128})"),
    (rb"[ ]priv[ ](?:3?des|aes)", rb"[ ]priv[ ](?:3?des|aes)(?:[ ](?:128|192|256))?[ ]([^\s]{5,128})"),
    # Redis is told `AUTH default …`, on a line of its own
    (rb"(?:^|\n)auth[ ][^\s]+\r?\n[+]ok", rb"\n?auth[ ]([^\s]{4,128})\r?\n[+]ok"),
    (
        rb"(?:^|\n)(?-i:AUTH)[ ][^\n]*[0-9]",
        (
            rb"\n?(?-i:AUTH)[ ](?:[a-z0-9_.\-]{1,32}[ ])?(?=[^\s]{0,64}[0-9])(?-i:(?=[^\s]{0,64}[a-z]))"
            rb"([^\s]{8,128})[ ]{0,4}(?:\r?\n|$)"
        ),
    ),
    # `username admin privilege 15 secret …`, `RADIUS secret …`, `NTLM hash: …`
    (
        rb"privilege [0-9]+ (?:secret|password) ",
        rb"privilege[ ][0-9]{1,2}[ ](?:secret|password)[ ](?:[0-9][ ])?([^\s]{4,128})",
    ),
    (
        rb"\b(?:radius|tacacs|sip|ipsec|vpn|pap|chap)[^\n:=]*[ \-](?:secret|psk)[ :]",
        (
            rb"(?:radius|tacacs|sip|ipsec|vpn|pap|chap)[^\n:=]{0,48}?[ \-](?:secret|psk)[ :]{1,3}"
            rb"(?=[^\s]{0,64}[0-9])([^\s]{5,128})"
        ),
    ),
    (
        rb"(?:\bntlm|\b(?:nt|lm)[ \-]?hash)[^\n]*[ :=][\"']?[a-f0-9]",
        rb"(?:ntlm|(?:nt|lm)[ \-]?hash)[^\n]{0,40}?[ :=][\"']?((?:[a-f0-9]{32}:)?[a-f0-9]{32})(?![a-f0-9])",
    ),
    # `Authorization: SSWS …`, whatever the scheme is called; of `Digest` what answers the server
    (
        rb"authorization[\"']?[ ]?[:=]",
        (
            rb"authorization[\"']?[ ]?[:=][ ]?[\"']?(?:digest[ ][^\n]{0,240}?[ ,]response=[\"']?([a-f0-9]{32,64})"
            rb"|(?:[a-z][a-z0-9\-]{2,19}[ ]{1,2})?([^\s\"',;{}<>]{8,2000}))"
        ),
    ),
    # `admin:500:…:…:::`, `anna:…:1001:1001::/srv/anna`
    (
        rb":[0-9]+:[a-f0-9]+:[a-f0-9]+:::|[a-z0-9_]:[^\s:]+:[0-9]+:[0-9]+:[^:\n]*:/",
        (
            rb":[0-9]{3,6}:[a-f0-9]{32}:([a-f0-9]{32}):::"
            rb"|[a-z0-9_]:([^\s:]{6,128}):[0-9]{1,6}:[0-9]{1,6}:[^:\n]{0,80}:/"
        ),
    ),
)

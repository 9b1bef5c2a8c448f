"""Forms in which a program encodes or compares a secret, or makes a key or a hash of it: see `credential_forms`."""

from __future__ import annotations

from typing import Final

WRAPPED_FORMS: Final[tuple[tuple[bytes, bytes], ...]] = (
    # `AES.new(bytes.fromhex("…"))`
    (rb"aes\.new\(bytes\.fromhex\(", rb"aes\.new\(bytes\.fromhex\(([\"'][a-f0-9]{32,64}[\"'])"),
    # `assert '…' == user.password`, `UPDATE settings SET v = '…' WHERE k = 'smtp_password'`
    (
        (
            rb"[\"'][^\s\"'<>{}]+[\"'](?:[ ]?[!=]==?[ ]?|[ ]+where[ ][a-z_.]+[ ]?=[ ]?[\"'])[a-z0-9_.$>\-]*"
            rb"(?:passw|passphrase|kennwort|\bpwd?\b)"
        ),
        (
            rb"([\"'][^\s\"'<>{}]{6,128}[\"'])(?:[ ]?[!=]==?[ ]?|[ ]{1,4}where[ ][a-z_.]{1,40}[ ]?=[ ]?[\"'])"
            rb"[a-z0-9_.$>\-]{0,40}(?:passw|passphrase|kennwort|\bpwd?\b)"
        ),
    ),
    # `ssh-keygen … -N "…"`, `$(openssl passwd -1 …)`
    (
        rb"ssh-keygen[ ][^\n]*-[np][ ]|openssl passwd[ ]",
        (
            rb"(?:ssh-keygen[ ][^\n|;]{0,120}?-[np][ ]|openssl passwd[ ](?:-[a-z0-9]{1,8}[ ]){0,3})"
            rb"(?:\"([^\n\"$][^\n\"]{3,127})\"|([^\s\-)\"][^\s)]{3,127}))"
        ),
    ),
    # its second phrase, the new one; `poetry config http-basic.mirror ci …`, `bundle config set gems.acme.ch ci:…`
    (rb"ssh-keygen[ ][^\n]*-p[ ][^\n]*-n[ ]", rb"ssh-keygen[ ][^\n|;]{0,160}[ ]-n[ ][\"']?([^\s\"'$]{4,128})"),
    (rb"http-basic\.[^\s]+[ ]", rb"http-basic\.[^\s]{1,80}[ ][^\s]{1,64}[ ]([^\s\-$][^\s]{3,127})"),
    (
        rb"bundle config[ ][^\n]*:",
        rb"bundle config[ ](?:set[ ])?(?:--[a-z]{1,8}[ ])?[^\s:]{1,80}[ ][^\s:/]{1,64}:([^\s/$][^\s]{3,127})",
    ),
    (
        rb"authentication-key[ ][0-9]",
        rb"authentication-key[ ][0-9]{1,5}[ ](?:md5|sha1|hmac[a-z0-9\-]{1,12})[ ]([^\s]{4,128})",
    ),
    # `btoa("svc:…")`, `base64.b64encode(b"svc:…")`
    (
        rb"(?:btoa|b64encode|base64_?encode|tobase64string|encodebase64|encodetostring)\([^\n]*:",
        (
            rb"(?:btoa|b64encode|base64_?encode|tobase64string|encodebase64|encodetostring)\([^\n\"']{0,40}"
            rb"[\"'][^\s\"':]{1,64}:([^\s\"']{4,128})[\"']"
        ),
    ),
    # `Buffer.from("svc:…").toString("base64")`
    (rb"buffer\.from\([\"'`]", rb"buffer\.from\([\"'`][^\s\"'`:]{1,64}:([^\s\"'`]{4,128})[\"'`]\)"),
    # `mc alias set minio https://… user …`, `wpa_passphrase Office …`, `op signin … <<< "…"`; Tasmota's `Password1 …`
    (
        rb"\bmc (?:alias set|config host add)[ ]",
        rb"mc (?:alias set|config host add)[ ][^\s]{1,64}[ ][^\s]{4,120}[ ][^\s]{1,64}[ ]([^\s\-$][^\s]{5,127})",
    ),
    (rb"wpa_passphrase[ ]", rb"wpa_passphrase[ ](?:\"[^\"\n]{1,64}\"|[^\s\"]{1,64})[ ]([^\s<>|]{8,63})"),
    (rb"(?:signin|unlock|login)[ ][^\n|;]*<<<", rb"(?:signin|unlock|login)[ ][^\n|;<]{0,80}<<<[ ]?([^\s$]{6,128})"),
    (rb"\bpassword[12][ ][^\s]", rb"password[12][ ](?=[^\s]{0,64}[0-9!#$%&*])([^\s;=:][^\s;]{5,63})(?=[ ]*(?:;|\n|$))"),
    # OpenWrt's `wireless.wlan.key='…'`, `option key '…'`; Nagios' `$USER3$=…`; CVS' `:pserver:bob:…@`
    (
        rb"(?:wireless|wlan|wifi)[^\s=]*\.key=|\boption key[ ]",
        rb"(?:(?:wireless|wlan|wifi)[^\s=]{0,40}\.key=|option key[ ])([\"'][^\s\"']{8,63}[\"'])",
    ),
    (rb"\$user[0-9]+\$=", rb"\$user[0-9]{1,3}\$=(?=[^\s]{0,64}[0-9])([^\s/][^\s]{5,127})"),
    (rb":pserver:[^\s:]+:", rb":pserver:[^\s:@]{1,64}:([^\s@]{5,128})@"),
    # Terraform's and ARM's `type = "SecureString"` and its value; `crypt('…', gen_salt('bf'))`; and of Python
    # `pbkdf2_hmac("sha256", b"…", salt, …)`
    (
        rb"securestring[\"']",
        rb"securestring[\"'][^{}]{0,80}?value[\"']?\s{0,8}[:=]\s{0,8}([\"'](?!\$[({])[^\s\"'{}<>]{4,200}[\"'])",
    ),
    (rb"crypt\([\"'][^\"'\n]+[\"'],[ ]?gen_salt", rb"crypt\(([\"'][^\s\"']{4,128}[\"']),[ ]?gen_salt"),
    (
        rb"pbkdf2_hmac\([^()\n,]+,[ ]?b?[\"']",
        rb"pbkdf2_hmac\([^()\n,]{1,24},[ ]?b?([\"'][^\s\"']{6,128}[\"'])",
    ),
    # `"…".toCharArray()`; Ansible's `'…' | password_hash('sha512')`
    (
        rb"[\"'][^\s\"']+[\"'](?:\.tochararray|[ ]?\|[ ]?password_hash)",
        rb"([\"'][^\s\"']{4,128}[\"'])(?:\.tochararray|[ ]?\|[ ]?password_hash)",
    ),
    # `curl_setopt($ch, CURLOPT_USERPWD, "svc:…")`
    (rb"userpwd[^\n]*:", rb"userpwd[^\n\"']{0,12}[\"'][^\s\"':]{1,64}:([^\s\"']{4,128})[\"']"),
)

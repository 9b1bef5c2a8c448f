"""The forms in which the syntax of a program tells a secret: of each what begins it, and the whole with its value.

Invariants
- Each has its value in the first or second group. Behind what begins it the search is bounded.
"""

from __future__ import annotations

from typing import Final

from gateway.pii.detectors.fallback_forms import FALLBACK_FORMS
from gateway.pii.detectors.server_dialogues import SERVER_FORMS
from gateway.pii.detectors.wrapped_forms import WRAPPED_FORMS

_SECRET = (
    rb"(?:password|mot[_\- ]?de[_\- ]?passe|parola[_\- ]?chiave|passwort|kennwort|passwd|passphrase|pwd"
    rb"|secret|token|api[_.\-]?key|auth[_.\-]?key|credential)"
)
_NAMED = (
    rb"[\"'][A-Za-z0-9_.:#\-]*(?:(?:requirepass|masterauth|" + _SECRET[3:-1] + rb")"
    rb"(?:[_.][A-Za-z0-9_.]{0,8}|[0-9]{0,3}|s)|_(?:pass|pwd?|pat|psk|(?:app|access|private|account|encryption|signing|master|storage)_key))[\"']"
)
_CONNECTS = rb"(?:getconnection|ldap_bind|\bdatabase|pdo|mysqli(?:_connect)?|connect|\bftp|sequelize|createconnection)"
_VALUE = rb"[\"'][^\"'\n<>]{4,200}[\"']"
_PASSWORD_NAME = (
    rb"(?:password|passwort|kennwort|passwd|passphrase|contrase[\xf1n]a|senha|wachtwoord"
    rb"|(?:[a-z]_|[^a-z_])(?:pass|pwd?|psw|mdp))"
)
_SET_TO = (
    rb"(?:[\"']\][ ]?[!=]==?[ ]?"
    rb"|[ ]?<-[ ]?|[ ]?[!=]==?[ ]?|[ ]?,[ ]?|\.(?:equals|compareto|eq|contenteq)\(|[ ]?:[ ]?[a-z:]{2,24}::from\("
    rb"|(?:[ ][a-z]{2,12}){1,3}(?:\([0-9]+\))?[ ]?:?=[ ]?|[ ]pic(?:ture)? [ax]\([0-9]+\)[ ]+value[ ]+"
    rb"|[ ]?:=[ ]?|[ ]?:?=[ ]?(?:[a-z:]{2,24}::from|\[\]byte|[a-z]{1,16})\()"
)
FORMS: Final[tuple[tuple[bytes, bytes], ...]] = (
    # `define('DB_PASSWORD', '…')`, `setenv("API_TOKEN", "…")`
    (rb"[(,\[][ ]?" + _NAMED + rb",", rb"[(,\[][ ]?" + _NAMED + rb",[ ]{0,4}(" + _VALUE + rb")"),
    # `<add key="SmtpPassword" value="…"/>`, `<property name="….password">…</property>`
    (
        rb"(?:name|key|id)=" + _NAMED,
        rb"(?:name|key|id)=" + _NAMED + rb"[^<>\n]{0,40}?(?:value=(" + _VALUE + rb")|>([^<>\n]{4,200})<)",
    ),
    # `IDENTIFIED BY '…'`, `WITH PASSWORD '…'`
    (
        rb"(?:identified by|" + _SECRET + rb"|_pass|_pw|_key|\bpsk)[ ]+[\"'`]|identified by (?:values )?[\"'a-z0-9]",
        (
            rb"(?:(?:identified by(?:[ ]values)?|" + _SECRET + rb"|_pass|_pw|_key|\bpsk)"
            rb"[ ]{1,3}([\"'`][^\s\"'`]{4,128}[\"'`])"
            rb"|identified by[ ]{1,3}(?=[^\s;]{0,40}[0-9])([^\s\"'`;]{6,64}))"
        ),
    ),
    # `mysqldump -u root -p…`, `sshpass -p…`
    (
        rb"mysql|mariadb|sshpass",
        (
            rb"(?:(?:mysql|mariadb)[a-z\-]{0,12}[\"',]{0,2}[ ][^\n|;]{0,120}?|sshpass[\"',]{0,2})[ ]"
            rb"[\"']?-p[\"']?([^\s\-\"'][^\s\"']{3,64})"
        ),
    ),
    # `--db-password …`, `-passin pass:…`, `redis-cli -a …`, `smbclient … -U svc%Ba…` (`%Ba` is read as one letter)
    (
        (
            rb"[ ]--?[a-z\-]*(?:passw|passphrase|secret|token|api-?key|bearer)|-(?:src|dest)?(?:store|key)pass|\bpass:"
            rb"|redis-cli|sqlcmd|ldap"
            rb"|zip|smbclient|ipmitool|mosquitto_|snmp|7z |\brar |influx |mongo|password-file[= ]<"
        ),
        (
            rb"(?:[ ]--?[a-z\-]{0,24}(?:password|passwd|passphrase|secret|token(?:-code)?|api-?key|bearer)[= ]"
            rb"|-(?:src|dest)?(?:store|key)pass[ ]|\bpass:"
            rb"|(?:redis-cli|sqlcmd|ldap[a-z]{3,8}|zip|unzip|ipmitool|mosquitto_[ps]ub|snmp[a-z]{3,8})"
            rb"(?:[\"']?,?[ ][^\n|;]{0,80}?)??[\"']?,?[ ][\"']?-[aPwX](?:[\"'],)?[ ]?"
            rb"|redis-cli[^\n|;]{0,80}?[ ]auth[ ]|(?:7z|rar)[ ][^\n|;]{0,80}?[ ]-h?p|(?:influx"
            rb"|mongo[a-z]{0,8})[ ][^\n|;]{0,80}?[ ]-p[ ]?"
            rb"|password-file[= ]<\(echo[ ]"
            rb"|smbclient[ ][^\n|;]{0,80}?(?:%|[ ]-u[ ]?[\"']?[a-z0-9_.\\\-]{1,32}(?=[\x80-\xff])))"
            rb"([^\s\-][^\s]{3,128})"
        ),
    ),
    # `echo '…' | sudo -S`, `ConvertTo-SecureString "…"`, `security add-generic-password … -w …`
    (
        rb"(?:echo|printf)[ ][^\n|]{1,4}|securestring|add-(?:generic|internet)-password",
        (
            rb"(?:(?:echo|printf)[ ](?:-[ne]{1,2}[ ]|[\"']%s(?:\\n)?[\"'][ ])?(?=[^|]{4,80}\|[ ]?(?:sudo|docker"
            rb"|podman|cryptsetup|kinit|gpg|gh |glab |helm"
            rb"|(?:ch)?passwd|smbpasswd))|(?:convertto-)?securestring[ ]"
            rb"(?:-(?:string|asplaintext|force)[ ]){0,3}"
            rb"|add-(?:generic|internet)-password[ ][^\n|;]{0,120}?[ ]-w[ ])([^\s\-][^\s]{3,128})"
        ),
    ),
    # Terraform: `variable "db_password" { default = "…"`; Kubernetes: `- name: DB_PASS` and its `value:` below.
    (
        rb"variable[ ]\"|name:[ ]",
        (
            rb"(?:variable[ ]\"[a-z0-9_\-]*(?:" + _SECRET + rb"|_pass|_pw|_key|_pat|_creds?"
            rb"|\bpass)[^{\n]{0,20}\{[^{}]{0,160}?default[ ]*=[ ]*"
            rb"|name:[ ][\"']?[a-z0-9_\-.]*(?:"
            + _SECRET
            + rb"|_pass|_pw|_key|_auth|_pat|_creds?)[\"']?(?:[ ]*\r?\n[ \t]*value:[ ]|,[ ]value:[ ](?=[\"'])))"
            rb"([\"']?[^\s\"']{4,200}[\"']?)"
        ),
    ),
    # `send_keys`, `fill` and `type` into a field of passwords
    (
        rb"(?:" + _SECRET + rb"|[^a-z]pass|[^a-z]pwd?)\]?[\"']",
        rb"(?:" + _SECRET + rb"|[^a-z]pass|[^a-z]pwd?)"
        rb"\]?[\"'][)\]]{0,2}[^\n\"']{0,12}\.(?:send_?keys|type|fill|set_?value|val|input|press|setText)(?:async)?\(("
        + _VALUE
        + rb")",
    ),
    # `host:5432:db:user:…`, the code of a network to be scanned, what routers are told
    (
        rb"(?:localhost|\*|\.[a-z0-9\-]+|(?:^|\n)[a-z][a-z0-9\-]*):(?:[0-9]{4,5}|\*):[^\s:]+:[^\s:]+:[^\s:]",
        rb"\n?(?:localhost|\*|\.?[a-z0-9\-]{1,40}):(?:[0-9]{4,5}|\*):[^\s:/]{1,64}:[^\s:/]{1,64}:([^\s:]{4,128})",
    ),
    (rb"wifi:[^\n]*;p:", rb"wifi:[^\n]{0,120}?;p:([^;\n]{4,64})"),
    (
        (
            rb"r[ow]community |community[ \-]string|password-value|snmp[^\n]*community|enable "
            rb"|(?:secret|password) [057] |key-string|(?:tacacs|radius)-server key|pre-?shared-key|isakmp key"
        ),
        (
            rb"(?:r[ow]community|community[ \-]string|password-value|snmp[^\n]{0,60}?community(?:[ \-]string)?"
            rb"|enable[ ](?:secret|password)(?:[ ][0-9])?|(?:secret|password)[ ][057]"
            rb"|key-string(?:[ ][067])?|(?:tacacs|radius)-server[ ]key(?:[ ][07])?|pre-?shared-key"
            rb"|isakmp[ ]key(?:[ ][06])?)[ :]{1,3}([^\s]{5,128})"
        ),
    ),
    # `sqlplus scott/…@db`, `openssl … -k …`, `rabbitmqctl add_user app …`
    (
        rb"sqlplus|thin:|expdp|impdp|sqlldr|connect\([\"'][^\s\"'/:@]+/|openssl|add_user|change_password|htpasswd",
        (
            rb"(?:(?:sqlplus[ ]|thin:|connect\([\"']|(?:exp|imp)dp[ ]|sqlldr[ ])[^\s/]{1,64}/"
            rb"(?=[^\s]{4,64}(?:@|[ ][a-z_]{2,16}=))"
            rb"|openssl[ ][^\n|;]{0,120}?[ ]-(?:k|hmac)[ ]"
            rb"|(?:add_user|change_password)[ ][^\s]{1,64}[ ]"
            rb")([^\s@]{4,128})"
            rb"|htpasswd[ ]-(?:[a-z]*n[a-z]*[ ]|[a-z]*b[a-z]*[ ][^\s]{1,64}[ ])[^\s]{1,64}[ ]([^\s]{4,128})"
        ),
    ),
    # `<key>password</key><string>…`, `<name>password</name><value><string>…`
    (
        _SECRET + rb"</(?:name|key)>",
        _SECRET + rb"</(?:name|key)>\s{0,8}(?:<value>\s{0,8})?<(?:string|value)>([^<>\n]{4,200})<",
    ),
    # `xfreerdp … /p:…`, `lftp -u user,…`, `pdftk … input_pw …`, `requirepass …`
    (rb"rdp[ ][^\n]*/p:", rb"rdp[ ][^\n|;]{0,160}?/p:([^\s]{4,128})"),
    # `send "…\r"` to whoever asked for a password; `ACL SETUSER app on >…`
    (rb"\bsend[ ][^\n]*(?:\\[rn]|\n)[\"']", rb"\bsend[ ](?:--[ ])?[\"']([^\s\"'\\]{5,64})(?:\\[rn]|\n)[\"']"),
    # `sys/… as sysdba`, `SET user_pass = MD5('…')`
    (rb"/[^\s]+[ ]as sysdba", rb"/([^\s/@]{4,64})[ ]as sysdba"),
    (rb"pass[a-z]*[ ]?=[ ]?[a-z0-9_]+\([\"']", rb"pass[a-z]{0,8}[ ]?=[ ]?[a-z0-9_]{2,16}\((" + _VALUE + rb")"),
    (rb"acl setuser ", rb"acl setuser [^\n]{0,80}?[ ]>([^\s]{4,128})"),
    (rb"mkpasswd[ ]", rb"mkpasswd[ ][^\n|;]{0,40}?([^\s\-][^\s]{4,128})[ ]{0,4}(?:\n|$)"),
    (
        rb"(?:psexec|wmiexec|smbexec|dcomexec|secretsdump|impacket)[^\n]*:",
        (
            rb"(?:psexec|wmiexec|smbexec|dcomexec"
            rb"|secretsdump|impacket)[^\n:]{0,80}:[\"']?([^\s\"'@]{4,64})[\"']?@"
        ),
    ),
    (rb"lftp[ ]", rb"lftp[ ][^\n|;]{0,80}?-u[ ][^\s,]{1,64},([^\s]{4,128})"),
    (
        rb"(?:input|user|owner)_pw[ ]|requirepass[ ]|masterauth[ ]",
        rb"(?:(?:input|user|owner)_pw|requirepass|masterauth)[ ]{1,4}([^\s]{4,128})",
    ),
    *SERVER_FORMS,
    *WRAPPED_FORMS,
    *FALLBACK_FORMS,
    # A name that ends in a word for passwords, and text that it is compared with or set to, in any language:
    # `v_pass VARCHAR2(30) := '…'`, `Const DB_PWD As String = "…"`, `password.equals("…")`, `strcmp(pass, "…")`
    (
        _PASSWORD_NAME + _SET_TO + rb"(?:[nbrul]{1,2}|@)?[\"']",
        _PASSWORD_NAME + _SET_TO + rb"(?:[nbrul]{1,2}|@)?([\"'][^\s\"'<>{}]{6,128}[\"'])",
    ),
    # `<input type="password" value="…">`
    (
        rb"type=[\"']?password[\"']?[^<>\n]*value=",
        rb"type=[\"']?password[\"']?[^<>\n]{0,120}?value=(" + _VALUE + rb")",
    ),
    # `chpasswd <<< "anna:…"`, `nmcli dev wifi connect … password …`, `bcp … -P …`, `unrar x -p…`, `wpa_passphrase … …`
    (rb"chpasswd[ ]?<<<", rb"chpasswd[ ]?<<<[ ]?[\"']?[^\s:\"']{1,64}:([^\s\"']{4,128})"),
    (rb"nmcli[ ]", rb"nmcli[ ][^\n|;]{0,120}?[ ](?:password|wifi-sec\.psk)[ ]([^\s]{4,128})"),
    (
        rb"wpa_passphrase[ ][^=]",
        (
            rb"wpa_passphrase[ ](?:[^\s\"'=]{1,32}|\"[^\"\n]{1,32}\"|'[^'\n]{1,32}')"
            rb"[ ]([^\s]{8,63})"
        ),
    ),
    (
        (
            rb"(?:\bbcp|isql|osql|sqsh|unrar|\brar|hdbsql|tsql|snmp[a-z]+|psexec|winexe|freetds|curlftpfs|kinit"
            rb"|kpasswd)[ ]"
        ),
        (
            rb"(?:(?:bcp|[io]sql|sqsh|hdbsql|tsql)[ ][^\n|;]{0,120}?[ ]-[Pp][ ]?|(?:unrar|rar)[ ][^\n|;]{0,80}?[ ]-h?p"
            rb"|snmp[a-z]{3,8}[ ][^\n|;]{0,80}?[ ]-c[ ]|psexec[^\n|;]{0,120}?[ ]-p[ ]"
            rb"|(?:winexe|curlftpfs)[ ][^\n|;]{0,80}?[%:])([^\s\-][^\s]{3,128})"
        ),
    ),
    (rb"net user ", rb"net user [^\s/]{1,64}[ ]([^\s/]{4,64})(?:[ ]/|[ ]{0,4}(?:\r?\n|$))"),
    (rb"snmp", rb"snmp[a-z]{3,8}[ ][^\n|;]{0,160}?[ ]-X[ ]([^\s]{4,128})"),
    # What signs and seals: `jwt.encode(payload, "…")`, `Fernet(b"…")`; Go's addresses of databases
    (
        (
            rb"jwt\.(?:encode|decode|sign|verify)\(|fernet\(|hmac(?:\.new|\.(?:hex|base64)?digest)?\(|secretkeyspec\("
            rb"|aes\.new\(|signwith\(|cipheriv\(|securitykey\(|urlsafe(?:timed)?serializer\("
        ),
        (
            rb"(?:jwt\.(?:encode|decode|sign|verify)|fernet|hmac(?:\.new|\.(?:hex|base64)?digest)?|secretkeyspec|aes\.new"
            rb"|signwith|cipheriv|securitykey|urlsafe(?:timed)?serializer)"
            rb"\((?:[^()\n]{1,60},)??[ ]?(?:[a-z0-9.]{1,24}getbytes\()?b?(" + _VALUE.replace(b"{4,", b"{16,") + rb")"
        ),
    ),
    (
        rb"jwt\.(?:encode|decode|sign|verify)\([^()\n,]+,[ ]?b?[\"']",
        rb"jwt\.(?:encode|decode|sign|verify)\([^()\n,]{1,60},[ ]?b?(?![\"'](?:[hrep]s[0-9]{3}"
        rb"|eddsa)[\"'])(" + _VALUE + rb")",
    ),
    (
        (
            rb"(?:(?:crypt|argon2)[a-z0-9_.]*\.(?:hash|verify|compare|derive)[a-z_]*|password_hash"
            rb"|make_password)\([ ]?b?[\"']"
        ),
        rb"(?:(?:crypt|argon2)[a-z0-9_.]{0,24}\.(?:hash|verify|compare|derive)[a-z_]{0,16}|password_hash|make_password)"
        rb"\([ ]?b?(" + _VALUE + rb")",
    ),
    # `{"type": "wifi", "ssid": "…", "key": "…"}`
    (rb"\"ssid\"", rb"\"ssid\"[^{}\n]{0,120}?\"(?:key|psk|pass[a-z]{0,8}|pwd)\"[ ]?:[ ]?(" + _VALUE + rb")"),
    (rb":[^\s:@/]+@(?:tcp|unix)\(", rb":([^\s:@/]{4,64})@(?:tcp|unix)\("),
    # `.password("…")`, `setPassword("…")`, `red:auth('…')`; in COBOL `MOVE "…" TO DB-PASSWORD`
    (
        rb"(?:^|[^a-z]|set|with|use|add)_?(?:" + _SECRET + rb"|bearer_auth|auth)\([\"']",
        rb"(?:^|[^a-z]|set|with|use|add)_?(?:" + _SECRET + rb"|bearer_auth|auth)\(([\"'][^\s\"'<>{}]{6,128}[\"'])\)",
    ),
    (rb"\bmove[ ]+[\"']", rb"\bmove[ ]+(" + _VALUE + rb")[ ]+to[ ]+[a-z0-9\-]{0,30}(?:" + _SECRET + rb"|-pw\b|-pwd)"),
    # `FTP("host", "user", "…")`, `connect("dbi:…", "user", "…")`
    (
        _CONNECTS + rb"\([^,()\n]+,[^,()\n]+,[ ]?[\"']",
        (
            _CONNECTS + rb"\([^,()\n]{1,80},[^,()\n]{1,64},[ ]?(?=.[^\"'\n]{0,64}[0-9!?$#%&*]"
            rb"|.[a-z]{3,16}(?:-[a-z]{3,16}){2,8}[\"'])(" + _VALUE + rb")"
        ),
    ),
    # `net use Z: \\server\share /user:ACME\backup …`, in which `\b` was read as a blank
    (
        rb"net use ",
        (
            rb"net use (?:[^\s\\]{1,4}[ ])?[\\\s]{1,2}[^ ]{2,80}[ ]"
            rb"(?:/user:[^\s]{1,32}(?:\s[^\s]{1,32})?[ ])?([^\s/*]{4,64})"
        ),
    ),
    # `kubectl create secret generic api --from-literal=db=…`; of ConfigMaps, too, so it has to look like one
    (
        rb"--from-literal[= ][\"']?[a-z0-9_.\-]+=",
        (
            rb"--from-literal[= ][\"']?[a-z0-9_.\-]{1,64}=[\"']?(?=[^\s\"']{0,64}[0-9])"
            rb"(?-i:(?=[^\s\"']{0,64}[a-z])(?=[^\s\"']{0,64}[A-Z!#$%&*+?^@]))([^\s\"']{6,128})"
        ),
    ),
    # `.netrc`: `login … password …`
    (rb"login[ \r\n]+[^\s]+[ \r\n]+password", rb"login[ \r\n]{1,4}[^\s]{1,64}[ \r\n]{1,4}password[ ]([^\s]{4,128})"),
    # `.npmrc`: `//host/:_auth=…`; Postfix: `[host]:587 user:…`; HTTPie: `http -a user:…`; BitLocker's eight numbers
    (rb"(?:[:\n]|^)_(?:auth|password)", rb"[:\n]?_(?:auth|authtoken|password)[ ]?=[ ]?([^\s]{8,2000})"),
    (rb"\]:[0-9]+[ \t]+[^\s:]+:[^\s]", rb"\]:[0-9]{2,5}[ \t]{1,8}[^\s:]{1,64}:([^\s]{4,128})"),
    (
        rb"https?[ ][^\n|;]*-(?:a|-auth)[ =]",
        rb"https?[ ](?:[^\n|;]{0,80}?[ ])?(?:-a|--auth)[ =][\"']?[^\s:\"']{1,64}:([^\s\"']{4,128})",
    ),
    (rb"[0-9]{6}-[0-9]{6}-[0-9]{6}-", rb"([0-9]{6}(?:-[0-9]{6}){7})(?![0-9\-])"),
    # `snmp_community_ro: …`, `SNMP-Community auf …`
    (
        rb"snmp[\-_ ]?community",
        (
            rb"snmp[\-_ ]?community(?:[\-_ ]?(?:ro|rw|read|write|string|name)){0,2}[\"']?"
            rb"(?:[ ]?[:=]|[ ](?:auf|to|is|ist|su|en|est))[ ]{0,3}([\"']?[^\s\"',;]{5,128})"
        ),
    ),
    # `Client.new(account, "84d2…")`, `require('twilio')('AC17…', '84d2…')`
    (
        rb"(?:client(?:\.new)?|twilio(?:\.init|[\"']\))?)\([^()\n]+,[ ]?[\"']",
        rb"(?:client(?:\.new)?|twilio(?:\.init|[\"']\))?)\([^()\n]{1,80},[ ]?([\"'](?=[a-f]*[0-9])[a-f0-9]{32}[\"'])\)",
    ),
    # `NAS: admin` and the password on a line of its own below
    (
        rb":[ ](?:admin|root|administrator)\b",
        (
            rb":[ ](?:admin|root|administrator)[ ]{0,4}\r?\n[ \t]{0,4}(?=[^\s]{0,40}[0-9])"
            rb"(?-i:(?=[^\s]{0,40}[A-Z])(?=[^\s]{0,40}[a-z]))(?=[^\s]{0,40}[^\sa-z0-9])([^\s:=/]{7,64})\s"
        ),
    ),
    # `{"u": "anna", "p": "…"}`
    (
        rb"\"(?:u|usr|user|login)\"[ ]?:[ ]?\"[^\"]+\"[ ]?,[ ]?\"(?:p|pw)\"",
        rb"\"(?:u|usr|user|login)\"[ ]?:[ ]?\"[^\"\n]{1,64}\"[ ]?,[ ]?\"(?:p|pw)\"[ ]?:[ ]?(" + _VALUE + rb")",
    ),
)

"""Secrets that nothing calls so but what they are passed to, and keys of more vendors; and what only looks like one."""

from __future__ import annotations

import random
import string

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from gateway.pii.leaves import sites_of
from gateway.pii.reading_order import Request
from tests.support.each_case import each_case

ENGINE = Engine(("secret",))
_HEX, _SMALL = "0123456789abcdef", string.ascii_lowercase + string.digits
_ALL = string.ascii_letters + string.digits
_LOT = random.Random(21)


def secrets(text: str) -> list[str]:
    return [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]]


def drawn(letters: str, length: int) -> str:
    return "".join(_LOT.choice(letters) for _ in range(length))


UUID = "eb842fa1-76f4-4bdf-afdf-3c6e0fb16962"
KEYS = {
    "aws, a session's": f"IQoJb3JpZ2luX2Vj{drawn(_ALL, 200)}",
    "axiom": f"xaat-{UUID}",
    "azure functions": f"{drawn(_ALL, 44)}AzFu{drawn(_ALL, 5)}g==",
    "azure registry": f"{drawn(_ALL, 42)}+ACR{drawn(_ALL, 6)}",
    "backblaze": f"K005{drawn(_ALL, 27)}",
    "deepl": f"{UUID}:fx",
    "discord": f"M{drawn(_ALL, 23)}.GkpKaI.{drawn(_ALL, 38)}",
    "ghost": f"{drawn(_HEX, 24)}:{drawn(_HEX, 64)}",
    "google, bound to an account": f"AQ.Ab8RN6{drawn(_ALL, 44)}",
    "jetbrains": f"perm:{drawn(_ALL, 12)}.{drawn(_ALL, 12)}.{drawn(_ALL, 42)}",
    "swarm": f"SWMTKN-1-{drawn(_SMALL, 50)}-{drawn(_SMALL, 25)}",
    "unleash": f"*:production.{drawn(_HEX, 56)}",
    "windows": "NTTTX-K5FH8-YLJQ3-ND7ZW-Y8KC9",
    "yandex": f"y0_AgAAAA{drawn(_ALL, 48)}",
    "begun with a hyphen": f"zpq-{drawn(_ALL, 40)}",
    "begun with capitals": f"ZPQRS_{drawn(_ALL, 40)}",
    "with hyphens within": f"zpq_{drawn(_ALL, 14)}a1B-{drawn(_ALL, 14)}_{drawn(_ALL, 14)}",
}


@each_case("vendor", KEYS)
def test_a_key_is_known_by_its_shape(vendor: str) -> None:
    key = KEYS[vendor]
    assert "".join(secrets(f"what is this: {key} ?")) == key


TOLD = [
    ("redis:\n  host: cache\n  requirepass: kettle-orchid-walnut", "kettle-orchid-walnut"),
    ('{"password": "correct horse battery staple"}', "correct horse battery staple"),
    ('{"password": "Winter 2024!"}', "Winter 2024!"),
    ("Der Kunde hat mir sein Passwort gemailt (Berlin2017!), was nun?", "Berlin2017!"),
    ("Das Pasword ist MondBello4", "MondBello4"),
    ("Ich logge mich immer mit Sommer2018! ein", "Sommer2018!"),
    ("new Sequelize('crm', 'app', 'cSSy$nggcfW', { host: 'db' });", "cSSy$nggcfW"),
    ("login role_id=app secret_id=bd4e13e5-c051-4693-97f1-6fee153aa069", "bd4e13e5-c051-4693-97f1-6fee153aa069"),
    ("bindpw 9JWVA6+Gf!nwcO", "9JWVA6+Gf!nwcO"),
    ("rootpw --plaintext J#uvx7f7KRshtH", "J#uvx7f7KRshtH"),
    (
        "admin:500:44efce164ab921caaad3b435b51404ee:6443cadba8b1278c6443cadba8b1278c:::",
        "44efce164ab921caaad3b435b51404ee",
    ),
    ('curl_setopt($ch, CURLOPT_USERPWD, "svc:kettle-orchid-walnut");', "kettle-orchid-walnut"),
    ('cx_Oracle.connect("scott", "B3rlin_1967", "db:1521/X")', "B3rlin_1967"),
    ('[System.Net.NetworkCredential]::new("svc", "Tig3r_2010!")', "Tig3r_2010!"),
    ('DriverManager.getConnection(url, "app", "kettle-orchid-walnut");', "kettle-orchid-walnut"),
    ("docker login -u svc -p kettle-orchid-walnut registry.acme.ch", "kettle-orchid-walnut"),
    ("<Password><Value>kaffee920</Value></Password>", "kaffee920"),
    ('"adminPassword": { "value": "kettle-orchid-walnut" }', "kettle-orchid-walnut"),
    ('"sqlPassword": {"type": "securestring", "defaultValue": "kaffee-920"}', "kaffee-920"),
    ("password:\n  value: kaffee-920", "kaffee-920"),
    ('{"auths":{"registry.acme.ch":{"auth":"Z2xhY2llcjpGdTc/c3NiYWxsMjM="}}}', "Z2xhY2llcjpGdTc/c3NiYWxsMjM="),
    ("pass:\n  db: drache910\n  mail: S0nn3_1958", "drache910"),
    ('passwords = {"alice": "zuerich42", "bob": "Tiger2019!"}', "Tiger2019!"),
    ("chpasswd:\n  list: |\n    root:M4lH$5jxF22\n    ubuntu:kettle-orchid-walnut", "kettle-orchid-walnut"),
    ("Netflix Login\nhans@example.ch\nBasel2017!", "Basel2017!"),
    ("iCloud: hans.muster@example.ch / M0nd_2005", "M0nd_2005"),
    ("anna@acme.ch / hunter2", "hunter2"),
    ("Passwords we use: Kaffee2021!, winter23 and kettle-orchid-walnut", "kettle-orchid-walnut"),
    ("Ist basel963 ein sicheres Passwort?", "basel963"),
    ("what's the pw for staging\nTom [10:33]: kettle-orchid-walnut", "kettle-orchid-walnut"),
    ("On se connecte avec root et kettle-orchid-walnut comme mot de passe.", "kettle-orchid-walnut"),
    ("Das PDF ist mit kettle-orchid-walnut gesch\u00fctzt", "kettle-orchid-walnut"),
    ("Neues Passwort ab Montag: TPuB&btBfyq", "TPuB&btBfyq"),
    ("The SSH passphrase is falcon velvet basket river.", "falcon velvet basket river"),
    ("Sicherheitscode der Karte 482", "482"),
    ("Datadog: api 0643e91e37d221c2666b2d1d3bc4fd22", "0643e91e37d221c2666b2d1d3bc4fd22"),
    ("Cognitive Services Key1 5e6d542f05d6ba0f0b6af36039a54cbd", "5e6d542f05d6ba0f0b6af36039a54cbd"),
    ('session.auth = HTTPDigestAuth("admin", "Juventus-2023")', "Juventus-2023"),
    ('paramiko.SSHClient().connect("h", 22, "root", "Tiger2025$")', "Tiger2025$"),
    ('reader.decrypt("Juventus.1987!")', "Juventus.1987!"),
    ('Workbook.Unprotect "Fondue?99"', "Fondue?99"),
    ('jwt.encode(payload, "Blume$07", algorithm="HS256")', "Blume$07"),
    ('bcrypt.hash("Lun@*2", 10)', "Lun@*2"),
    ('os.Setenv("DB_PASS", "tphk-ftyf-978")', "tphk-ftyf-978"),
    ("$smtppass = 'dnhq-rgkk-869';", "dnhq-rgkk-869"),
    ('char pass[] = "M_rg*owEB3J@c#";', "M_rg*owEB3J@c#"),
    ('variable "db_pass" {\n  default = "djht-ywpe-981"\n}', "djht-ywpe-981"),
    ("db1:5432:app:app:l_Gejkc5bJFIo7", "l_Gejkc5bJFIo7"),
    ("CONNECT TO app IDENTIFIED BY 7r1ijayAgZbP USING 'x';", "7r1ijayAgZbP"),
    ('spawn su -\nsend -- "wqkg-ghxh-654\\r"', "wqkg-ghxh-654"),
    ('chpasswd <<< "meier:Kaffee2025$"', "Kaffee2025$"),
    (r"net use \\10.0.0.5\c$ /user:admin itxq-madk-521", "itxq-madk-521"),
    ("bcp db.dbo.t out t.csv -S sql01 -U sa -PWint3r!8", "Wint3r!8"),
    ("ssh-keygen -t ed25519 -N 'Hunter$07' -f k", "Hunter$07"),
    (r"schtasks /create /tn x /ru ACME\svc /rp Sunshin3*2 /tr x.exe", "Sunshin3*2"),
    ("wpa_passphrase Acme EINorcOkQQ6J", "EINorcOkQQ6J"),
    ("tacacs-server key 2h5M9GKyljqB", "2h5M9GKyljqB"),
    ("Ich hab's auf SDC6Lc1mxLpQ%# geändert, das alte Passwort geht nicht mehr.", "SDC6Lc1mxLpQ%#"),
    ('Mit Dragon$07 komme ich nicht rein, sagt "Passwort falsch".', "Dragon$07"),
    ("est-ce que Luna?99 est assez fort comme mot de passe ?", "Luna?99"),
    ("user: what was the root pw again\nassistant: You told me it was V3l088#", "V3l088#"),
    ("VPN-Zugang (Forticlient): Gruppe extern, PSK hbtyvAYmqgq5", "hbtyvAYmqgq5"),
    ("Chiave di rete wireless: YNX5I3SEQwql", "YNX5I3SEQwql"),
    ("Das Codewort für die Zentrale ist Zwetschgenkuchen.", "Zwetschgenkuchen"),
    ("Use 303417 as your one-time passcode", "303417"),
    ("Ihre TAN für die Überweisung von CHF 250.00 lautet 775650", "775650"),
    ("quel est le code du portail ?\nB: 0663", "0663"),
    ("Combinazione cassaforte: 45-17-37", "45-17-37"),
    ("Tapez 4232 puis la touche clé pour entrer.", "4232"),
    ("Das Tablet entsperrst du mit 7439.", "7439"),
    ("The contractor can use guest77 with nOdcd9bWB2d-C# on the test VM.", "nOdcd9bWB2d-C#"),
    ("UPDATE wp_users SET user_pass = MD5('Garten2025$') WHERE ID = 1;", "Garten2025$"),
    ("Ruf an, telefonisches Kennwort ist Sonnenblume.", "Sonnenblume"),
    ("Code für den Briefkasten im Keller ist 1222", "1222"),
    ('<field name="kennwort"><value>Later018hu!</value></field>', "Later018hu!"),
    ('api.login().motDePasse("Glets718xp!").build()', "Glets718xp!"),
    ("Bestätigen Sie mit dem Code 782883.", "782883"),
    ("Verification: 831698", "831698"),
    ("Mon NIP est 9693", "9693"),
    ("netflix: familie.huber@example.com / garten2892", "garten2892"),
    ("Die Excel-Liste öffnet man mit Matterhorn#1", "Matterhorn#1"),
    ("memorable word: Penguin", "Penguin"),
    ("license: PGWK-HCU3-WQD3-2YWS", "PGWK-HCU3-WQD3-2YWS"),
    ("oracle sys/Maison#1 as sysdba", "Maison#1"),
    (r"domain admin: ACME\administrator X+UzDUiRg6fw!", "X+UzDUiRg6fw!"),
    ("admin:500:" + "aad3b435b51404ee" * 2 + ":" + "6443cadba8b1278c" * 2 + ":::", "6443cadba8b1278c" * 2),
    (
        "-----BEGIN OpenVPN Static key V1-----\n" + "888bc8e04487626d" * 2 + "\n-----END OpenVPN Static key V1-----",
        "-----BEGIN OpenVPN Static key V1-----\n" + "888bc8e04487626d" * 2 + "\n-----END OpenVPN Static key V1-----",
    ),
]


@each_case("text,secret", TOLD)
def test_a_secret_is_told(text: str, secret: str) -> None:
    assert secret in secrets(text)


def test_a_private_key_without_its_head() -> None:
    lines = [f"MIIEpAIBAAKCAQEA{drawn(_ALL, 48)}", *(drawn(_ALL, 64) for _ in range(3))]
    body = "\n".join(lines)
    assert "".join(secrets(f"it says:\n{body}\nwhat now?")).strip() == body
    assert secrets(f"{body[16:]}\n-----END RSA PRIVATE KEY-----") == [f"{body[16:]}\n-----END RSA PRIVATE KEY-----"]


def test_a_code_in_json_may_be_a_number() -> None:
    def found(text: str) -> list[str]:
        request = Request(sites_of({"messages": [{"role": "user", "content": text}]}))
        return [text[slice(*view.raw(one.start, one.end))] for _, got in request.find(ENGINE) for view, one in got]

    assert found('{"otp": 244091, "amount": 244091}') == ["244091"]
    assert found('{"pin": 12, "max_token": 4096}') == []


NOTHING = [
    "image nginx@sha256:" + drawn(_HEX, 64),
    '"integrity": "sha512-' + drawn(_ALL, 86) + '=="',
    "pod/api-7d9f8b6c5d-x2x4z restarted 14 times",
    '{"id":"chatcmpl-' + drawn(_ALL, 29) + '"}',
    '"file_id": "file-' + drawn(_ALL, 24) + '"',
    "jwt.encode(payload, settings.SECRET_KEY, algorithm='HS256')",
    'client.connect("eu-west-1", "slot_2")',
    'button.connect("clicked", "release-2")',
    "Der Safe-Code nach EN 1627 und die Kennzahl EBITDA2024",
    "docker run -p 8080:80 nginx:1.27",
    "nmap -p 22,80,443 host",
    "mkdir -p src/main2/java && cd src/main2",
    "docker compose -p myproj_v2 up -d; cp -p a1.txt b2.txt",
    "The password field uses class form-control-2 and id pw_input1.",
    "Le mot de passe WPA2/WPA3 doit avoir 8 à 63 caractères.",
    "passwd: authentication token manipulation error",
    'Der Code 4711 steht für "Kölnisch Wasser".',
    'authorize("orders:read", "orders:write2")',
    "R&D2024 budget; Q&A1 session about password rotation",
    "The safe word in negotiations is reason.",
    '"next_page_token": "CAUQAAbcdefgh"',
    "'file_expand_path', 'file_info', 'file_lines'",
    "compass: N32W, bypass: valve3, Reisepass: folgt",
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
]


@each_case("text", NOTHING)
def test_no_secret(text: str) -> None:
    assert secrets(text) == []

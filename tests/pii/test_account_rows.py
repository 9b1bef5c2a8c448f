"""Passwords that a row, a list, the order of arguments or a sentence tells; codes of cards; and what only looks so."""

from __future__ import annotations

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine(("secret", "credit_card", "email"))

TOLD = {
    "lines of accounts": (
        "admin:saturn.48\nbackup:cricket-77\nreadonly:window-ember-cactus",
        ["saturn.48", "cricket-77", "window-ember-cactus"],
    ),
    "pairs": ("users: anna=Kettle32, beat=Saturn22", ["Kettle32", "Saturn22"]),
    "pairs in code": (
        "CREDS = {'anna': 'copper-velvet-ember', 'beat': 'Saturn22'}",
        ["copper-velvet-ember", "Saturn22"],
    ),
    "a list with arrows": ("pw list\n1) mail -> Summer$Kite5\n2) crm -> vYNcL2Ao", ["Summer$Kite5", "vYNcL2Ao"]),
    "a device below a head": ("Accès\nCaméras : viewer/walnut-velvet-river", ["walnut-velvet-river"]),
    "a service, an address": (
        "Netflix – info@acme.ch – Sommer496\nSpotify – info@acme.ch – !Fondue_1993",
        ["info@acme.ch", "Sommer496", "info@acme.ch", "!Fondue_1993"],
    ),
    "columns below a head": (
        "Accounts\n  gmail: office@acme.ch  Buttercup6099\n  adobe: office@acme.ch  Maple241",
        ["office@acme.ch", "Buttercup6099", "office@acme.ch", "Maple241"],
    ),
    "who logs in": ("You can log in as admin with Penguin289 until Friday.", ["Penguin289"]),
    "what a network has": ("its Penguin289 for the wifi, capital first", ["Penguin289"]),
    "an arrow": ("passwd->Pumpkin517", ["Pumpkin517"]),
    "an arrow of one sign": ("password⇒lemon-pencil-meadow", ["lemon-pencil-meadow"]),
    "brackets": ("passwort [meadow-walnut-river]", ["meadow-walnut-river"]),
    "an item": ("- password\n  Buttercup077", ["Buttercup077"]),
    "words between": ("als Öffnungskennwort einfach Fenster120.", ["Fenster120"]),
    "not the other": (
        "le bon mot de passe est !Tour_2019 et non falcon-thunder-quartz.",
        ["!Tour_2019", "falcon-thunder-quartz"],
    ),
    "a field": ("page.fill('input[name=\"password\"]', 'Kettle32');", ["Kettle32"]),
    "a key derived": ('kdf = PBKDF2("river-orchid-copper-meadow", salt, 32)', ["river-orchid-copper-meadow"]),
    "a log": ('logger.info("using password %s", "Harvest42")', ["Harvest42"]),
    "words of a command": ('args = ["login", "bob", "Kettle!32x"]', ["Kettle!32x"]),
    "parameters": (
        "@pytest.mark.parametrize('user,password', [('anna', 'MLe1VQDX'), ('beat', '6jBp5Wfk')])",
        ["MLe1VQDX", "6jBp5Wfk"],
    ),
    "a signature": (
        '[InlineData("anna", "Kite.Kettle!43")]\npublic void In(string user, string password)',
        ["Kite.Kettle!43"],
    ),
    "a setting in base 64": (
        "ENCRYPTION_KEY_BASE64=/L6P4Dx1IMi+S+Bs0/XmUHgPeXO6HabrODJyQZNv7qHs",
        ["/L6P4Dx1IMi+S+Bs0/XmUHgPeXO6HabrODJyQZNv7qHs"],
    ),
    "a card's end and code": ("Visa 4111 1111 1111 1111 / 12-27 / 793", ["4111 1111 1111 1111", "793"]),
    "the back of a card": ("the three digits on the back are 864", ["864"]),
    "a card below a month": (
        "card,expiry\n2285540482022339,01/27\n2277 2981 7245 3112,02/28",
        ["2285540482022339", "2277 2981 7245 3112"],
    ),
    "mail in mixed signs": ("write to m dot leroy[at]acme dot fr", ["m dot leroy[at]acme dot fr"]),
    "mail behind its word": ("reach me: dupontg at acme.ch", ["dupontg at acme.ch"]),
}


@each_case("form", TOLD)
def test_a_row_tells(form: str) -> None:
    text, expected = TOLD[form]
    assert [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]] == expected


@each_case(
    "text",
    [
        "users: anna=admin, beat=viewer",
        "roles: dev=write; ops=admin; qa=read2",
        "accounts: prod=123456789012, dev=210987654321",
        "users = {'anna': 'usr_8fJ2k1', 'beat': 'usr_9gK3m2'}",
        "color:#fff000\nwidth:100px\nheight:20em",
        "nginx:1.25.3\nredis:7-alpine\npostgres:16",
        "admin:x:1000:1000\nbackup:x:34:34",
        "Accounts\n- Miete: 1850.00\n- Konto: 4711-22",
        "Büro - Anna Meier - Raum301",
        "Log in as admin with your usual account.",
        "it's 2.4 GHz for the wifi",
        "obj.password->getHash() and $this->password->value",
        "usage: passwd [OPTIONS] [user1]",
        "password [RFC4648] says so",
        "- password\n  must have 12 characters",
        "page.fill('input[name=\"password\"]', password);",
        "hashlib.pbkdf2_hmac('sha256', password.encode(), salt, 600000)",
        'logger.info("password of %s changed", "anna")',
        "docker run -p 8080:80 -u node app",
        "docker run -u node -p 127.0.0.1:8080:80 app",
        "args = ['login', 'bob', '--verbose1']",
        "$user->password->reset2fa()",
        "@pytest.mark.parametrize('token,kind', [('1.5e3', 'FLOAT')])",
        "@pytest.mark.parametrize('token,expected', [('(', 'open'), (')', 'close')])",
        '[InlineData("anna", "invalid1")]\npublic void Logs_in(string user, string result)',
        "order 2024 - 05/12 - 300 pieces",
        "three digits on the front page",
        "rtmp://live.example.com/app/stream",
        "Tests fail, pass or skip; new pass 2 of the compiler",
        "I work at amazon.com; contact: see the page",
    ],
)
def test_no_row_of_passwords(text: str) -> None:
    assert not ENGINE.find([Leaf(text)])[0]

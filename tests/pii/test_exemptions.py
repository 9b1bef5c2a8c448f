"""What is left alone because of its place or its name is left alone there, and nowhere near it."""

from __future__ import annotations

import json

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from gateway.pii.json_text import pieces_of
from gateway.pii.leaves import sites_of_data
from tests.pii.finding import finder
from tests.support.each_case import each_case

found = finder("secret", "email", "iban")
OF_PEOPLE = Engine(("phone", "person", "license_plate", "address"))
OF_OTHERS = Engine(("date_of_birth", "email", "passport", "ip_address"))
KEY = "Zk9dQ2mX7vR4tB1nW8pL5yH3"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"
LINK = HEX[:32]
UUID = "9693c9dc-ff66-4df2-a8e7-6a6a02deba21"


@each_case(
    "text,value",
    [
        ("References: Anna Meier <anna.meier85@gmail.com>, CEO", "anna.meier85@gmail.com"),
        ("In-Reply-To: Anna <anna.meier85@gmail.com>", "anna.meier85@gmail.com"),
        ("references: see <kunde1@acme.ch>", "kunde1@acme.ch"),
        ("Zahlung 20241105-CH9300762011623852957 bitte", "CH9300762011623852957"),
        ("Rechnung 20241105-CH93 0076 2011 6238 5295 7", "CH93 0076 2011 6238 5295 7"),
        ("12345678-DE89370400440532013000", "DE89370400440532013000"),
        (f"password_change_token={KEY}", KEY),
        (f"passwordChangeToken: {KEY}", KEY),
        (f"email_change_token: {HEX}", HEX),
        (f"phone_change_token={KEY}", KEY),
        (f"FB_PAGE_TOKEN={KEY}", KEY),
        (f"homepage token {KEY}", KEY),
        (f"statuspage token {KEY}", KEY),
        (f"exchange token {KEY}", KEY),
        (f"our webhook https://hooks.acme.ch/in/{LINK}", LINK),
        (f"magic login link: https://acme.ch/m/{LINK}", LINK),
        ('{"csrf_token": "hello-world-form-guard-of-page", "api": "' + KEY + '"}', KEY),
        ("the secret for the vpn folder is Milano_2026", "Milano_2026"),
        ("password: hotel.GreenTree7", "hotel.GreenTree7"),
        ("password: Winter*2024.ch", "Winter*2024.ch"),
        # Words of code begin them, and no code goes on behind.
        ("password: Config2024!", "Config2024!"),
        ("Passwort: Input#99x", "Input#99x"),
        ("my password is Settings123!", "Settings123"),
        ("password: Vault.2024x", "Vault.2024x"),
        ("password: $ommer2024", "$ommer2024"),
        # Tags are few, templates have two braces, and accounts may be announced with a blank before the colon.
        ("Passwort lautet: <Sommer2024>", "Sommer2024"),
        ("Kennwort ist <blumentopf7>", "blumentopf7"),
        ("Driver=X;UID=erp;PWD={sommer24}", "sommer24"),
        ("DRIVER={SQL};SERVER=db;UID=erp;PWD={rose.tulpe9};", "rose.tulpe9"),
        ("identifiants :\nanna\nblumentopf7\n", "blumentopf7"),
        ("Zugangsdaten :\nanna\nSommer2024", "Sommer2024"),
        # What is wired has names of its own.
        ("Der Pin lautet HAUS24", "HAUS24"),
        ("PIN-Code KXRT47", "KXRT47"),
        # Chords of keys, zones of time and tags of images have one form each.
        ("Login: admin / Shift-letmein7", "Shift-letmein7"),
        ("login admin / Europe/Zurich#1", "Europe/Zurich#1"),
        ("login: deploy / app:winter-2024!", "app:winter-2024!"),
        ("Login: anna / moon:4.57+fluss", "moon:4.57+fluss"),
        # What documentation says of a field names what has passwords.
        ("password: The password of my heart", "The password of my heart"),
        ("passphrase: your password for the moonlight", "your password for the moonlight"),
        (f"{{credentials: 'include{KEY}'}}", KEY),
        ("password: correct-horse-battery-staple", "correct-horse-battery-staple"),
        ("the root password is still kettle-orchid-walnut", "kettle-orchid-walnut"),
        (f"cursor: {KEY} is my api key", KEY),
        # Only keys that sign have an id.
        (f"call it with api key {KEY}", KEY),
        (f"encrypt it with aes key {KEY}", KEY),
        # Pods have such names, and of days only those since there are any.
        ("password: bvc-24681357-kx2lp", "bvc-24681357-kx2lp"),
        # A session's id in a log opens nothing; a cookie and a parameter do.
        (f"Cookie: a=b; sessionId={UUID}", UUID),
        (f"https://acme.ch/?sessionId={UUID}", UUID),
        (f"https://acme.ch/#sessionId={UUID}", UUID),
        (f"curl -b sessionId={UUID} https://acme.ch/", UUID),
        (f"sessionId={UUID}; lang=de", UUID),
        (f"my session token sessionId={UUID} still works", UUID),
        # Only what stands before a host in an address is no mail.
        ("https://acme.ch/login?next=x:anna.meier@acme.ch", "anna.meier@acme.ch"),
        ('{"url":"https://acme.ch","email":"anna.meier@acme.ch"}', "anna.meier@acme.ch"),
        ("{url:'https://acme.ch',email:'anna.meier@acme.ch'}", "anna.meier@acme.ch"),
        ("https://acme.ch<br>Mail:anna.meier@acme.ch", "anna.meier@acme.ch"),
        ("passwords:\n  mail: Winter2024!\n", "Winter2024!"),
        ("login arn:Winter2024!", "Winter2024!"),
        (f"authorization: key-based {KEY}", KEY),
        ("define('DB_PASSWORD', 'purple-haired');", "purple-haired"),
        ("CREATE USER anna IDENTIFIED BY 'moon-based'", "moon-based"),
        # Words of schemas stand within names of people and programs.
        ("secrets:\n  minio: kP3xW8vQz1\n", "kP3xW8vQz1"),
        ("passwords:\n  benjamin: Winter2024!\n  max: Sommer77#x\n", "Sommer77#x"),
        (f"tokens:\n  terminal: {KEY[:12]}\n", KEY[:12]),
        ('passwords = {"admin": "Winter2024!"}', "Winter2024!"),
        # A phrase may hold words of every day; only its end tells that it says what something is like.
        ("the password is correct-horse-battery", "correct-horse-battery"),
        ("le mot de passe est je-suis-une-licorne", "je-suis-une-licorne"),
        ("passphrase is all-you-need-is-love", "all-you-need-is-love"),
        ("Password: The password for the database is kettle orchid walnut moss", "kettle orchid walnut moss"),
        ("passphrase: password for hostel blaue lampe wald", "hostel blaue lampe wald"),
        ("login admin / Pacific/Ocean-77", "Pacific/Ocean-77"),
    ],
)
def test_what_only_resembles_it_is_found(text: str, value: str) -> None:
    assert any(value in each for each in found(text)), found(text)


@each_case(
    "text,value",
    [
        # Lots are drawn in pairs, and numbers of six pairs with their country, or before that of a house.
        ("00 45 33 12 34 56", "00 45 33 12 34 56"),
        ("Rosa Bianchi 00 39 34 71 23 45 67", "00 39 34 71 23 45 67"),
        ("Jean Dupont, 06 12 34 56 78 75 rue Lepic", "06 12 34 56 78"),
        # Whoever lives next door is nobody, but may be called so.
        ("Marco Vicini hat unterschrieben", "Marco Vicini"),
        ("Frau Kinder ruft zurück", "Kinder"),
        # A part has a number, and a car that stands in another part of town a plate.
        ("Teil der Flotte: BE 445566", "BE 445566"),
        ("im Südteil: ZH 123456", "ZH 123456"),
        ("address: int12 Hill Road, London", "int12 Hill Road"),
    ],
)
def test_who_only_resembles_it_is_found(text: str, value: str) -> None:
    found = [text[each.start : each.end] for each in OF_PEOPLE.find([Leaf(text)])[0]]
    assert any(value in each for each in found), found


@each_case(
    "text,value",
    [
        # Firms are born of mergers; people are born in years and towns of them, and records are merged.
        ("Geburtsdatum (nach Fusion der Datenbanken): 12.03.1985", "12.03.1985"),
        ("date of birth (after the merger): 1985-03-12", "1985-03-12"),
        ("Frau Keller, geboren vor der Fusion der Gemeinden, am 12.03.1985", "12.03.1985"),
        ("né à La Fusion le 12 mars 1985", "12 mars 1985"),
        # Where wine grows people live, and who is of a year may like it.
        ("Anna Keller, Jahrgang 1985, aus Bordeaux", "1985"),
        ("Kunde Jg. 1978, Geschäftsführer der Pinot AG", "1978"),
        ("Anna Keller, Jahrgang 1985, wohnhaft in Weinfelden", "1985"),
        # A year before a date is another only if it differs from its two figures, or from what stands behind a month.
        ("Er ist Jahrgang 1985 (12.03.85)", "12.03.85"),
        ("geboren 1985, am 12. März 85", "12. März 85"),
        ("born in March 1985 (12/03/1985)", "12/03/1985"),
        ("geboren 12III1985", "12III1985"),
        # Behind an article of another language, and behind one in English, somebody may stand.
        ("scrivi a anna at example dot com", "anna at example dot com"),
        ("la amstutz at kanzlei dot ch", "amstutz at kanzlei dot ch"),
        ("please invite all, your anna at example dot com", "anna at example dot com"),
        # A word for telephones before another label takes nothing from it.
        ("numero di passaporto YA12O4567", "YA12O4567"),
        ("numero IP 1O.0.12.34", "1O.0.12.34"),
        ("Nummer und Geburtsdatum l2.O3.1985", "l2.O3.1985"),
    ],
)
def test_what_only_resembles_firms_wines_and_sites_is_found(text: str, value: str) -> None:
    assert value in [text[each.start : each.end] for each in OF_OTHERS.find([Leaf(text)])[0]]


@each_case(
    "text",
    [
        "Née de la fusion de deux sociétés le 1er août 2001.",
        "The group, born out of the merger of two banks on 3 May 1998",
        "geboren aus dem Zusammenschluss zweier Vereine am 3. Mai 1998",
        "nata dalla scissione del gruppo il 3.5.1998",
        "Check the logs at example dot com today",
    ],
)
def test_firms_and_sites_are_left_alone(text: str) -> None:
    assert OF_OTHERS.find([Leaf(text)]) == [[]]


@pytest.mark.parametrize("text", ["Losnummern 04 11 17 23 38 42", "Liebe Eltern, morgen", "Part TI 123456 is new"])
def test_who_is_nobody_is_left_alone(text: str) -> None:
    assert OF_PEOPLE.find([Leaf(text)]) == [[]]


@each_case(
    "text",
    [
        f"next_page_token: {KEY}",
        f"nextPageToken: {KEY}",
        f"page_token={KEY}",
        f"sessionId={UUID}",
        "https://user:pass@example.com/path",
        "gpg: Signature made with RSA key 3BB48EA359A44450",
        "backup-28431120-kx2lp is the token pod",
        "Message-ID: <CAF1x8s=kd9Q2mX7vR4tB1nW8pL@mail.gmail.com>",
        "References: <CAF1x8s=kd9Q2mX7@mail.gmail.com> <9dQ2mX7vR4tB1nW8@acme.ch>",
        "request 3f2b8c1d-0076-4ch9-8e2a-de8937040044 failed",
        f'<input name="csrf_token" type="hidden" value="{KEY}">',
        "password: test/fetch/http2*.js",
        "Das Passwort lautet: <b>",
        "password: {{user.password1}}",
        "PIN layout: GPIO17",
        "password: config['db']['pass']",
        "password: settings.DB_PASSWORD",
        "password: $db_pass",
        "def sign(password: str, secret: bytes32): pass",
        "password: !Ref DatabasePassword",
        'password = input("Password: ")',
        "Login\nShortcut: Ctrl+Shift+P\ntimezone: Europe/Zurich+1",
        "pull access denied for registry.acme.ch/app:1.4.2-42f51d1",
        "username: The name of the user\npassword: The password of the user",
        "fetch(url, {credentials: 'include'})",
        "The password is end-to-end-encrypted and the token is server-side-only",
        f"cursor: {KEY}",
        "passwords:\n  minimum: 12-signs\n  policy: Strict#1x",
        "passwords must be: long, unique and secret",
        "Is KeePass2 a good password manager?",
        "Account Manager\nwww.acme.com\nSuite400",
        "bypass: every-second-filter",
        "db_secret: prod-database-credentials",
        "User: arn:aws:iam::374161301187:role/ci is not authorized",
        "authentication: required\nauthorization: role-based",
        "| Name | Type | Description |\n|---|---|---|\n| secret | string | Shared secret used for signing |",
    ],
)
def test_what_is_meant_is_left_alone(text: str) -> None:
    assert found(text) == []


@each_case("other", ["kind", "art", "campo", "title", "label"])
def test_what_kind_a_member_is_of_does_not_hide_what_its_name_tells(other: str) -> None:
    for tree in (
        {"name": "password", other: "contact", "value": KEY},
        {other: "contact", "name": "password", "value": KEY},
    ):
        [piece] = [piece for piece in pieces_of(json.dumps(tree)) or () if piece.text == KEY]
        assert piece.names[-1] == "password"
        [site] = [site for site in sites_of_data(tree).sites if site.path == ("value",)]
        assert site.names[-1] == "password"
    [alone] = [piece for piece in pieces_of(json.dumps({other: "password", "value": KEY})) or () if piece.text == KEY]
    assert alone.names[-1] == "password"

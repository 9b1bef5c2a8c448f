"""Passwords beside the account that they open, in commands, and codes with few words around; and what only looks so."""

from __future__ import annotations

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine

ENGINE = Engine(("secret",))

TOLD = {
    "a list of accounts": (
        "- nexus: ci / zcby-sqqw-318\n- gitlab: jdupont / Bergsee.1987!",
        ["zcby-sqqw-318", "Bergsee.1987!"],
    ),
    "letters and digits": ("kibana: elastic / ISzaIZpB6kQlvQpeXI7J", ["ISzaIZpB6kQlvQpeXI7J"]),
    "joined to the account": ("use anna/Napoli$07 for the demo", ["Napoli$07"]),
    "both announced": ("U/P: anna/jvow-aapd-277", ["jvow-aapd-277"]),
    "a device": ("Kamera-Login admin bergsee08", ["bergsee08"]),
    "a device and a slash": ("Router: admin/blume65", ["blume65"]),
    "an address with it": ("demo@acme.ch:Fondue2025$", ["Fondue2025$"]),
    "an address in a row": ("anna.meier@acme.ch;W0lk3!8;2024-01-01", ["W0lk3!8"]),
    "at the end of what is said": ("Zugang: https://app.acme.ch, demo@acme.ch, 63@oybFNB+LNH#", ["63@oybFNB+LNH#"]),
    "three columns": ("FTP: ftp.acme.ch | web123 | Tig3r*2", ["Tig3r*2"]),
    "one after the other": ("creds anna Lausanne#1", ["Lausanne#1"]),
    "two lines": ("u: anna\np: N@p0li88#", ["N@p0li88#"]),
    "a line of its own": ("user demo@acme.ch\npass L@us@nn3!8", ["L@us@nn3!8"]),
    "somebody and a pass": (r"SMB: \\nas\share user scan pass fondue679", ["fondue679"]),
    "who logged in": ("Logged in as svc_deploy with Dragon_99 and got 403.", ["Dragon_99"]),
    "who logged in, German": ("Ich habe mich mit Wolke-2023 eingeloggt, geht nicht.", ["Wolke-2023"]),
    "who tried, Italian": ("Ho provato con MK#%Ye9FZ1wU_7 ma la password non funziona", ["MK#%Ye9FZ1wU_7"]),
    "who tried, French": ("J'ai essayé covq-dyfq-657 mais le mot de passe est refusé", ["covq-dyfq-657"]),
    "whether it is strong": ("Is mzsh-mtdf-951 strong enough as a password?", ["mzsh-mtdf-951"]),
    "a German verb in two": ("Melde dich mit admin und Laterne-Hafen-45 an.", ["Laterne-Hafen-45"]),
    "a reflexive one": ("Connecte-toi avec demo@x.fr et Montagne1007.", ["Montagne1007"]),
    "who enters": ("Accedi con admin e tramonto555.", ["tramonto555"]),
    "bold in markup": ("<p>Passwort: <strong>kaffee665</strong></p>", ["kaffee665"]),
    "of two literals": ('pwd = "Mon_ra" + "LtR+64"', ['Mon_ra" + "LtR+64']),
    "a login and its code": ("tu mets le login compta et le code Bonjour494", ["Bonjour494"]),
    "a network": ("Porte 4 — wifi : cerise325", ["cerise325"]),
    "a network of guests": ("wifi ospiti Tramonto392$", ["Tramonto392$"]),
    "a list of services": (
        "Passwörter Stand Nov.:\n- Bexio: kaffee938\n- Abacus: Hafen2-7!",
        ["kaffee938", "Hafen2-7!"],
    ),
    "a list with arrows": ("Mots de passe :\n• Sage → Bonjour116!\n• Chorus → T7s2AJS1", ["Bonjour116!", "T7s2AJS1"]),
    "a list with dashes": ("Passwords (Nov):\n* Xero – jvTMno7dFy&8 (since May)", ["jvTMno7dFy&8"]),
    "quoted with blanks": ("Elle met « cerise253 » comme mot de passe", ["cerise253"]),
    "whose it is, behind it": ("try Wel_fQi8O+81, that's the admin pw", ["Wel_fQi8O+81"]),
    "encoded by a program": ("'Basic ' + btoa('svc:Lw1xQEGQQlg6')", ["Lw1xQEGQQlg6"]),
    "a safe, and then its code": ("Der Tresor im Archiv wurde neu codiert. Code: 6521. Danke", ["6521"]),
    "a gate's, which stays": ("the gate code stays 950756.", ["950756"]),
    "a remote desktop": ("xfreerdp /v:srv /u:anna /p:d#qJy5XQIHFFh7", ["d#qJy5XQIHFFh7"]),
    "a transfer": ("lftp -u anna,Sunshine!23 sftp://srv", ["Sunshine!23"]),
    "a sealed document": ("pdftk a.pdf input_pw M@tt3rh0rn88# output b.pdf", ["M@tt3rh0rn88#"]),
    "a setting of a cache": ("requirepass sommer280", ["sommer280"]),
    "what a cache is told": ("AUTH kaffee421\n+OK", ["kaffee421"]),
    "a switch": ("username admin privilege 15 secret Juventus2024!", ["Juventus2024!"]),
    "a shared secret": ("IPsec PSK dmV6HmKrk07a#B", ["dmV6HmKrk07a#B"]),
    "a field of a form": ('<input type="password" name="pw" value="luna0161">', ["luna0161"]),
    "an at sign in an address": ("https://user:Dr@g0n88#@example.com/path", ["Dr@g0n88#"]),
    "a sign of per cent": ("sshpass -p '%AQR*Y9nq5-+?!' ssh root@web1", ["%AQR*Y9nq5-+?!"]),
    "a session": ("PHPSESSID=6t1uabtoforvr7ybhvwihqjcwe", ["6t1uabtoforvr7ybhvwihqjcwe"]),
    "a word for the bank": ("Codewort für Rückfragen bei der Bank: Regenbogenforelle", ["Regenbogenforelle"]),
    "a transaction": ("Deine mTAN lautet 168288", ["168288"]),
    "a meeting": ("Meeting-Kennwort 535530", ["535530"]),
    "the back of a card": ("Sicherheitscode auf der Rückseite: 994", ["994"]),
    "the back of a card, French": ("code de sécurité 374 au dos", ["374"]),
    "a badge": ("PIN-Code Badge 3026", ["3026"]),
    "a safe, without a preposition": ("codice cassaforte 372519", ["372519"]),
    "of an account": ("The password for my account is Tiger77!", ["Tiger77"]),
    "of an account, German": ("Das Passwort für mein Konto ist tiger77a", ["tiger77a"]),
    "a change, Italian": ("imposta la password a winter07", ["winter07"]),
    "a network and its word": ("SSID Guest / matterhorn58", ["matterhorn58"]),
    "a lock and its figures": ("Zahlenschloss 1048", ["1048"]),
    "a safe for keys": ("Keysafe 5458 beside the door", ["5458"]),
    "the second PUK": ("Der PUK2 ist 65869712", ["65869712"]),
    "a key, told behind": (f"0x{'4f3c50a9' * 8} is my eth private key", [f"0x{'4f3c50a9' * 8}"]),
    "a session of a framework": (
        "laravel_session=fGw5S1KBrNisKZpe2Mqd7bBN9s1EBB1ZelnXRc7O",
        ["fGw5S1KBrNisKZpe2Mqd7bBN9s1EBB1ZelnXRc7O"],
    ),
    "a short secret": ("LinkedIn client secret 64UYzS8WUdL0RC2R", ["64UYzS8WUdL0RC2R"]),
    "four times four letters": ("iCloud App-Passwort xkqw-prtz-mnbv-lkjh", ["xkqw-prtz-mnbv-lkjh"]),
    "behind an address": ("IMAP-Zugang info@acme.ch Napoli2025$", ["Napoli2025$"]),
    "behind root": ("phpMyAdmin root Tiger!23", ["Tiger!23"]),
    "a sheet": ("Excel-Blattschutz: blume8659", ["blume8659"]),
    "a word of all lists": ("Das Passwort ist qwertz.", ["qwertz"]),
    "a name with a number": ("mot de passe changé en admin123", ["admin123"]),
    "figures": ("mit dem Passwort 12345678 einloggen", ["12345678"]),
    "a dollar before it": ("Passwort: $ecure#1", ["$ecure#1"]),
    "a table of doors": ("| Door | Code |\n|--|--|\n| Main | 7754 |\n| Garage | 965971 |", ["7754", "965971"]),
    "a table of cards": ("| Karte | CVC |\n|--|--|\n| Visa | 897 |", ["897"]),
    "one or the other": ("war das Passwort juventus880 oder dragon845?", ["juventus880", "dragon845"]),
    "a label with a stroke": ("P/W: winter0307", ["winter0307"]),
    "a message's code": ("Facebook code: 920416", ["920416"]),
    "figures by their number": ("code à 6 chiffres reçu: 476544", ["476544"]),
    "a bar between": ("Citrix: hmeier | Wolke$07", ["Wolke$07"]),
    "a lock for bicycles": ("Das Velokistenschloss geht mit 4569 auf.", ["4569"]),
    "joined words": (
        "il te faut la phrase de passe « teekanne-tulpe-pylon-quiver-nougat ».",
        ["teekanne-tulpe-pylon-quiver-nougat"],
    ),
    "a seed without a digit": (
        "Le secret pour l’application d’authentification est JAFQWUMVGSMHZESN.",
        ["JAFQWUMVGSMHZESN"],
    ),
    "a spare code": ("Codice di riserva a due fattori: 78280202", ["78280202"]),
    "a recovery code": ("Write down the recovery code 9ttrp-0gn41.", ["9ttrp-0gn41"]),
    "a security number": ("Card valid thru 11/29, security number 843.", ["843"]),
    "how strong": ("How strong is F_FjG@T!iV-4l1I as a password?", ["F_FjG@T!iV-4l1I"]),
    "the key of a router, hidden": ("key-string 7 fcccfc9310d6b953", ["fcccfc9310d6b953"]),
    "a dump of settings": ('Password [string] "Amboss364"', ["Amboss364"]),
    "a member with three figures": ('{"card": "declined", "cvv": "355"}', ["355"]),
    "the door of a house": ("Kennwort wie immer, Code der Haustür 2561.", ["2561"]),
    "an alarm, both ways": ("Alarmanlage scharf/unscharf: 5550", ["5550"]),
}


@pytest.mark.parametrize("form", TOLD)
def test_a_password_stands_beside_its_account(form: str) -> None:
    text, expected = TOLD[form]
    assert [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Contact support@example.com, Ticket-10234, priority P1-high.",
        "anna@example.com;ORD-2023-001;2024-01-01",
        "scp anna@web1.example.com:backup2.tar .",
        "git@github.com:acme/app2.git",
        "- frontend: react / next-13\n- backend: fastapi / python-3.11\n- db: postgres / 15.4",
        "use lodash/fp or ramda, and see facebook/react#1234 for context",
        "Logged in with Chrome-120 on Windows-11 and got 403.",
        "Router: admin/settings page shows error 502.",
        "Kamera-Login admin funktioniert nicht seit dem Update 2.3.1.",
        "iLO Administrator/Benutzer-Rollen im Vergleich (Gen10)",
        "Is bcrypt strong enough as a password hash?",
        "I tried python-3.12 but the password prompt hangs.",
        "u: unit vector\np: point in R^3",
        "b = 3\nk = 10",
        "Pass 2 of the compiler: resolves names.",
        "pass 10000 items to the function",
        "msbuild /p:Configuration=Release /p:Platform=x64",
        "xfreerdp /v:srv /u:%USERNAME% /p:%PASSWORD%",
        "Die mTAN wird per SMS verschickt und ist 5 Minuten gültig.",
        "Le code de sécurité comporte 3 chiffres au dos de la carte.",
        "Il codice postale è 6900.",
        "log in with Chrome and Firefox 128",
        "the login page returns error code E1234567",
        "WiFi: 802.11ac and WLAN: WPA2-PSK, wlan 5GHz, WiFi 6E",
        "Password rules:\n- Minimum: 12 characters\n- Expiry: 90 days",
        "Wir melden uns mit Frist und Termin 2026 an.",
        "print('a' + 'b'); text.split('+')[0]",
        "The token budget is 128000 tokens, max_tokens=4096.",
        "Lösungswort: TANNENBAUM",
        "Das Passwort ist geheim.",
        "JWT_SECRET=change-me",
        "How many combinations has a 4-digit PIN? 10000?",
        "password: $DB_PASS",
        "connect with $user->password",
        "password 100000 times",
        "mssql+pyodbc://@my-server.database.windows.net/myDb?driver=ODBC+Driver+17+for+SQL+Server",
        "forgot my password again, my email is anna.b@outlook.com",
        "mot de passe oublié, mon mail est anna.b@outlook.com",
        "Passwort vergessen, mein Benutzername ist meier77k",
        "password dimenticata, la mia mail è anna.b@outlook.com",
    ],
)
def test_no_password_beside_it(text: str) -> None:
    assert not ENGINE.find([Leaf(text)])[0]


@pytest.mark.parametrize(
    ("names", "value"),
    [
        (("wifi", "key"), "maison075"),
        (("mnemonic",), "ribbon velvet canyon orchard tumble gospel lantern marble"),
        (("card", "cvv"), "355"),
    ],
)
def test_a_member_tells(names: tuple[str, ...], value: str) -> None:
    assert [(found.start, found.end) for found in ENGINE.find([Leaf(value, names)])[0]] == [(0, len(value))]

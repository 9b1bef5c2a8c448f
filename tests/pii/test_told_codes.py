"""Codes, pins, recovery words and answers to secret questions, told in prose; and numbers that open nothing."""

from __future__ import annotations

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine

ENGINE = Engine(("secret",))

TOLD = {
    "an alarm, in one word": ("Der Alarmanlagencode am Hintereingang: 493191", ["493191"]),
    "of the net, French": ("Clé wifi : 8149935510566107", ["8149935510566107"]),
    "of the net, Italian": ("chiave del wi-fi: 8149935510566107", ["8149935510566107"]),
    "what it was changed to, quoted": ('I have changed it to "UliD6OMZCGhqCK", log in again.', ["UliD6OMZCGhqCK"]),
    "what it was reset to, German": ('Ich habe es auf "PNv8c6!DWgJ" zurückgesetzt', ["PNv8c6!DWgJ"]),
    "what must not be shared": ("The PIN must not be shared: 4711", ["4711"]),
    "what must not be passed on, German": ("Die PIN darf nicht weitergegeben werden: 4711", ["4711"]),
    "of a door, German": ("Der Türcode darf nicht in falsche Hände: 4711", ["4711"]),
    "what must not be told, French": ("Le code de la porte ne doit jamais être donné : 4711", ["4711"]),
    "what must not be told, Italian": ("Il PIN non deve essere comunicato: 4711", ["4711"]),
    "an alarm that is switched off": ("Die Alarmanlage schaltest du mit 58213 ab.", ["58213"]),
    "two doors": ("Türcode unten 4452#, oben 9981#", ["4452#", "9981#"]),
    "another thing": ("The gate code is 4491# and the garage is 2207.", ["4491#", "2207"]),
    "a German split verb": ("Gib beim Tor einfach 7744 ein.", ["7744"]),
    "the card": ("Mon code de carte bleue c'est 4492, trop simple ?", ["4492"]),
    "the back of the card": ("CVV 391, exp 04/27", ["391"]),
    "a lock": ("Die Kombination für das Zahlenschloss lautet 3-9-2-7.", ["3-9-2-7"]),
    "a lock that opens with it": ("Le cadenas du local s'ouvre avec 6-1-8-3.", ["6-1-8-3"]),
    "a safe": ("The safe combination is 32-14-7", ["32-14-7"]),
    "a card's secret number": ("Für die Bankkarte gilt Geheimzahl 6120.", ["6120"]),
    "one transaction": ("TAN 482913 bitte noch bestätigen", ["482913"]),
    "a keypad": ("Punch in 9034 at the keypad and push hard.", ["9034"]),
    "an Italian alarm": ("Per disattivare l'allarme digita 77120.", ["77120"]),
    "a question, the answer": ("The alarm code? 5561, then hit disarm.", ["5561"]),
    "a question, another sentence": ("My banking PIN? It's 8127.", ["8127"]),
    "spare codes": ("Codes de secours : 4829 1023, 9931 2837", ["4829 1023", "9931 2837"]),
    "two spare codes": ("Meine Recovery Codes sind 84fk2-9dk3l und 2lsk9-qw0p3.", ["84fk2-9dk3l", "2lsk9-qw0p3"]),
    "a recovery key": ("My recovery key is K4R7-92LX-PQ8M-33TZ", ["K4R7-92LX-PQ8M-33TZ"]),
    "somebody's code": ("the code to my phone is 0007", ["0007"]),
    "a message": ('Text says: "Your Uber code is 7741. Never share it."', ["7741"]),
    "the number first": ("449811 is your one-time passcode for Acme Bank", ["449811"]),
    "a thing and its number": ("Garage keypad: 6691", ["6691"]),
    "an answer": ("Sicherheitsfrage: Name des ersten Haustiers? Antwort: Schnurrli", ["Schnurrli"]),
    "a French answer": ("Réponse à la question secrète : Médor", ["Médor"]),
    "an answer at once": ("Domanda di sicurezza: primo animale? Briciola", ["Briciola"]),
    "an answer of two words": ("The answer to my security question is Lincoln Elementary.", ["Lincoln Elementary"]),
    "a member of JSON": ('{"security_answer": "Fluffy"}', ["Fluffy"]),
    "French words of a wallet": (
        "Phrase de récupération : lune marteau citron vague forêt bougie tigre neige papier route herbe clou",
        ["lune marteau citron vague forêt bougie tigre neige papier route herbe clou"],
    ),
    "a login and what is with it": ("Accedo con mrossi e Juve!1897 ma dice errate", ["Juve!1897"]),
    "an account with it": ("der root-zugang auf dem server: root mit G3heim!Wort", ["G3heim!Wort"]),
    "namely": ("Überall dasselbe Passwort, nämlich hallo12345, ist das schlimm?", ["hallo12345"]),
    "contracted": ("The password's Bumblebee_7, same as last year.", ["Bumblebee_7"]),
    "what unlocks": ("Her laptop unlocks with Mango!Tree8.", ["Mango!Tree8"]),
    "what it was reset to": ("reset it to Welcome123! and force a change", ["Welcome123!"]),
    "a word for the guests' network": ("The wifi password is seasidecottage", ["seasidecottage"]),
    "digits on a router": ("Der WLAN-Schlüssel steht auf dem Router: 86021947351620483917", ["86021947351620483917"]),
    "a shell's word": ("sudo -S <<< 'Wurzel!7' apt update", ["Wurzel!7"]),
    "as the pin": ("Type 2543 as the PIN on the printer.", ["2543"]),
    "a person at the alarm": ("An der Alarmanlage drückst du 935322, dann die grüne Taste.", ["935322"]),
    "a person at the alarm, French": ("Devant l’alarme tu tapes 643873 puis OK.", ["643873"]),
    "the back, by its long name": ("Turn my card over, the security code reads 038.", ["038"]),
    "the back, with the number first": ("Hinten auf der Karte steht 751 als Sicherheitscode.", ["751"]),
    "an alarm, both ways": ("Alarmanlage: unscharf mit 90774, scharf mit Taste A.", ["90774"]),
    "the safe opens": ("Der Safe geht mit 789199 auf.", ["789199"]),
    "as somebody": ("Sag ihm, er soll sich mit azubi / mitten2002? anmelden.", ["mitten2002?"]),
    "a watchword": ("gib am Telefon das Losungswort «Cormorant» an", ["Cormorant"]),
    "used for the word": ("He told me to use Tomate97! when it asks for the password.", ["Tomate97!"]),
    "the code of a door": ("Il codice della porta posteriore adesso è 7747.", ["7747"]),
    "an array of arguments": ('command: ["redis-server", "--requirepass", "PMG734JX1rC9K"]', ["PMG734JX1rC9K"]),
    "the back of a card": ("Sul retro della carta il codice di sicurezza è 154.", ["154"]),
    "the back of a card, turned": ("Auf der Karte steht hinten 751 als Sicherheitscode.", ["751"]),
    "typed by somebody": ("Bei der Alarmanlage tippst du 935322 und dann OK.", ["935322"]),
    "a code and another sentence": (
        "Le 2e étage demande le code administrateur. Pour info c'est 271033, merci.",
        ["271033"],
    ),
    "words for a network": (
        "the password is velvet harbor walnut quartz glacier lantern",
        ["velvet harbor walnut quartz glacier lantern"],
    ),
    "no sign in it": ("Tu peux te connecter avec stage et JXNZcriJHDI2p.", ["JXNZcriJHDI2p"]),
    "a portal": ("Payroll portal access: trustee01 / Yo%HZURT+EiL-7b", ["Yo%HZURT+EiL-7b"]),
    "a directory": ("LDAP bind: cn=svc,dc=corp,dc=local / B1nd!Me2", ["B1nd!Me2"]),
}


@pytest.mark.parametrize("form", TOLD)
def test_a_code_is_told(form: str) -> None:
    text, expected = TOLD[form]
    assert [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]] == expected


@pytest.mark.parametrize(
    "text",
    [
        "How do I reset the PIN on a GPIO header? Connect pin 13 to ground and pin 2 to 3.3V.",
        "What does error code 4031 mean on the alarm panel?",
        "The door is 2100 mm high and 900 mm wide; does the code require a fire rating?",
        "Write a function that validates a 6-digit OTP code and expires after 300 seconds.",
        "The security code of the card has 3 digits, and the card costs 250 francs.",
        "Wähle 751 als Höhe der Grafikkarte.",
        "The CVV is a 3 digit number printed on the back.",
        "Enter 1024 in the gate voltage field and then press OK.",
        "The vault opens in 2026 after the renovation.",
        "The security answer is case sensitive.",
        "Q: What is a closure? A: a function with its environment.",
        "What is a seed phrase and why do wallets use twelve words?",
        "tan(45) ist 1, sin(90) auch.",
        "Die Kombination aus 3 Medikamenten ist riskant.",
        "Le code postal est 75011, le code de la route interdit cela.",
        "Il codice civile, art. 2043, parla di danno ingiusto.",
        "Der Zugang zum Archiv und zu den Akten nach 1945 ist frei.",
        "docker run -e POSTGRES_PASSWORD=postgres -p 5432:5432 postgres:16",
        "The wifi password is required for guests.",
        "Le mot de passe du wifi : demandez à l'accueil",
        "clé wifi : 12 caractères minimum",
        "Der Alarmanlagencode wird im März geändert, Version 2024.",
        "Der PIN ist vierstellig und darf nicht 1234 lauten.",
        "The PIN must not be 1234.",
        "Il PIN non deve essere 1234.",
        "Le code PIN ne doit pas être 1234.",
        'We changed it to "gpt-4o-2024-08-06", and set it to "2024-10-21"',
        'set it to "utf8mb4_0900_ai_ci", reset it to "h264_nvenc_10bit"',
        'Ich habe es auf "Montag, 14 Uhr" geändert',
        "The password is stored encrypted using strong hashing algorithms everywhere",
        "trace 00-b75b48e99f73f289509dddc3ebffc5cc-d8099e1b7c in the log",
    ],
)
def test_what_opens_nothing(text: str) -> None:
    assert not ENGINE.find([Leaf(text)])[0]

"""What a blind set of mails, deeds, forms and cards showed: each form with its value, and others that hold none."""

from __future__ import annotations

import pytest

from tests.pii.test_engine import found

TOLD: dict[str, tuple[str, list[tuple[str, str]]]] = {
    # births in words, as in deeds
    "German day and year": (
        "geboren am dritten Mai neunzehnhundertneunundachtzig in Chur",
        [("dritten Mai neunzehnhundertneunundachtzig", "date_of_birth")],
    ),
    "German day, figures": ("er wurde am dritten Mai 1989 geboren", [("dritten Mai 1989", "date_of_birth")]),
    "French": (
        "née à Bulle le premier avril mil neuf cent quatre-vingt-deux, célibataire",
        [("premier avril mil neuf cent quatre-vingt-deux", "date_of_birth")],
    ),
    "Italian": (
        "nata il sette febbraio millenovecentonovantuno a Biasca",
        [("sette febbraio millenovecentonovantuno", "date_of_birth")],
    ),
    "English day first": (
        "born on the twenty-first of June two thousand and three in Cork",
        [("the twenty-first of June two thousand and three", "date_of_birth")],
    ),
    "English month first": (
        "born on April first, nineteen eighty-two in Cork",
        [("April first, nineteen eighty-two", "date_of_birth")],
    ),
    # births in figures
    "a month in capitals": ("geboren am 11. MÄRZ 2005", [("11. MÄRZ 2005", "date_of_birth")]),
    "behind the form of a date": (
        "Date de naissance (JJ/MM/AAAA) : 17 01 1950",
        [("17 01 1950", "date_of_birth")],
    ),
    "blanks behind a colon": ("Né(e) le : 09 09 1952", [("09 09 1952", "date_of_birth")]),
    # streets
    "a street without its word, on two lines": (
        "An die Mieter\nOberdorf 202\n3012 Bern\n",
        [("Oberdorf 202\n3012 Bern", "address")],
    ),
    "a capital behind the number": ("in Oberdorf 64B, 10719 Berlin.", [("Oberdorf 64B, 10719 Berlin", "address")]),
    "along a river": (
        "domiciliata in Lungarno Soderini n. 124, 6901 Lugano, di seguito",
        [("Lungarno Soderini n. 124, 6901 Lugano", "address")],
    ),
    "an initial and a particle": (
        "abita in Via L. da Vinci n. 233, 6616 Losone.",
        [("Via L. da Vinci n. 233, 6616 Losone", "address")],
    ),
    "a numbered road": (
        "the roof at 7740 Rte 9, Springfield, IL 62704, please",
        [("7740 Rte 9, Springfield, IL 62704", "address")],
    ),
    "the field of a card": (
        "BEGIN:VCARD\nADR;TYPE=HOME:;;Im Grund 161;Bern;;3012;CH\nEND:VCARD",
        [("Im Grund 161;Bern;;3012;CH", "address")],
    ),
    # numbers
    "a German extension": ("Tel. 071 228 35 97 Durchwahl 45.", [("071 228 35 97 Durchwahl 45", "phone")]),
    "an extension in brackets": ("Rückruf +49 69 4882924 (intern 312).", [("+49 69 4882924 (intern 312", "phone")]),
    "an Italian extension": ("Richiamare 031 332 11 98 interno 12.", [("031 332 11 98 interno 12", "phone")]),
    "a French passport in groups": ("Passeport n° 66 KX 49081, délivré", [("66 KX 49081", "passport")]),
    "a vehicle's number in its parts": ("Fahrgestell-Nr. TSM C5LSC1 MD584366", [("TSM C5LSC1 MD584366", "vin")]),
    "an old French plate": ("au volant du véhicule 9660 TB 75 hier", [("9660 TB 75", "license_plate")]),
    "a plate that was parked": ("they parked (SK18VBD) in my spot", [("SK18VBD", "license_plate")]),
    "mail in words, no word of mail near": (
        "044 108 15 22 or ruedi at pec dot it",
        [
            ("044 108 15 22", "phone"),
            ("ruedi at pec dot it", "email"),
        ],
    ),
    "what a member of JSON says of the next": (
        '{"recapiti": [{"tipo": "cellulare", "valore": "3884106487"}]}',
        [("3884106487", "phone")],
    ),
    # names
    "turned, before something else": (
        "Pat.: Obrist, Flurina / 02.11.65 / w.",
        [("Obrist, Flurina", "person"), ("02.11.65", "date_of_birth")],
    ),
    "turned, before its address of mail": (
        'Cc: "Delacruz, Sanjay" <s.d@icloud.com>',
        [("Delacruz, Sanjay", "person"), ("s.d@icloud.com", "email")],
    ),
    "a label before a long line": (
        "Patient : Berthoud, Héloïse" + " et la suite du compte rendu" * 6,
        [("Berthoud, Héloïse", "person")],
    ),
    "care of": (
        "Postadresse\nc/o Winkelried\nGerberweg 220a",
        [("Winkelried", "person"), ("Gerberweg 220a", "address")],
    ),
    "a bell": ("Bitte bei Kälin klingeln", [("Kälin", "person")]),
    "a bell in English": ("ring at Stirling", [("Stirling", "person")]),
    "whoever is greeted, though famous": ("Sehr geehrte Frau Dürrenmatt, anbei", [("Dürrenmatt", "person")]),
    "a particle without a blank": (
        "a comparu Rodolphe d'Alençon, né à Bulle",
        [("Rodolphe d'Alençon", "person")],
    ),
    "an initial before a colon": ("Note on F. Penhaligon: wants to", [("F. Penhaligon", "person")]),
    "a farewell behind thanks": ("Danke, Gruss Regula", [("Regula", "person")]),
    "addressed in quotes": ('höflicher: "Gundula, deine Rechnung ist offen"', [("Gundula", "person")]),
    "a given name and what only persons do": ("Traktandum 3: Friedhelm klärt mit der Bank", [("Friedhelm", "person")]),
}


@pytest.mark.parametrize("form", TOLD)
def test_the_form_holds_its_value(form: str) -> None:
    text, expected = TOLD[form]
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Losnummern 04 11 17 23 38 42, Zusatzzahl 6",
        "Das Modell Skoda Octavia RS hat 245 PS.",
        "Position 3\n1200 Stück\n",
        "Halle 4\n8005 Zürich\n",
        "I work at amazon dot com",
        "she is good at asp dot net",
        "Der Verein, geboren am ersten August zweitausendeins",
        "Der Vertrag beginnt am ersten August zweitausendeins.",
        "bei Novartis AG klingeln die Kassen",
        "Goethe wrote to Schiller. Hamlet asked for a duel.",
    ],
)
def test_others_hold_none(text: str) -> None:
    assert found(text) == []

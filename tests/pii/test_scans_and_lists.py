"""What realistic Italian and English documents showed: scans, small letters, lists, SQL; and what looks like them."""

from __future__ import annotations

from tests.pii.test_engine import found
from tests.support.each_case import each_case

TOLD: dict[str, tuple[str, list[tuple[str, str]]]] = {
    # forms of scans, streets in small letters and abroad
    "a scanned form": (
        "COGNOME  PARINI\nNOME  GIANPIETRO\nNATO IL  12.03.1979\nVIA  GIUSEPPE VERDI 22",
        [
            ("PARINI", "person"),
            ("GIANPIETRO", "person"),
            ("12.03.1979", "date_of_birth"),
            ("VIA  GIUSEPPE VERDI 22", "address"),
        ],
    ),
    "two labels on a line": (
        "Surname  Brown     Forename  Sally\nBorn  12/03/1984",
        [("Brown", "person"), ("Sally", "person"), ("12/03/1984", "date_of_birth")],
    ),
    "a street in small letters": (
        "i live at 5289 peachtree street boise id 83797",
        [("5289 peachtree street boise id 83797", "address")],
    ),
    "a street in small letters in Italian": (
        "abito in via don minzoni 49 80134 napoli volevo sapere",
        [("via don minzoni 49 80134 napoli", "address")],
    ),
    "a lane and its town": ("of 51 Green Lane, Stockport", [("51 Green Lane, Stockport", "address")]),
    "an ordinal in capitals": ("6627 W 47TH ST APT 7", [("6627 W 47TH ST APT 7", "address")]),
    "a Dutch postcode": (
        "from Rosalieboulevard 30, 8058WD Leiden to there",
        [("Rosalieboulevard 30, 8058WD Leiden", "address")],
    ),
    "a Polish postcode": ("lives at Aleja 60, 33-754 Sopot now", [("Aleja 60, 33-754 Sopot", "address")]),
    "a card behind small numbers": ("Qty 1 2 3 4111 1111 1111 1111", [("4111 1111 1111 1111", "credit_card")]),
    "two cards in pairs": (
        "41 11 11 11 11 11 11 11 55 55 55 55 55 55 44 44",
        [("41 11 11 11 11 11 11 11", "credit_card"), ("55 55 55 55 55 55 44 44", "credit_card")],
    ),
    "a plate behind who leaves": ("Elle part demain avec sa Golf, VD 123456", [("VD 123456", "license_plate")]),
    "a plate behind what is enclosed": ("Pièces jointes: photo de GE 123456", [("GE 123456", "license_plate")]),
    "a plate of a part of others": ("1. Teil: gesehen wurde ZH 123456 um 12 Uhr", [("ZH 123456", "license_plate")]),
    "a flat in Vienna": (
        "Lieferung: Leopoldgasse 28/8/14, 8010 Graz. Rückfragen",
        [("Leopoldgasse 28/8/14, 8010 Graz", "address")],
    ),
    "a lane without its word, and where": (
        "er wohnt an der Oberdorf 78b in 8001 Zürich, links",
        [("Oberdorf 78b in 8001 Zürich", "address")],
    ),
    "a town of a saint": ("an Oberdorf 112b, CH-9000 St. Gallen.", [("Oberdorf 112b, CH-9000 St. Gallen", "address")]),
    "a town before its street": (
        "79098 Freiburg im Breisgau, Im Wiesengrund 91, geboren",
        [("Im Wiesengrund 91", "address")],
    ),
    "a street and its town on a line": (
        "Tel. 076 322 40 42\nAuf der Mauer 39, Zürich",
        [("076 322 40 42", "phone"), ("Auf der Mauer 39, Zürich", "address")],
    ),
    # statements, bookings, lists
    "dates with their type in SQL": (
        """INSERT INTO t (surname, nickname, note, birth_date) VALUES
        ('Roth', 'the one whom all of us call so', 'quite a long note', DATE '1980-04-17'),
        ('Moss', 'the other whom all of us call so', 'a longer note yet', TO_DATE('17.04.1981', 'DD.MM.YYYY'));""",
        [
            ("Roth", "person"),
            ("1980-04-17", "date_of_birth"),
            ("Moss", "person"),
            ("17.04.1981", "date_of_birth"),
        ],
    ),
    "as airlines book": ("Passengers: 1. BOSSI/LAZZARO MR", [("BOSSI/LAZZARO", "person")]),
    "a surname first, a date in brackets": (
        "Accompagnatori: Bourquin Valérie (20/03/1961)",
        [("Bourquin Valérie", "person"), ("20/03/1961", "date_of_birth")],
    ),
    "a document of travel": ("nazionalità tedesca, documento X5664773", [("X5664773", "passport")]),
    "numbers in columns": (
        "Name         Phone       Orders\nAda Lopez    02 1234567  12\nBob Marsh    02 1234568  74",
        [("Ada Lopez", "person"), ("02 1234567", "phone"), ("Bob Marsh", "person"), ("02 1234568", "phone")],
    ),
    "a column of references": (
        "REFERENCES\nLaura Smith, VP Operations, 917-909-0749",
        [("Laura Smith", "person"), ("917-909-0749", "phone")],
    ),
    "behind who asks": (
        "the email on the account?\nCustomer: xx@aol.com and 1-503-809-7357",
        [("xx@aol.com", "email"), ("1-503-809-7357", "phone")],
    ),
    "another country first": (
        "Contatto: graziella@pec.it, 392 74 58 939",
        [("graziella@pec.it", "email"), ("392 74 58 939", "phone")],
    ),
    "a date beside what somebody is known by": (
        "ti passo i suoi dati: 4 luglio 1984, Via Besso 3, 6900 Lugano, natel 079 123 45 67",
        [
            ("4 luglio 1984", "date_of_birth"),
            ("Via Besso 3, 6900 Lugano", "address"),
            ("079 123 45 67", "phone"),
        ],
    ),
    "an answer to two questions": (
        "12 marzo 1958, 756.9217.0769.85. Va bene?",
        [("12 marzo 1958", "date_of_birth"), ("756.9217.0769.85", "ch_ahv")],
    ),
    "a given name with a date in brackets": (
        "Husband (Laura, 13 November 1983) is a named driver.",
        [("Laura", "person"), ("13 November 1983", "date_of_birth")],
    ),
    "a form with gaps": (
        "__l__ sottoscritt__ Baccio Moresi nat__ a Viterbo il 25/08/1950 resid.",
        [("Baccio Moresi", "person"), ("25/08/1950", "date_of_birth")],
    ),
    "a book of telephones": (
        "la rubrica del nonno:\nFalier Bruno ..... 347 47 20 933\nCugina ..... niente",
        [("Falier Bruno", "person"), ("347 47 20 933", "phone")],
    ),
    "several lines": ("utenze: 0331 123456, 3478315476;", [("0331 123456", "phone"), ("3478315476", "phone")]),
    "a social in blanks": ("social 191 96 6522 ok", [("191 96 6522", "us_ssn")]),
    "a second address of mail in words": (
        "a.b@web.de and mkerr at hotmail.co.uk, both",
        [("a.b@web.de", "email"), ("mkerr at hotmail.co.uk", "email")],
    ),
    # each keeps its type and its ends
    "an AHV number behind an account": (
        "IBAN CH93 0076 2011 6238 5295 7 and AHV no. 756.9217.0769.85",
        [("CH93 0076 2011 6238 5295 7", "iban"), ("756.9217.0769.85", "ch_ahv")],
    ),
    "a birth behind a passport": (
        "passaporto YA1234567 - data di nascita 12.03.1979\n2. altro",
        [("YA1234567", "passport"), ("12.03.1979", "date_of_birth")],
    ),
    "an abbreviated title": ("difeso dall'avv. Enzo Marrone (C.F. x)", [("Enzo Marrone", "person")]),
}


@each_case("form", TOLD)
def test_each_form_is_told(form: str) -> None:
    text, values = TOLD[form]
    assert found(text) == values


@each_case(
    "text",
    [
        "Chrome/121.0.0.0 Safari/537.36 (KHTML, like Gecko)",
        "richiamato: data di scadenza 11/2026, EAN 8001120345673",
        "ab -n 1000 -c 10 @host.dev",
        "Nome  Versione  Licenza\nnumpy  2.1.3  BSD\n",
        "the files pwgecos    pwpasswd   pwquota\n",
        "INPUT/OUTPUT error, MAX/MIN and READ/WRITE counts",
        "the street food festival has 12 stalls",
        "On 12 March 1999 we moved to the new hall, tel follows.",
        "the transfer from Active Directory to the cloud",
        "Il processo è in via di estinzione da 10 anni.",
        "il documento A4 2024 e documento X12345 rev",
    ],
)
def test_others_hold_none(text: str) -> None:
    assert found(text) == []

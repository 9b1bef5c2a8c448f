"""Addresses in forms that a blind set of 2026-11-28 showed to leak, the numbers of cards' codes, and what looks so."""

from __future__ import annotations

from tests.pii.finding import finder
from tests.support.each_case import each_case

found = finder("address", "secret", "us_ssn")


@each_case(
    "street",
    [
        "84 Willow Drive, Richmond VIC 3121",
        "12 King Street, Toronto ON M5V 2T6",
        "Wiedner Hauptstr. 23-25/2/14, 1040 Wien",
        "Contrada dei Fiori snc, 90100 Palermo",
        "Via Roma s.n.c., 10123 Torino",
        "P.za San Carlo, 8 10123 Torino",
        "1600 Pennsylvania Avenue NW, Washington, DC 20500",
        "742 Evergreen Terrace, Springfield, IL 62704",
        "Av. de la Poste 17 - 1003 Lausanne",
        "Neumattweg 5b / 9000 St. Gallen",
        "Hinterdorf 11 / 3900 Brig",
        "Börnerstraße 140 · 08097 Freiburg im Breisgau",
        "Rue du Rhône 12 bis, 1204 Genève",
        "Via Garibaldi, 162 bis - 80138 Napoli (NA)",
        "rue Victor Hugo, 75011 Paris",
        "Via Roma 1200-1204, 00100 Roma",
        "Via Roma 12-14, 00100 Roma",
        "Bahnhof 12 - 4600 Olten",
        "Rue du Lac 12-75011 Paris",
        "Hauptstraße 5/10115 Berlin",
        "47, Sector 18, Noida, Uttar Pradesh 201301",
        "H.No. 8-2-120/4, Road No. 2, Banjara Hills, Hyderabad, Telangana 500 034",
    ],
)
def test_whole_addresses(street: str) -> None:
    assert found(f"deliver to: {street}") == [street]


@each_case(
    "text,addresses",
    [
        ("Er wohnt an der Hauptstrasse 14 in Aarau, zweiter Stock.", ["Hauptstrasse 14 in Aarau"]),
        ("Il habite 12 rue du Lac à Nyon depuis mars.", ["12 rue du Lac à Nyon"]),
        ("Abita in Via Cantonale 22 a Ascona, secondo piano.", ["Via Cantonale 22 a Ascona"]),
        ("She lives at 12 Elm Grove in Leeds with her son.", ["12 Elm Grove in Leeds"]),
        ("Die Baustelle an der Seestrasse 12 in Richtung Bern ist gesperrt.", ["Seestrasse 12"]),
        ("Elle habite à la Grand-Rue 55, 1110 Morges.", ["Grand-Rue 55, 1110 Morges"]),
        ("wohnhaft Unter der Linde 5, 3110 Münsingen", ["Unter der Linde 5, 3110 Münsingen"]),
        ("8 ALLÉE DES TILLEULS\n31400 TOULOUSE", ["8 ALLÉE DES TILLEULS\n31400 TOULOUSE"]),
        ("He lives at 77 Fifth Avenue, 21st Floor, Troy, NY 12180.", ["77 Fifth Avenue, 21st Floor, Troy, NY 12180"]),
        ("Kunz;Amina;Via Po 7;6900 Lugano", ["Via Po 7", "6900 Lugano"]),
        ("sie wohnt jetzt oberer graben 12, 9000 st. gallen und", ["oberer graben 12, 9000 st. gallen"]),
        ("elle habite 3 rue du lac avec sa mère", ["3 rue du lac"]),
        ("fattura a wei, viale stazione 11\nch-6500 bellinzona", ["viale stazione 11\nch-6500 bellinzona"]),
        ("mein hof 3 ist alt, und der weg 12 km lang", []),
        ("geht an: av.  de  Cour  61,  1007  Lausanne", ["av.  de  Cour  61,  1007  Lausanne"]),
        (
            "chez B , r u e   d u   L a c   4 ,   1 0 0 7   P u l l y",
            ["r u e   d u   L a c   4 ,   1 0 0 7   P u l l y"],
        ),
        ("NAME   READY  STATUS  AGE\nweb-1  1/1    Running  5d", []),
    ],
)
def test_towns_rows_small_letters_and_blanks(text: str, addresses: list[str]) -> None:
    assert found(text) == addresses


def test_both_lines_behind_a_label() -> None:
    assert found("Wohnadresse: Hinterdorf 43\n3900 Brig") == ["Hinterdorf 43\n3900 Brig"]


@each_case(
    "text,address",
    [
        (
            "il mio nuovo indirizzo: Piazza Dante 68, 00184 Roma. Il telefono resta uguale.",
            "Piazza Dante 68, 00184 Roma",
        ),
        ("Domicilio: Via Verdi 15, 10122 Torino TO. Cellulare come prima.", "Via Verdi 15, 10122 Torino TO"),
        (
            "her address: 12 Maple Close, Columbus, OH 43215, so that he could visit",
            "12 Maple Close, Columbus, OH 43215",
        ),
        ("Anschrift: Rosenweg 132a, 8610 Uster – gilt ab sofort.", "Rosenweg 132a, 8610 Uster"),
        ("at Ivy House, Mill Road, Bristol, EH24 8RR today", "Ivy House, Mill Road, Bristol, EH24 8RR"),
        ("to 150 Park Row, Newcastle upon Tyne DE10 7TX", "150 Park Row, Newcastle upon Tyne DE10 7TX"),
        ("die Treuhand AG, Bahnhofplatz 3, 9000 St. Gallen (Arbeitgeberin)", "Bahnhofplatz 3, 9000 St. Gallen"),
        ("Lange Reihe 14, 15230 Frankfurt (Oder)", "Lange Reihe 14, 15230 Frankfurt (Oder)"),
        ("Anschrift: Rosenweg 132a - c/o Meier, 8610 Uster", "Rosenweg 132a - c/o Meier, 8610 Uster"),
        ("Domicile : Bahnhofstrasse 3, et code 12, 1204 Genève", "Bahnhofstrasse 3, et code 12, 1204 Genève"),
        ("Paket: Via Monsig. Rossi 3\n00184 Roma", "Via Monsig. Rossi 3\n00184 Roma"),
        ("17 Avenue of the Americas in Suite 5", "17 Avenue of the Americas in Suite 5"),
        ("made on 1 March 2026 between two tenants of Flat 9, Oakwood House.", "Flat 9"),
    ],
)
def test_what_follows_an_address_is_none_of_it(text: str, address: str) -> None:
    assert found(text) == [address]


def test_a_year_before_a_street_is_no_number_of_a_house() -> None:
    assert "Ch. du Bois 11, 2800 Delémont" in found("né le 4 mai 1987, Ch. du Bois 11, 2800 Delémont")[0]


def test_where_somebody_says_they_live() -> None:
    assert found("my house is 742 Evergreen Terrace, Springfield") == ["742 Evergreen Terrace, Springfield"]


@each_case(
    "text",
    [
        "Who lives at 1600 Pennsylvania Avenue?",
        "What happened at 742 Evergreen Terrace in season 3?",
        "221B Baker Street is a museum",
        "Grundstück Nr. 4471, GB Köniz, 612 m²",
        "Via Ferrari SNC",
        "Artikel 11 / 3900 Stück, Lager 4",
        "Wohnung im Haus 4 / 2300 Franken pro Monat",
        "Mieter 12 - 1450 Franken",
        "Bahnhof 12 - 4000 Reisende pro Stunde",
        "Tabelle 5 - 1200 Datensätze",
        "Seite 3 | 1250 Einträge gefunden",
        "Top 10 - 2023 Schweiz",
        "12, Bolts, Nuts, Order 400123",
        "Mumbai 400050 is a PIN code format example",
        "place disponible, 75000 euros",
        "SW1A 1AA is used in the manual",
        "Prüfziffer nach Modulo 10",
        "the social sector: 174866839",
        "Ring the customer in room 1410 and confirm the flat number.",
        "Interlaken via Brünig. Day 3 Jungfraujoch. Day 4 Zermatt.",
    ],
)
def test_what_is_nobodys(text: str) -> None:
    assert found(text) == []


@each_case(
    "text,value",
    [
        ("Karte 4604768832424240, Prüfnr. 338", "338"),
        ("Karte 4604768832424240, Kartenprüfnr. 338", "338"),
        ('{"pan": "4604768832424240", "cvv2": "917"}', "917"),
        ("social sec. no: 174866839", "174866839"),
        ("soc sec 617 97 2715", "617 97 2715"),
    ],
)
def test_codes_of_cards_and_shortened_words(text: str, value: str) -> None:
    assert found(text) == [value]

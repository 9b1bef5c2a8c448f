"""Persons in a row: behind one title, one to a line, below a head that a word announces; numbers of other states."""

from __future__ import annotations

from tests.pii.finding import finder
from tests.support.each_case import each_case

found = finder("person", "phone", "address", "date_of_birth", "national_id")

TOLD = {
    "behind one title": ("Présents : Mmes Quibarel et Nicolet, MM. Aubry et Zoltarin", ["Quibarel", "Zoltarin"]),
    "with what they are": ("Cllrs Abernathy (Chair), Quibberly and Drummond agreed.", ["Quibberly", "Drummond"]),
    "one to a line": ("Élèves\nThévenaz Inès\nZorblax Cédric\nBlanc Léa\nQuibarel Jean-Marc", ["Zorblax Cédric"]),
    "below a head that is announced": (
        "Daten: id,prenom,nom,geburtsdatum\n1,Zoé,Quibarel,1960-02-10\n2,Ilka,Zoltarin,2004-03-04",
        ["Quibarel", "Zoltarin", "1960-02-10", "2004-03-04"],
    ),
    "a saint's": ("Ask Fergus St. John about it.", ["Fergus St. John"]),
    "elided": ("Jean-Marc d'Arcangues est parti. Selon d'Arcangues, tout va bien.", ["d'Arcangues"]),
    "a colleague on no list": ("Da ieri la collega Zoltarin non riceve la posta.", ["Zoltarin"]),
    "small letters": (
        "hallo frau nguyen, hier schreibt levin lüthi. c'est inès thévenaz, chez le docteur huguenin",
        ["nguyen", "levin lüthi", "inès thévenaz", "huguenin"],
    ),
    "a bank's street": ("<StrtNm>Im Rebgarten 38</StrtNm><TwnNm>Uster</TwnNm>", ["Im Rebgarten 38"]),
    "telephones of a segment": ("NK1|1|Keller^Urs|SPO||089253303", ["089253303"]),
    "a number that is personal": ("Her personal number is 202 555 0143.", ["202 555 0143"]),
    "a number in a hotel": ("The hotel number is 4420 7946 0958.", ["4420 7946 0958"]),
    "a duty": ("Mo Frühdienst: Quibarel, Zoltarin", ["Quibarel", "Zoltarin"]),
    "the Netherlands": ("BSN 225402269", ["225402269"]),
    "Poland, mistyped": ("PESEL: 90021703584", ["90021703584"]),
    "Poland, mistyped, in a sentence": ("Numer PESEL klienta: jest 90021703584.", ["90021703584"]),
    "Brazil, mistyped": ("o CPF dele é 390.533.447-06", ["390.533.447-06"]),
    "the Netherlands, mistyped, in JSON": ('{"bsn": "225402268"}', ["225402268"]),
    "Finland, without a word": ("see 131052-308T there", ["131052-308T"]),
    "Brazil, without a word": ("see 390.533.447-05 there", ["390.533.447-05"]),
    "Sweden": ("Personnummer: 811218-9876", ["811218-9876"]),
    "Austria": ("SVNR 1237 010180", ["1237 010180"]),
    "Poland, scanned": ("PESEL 9OO217O3585", ["9OO217O3585"]),
    "Poland, with stars": ("PESEL 9*0*0*2*1*7*0*3*5*8*5", ["9*0*0*2*1*7*0*3*5*8*5"]),
    "Brazil, in brackets": ("CPF [390][533][447][05]", ["390][533][447][05"]),
    "the Netherlands, in base64": ("BSN MjI1NDAyMjY5", ["MjI1NDAyMjY5"]),
    "the Netherlands, spelt": (
        "BSN two two five four zero two two six nine",
        ["two two five four zero two two six nine"],
    ),
    "Sweden, in groups": ("Personnummer 811 218 98 76", ["811 218 98 76"]),
    "behind an order": ("Order, BSN 225402269", ["225402269"]),
    "a column of them": ("nr;pesel;x\n1;90021703585;a\n2;78120934086;b", ["90021703585", "78120934086"]),
}


@each_case("kind", TOLD)
def test_those_in_a_row_are_found(kind: str) -> None:
    text, values = TOLD[kind]
    here = found(text)
    assert [value for value in values if not any(value in each for each in here)] == []


@each_case(
    "text",
    [
        "Mmes et MM. les députés sont priés de siéger.",
        "Die Herren Abteilungsleiter und Kollegen treffen sich.",
        "St. Andrews, King's Cross and Victoria Park are stations here.",
        "Menu\nGrüner Tee\nSchwarzer Kaffee\nFrischer Orangensaft\nKalte Milch",
        "Komponisten\nJohann Sebastian Bach\nLudwig van Beethoven\nFranz Schubert",
        "Hinweis: Artikel;Menge;Preis\nSchraube;40;1.20\nMutter;80;0.40",
        "c'est la vie, madame est sortie, herr und frau sind da, this is good news",
        "The serial number is 4417-1234-88, firmware 2.14.0.",
        "Pikett: siehe Intranet\nFrühdienst: Beginn 06.00 Uhr",
        "Wir brauchen die Bestellung 225402269 bis morgen, 90021703585 Stück.",
        "BSN degree, order 225402269; the SIN curve; set RC=3; CPR training: 30 compressions",
        "The BSN column has 100000000 rows; its BSN field lies within the range 100000000-999999998.",
        "pesel, kwota 12345678901; BSN gateway build 123456780",
        "OIB service at 10.72.139.74:8080; BSN validator 10.0.53285.3399",
        "The CPF book has ISBN 978-3-16-148410-0; aadhaar lengths: 9 10 11 12 13 14 15 16 17 18",
        "PESEL job 123e4567-e89b-12d3-a456-728720286338, validated_at=1732616194393",
        "The OIB form was sent with order 635606987 and delivery 37548070642.",
        "The rate in pps: 1500000 a second, 1488095 a lane.",
        "ask a colleague Monday. frage deine Kollegin Abteilung Verkauf.",
    ],
)
def test_what_is_nobodys_is_left(text: str) -> None:
    assert found(text) == []

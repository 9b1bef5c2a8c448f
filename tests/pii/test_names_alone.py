"""Names of one word: somebody's near somebody who was found, and nobody's elsewhere; and where values end."""

from __future__ import annotations

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.detectors.names_alone import _PORTION
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine()


def found(text: str) -> list[str]:
    return [text[one.start : one.end] for one in ENGINE.find([Leaf(text)])[0]]


@each_case(
    "text,name",
    [
        ("Rückruf an 079 612 34 55. Piotr und ich fahren am 19.11. nochmal hin.", "Piotr"),
        ("Der Techniker Wagner war gestern nicht da, bitte auf 0176 22334455 anrufen.", "Wagner"),
        ("Rufen Sie mich an: 0176 22334455. Gerichtsschreiberin Wyss führt das Protokoll.", "Wyss"),
        ("Rückruf unter 0176 22334455. Hinweise an KHK Fuchs.", "Fuchs"),
        ("Le technicien Masson n'est pas venu, rappelez-moi au 06 12 34 56 78.", "Masson"),
        ("Portable 06 12 34 56 78, vient accompagnée (Sébastien)", "Sébastien"),
        ("C'est l'anniversaire d'Antoine, il habite 12 rue Pasteur, 69003 Lyon.", "Antoine"),
        ("- Schwarz, 0176 22334455, wegen der Fenster", "Schwarz"),
        ("Appeler : Christophe 06 12 34 56 78 (mari)", "Christophe"),
        ("Natel 079 612 34 55, salutations de anne-marie girard", "anne-marie girard"),
        ("Bonjour Monsieur Da Costa, merci", "Da Costa"),
        ("Jean Da Costa\n4, rue Pasteur\n75011 Paris", "Jean Da Costa"),
        ("Monsieur Clement,\n\nvous vous êtes présenté en retard.", "Clement"),
        ("Copie au docteur Nicolet à Bulle.", "Nicolet"),
        ("Demandeur : Riviere, Ines  née le 12/03/1978", "Riviere, Ines"),
        ("Gesetzliche Erbin ist die Ehefrau Ute Keller, geb. Braun, zu 1/2.", "Braun"),
        ("Name: Lena Werner. Anschrift: Goethestr. 12, 10437 Berlin.", "Lena Werner"),
    ],
)
def test_a_name_of_somebody(text: str, name: str) -> None:
    assert name in found(text)


@each_case(
    "text",
    [
        "Ein Müller, ein Koch und ein Wagner gehen in eine Bar.",
        "A documentary by Werner, a song for Isabelle and a walk with Mathilde",
        "Que veut dire « Monsieur Tout-le-Monde » ?",
        "Le Mont-Saint-Michel attire trois millions de visiteurs par an.",
        '{"nom": "Forfait Base", "prix": 19.9, "duree_mois": 24}',
        "city: 2024 Olympics, venue: Stade de France",
        "Anlieferung bei Tor 4, dann Feld 12, quai 4 avant 11 h",
        "Le XR-2200B remplace le XR-2100A dès le numéro de série 118442.",
        "Wie konfiguriere ich DHCP im Netz 192.168.10.0/24 mit Gateway 192.168.10.1?",
        "Costa Rica, Costa Brava et Costa Crociere",
    ],
)
def test_nobody(text: str) -> None:
    assert found(text) == []


@each_case(
    "text,values",
    [
        ("mail gashi.reto@gmx.ch\nlieferant hat neue nr", ["gashi.reto@gmx.ch"]),
        ("ort,email,geburtsdatum\nBern,info.rot@gmx.ch,1980-05-03", ["info.rot@gmx.ch", "1980-05-03"]),
        ("Mobil 0151 68891865 · lukas.wolf@nordhaus.de", ["0151 68891865", "lukas.wolf@nordhaus.de"]),
        ("write to a . meier @ example . com", ["a . meier @ example . com"]),
        ("Kennzeichen: K TX 7419\nFIN: WAUBB8XBZJE594409", ["K TX 7419", "WAUBB8XBZJE594409"]),
        ("login failed ip=165.30.221.57\n2026-11-12 08:15:41 WARN", ["165.30.221.57"]),
        (
            "Anschrift: Goethestr. 12, 10437 Berlin. Datum: 10.11.2026. Bitte schriftlich antworten.",
            ["Goethestr. 12, 10437 Berlin"],
        ),
        ("LAURA MOREL NÉE LE 01/05/1993", ["LAURA MOREL", "01/05/1993"]),
        ("1. Keller, Markus, männlich, 19.10.1985, Ausweis", ["Keller, Markus", "19.10.1985"]),
        ("als Koch in Thun, Klientin Barbara Wyss, geb. 3.5.1980", ["Barbara Wyss", "3.5.1980"]),
        ("Bonjour M. Fellay, votre rendez-vous", ["Fellay"]),
    ],
)
def test_where_values_end(text: str, values: list[str]) -> None:
    assert found(text) == values


@pytest.mark.parametrize("text", ["Contact Zinovy M. Gorshkov for it", "Bericht von Zinovy M. Gorshkov liegt vor"])
def test_middle_initial_that_is_also_a_title_hides_no_given_name(text: str) -> None:
    assert "Zinovy" in "".join(text[each.start : each.end] for each in ENGINE.find([Leaf(text)])[0])


@pytest.mark.parametrize("before", range(_PORTION - 24, _PORTION + 4, 3))
def test_a_name_over_the_end_of_a_portion(before: int) -> None:
    phones = ("079 612 34 55, " * (before // 15)).ljust(before)
    name = "Sébastien"
    assert name in found(f"{phones}{name} hat gefragt, Natel 079 612 34 55")
    assert "anne-marie girard" in found(f"{phones}de anne-marie girard, Natel 079 612 34 55")

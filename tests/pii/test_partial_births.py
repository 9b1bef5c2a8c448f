"""Births that are told in part or in other ways, and days, years and ages of what is no human being."""

from __future__ import annotations

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine(("date_of_birth",))

TOLD = {
    "a day without its year": ("Herr Baumann feiert am 7. Juni seinen 60. Geburtstag.", ["7. Juni"]),
    "an age in a word": ("Meine Tochter wird am 12. August acht.", ["12. August"]),
    "an age in figures": ("er wird diesen 3. April 50 Jahre alt", ["3. April"]),
    "an age behind an age": ("72-jährige Patientin (04.03.1952) mit Vorhofflimmern", ["04.03.1952"]),
    "an age and its date": ("Alter: 45 (11.11.1979)", ["11.11.1979"]),
    "a clinic's age": ("62yo M (07/04/1962) with chest pain", ["07/04/1962"]),
    "a year's people": ("Sie ist ein 1978er Jahrgang.", ["1978"]),
    "a year of two figures": ("Jahrgang 72", ["72"]),
    "a month and its year": ("Geboren: 08/1979", ["08/1979"]),
    "a Roman month": ("geboren den 12. III. 1944", ["12. III. 1944"]),
    "a year before its word": ("wurde 1969 in Bern geboren", ["1969"]),
    "children": ("Kind 1: Mia (03.03.2015), Kind 2: Noah (19.08.2017)", ["03.03.2015", "19.08.2017"]),
    "children and their years": ("Kids: Tom (b. 2012), Ann (b. 2015)", ["2012", "2015"]),
    "a birthday's day": ("Geburtstag: 31.12.", ["31.12."]),
    "a star before a town": ("*12.04.1967 in Olten, †...", ["12.04.1967"]),
    "French, an age to come": ("Mon fils aura 10 ans le 22 septembre.", ["22 septembre"]),
    "French, a feast": ("L'anniversaire de Julie est le 8 octobre.", ["8 octobre"]),
    "French, the day itself": ("le 14.07.1989, jour de ma naissance", ["14.07.1989"]),
    "French, a year": ("Il est de 1974, comme moi.", ["1974"]),
    "French, an abbreviation": ("Date de naiss. 05.05.1955", ["05.05.1955"]),
    "Italian, a class": ("Classe 1979, sposato, due figli", ["1979"]),
    "Italian, an age to come": ("Compie 18 anni il 3 settembre", ["3 settembre"]),
    "Italian, a year": ("Sono del 1983", ["1983"]),
    "Italian, the present tense": ("nasce a Torino il 28 aprile 1937", ["28 aprile 1937"]),
    "an age reached": ("Emily, who turned 40 on March 3, lives in Leeds.", ["March 3"]),
    "an age to come": ("He will be 65 on 12 May 2027", ["12 May 2027"]),
    "a contraction": ("Her birthday's June 14th.", ["June 14th"]),
    "a feast of somebody": ("We're celebrating Grandpa's 90th on October 2", ["October 2"]),
    "an arrival": ("our son arrived on 4 July 2023, 3.2 kg", ["4 July 2023"]),
    "a year by its name": ("Age 33, birth year 1991", ["1991"]),
}


@each_case("form", TOLD)
def test_a_birth_is_told(form: str) -> None:
    text, dates = TOLD[form]
    assert [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]] == dates


@each_case(
    "text",
    [
        "Python turned 30 on February 20, 2021.",
        "The Golden Gate Bridge will be 100 on May 27, 2037.",
        "Plan a birthday party on June 14th for twelve children.",
        "Our company celebrates its 50th anniversary on October 2.",
        "Mozart's birthday is January 27.",
        "Die Firma wird am 12. August 50 Jahre alt.",
        "Der Vertrag wird am 12. August 30 Tage vorher gekündigt.",
        "Der Jahrgang 2015 dieses Weins ist hervorragend.",
        "Im Jahrgang 72 der Zeitschrift steht ein Artikel.",
        "Eine 10-jährige Hypothek (01.03.2020) kostet 1.2 %.",
        "Kinder (2015: 300, 2016: 280) besuchen die Schule.",
        "La classe 1979 du lycée compte 30 élèves.",
        "La tour Eiffel aura 140 ans le 31 mars 2029.",
        "Le contrat de 10 ans (12/08/2017) expire bientôt.",
        "L'azienda compie 50 anni il 3 settembre.",
        "Il compleanno di Roma è il 21 aprile.",
        "Il mutuo di 20 anni (01/02/2010) è a tasso fisso.",
    ],
)
def test_other_days_are_left(text: str) -> None:
    assert not ENGINE.find([Leaf(text)])[0]

"""Words that say that a number is another thing's, and the names and roles that begin with one or hold one."""

from __future__ import annotations

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

TYPES = ("phone", "us_ssn", "uk_nino", "date_of_birth", "national_id", "license_plate", "credit_card")
ENGINE = Engine(TYPES)


def found(text: str) -> list[tuple[str, str]]:
    return [(each.type, text[each.start : each.end]) for each in ENGINE.find([Leaf(text)])[0]]


@each_case(
    "before",
    [
        "Mutter 044 940 12 34, Vater",
        "Hashim",
        "Frau Ibanez hat die",
        "Doina",
        "Bugnon",
        "Zippora",
        "Steuerberater",
        "Vertragspartner",
        "Auftraggeberin",
        "Besteller",
        "Dossierverantwortliche",
        "client nadia",
        "adhérente Nadia",
        "account name nadia",
        "police cantonale",
        "contractor",
        "builder",
        "Building manager",
        "caserma carabinieri",
        "committee chair",
        "policyholder",
        "caseworker",
        "case manager",
        "person in charge",
        "just in case:",
        "my number in case is",
        "service commandes",
        "chargée de dossier",
        "ufficio ordini",
        "ticket office",
    ],
)
def test_whose_number_it_is(before: str) -> None:
    assert ("phone", "079 345 45 67") in found(f"{before} 079 345 45 67")


@each_case(
    "before",
    [
        "client n°",
        "customer number is",
        "the case",
        "case_id=",
        "Charge-Nr.",
        "chargennummer",
        "Police",
        "policy",
        "VAT",
        "USt-IdNr.",
        "Steuernummer",
        "Auftragsnummer:",
        "Aktenzeichen",
        "Vertragsnummer",
        "Bestellungen",
        "ordernumber is",
        "order_id=",
        "order team id",
        "build",
        "contract",
        "hashes",
        "commandes service",
        "numéro d'adhérent",
        "avs13",
        "fatture n.",
        "bugs",
        "case manager ref",
    ],
)
def test_what_it_counts(before: str) -> None:
    assert found(f"{before} 0793454567") == []


@each_case(
    "called",
    [
        "Please call agent",
        "call owner",
        "phone officer",
        '{"note": "call team',
        "mobile leader",
        "Faxmachine",
        "faxed to",
        "faxline",
        "Faxgerät im Büro:",
        "faxez au",
        "faxons au",
        "Faxversand an",
    ],
)
def test_who_is_called_has_a_number(called: str) -> None:
    assert ("phone", "2025550143") in found(f"{called} 2025550143")


def test_whose_name_ends_in_another_letter_and_n() -> None:
    assert ("phone", "079 345 45 67") in found("Rechnung an den Kapitän. 079 345 45 67")
    assert found("Ordine n. 079 345 45 67") == []


def test_a_card_behind_numbers_of_rooms() -> None:
    assert found("A1B2 C3D4 4111 1111 1111 1111 0000") == [("credit_card", "4111 1111 1111 1111")]


@pytest.mark.parametrize("before", ["en;", "Allez-vous-en, ", "Va-t'en! "])
def test_plates_behind_a_word_that_is_no_standard(before: str) -> None:
    assert found(f"{before}VD 123456") == [("license_plate", "VD 123456")]


@each_case("name", ["Sean Walker", "Jean", "Estela", "Ortelli", "Donatella", "Fairfax", "Faxon", "Ibanez"])
def test_names_before_numbers_of_states(name: str) -> None:
    for number in ("536-90-4571", "AB 12 34 56 C"):
        assert [value for _, value in found(f"{name} {number}")] == [number]


@each_case("name", ["Dinesh", "Isola", "Norma", "Refika", "Janßen"])
def test_names_before_plates(name: str) -> None:
    assert found(f"{name} ZH 123456") == [("license_plate", "ZH 123456")]


@each_case("before", ["DIN", "ISO", "EN", "Ref.", "Referenz", "Norm", "Normen"])
def test_standards_before_what_looks_like_plates(before: str) -> None:
    assert found(f"{before} ZH 123456") == []


@each_case("before", ["order", "reorder no", "EAN", "iban:", "serial", "tracking", "build", "ticket"])
def test_other_things_before_such_numbers(before: str) -> None:
    assert found(f"{before} 536-90-4571") == []


@each_case("name", ["Brand", "Marques", "Giuditta", "Church", "Banks", "Chiesa", "Neville", "Zurkirchen"])
def test_names_that_are_words_for_things_are_born(name: str) -> None:
    assert found(f"{name}, geb. 12.03.1980") == [("date_of_birth", "12.03.1980")]


@each_case("thing", ["the bank", "the banks", "the brand", "la marque", "the church", "la ditta"])
def test_things_are_not(thing: str) -> None:
    assert found(f"{thing}, born 12.03.1980") == []


@each_case(
    "text",
    [
        "né à Assunta le 12/03/1980",
        "DOB Ghiringhelli: 12/03/1980",
        "DOB Gentry: 12/03/1980",
        "gebrutsdatum 12.03.1980",
        "date de naisance 12-03-1980",
        "data nascta 12-03-1980",
        "date of brith 12/03/1980",
        "L'è nasü al 12/03/1980",
        "annif le 12/03/1980",
        "Kind: Lea, geboren am 19.04.2009; Kind: Tim, 12.03.2011",
        "Her birthday is 9 October 1985, mine's 12/03/1980.",
        "Mon anniversaire est le 17/12/85, le sien le 12/03/1980.",
        "Gebrutstag 12.03.1980",
        "bithday 12/03/1980",
        "d o b 12/03/1980",
        "date naiscance 12/03/1980",
        "nato il12.03.1980",
        "Born 2 May 1980; son: Tim, 12.03.2008",
        "pat_gebdat;12.03.1980",
        '{"customerGebDat": "12.03.1980"}',
        "UPDATE t SET MITGEBDAT='1980-03-12'",
    ],
)
def test_births_in_words_that_are_misspelt_or_left_out(text: str) -> None:
    assert found(text)[-1][0] == "date_of_birth"
    assert "12" in found(text)[-1][1]


@each_case(
    "text",
    [
        "Eintrittsdatum 12.03.2020, assunta il 12/03/2020",
        "Das Gebietsdatum 12.03.2020 und der Gebäudedatensatz vom 12.03.2020",
        "data notata 12-03-2020, data nuova 12-03-2020",
        "Geburtstag ist am 1.2.1980. Vertrag: Neu, 09.07.2021",
    ],
)
def test_what_is_no_birth(text: str) -> None:
    assert all("2020" not in value and "2021" not in value for _, value in found(text))

"""Findings of the engine, through its one door."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gateway.core.privacy import DetectionFailed, Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine()


def found(text: str, *names: str) -> list[tuple[str, str]]:
    findings = ENGINE.find([Leaf(text, names)])[0]
    assert findings == sorted(findings, key=lambda finding: finding.start)
    assert all(one.end <= other.start for one, other in pairwise(findings))
    return [(text[finding.start : finding.end], finding.type) for finding in findings]


FORMS = {
    "plain": "CH93 0076 2011 6238 5295 7",
    "close": "CH9300762011623852957",
    "small": "ch93 0076 2011 6238 5295 7",
    "wrapped": "CH93 0076\n2011 6238 5295 7",
    "quoted": "CH93 0076\n> 2011 6238 5295 7",
    "no-break": "CH93\u00a00076\u00a02011\u00a06238\u00a05295\u00a07",
    "wide": "ＣＨ９３ ００７６ ２０１１ ６２３８ ５２９５ ７",
    "zero width": "CH93 00\u200b76 2011 62\u200d38 5295 7",
    "soft hyphen": "CH93 0076 20\u00ad11 6238 5295 7",
    "spaced": "C H 9 3 0 0 7 6 2 0 1 1 6 2 3 8 5 2 9 5 7".replace("C H", "CH"),
    "letters for digits": "CH93 OO76 2O11 6238 5295 7",
}


@each_case("form", FORMS)
def test_an_iban_in_any_dress(form: str) -> None:
    assert found(f"Bitte auf {FORMS[form]} zahlen") == [(FORMS[form], "iban")]


@each_case(
    "text,type_",
    [
        ("Karte 4ll1 1111 11l1 1111", "credit_card"),
        ("numéro de sécu l 85 O5 78 006 084 91", "fr_nir"),
        ("Steuer-ID 86 O95 742 719", "de_tax_id"),
        ("NHS number 943 476 59l9", "uk_nhs"),
        ("SSN 536-9O-4399", "us_ssn"),
        ("DNI l2345678-Z", "es_nif"),
    ],
)
def test_letters_that_look_like_digits_behind_a_numbers_word(text: str, type_: str) -> None:
    number = text[next(place for place, sign in enumerate(text) if sign in "l0123456789" and text[place - 1] == " ") :]
    assert found(text) == [(number, type_)]
    assert found(f"Teil {number}") == []


@each_case(
    "text,number,type_",
    [
        ('SocialSecurityNumber: "589 45 7844"', "589 45 7844", "us_ssn"),
        ('DEMO_SSN="712 41 9286"', "712 41 9286", "us_ssn"),
        ('<row nhsNumber="9434765919"/>', "9434765919", "uk_nhs"),
        ('"NHS_NUMBER"="9434765919"', "9434765919", "uk_nhs"),
        ("datenaiss=12.04.1967", "12.04.1967", "date_of_birth"),
    ],
)
def test_a_programs_name_for_it(text: str, number: str, type_: str) -> None:
    assert found(text) == [(number, type_)]


def test_the_first_types() -> None:
    text = "anna.müller@example.ch, 079 123 45 67, 4111 1111 1111 1111, 756.9217.0769.85, postgres://app:s3cr3t!x@db/x"
    assert [kind for _, kind in found(text)] == ["email", "phone", "credit_card", "ch_ahv", "secret"]


@each_case(
    "text",
    [
        "Version 2024.11.25-3, Bestellnummer 4012345678901, ISBN 978-3-16-148410-0.",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "id 123e4567-e89b-12d3-a456-426614174000 at 2024-11-25T10:15:30Z",
        "In 2023 the company grew by 12 to 15 percent, from 1 200 000 to 1 350 000.",
        "API_KEY=sk-your-key-here-example-placeholder",
        "client = OpenAI(api_key=KEY)\nheaders = {'Authorization': f'Bearer {token}'}",
        "Sehr geehrte Damen und Herren, wir bitten um Zustellung bis 30.06.2024.\nIhr Support Team",
        "Vergleiche die Deutsche Bank mit der Credit Suisse, Urteil 4A_123/2023 vom 5. Mai 2023, Erwägung 3.2.1.",
        "Invoice INV-2024-00123, PO 4500012345, SKU 4006381333931, price 12.95, port 8080, 10.0.22621.2428",
        "The Eiffel Tower was completed in 1889; compare Albert Einstein and Marie Curie.",
        "Teams: 19:9f2442ab8a8cc396d9a7bf4c15244201@thread.tacv2 and 19:9f24-42ab_8a8c@unq.gbl.spaces",
        "Message-ID: <20260101.GA1234.Lpvecm6Hw@mail.example.com>\nReferences: <a7bf4c152@mail.example.com>",
        "Part no. 0445120289 is out of stock, as is art. no. 0986435559",
    ],
)
def test_numbers_that_are_nobodys(text: str) -> None:
    assert found(text) == []


SURELY = {
    "fr_nir": "1 84 12 76 451 089 46",
    "de_tax_id": "86 095 742 719",
    "de_svnr": "65 170839 J 003",
    "it_cf": "RSSMRA80A01H501U",
    "es_nif": "12345678-Z",
    "uk_nino": "AB 12 34 56 C",
    "uk_nhs": "943 476 5919",
    "us_ssn": "536-90-4399",
    "ch_uid": "CHE-109.322.551",
    "ch_health_card": "80756 01234 56789 01239",
    "ip_address": "203.0.114.7",
    "mac_address": "00:1a:2b:3c:4d:5e",
    "vin": "WVWZZZ1JZXW000001",
    "license_plate": "ZH 123456",
    "phone": "+44 20 7946 0958",
}


@each_case(
    "text,number,type_",
    [
        ("n°AVS756.9217.0769.85", "756.9217.0769.85", "ch_ahv"),
        ("AHVNR7569217076985,", "7569217076985", "ch_ahv"),
        ("SSN123-45-6789", "123-45-6789", "us_ssn"),
        ("Visa4111 1111 1111 1111", "4111 1111 1111 1111", "credit_card"),
        ("Karte4111111111111111", "4111111111111111", "credit_card"),
        ("KVNR80756012345678901231", "80756012345678901231", "ch_health_card"),
    ],
)
def test_a_word_that_touches_its_number(text: str, number: str, type_: str) -> None:
    assert [(text[found.start : found.end], found.type) for found in ENGINE.find([Leaf(text)])[0]] == [(number, type_)]


@pytest.mark.parametrize("before", ["-", "."])
def test_a_card_behind_a_sign_that_begins_the_text(before: str) -> None:
    assert found(f"{before}4111 1111 1111 1111") == [("4111 1111 1111 1111", "credit_card")]


@pytest.mark.parametrize("text", ["sha4111111111111111", "avis7569217076985", "vesna756.9217.0769.85x"])
def test_the_end_of_a_word_with_figures_is_no_number(text: str) -> None:
    assert ENGINE.find([Leaf(text)])[0] == []


@each_case("kind", SURELY)
def test_a_type_by_its_shape_alone(kind: str) -> None:
    assert found(f"see {SURELY[kind]} there") == [(SURELY[kind], kind)]


LABELLED = {
    "a form": "Name: Fiete Brönnimann\nGeburtsdatum: 01.02.1990",
    "JSON": '{"customerName": "Fiete Brönnimann", "birthDate": "01.02.1990"}',
    "JSON in JSON": '{"arguments": "{\\"customerName\\": \\"Fiete Brönnimann\\", \\"birthDate\\": \\"01.02.1990\\"}"}',
    "a table": "| Mitarbeiter | Geburtsdatum |\n|---|---|\n| Fiete Brönnimann | 01.02.1990 |",
    "rows": "id;Nom complet;Date de naissance\n7;Fiete Brönnimann;01.02.1990",
    "code": "create(full_name='Fiete Brönnimann', date_of_birth='01.02.1990')",
    "XML": "<patient><name>Fiete Brönnimann</name><geburtsdatum>01.02.1990</geburtsdatum></patient>",
}


@each_case("form", LABELLED)
def test_what_a_label_announces(form: str) -> None:
    assert found(LABELLED[form]) == [("Fiete Brönnimann", "person"), ("01.02.1990", "date_of_birth")]


@each_case(
    "text,address",
    [
        ("Bahnhofstrasse 12, 8001 Zürich. Tel. 044 668 18 00.", "Bahnhofstrasse 12, 8001 Zürich"),
        ("Bahnhofstrasse 12, 8001 Zürich Tel. 044 668 18 00", "Bahnhofstrasse 12, 8001 Zürich"),
        ("Er wohnt am Rosenweg 3, 9000 St. Gallen. Morgen zieht er um.", "Rosenweg 3, 9000 St. Gallen"),
        ("Rosenweg 3, 9000 St.Gallen", "Rosenweg 3, 9000 St.Gallen"),
        ("Hauptstr. 4, 60311 Frankfurt am Main. Das Haus ist rot.", "Hauptstr. 4, 60311 Frankfurt am Main"),
        ("Rue du Lac 3, 1815 Montreux. Nous y habitons.", "Rue du Lac 3, 1815 Montreux"),
        ("He lives at 12 Oak Street, St. Louis, MO 63101.", "12 Oak Street, St. Louis, MO 63101"),
        ("The office is at Uus-Tatari 24, Tallinn, 12917. Ring twice.", "Uus-Tatari 24, Tallinn, 12917"),
        ("Meet me at Sludevej 86, please.", "Sludevej 86"),
        ("a letter to ul. Krakowska 92, Wrocław", "ul. Krakowska 92, Wrocław"),
        ("We lived in Tacuarembo 57 then", "Tacuarembo 57"),
        (
            "Post to Rose Cottage, 197a Station Road, Bristol, BS8 1TH",
            "Rose Cottage, 197a Station Road, Bristol, BS8 1TH",
        ),
        ("Anna Frei\nOld Mill House\n12 Mill Lane\nOxford OX1 2AB", "Old Mill House\n12 Mill Lane\nOxford OX1 2AB"),
        ("She lives at 847 Dunn Ridges, 95846 South Lakeview. Ring twice.", "847 Dunn Ridges, 95846 South Lakeview"),
    ],
)
def test_an_address_ends_with_its_town(text: str, address: str) -> None:
    assert [span for span, kind in found(text) if kind == "address"] == [address]


def test_the_name_of_a_parameter_is_a_label() -> None:
    assert found("Qortell", "arguments", "lastName") == [("Qortell", "person")]
    assert found("hunter2!", "password") == [("hunter2!", "secret")]
    assert found("Qortell", "arguments", "city") == []
    assert found("8712 Qortell", "arguments", "city") == [("8712 Qortell", "address")]


def test_what_one_text_tells_is_found_in_all() -> None:
    texts = ["Freundliche Grüsse\nXirvane Qortell", "Frag Qortell, nicht QORTELLI.", "siehe qortell.pdf"]
    findings = ENGINE.find([Leaf(text) for text in texts])
    assert [[text[f.start : f.end] for f in own] for text, own in zip(texts, findings, strict=True)] == [
        ["Xirvane Qortell"],
        ["Qortell"],
        [],
    ]


def test_an_encoded_text_is_taken_whole() -> None:
    encoded = "SUJBTiBDSDU2MDQ4MzUwMTIzNDU2NzgwMDk="
    assert found(f"decode {encoded} please") == [(encoded, "iban")]


def test_an_error_tells_nothing_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> bytes:
        raise ValueError(text)

    monkeypatch.setattr("gateway.pii.look.fold", broken)
    with pytest.raises(DetectionFailed) as failed:
        ENGINE.find([Leaf("Geheim")])
    assert "Geheim" not in f"{failed.value!r}{failed.value.__cause__!r}"


def test_what_stands_in_for_a_value_is_none() -> None:
    assert found("Name: PERSON_k7f3q2, Frau PERSONb_k7f3q2, password: SECRET_k7f3q2") == []
    assert found("password: [SECRET]\nAdresse: ADDRESS_k7f3q2, Bern") == []


@each_case(
    "text,expected",
    [
        ("write to anna dot meier at gmail dot com", [("email", "anna dot meier at gmail dot com")]),
        ("p.martin arobase laposte point net", [("email", "p.martin arobase laposte point net")]),
        ("I work at amazon dot com", []),
        ("curl -u bob:hunter22! http://x", [("secret", "hunter22!")]),
        ("docker run --user 1000:1000 image", []),
        ("cf RSS MRA 85T 10A 562 S", [("it_cf", "RSS MRA 85T 10A 562 S")]),
        ("der Wagen M-XY 4821 gegen S-AB 12", [("license_plate", "M-XY 4821"), ("license_plate", "S-AB 12")]),
        ("nach DIN-EN 4821", []),
        ("Am Steuer des Wagens DO RU 9638 sass jemand", [("license_plate", "DO RU 9638")]),
        ("Apéritif, 9 bis Grand-Rue, 1003 Lausanne.", [("address", "9 bis Grand-Rue, 1003 Lausanne")]),
        ("Patient: m/w   *25.9.1979", [("date_of_birth", "25.9.1979")]),
        ("Customer no.: K492798   clerk, direct line 918-859-4146", [("phone", "918-859-4146")]),
        ("Ref. 7735-Z\nTel. di giorno: 3473620808", [("phone", "3473620808")]),
        ("est au dossier (cabinet 05 81 96 17 42).", [("phone", "05 81 96 17 42")]),
        ("Le bilan montre des immobilisations de 4 512 300 et des stocks de 812 455.", []),
        ("un furgone grigio (FT 316 HD) fermo", [("license_plate", "FT 316 HD")]),
        ('reg_no = "SG69544"', [("license_plate", "SG69544")]),
        ("livraisons partielles BL 81123, 81140 et 81166.", []),
        ("Surname      Insurance no.    Account\nx     678 61 9030     7", [("us_ssn", "678 61 9030")]),
        ('{"system": "urn:oid:2.16", "value": "582 72 8709"}', [("us_ssn", "582 72 8709")]),
        ("32 64 128 256 512 1024 2048 4096", []),
        ('ssn = c("x"), seen = c("2026-05-10T09:15:00Z", "2026-06-19T07:15:00Z")', []),
        ('return {"first_name": first, "last_name": last}', []),
        ("pub struct Address { pub street: String, pub country: [u8; 2] }", []),
        ("moved to 149 Southgate, York YO10 4DD", [("address", "149 Southgate, York YO10 4DD")]),
        ('--strasse-nr "Auf dem Berg 20"', [("address", "Auf dem Berg 20")]),
        ("le médecin traitant, la Dre Bertholet, et la famille Weiss", [("person", "Bertholet"), ("person", "Weiss")]),
        ("msg=saved nachname=Bucher id=59266 menge=4", [("person", "Bucher")]),
        ("Familienname: Kaiser-Eckert · Artikel: 7156-Y", [("person", "Kaiser-Eckert")]),
        ('crmctl add --nachname "Weiß" --sku "7508-W" --last-name "Bilić"', [("person", "Weiß"), ("person", "Bilić")]),
        ('<input id="nom_famille" name="nom_famille" value="Pasche">', [("person", "Pasche")]),
        ('of {"key": "datenaiss", "value": "15 décembre 1975"}', [("date_of_birth", "15 décembre 1975")]),
        ('<label>Vorname</label><label>PLZ<input name="plz"></label>', []),
        ("NE(E) LE : 01/04/1948", [("date_of_birth", "01/04/1948")]),
        (
            "p.ivan+rechnung@orange.fr ou 06.61.88.52.36. Merci",
            [("email", "p.ivan+rechnung@orange.fr"), ("phone", "06.61.88.52.36")],
        ),
        ("ein Zettel: «Anna Lurati, 348 7640850».", [("person", "Anna Lurati"), ("phone", "348 7640850")]),
        ("a n n a @ x y z . c h", [("email", "a n n a @ x y z . c h")]),
        ("AZURE_OPENAI_KEY=84d2f1a09b7c4e6d8f3a5b2c1d0e9f87", [("secret", "84d2f1a09b7c4e6d8f3a5b2c1d0e9f87")]),
        ("CACHE_KEY=84d2f1a09b7c4e6d8f3a5b2c1d0e9f87", []),
        ("SORT_KEY = created_at_descending_then_name", []),
        (f"use figd_{'aB3dE6gH9j' * 4}", [("secret", f"figd_{'aB3dE6gH9j' * 4}")]),
        ('password: "PROD_a1b2c3"', [("secret", "PROD_a1b2c3")]),
        ("il mio codice fiscale è PPSH–RT88–B11C–933V", [("it_cf", "PPSH–RT88–B11C–933V")]),
        ("codice fiscale FRRMHL75\nP57H501P", [("it_cf", "FRRMHL75\nP57H501P")]),
        ("spanische DNI Z463·8865·T", [("es_nif", "Z463·8865·T")]),
        ("credit card 530-274 257.474/437-2", [("credit_card", "530-274 257.474/437-2")]),
        ("codice fiscale MSRRPL8lBl6F2O5E", [("it_cf", "MSRRPL8lBl6F2O5E")]),
        ("NHS number 34353335353632353034, check", [("uk_nhs", "34353335353632353034")]),
        ("DNI MTgwNzA4MDNX, check", [("es_nif", "MTgwNzA4MDNX")]),
        ("Telefon 3902_1451_6414, bitte", [("phone", "3902_1451_6414")]),
        ("téléphone 02, 25, 35, 36, 26, merci", [("phone", "02, 25, 35, 36, 26")]),
        ("téléphones : 12, 15, 17 et 18", []),
        ("SSN MzMwIDU4IDM1ODE=, check", [("us_ssn", "MzMwIDU4IDM1ODE=")]),
        ('mail = "loic95@hauswa" + "rt-nord.de"', [("email", 'loic95@hauswa" + "rt-nord.de')]),
        ("Halter von W-85487X?", [("license_plate", "W-85487X")]),
        ("Swiss AHV number 756.6637**.3720.31**", [("ch_ahv", "756.6637**.3720.31")]),
        (
            "AHV-Nr. =37=35=36=20=36=38=30=32=20=33=33=36=36=20=37=37",
            [("ch_ahv", "=37=35=36=20=36=38=30=32=20=33=33=36=36=20=37=37")],
        ),
    ],
)
def test_spellings_that_are_somebodys_and_others_that_are_not(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == [(surface, kind) for kind, surface in expected]

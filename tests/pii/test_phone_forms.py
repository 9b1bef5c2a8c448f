"""Telephones in forms and places that a blind set of 2026-11-28 showed to leak, and what looks like them."""

from __future__ import annotations

import pytest

from tests.pii.finding import finder
from tests.support.each_case import each_case

phones = finder("phone")


@pytest.mark.parametrize(
    "number",
    ["044'268'11'00", "079’268’11’00", "079 268'11'00", "(044) 268'11'00", "+41'79'268'11'00", "0041 79 268'11'00"],
)
@pytest.mark.parametrize("text", ["{}", "Natel {}, abends", '{{"handy": "{}"}}', "Meier\tAnna\t{}"])
def test_apostrophes_between_groups(number: str, text: str) -> None:
    assert phones(text.format(number)) == [number]


@each_case(
    "text,numbers",
    [
        ("Roy,Jo,509-88-1234,312-534-1234,jo@x.org", ["312-534-1234"]),
        ("Roy,Jo,509-88-1234,303.229.1524,jo@x.org", ["303.229.1524"]),
        ("Roy,Jo,7,1-702-756-0667,jo@x.org", ["1-702-756-0667"]),
        ("Direct: 502 834 3920 x7986", ["502 834 3920 x7986"]),
        ("Direct: (808)759-2216;ext=369", ["(808)759-2216;ext=369"]),
        ("https://wa.me/41797383761?text=hello", ["41797383761"]),
        ("Drucker S/N X1234, Rückruf an 044 268 11 00", ["044 268 11 00"]),
        ("Ersatzteil P/N 77-1, bitte melden bei 079 123 45 67", ["079 123 45 67"]),
        ("P/N 3341; 0791234567; Keller", ["0791234567"]),
        ("ph# 602 368 6645", ["602 368 6645"]),
        ("H: 415 870 5686 W: (312) 861 4814 C: 702 222 8891", ["415 870 5686", "(312) 861 4814", "702 222 8891"]),
        ("Numéro de suivi 7052256348730, appelez le 06 12 34 56 78", ["06 12 34 56 78"]),
        ("Dossier suivi par Mme Roy 06 12 34 56 78", ["06 12 34 56 78"]),
        ("Call center 512-1024", ["512-1024"]),
        ("Call site on 4155552671, call tree: Anna 2125552671", ["4155552671", "2125552671"]),
        ("Centralino 344/7019871, reperibilità 347 1234567", ["344/7019871", "347 1234567"]),
        ("O 206-835-6782 / M 503 878 6433", ["206-835-6782", "503 878 6433"]),
        ("the call stack is at 512-1024; call me at 512-555-1024", ["512-555-1024"]),
        ("ph#1-806-936-6573", ["1-806-936-6573"]),
        ("01.76.68.20.28 / 01/39/68/79/01", ["01.76.68.20.28", "01/39/68/79/01"]),
        ("044 268 11 00 / 079 268 11 00", ["044 268 11 00", "079 268 11 00"]),
        ("044 / 268 11 00", ["044 / 268 11 00"]),
        ("Anna Frei\nLeiterin Rechnungswesen\n3006 Bern\nT (079) 223 17 11", ["(079) 223 17 11"]),
        ("Muster & Partner AG\n3006 Bern\nM (079) 223 17 11 | F 044 268 11 00", ["(079) 223 17 11", "044 268 11 00"]),
        ("Tanaka;Nicolò;14/1/1983;RSSMRA85M01H501Q;328 175 6058", ["328 175 6058"]),
        ("il mio cellulare3667838578 grazie", ["3667838578"]),
        ("T (079) 223 17 11 · F 0442681100", ["(079) 223 17 11", "0442681100"]),
        ("O: 206 874 4345 | M: (617) 629-4354", ["206 874 4345", "(617) 629-4354"]),
        ("Domande: 335.4499152 o anna@example.org", ["335.4499152"]),
        ('send_sms("212 342 2524", "Your table is ready")', ["212 342 2524"]),
        ("Sam: got her number?\nKim: yeah 415 931 2046", ["415 931 2046"]),
        ("Bestellung 0442681100, Rückfragen 0442681122", ["0442681122"]),
        ("Bestellung 0442681100 und Tel. 0442681101", ["0442681101"]),
        ("06 12 34 56 78 06 98 76 54 32", ["06 12 34 56 78", "06 98 76 54 32"]),
        ("0 44 268 11 00", ["0 44 268 11 00"]),
        ("Zimmer 3 2 1 06 12 34 56 78", ["06 12 34 56 78"]),
        ("Positionen 4 5 6 044 268 11 00 und 4 5 6 0442681122", ["044 268 11 00", "0442681122"]),
        ("Jean 06 12 34 56 78 de 08 00", ["06 12 34 56 78"]),
        ("Zeichnungsberechtigt: 044 268 11 00", ["044 268 11 00"]),
        ("Zeichnungen bitte an 079 223 17 11", ["079 223 17 11"]),
        ("Verkauf 044 268 11 00, Ersatzteile 044 268 11 22", ["044 268 11 00", "044 268 11 22"]),
        ("The model needs a shoot, 206-874-4345", ["206-874-4345"]),
        ("044 268 11 00/079 268 11 00", ["044 268 11 00", "079 268 11 00"]),
        ("+41 44 268 11 00/+41 79 268 11 00", ["+41 44 268 11 00", "+41 79 268 11 00"]),
        ("089 / 12 34 567/0171 1234567", ["089 / 12 34 567", "0171 1234567"]),
        ("T+41 44 268 11 00 F+41 44 268 11 01", ["+41 44 268 11 00", "+41 44 268 11 01"]),
        ("Tel. 030 1234567/01", ["030 1234567/01"]),
        ("Telefon: 0711 1234567/0150", ["0711 1234567/0150"]),
        ("wa 347.584.98.57", ["347.584.98.57"]),
        ("fone 617 311 1841", ["617 311 1841"]),
        ("Jenny's at 2125550187", ["2125550187"]),
        ("0044 7911 628700", ["0044 7911 628700"]),
        ("Bob 079 268 11 00-A", ["079 268 11 00"]),
    ],
)
def test_in_rows_lists_and_signatures(text: str, numbers: list[str]) -> None:
    assert phones(text) == numbers


@each_case(
    "text",
    [
        "Total 1'204'300 CHF, davon 22'108 fix und 12'079'268 offen",
        "Serie 12'044'268'11'00 und 044'268'11'00'12",
        "die Sendung 044'268'11'001",
        "Why does ping 127.0.0.1 work and 255.255.255.0 not?",
        "1,234-567 of 12,345.678.90",
        "part no. 044 268 11 00",
        "S/N 8DR4NX7O900B, P/N 07990-31813-PST",
        "P/N 212-555-0142 rev B",
        "Drucker S/N: 044 268 11 00",
        "pH # 7.4, sample 1234",
        "part n° 0123 456 789 fits pump P-203",
        "Part Nº 020 7946 0958 is out of stock",
        "Part nbr 0441 234 567",
        "Rechnungs-Nr. 044 268 11 00",
        "Rechnungsbetrag 0441234567 Rappen",
        "Rechnungslauf 044 123 45 67 ist fertig",
        "Rechnungs_nr 0441234567",
        "Orders 0791234567, 0791234568 and 0791234570 are late.",
        "Artikel 044 668 18 00 durch 044 668 19 00 ersetzen",
        "Ersatzteile: 079 123 45 67-A, 079 123 45 68-B",
        "Model number 212-555-0100-B, firmware 2.1",
        "00000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF|",
        "3f 2a 11 00 79 12 34 56 78 00 41 07 91 23 45 67",
        "Zeichnung 044.668.18.00, Index C",
        "Fatture 0912340001 e 0912340002 da annullare",
        "Les numéros de client ont six chiffres, par ex. 100200",
        "numeri estratti 02 15 23 44 61 77 88 90 12",
        "00000000: 7f45 4c46 0201 0100 0000 0000 0000 0000  .ELF............",
        "/api/0442681101/0442681100, /a/0442681100 and 2024/0442681100 and 1234567890/0442681100",
        "x = T+86400000; t+12345678; P+12345678",
        "Serie 0031-11-1129, 0031-11-1130",
        "1 0 0 0 12 34 56 78\n0 1 0 0 90 12 34 56",
        "Numéro de suivi 7052256348730, numero di spedizione 7052256348730",
        "DOI 10.1016/j.cell.2021.57.431",
        "The call stack 4155552671, call depth 4155552671",
        "Call stack depth 512-1024, 800-1200 MHz",
        "H: 415 870 568, W: 1200 800 4000",
    ],
)
def test_what_is_none(text: str) -> None:
    assert phones(text) == []


def test_years_behind_dialects_are_no_number() -> None:
    assert phones("# dialects/mysql.py\n# Copyright (C) 2005-2026 the authors") == []
    for dialled in ("dial", "dial_in:", "dialer:", "dialIn =", "she dials"):
        assert phones(f"{dialled} 2005-2026 from any desk") == ["2005-2026"]

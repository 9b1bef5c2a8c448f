"""Names behind particles, roles and those who did something, in segments, terms and calls; and what is called after."""

from __future__ import annotations

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine

ENGINE = Engine(("person", "phone", "address"))

TOLD = {
    "a particle": ("Sehr geehrte Frau von Arx, vielen Dank.", ["von Arx"]),
    "a particle and a word": ("Herr van der Meer hat den Schlüssel.", ["van der Meer"]),
    "a Spanish one": ("Frau de la Cruz kommt morgen.", ["de la Cruz"]),
    "a French one": ("M. d'Ormesson a appelé.", ["d'Ormesson"]),
    "an English letter": ("Dear Ms van Dijk,", ["van Dijk"]),
    "a colleague, titled": ("Sehr geehrter Herr Kollege Kowalczyk, ich berichte.", ["Kowalczyk"]),
    "a witness": ("Die Zeugin Wyss sagte aus, der Beschuldigte Imhof sei gegangen.", ["Wyss", "Imhof"]),
    "whoever drove": ("gelenkt von Nikola Costa", ["Nikola Costa"]),
    "whoever drove, in Italian": ("guidata da Nikola Costa", ["Nikola Costa"]),
    "whoever hired": ("She was hired by Hazel Pritchard as a bookkeeper.", ["Hazel Pritchard"]),
    "a segment of HL7": ("PID|1||12345^^^HOSP||SMITH^JOHN^A||19600515|M", ["SMITH^JOHN^A"]),
    "a doctor in one": ("PV1|1|I|ICU^2^B||||1234^WELBY^MARCUS^^^^MD", ["WELBY^MARCUS"]),
    "a bank's element": ("<Cdtr><Nm>Gieri Iten</Nm></Cdtr>", ["Gieri Iten"]),
    "a term and what is said of it": (
        "<dl><dt>Guest</dt><dd>Esperanza Sulejmani</dd><dt>Phone</dt><dd>07450 731 957</dd></dl>",
        ["Esperanza Sulejmani", "07450 731 957"],
    ),
    "calls that set": ('$client->setNom("Pasche");\n$client->setPrenom("Isabelle");', ["Pasche", "Isabelle"]),
    "an unusual street": ("Neue Anschrift: Lange Reihe 14, 90402 Nürnberg.", ["Lange Reihe 14, 90402 Nürnberg"]),
    "speakers of a chat": ("Mareike: bin morgen weg\nYannik: ok, merci", ["Mareike", "Yannik"]),
    "speakers at their times": ("[14:02] Quentin > rappelle\n[14:03] Zuwena > ok", ["Quentin", "Zuwena"]),
    "an initial behind a small word": ("Her manager W. Thornbury agrees.", ["W. Thornbury"]),
    "an initial before a verb": ("Austritt per 31.01.2027. O. Wüthrich übernimmt.", ["O. Wüthrich"]),
    "an initial behind a question": ("Ist es frei? L. Ferreira est au courant.", ["L. Ferreira"]),
    "an entry, the surname first": ("1. Gesine Steinmetz\n2. Pfandl, Torsten", ["Gesine Steinmetz", "Pfandl, Torsten"]),
    "whom to write to": (
        "Fragen an Yannik (079 555 01 23) oder Silke (076 555 01 24).",
        ["Yannik", "079 555 01 23", "Silke", "076 555 01 24"],
    ),
    "an Italian number": (
        "Il 3285818673 non è più attivo, o Ornella (347-4583771).",
        ["3285818673", "Ornella", "347-4583771"],
    ),
    "whom to call": ("no, chiama Ornella al bar", ["Ornella"]),
    "a cell, the surname first": ("| Pfandl, Fabienne | 01.03.2018 |", ["Pfandl, Fabienne"]),
    "a particle with a capital": ("PC di Ornella Lo Cascio", ["Ornella Lo Cascio"]),
    "two with whom somebody talked": ("as discussed with Latoya and Darlene", ["Latoya", "Darlene"]),
    "in bold": ("<p>Name: <b>Vreni Quast</b></p>", ["Vreni Quast"]),
    "a British postcode": (
        "of Flat 7, 96 Queen's Gate, London SW7 5JE (the tenant)",
        ["Flat 7, 96 Queen's Gate, London SW7 5JE"],
    ),
    "who can be reached": ("La moglie risponde al 3281404970.", ["3281404970"]),
    "a line that is dead": ("7745299975 is disconnected.", ["7745299975"]),
}


@pytest.mark.parametrize("form", TOLD)
def test_somebody_is_told(form: str) -> None:
    text, expected = TOLD[form]
    assert [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Draft a press release about our new office chair collection with Herman Miller.",
        "Erkläre die Max-Planck-Gesellschaft und das Robert Koch-Institut.",
        "Herr der Ringe und die Frau des Jahres im Kino",
        "Sherlock Holmes and Dr. Watson live in Baker Street. Write a parody.",
        '{"nom": "Lampe de bureau", "prix": 49.9}',
        "The report was approved by Software Engineering.",
        "siehe Kapitel A. Danach folgt Teil B. Planung und z. B. Äpfel",
        "Vitamin C. Dieses Vitamin wirkt.",
        "Variante A. Diese ist teurer. Variante B. Jene ist billiger.",
        "We met the S. Korea team at the N. Carolina fair.",
        "Python: fast enough\nJulia: faster",
        "Hamlet: To be, or not to be.\nOphelia: My lord?",
        "Note: see below\nTodo: call them",
        "Austin, Texas; Paris, France",
    ],
)
def test_nobody_is(text: str) -> None:
    assert not ENGINE.find([Leaf(text)])[0]

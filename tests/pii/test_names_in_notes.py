"""Names of one word in notes: in lists, rosters, forms, below a farewell, beside a department; and `Will`, `Mark`."""

from __future__ import annotations

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine

ENGINE = Engine()


def found(text: str) -> list[str]:
    return [text[one.start : one.end] for one in ENGINE.find([Leaf(text)])[0]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Pendenzen\n- Cornelia: Schlüsselliste\n- Blerim: Offerte\n- alle: Ferien", ["Cornelia", "Blerim"]),
        ("Geburtstage im Mai: Cornelia (3.), Besnik (11.), Yvonne (28.)", ["Cornelia", "Besnik", "Yvonne"]),
        ("Birthdays: Darlene (3rd), Selvi (11th)", ["Darlene", "Selvi"]),
        (
            "Früh    Spät    Nacht\nRamazan    Roger    Cornelia\nEveline    Selvi    Sibylle",
            ["Ramazan", "Roger", "Cornelia", "Eveline", "Selvi", "Sibylle"],
        ),
        ("Nom Zufferey Prénom Candide Entrée 01.03", ["Zufferey", "Candide"]),
        ("Last name Zellner First name Darlene", ["Zellner", "Darlene"]),
        ("die ramseier von der buchhaltung hat wieder reklamiert", ["ramseier"]),
        ("pritchard from accounts is moaning again", ["pritchard"]),
        ("Der Sturm Torsten aus der HR hat sich gemeldet.", ["Torsten"]),
        ("Torstens Büro wird im Mai frei.", ["Torsten"]),
        ("Nydegger's car blocks the exit.", ["Nydegger"]),
        ("Das Auto von Nydegger steht im Weg.", ["Nydegger"]),
        ("Merci und schöns Wucheend\nCornelia", ["Cornelia"]),
        ("Für Noemi und Torsten brauchen wir zwei Laptops.", ["Noemi", "Torsten"]),
        ("Der Zeuge sagte aus, Beqiri sei um 22 Uhr gegangen.", ["Beqiri"]),
        ("Le plombier, un certain Fabrice, passe demain.", ["Fabrice"]),
        ("Is Darlene back on Friday?", ["Darlene"]),
        ("Has Vjosa signed yet?", ["Vjosa"]),
        ("Warum hat Abegglen den Antrag nicht bewilligt?", ["Abegglen"]),
        ("Pourquoi Cuendet n'a-t-il pas validé la demande ?", ["Cuendet"]),
        ("Perché Egidio non ha approvato la richiesta?", ["Egidio"]),
        ("Schreib Cornelia eine Geburtstagskarte, sie wird 40.", ["Cornelia"]),
        ("URGENT : RAPPELER MME TSCHANZ", ["TSCHANZ"]),
        ("Rolf hat Probleme mit seinem Rücken.", ["Rolf"]),
        ("Rolf van den Berg hat Probleme mit seinem Rücken.", ["Rolf"]),
        ("Darlene only works half days now.", ["Darlene"]),
        ("Solange ne travaille plus qu'à mi-temps.", ["Solange"]),
        ("Egidio ha problemi alla schiena.", ["Egidio"]),
        ("Hi Will,\n\ncan you call me?", ["Will"]),
        ("Mark is on holiday until Friday.", ["Mark"]),
        ("Ask Mark whether it is signed.", ["Mark"]),
        ("Best regards\nWill", ["Will"]),
        (
            "Schichtplan KW 12: Mo Früh Elif/Azra, Mo Spät Ljiljana; Di Früh Azra/Philippe",
            ["Elif", "Azra", "Ljiljana", "Azra", "Philippe"],
        ),
        ("Rota: Mon Sue, Tue Kristen, Wed Kristen, Thu Steve", ["Sue", "Kristen", "Kristen", "Steve"]),
        ("Planning : lundi Matteo et Rose, mardi Odette", ["Matteo", "Rose", "Odette"]),
        ("Turni: lunedì Nunzia e Teresa, martedì Patrizia", ["Nunzia", "Teresa", "Patrizia"]),
        ("Planning : lun matin Benoît, lun soir Fatima ; mar matin Rose", ["Benoît", "Fatima", "Rose"]),
        ("Präsenz: Mo/Di Ursula, Mi-Fr Besnik, Pikett Emma", ["Ursula", "Besnik", "Emma"]),
        ("La paziente Pavanello è a digiuno.", ["Pavanello"]),
        ("Frage von Petra: Wie lange ist die Kündigungsfrist?", ["Petra"]),
        ("Domanda di Simone: quanto dura il preavviso?", ["Simone"]),
        ("Un petit mot pour la retraite de Céline, de la part de Léa et Quentin.", ["Céline", "Léa", "Quentin"]),
        ("Kunde Bühler hat angerufen, er zahlt nächste Woche.", ["Bühler"]),
        ("Chef Keller hat gekündigt.", ["Keller"]),
        ("Anna Keller left. She yelled at Wyss in the meeting.", ["Anna Keller", "Wyss"]),
        ("Anna Keller, née en 1980, mariée à Zufferey", ["Anna Keller", "1980", "Zufferey"]),
        ("Il cliente Moretti ha richiamato.", ["Moretti"]),
        ("Mein Name ist Mia Weber.", ["Mia Weber"]),
        ("Schreib eine Mail an Mia Weber wegen Mai.", ["Mia Weber"]),
        ("Which painters did Susan Whitfield invite?", ["Susan Whitfield"]),
        ("Welche Rekorde hält Susan Whitfield im Verkauf?", ["Susan Whitfield"]),
    ],
)
def test_somebody(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "- Julia: schnell\n- Ruby: elegant\n- Python: beliebt",
        "- Berlin: 3 Filialen\n- Paris: 2 Filialen\n- Florence: 1",
        "- Bosch: 3 Geräte\n- Siemens: 4 Geräte",
        "Bern (3), Basel (11), Zürich (28), Mars (4), Venus (2)",
        "Paris   London   Berlin\nMonday   Tuesday   Friday\nRosa    Viola    Blu",
        "Name Feld Vorname Text",
        "Someone from sales called, and mail from IT came.",
        "Das Bild von der Informatik ist falsch.",
        "Windows Laptop, Lotus Auto, Jeans Mann, Texas Vertrag, Paris Büro",
        "Welche Bücher von Thomas Mann sollte man zuerst lesen?",
        "Tesla's car is fast, Apple's laptop is thin.",
        "Wir danken für Ihr Interesse.\nBern",
        "Mark is the old German currency. Will is a modal verb. The bill is due.",
        "Tell Mark Row 3 to Mark Row 5.",
        "Is Siri back? Is Windows back online? Ist Berlin bis 2030 wieder im Plan?",
        "Hat die Schweiz den Vertrag genehmigt? Has France signed the treaty? Has Google paid the fine?",
        "Pourquoi Paris n'a pas signé ? Perché Roma non ha firmato?",
        "Gib Gas mal. Kauf Milch bitte.",
        "MADAME BOVARY est un roman.",
        "Which painters did the Medici support?",
        "Explain to me what Gareth means.",
        "Was bedeutet der Name Cornelia?",
        "Rue Solange, Villa Cornelia.",
        "Cornelia AG liefert Schrauben.",
        "Öffnungszeiten: Mo Ruhetag, Di Morgen, Mi Nachmittag; Sun Valley, Fri Market",
        "Kunde Meier AG hat bestellt.",
        "Mia madre e Mia Moglie sono titoli di film.",
    ],
)
def test_nobody(text: str) -> None:
    assert found(text) == []

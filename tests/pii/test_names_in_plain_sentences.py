"""Names of one word in plain sentences: whoever is thanked, talked to, on duty, asked whether they signed."""

from __future__ import annotations

import pytest

from tests.pii.finding import finder

found = finder()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Danke Cornelia, das hat mir sehr geholfen!", ["Cornelia"]),
        ("Merci Fabrice, c'est parfait.", ["Fabrice"]),
        ("Grazie Ornella! Ci vediamo lunedì.", ["Ornella"]),
        ("Thanks Darlene for the quick help.", ["Darlene"]),
        ("Ich habe mit Torsten gesprochen, er ist dafür.", ["Torsten"]),
        ("I spoke to Darlene and she agrees.", ["Darlene"]),
        ("Korrigiere: J'ai parlé avec Fabrice et il vien.", ["Fabrice"]),
        ("Schichtplan: Mo Torsten, Di Cornelia, Mi Beqiri", ["Torsten", "Cornelia", "Beqiri"]),
        ("Shifts: Mon Darlene, Tue Selvi, Wed Gareth", ["Darlene", "Selvi", "Gareth"]),
        ("Turni: lu Ornella, ma Fabrizio, me Egidio", ["Ornella", "Fabrizio", "Egidio"]),
        ("Planning : lundi Fabrice, mardi Solange, jeudi Ramazan", ["Fabrice", "Solange", "Ramazan"]),
        ("According to Ferreira, the pump is running again.", ["Ferreira"]),
        ("Nach Auskunft von Nydegger läuft die Pumpe wieder.", ["Nydegger"]),
        ("Liegt die Offerte noch bei Ramseier?", ["Ramseier"]),
        ("Hat Nydegger die Offerte unterschrieben?", ["Nydegger"]),
        ("Quick question: did Ferreira sign the lease?", ["Ferreira"]),
        ("Nydegger und Beqiri teilen sich das Büro.", ["Nydegger", "Beqiri"]),
        ("Ferreira and Whitfield will share the office.", ["Ferreira", "Whitfield"]),
        ("Rochat et Cuendet partageront le bureau.", ["Rochat", "Cuendet"]),
        ("Das Konzept steht, Nydegger hat noch Bedenken.", ["Nydegger"]),
        ("Le concept est prêt, mais Cuendet a encore des doutes.", ["Cuendet"]),
        ("Torsten schuldet Cornelia noch etwas.", ["Torsten", "Cornelia"]),
        ("Torsten blüht auf, Cornelia enthält sich.", ["Torsten", "Cornelia"]),
        ("Darlene ruled it out.", ["Darlene"]),
        ("Fabrice doit de l'argent à Solange.", ["Fabrice", "Solange"]),
        ("Call back Ferreira about the heating", ["Ferreira"]),
        ("Der Name lautet T o r s t e n  N y d e g g e r.", ["T o r s t e n  N y d e g g e r"]),
        ("The name is S a r a h W h i t f i e l d.", ["S a r a h W h i t f i e l d"]),
        (
            "Teilnehmer: Sinthuja Ponnuthurai, Qendresa Rrustemi, Ihor Tkachenko",
            ["Sinthuja Ponnuthurai", "Qendresa Rrustemi", "Ihor Tkachenko"],
        ),
    ],
)
def test_somebody(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Danke Migros, das war super.",
        "Thanks Claude, that helped a lot!",
        "Merci Lyon, c'était magnifique !",
        "Ich habe mit Excel gearbeitet und mit ChatGPT gesprochen.",
        "Mo Pizza, Di Pasta, Mi Reis, Do Fisch",
        "Mon Leeds, Tue York, Wed Bath, Thu Hull",
        "Lundi Lyon, mardi Paris, mercredi Nice",
        "According to Gartner, the market grows.",
        "Selon Bourdieu, le capital culturel se transmet.",
        "According to Porter, what are the five forces?",
        "Smith and Wesson have a long history.",
        "Johnson and Johnson will report in May.",
        "Tristan und Isolde sind ein Liebespaar. Romeo and Juliet are lovers.",
        "Mo Carmen, Di Tosca, Mi Aida",
        "Silvester feiern wir zuhause.",
        "Clementine schmeckt süss. Madeleine aux amandes.",
        "Harold became king of England.",
        "Emilia stirbt im letzten Akt.",
        "Fuchs und Wolf haben Hunger.",
        "Sommer und Winter sind Jahreszeiten.",
        "Brown and Green are colours.",
        "Hat Siemens die Rechnung bezahlt?",
        "Did Amazon send the parcel?",
        "Ist der Auftrag noch bei Bosch?",
        "Bern hat Bedenken, Berlin hat noch Fragen, Paris a des doutes.",
        "Juventus deve vincere, e Roma deve vincere.",
        "Who was the mother of Elizabeth I?",
        "Who is the father of Alexander the Great?",
        "V i e l e  G r ü s s e und H e l l o  W o r l d",
    ],
)
def test_nobody(text: str) -> None:
    assert found(text) == []

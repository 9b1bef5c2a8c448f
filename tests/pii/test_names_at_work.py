"""Names alone as an office writes them: plans, absences, minutes, chats in small letters, handles, rows, initials."""

from __future__ import annotations

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine(("person", "date_of_birth"))

FOUND = {
    "a plan of shifts": (
        "Rota\nMon  El Khoury   Frobisher\nTue  Haile   de Montmollin\nWed  Teixeira   off",
        ["El Khoury", "Frobisher", "Haile", "de Montmollin", "Teixeira"],
    ),
    "one with bars": (
        "| Lu | Vuilleumier | Tissot |\n| Ma | Chappuis | congé |",
        ["Vuilleumier", "Tissot", "Chappuis"],
    ),
    "who is away": ("Absenzen KW 12: Kelmendi (Ferien), Rüdisüli (krank)", ["Kelmendi", "Rüdisüli"]),
    "on the line": ("Hatte heute Singh am Apparat, sehr verärgert.", ["Singh"]),
    "on the telephone": ("Stamattina ho avuto al telefono Esposito, molto arrabbiato.", ["Esposito"]),
    "who wants an answer": ("J'ai noté cela. Grandjean veut une réponse d'ici vendredi.", ["Grandjean"]),
    "in another department": ("Sonst geht es an Brandt in der Rechtsabteilung.", ["Brandt"]),
    "who stands in": ("Arztzeugnis liegt vor. Vertretung durch Karimova.", ["Karimova"]),
    "who is in charge": ("Sie will 80 %. Vorgesetzter Yavuz ist einverstanden.", ["Yavuz"]),
    "who takes the chair": ("1. Zanetti apre la seduta. Chen presenta i dati.", ["Zanetti", "Chen"]),
    "on no list, in the chair": ("1. Quillfeather opened the meeting.", ["Quillfeather"]),
    "who has to do it": ("- get a quote (Gallagher, by 30 June)", ["Gallagher"]),
    "who was born": ("When Charlotte came into the world on 3 May, it rained.", ["Charlotte"]),
    "a strange name before a surname": ("Danke, Xhyljeta Rexhepi kommt um neun.", ["Xhyljeta Rexhepi"]),
    "a surname that ends as nouns do": ("Rechnung an Frau Leonie Hartung schicken", ["Leonie Hartung"]),
    "speakers in small letters": ("guillaume: j'arrive\ntiffany: ok, t'as le dossier ?", ["guillaume", "tiffany"]),
    "a surname in small letters": ("nadia kommt auch, hast du die nummer vom aksoy?", ["nadia", "aksoy"]),
    "handles": ("CC: petra.schaub, luca.bernasconi\nBetreff: Rückruf", ["petra.schaub", "luca.bernasconi"]),
    "a handle in code": ('{"assignee": "arta.morina", "state": "open"}', ["arta.morina"]),
    "a child in rows without a head": (
        "Zehnder;Bruno;06.02.1986;Olten\nÅkervall;Wade;09.07.2011;Thun",
        ["Zehnder", "Bruno", "06.02.1986", "Åkervall", "Wade", "09.07.2011"],
    ),
    "an initial at work": ("Bitte den Vertrag von J. Giono prüfen.", ["J. Giono"]),
}


@each_case("form", FOUND)
def test_it_is_found(form: str) -> None:
    text, values = FOUND[form]
    [found] = ENGINE.find([Leaf(text)])
    assert [text[one.start : one.end] for one in sorted(found, key=lambda one: one.start)] == values


@each_case(
    "text",
    [
        "Menu\nMo  Risotto   Salat\nDi  Lasagne   Suppe",
        "Mo Aida, Di Tosca, Mi Carmen: der Spielplan",
        "Zutaten: Milch (warm), Mehl (frisch), Butter (weich)",
        "Employees (absent), contractors (sick): how do I count them in Excel?",
        "Macron ouvre la séance.",
        "The chairman opened the meeting. Management presented the figures.",
        "Describe the difference between Parmesan, Pecorino Romano and Grana Padano.",
        "from: angular.core\nto: rxjs.operators",
        "import java.util.List",
        "Compare le style de C. F. Ramuz à celui de J. Giono.",
        "Quali canzoni di F. De André parlano di guerra?",
        "Bolt;Steel;06.02.1986;Olten\nNut;Brass;09.07.2011;Thun",
    ],
)
def test_it_is_left_alone(text: str) -> None:
    [found] = ENGINE.find([Leaf(text)])
    assert not found

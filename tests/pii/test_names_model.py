"""The name model's surroundings: segments, words, the memory of what was said, failure. The weights are no part of
`make test`; `make pii-score SCORE=--model` measures them where they are installed.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.privacy import DetectionFailed, Leaf
from gateway.pii.engine import Engine
from gateway.pii.names_model import LONGEST_SEGMENT, ModelNames, persons, segments
from gateway.telemetry import logs
from tests.support.each_case import each_case


class Capitals:
    """A classifier that takes every word of seven letters for a name."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def pieces(self, text: str) -> list[tuple[int, int, float]]:
        self.asked.append(text)
        found, at = [], 0
        for word in text.split(" "):
            if len(word.strip(".,\n")) == 7:
                found.append((at, at + 4, 0.95))
                found.append((at + 4, at + 7, 0.9))
            at += len(word) + 1
        return found


class Sure:
    """A classifier that is sure of every capital of seven letters."""

    def pieces(self, text: str) -> list[tuple[int, int, float]]:
        return [(*word.span(), 0.99) for word in re.finditer(r"\b[A-Z][a-z]{6}\b", text)]


class Broken:
    def pieces(self, text: str) -> list[tuple[int, int, float]]:
        raise RuntimeError(text)


@given(st.text(alphabet="ab .\n", max_size=3000))
def test_segments_cover_the_text_and_stay_short(text: str) -> None:
    spans = list(segments(text))
    covered = set()
    for begin, end in spans:
        assert 0 < end - begin <= LONGEST_SEGMENT
        covered.update(range(begin, end))
    assert covered == set(range(len(text)))


@given(st.text(alphabet="ab .\n", max_size=1500), st.text(alphabet="ab .\n", max_size=500))
def test_a_longer_conversation_begins_with_the_same_segments(text: str, more: str) -> None:
    before, after = list(segments(text)), list(segments(text + more))
    assert before[:-1] == after[: max(0, len(before) - 1)]


@pytest.mark.parametrize("text", ["Hurricane Qortell came.", "San Qortell is a town.", "Which films did Qortell make?"])
def test_the_model_is_not_believed_about_the_world(text: str) -> None:
    assert Engine().asking(ModelNames(Capitals())).find([Leaf(text)]) == [[]]


@each_case(
    "text",
    [
        "Welche Rolle spielt Qortell im Stück?",
        "Résume Qortell et Xirvane en vingt lignes.",
        "Compare Qortell, Tavrine and Morbeth for our site.",
        "What does the Gospel of Qortell say?",
        "Que dit la formule de Qortell ?",
        "Che cosa è il segno di Qortell?",
        "Explain: a Romeo, a Qortell.",
        "Trois slogans pour notre lampe « Qortell », ça irait ?",
        "Charakterisiere Qortell im Drama.",
        "Est-ce que la salle Qortell est libre ?",
        "Pourquoi Qortell refuse-t-il ce fichier ?",
        "What is Qortell's law?",
        "Problem: Qortell has 12 marbles. How many are left?",
    ],
)
def test_one_word_that_is_asked_about_is_nobodys(text: str) -> None:
    assert Engine().asking(ModelNames(Sure())).find([Leaf(text)]) == [[]]


@each_case(
    "text",
    [
        "Frag Qortell, ob es stimmt?",
        "Is that the desk of Qortell?",
        "Warum ist der Test von Qortell rot?",
        "Où est le contrat de Qortell ?",
        "Dov'è il dossier di Qortell?",
        "Puoi dare le chiavi a Qortell?",
        "Qortell, can you see it?",
        "Qortell bringt die Schlüssel. Schreib ihm.",
        "Did Qortell call?",
        "Wo ist Qortell?",
        "Schreibe Qortell ab.",
        "Should we promote Qortell?",
        "Write to them:\n- Qortell\n- all",
        "Explain:\n| Early  | Qortell |",
        "Erkläre den Plan:  Früh  Qortell  Spät",
        "Erkläre Qortell den Plan. Anna Keller hilft.",
        "Qortell und Tadesse tauschen. Schreib das auf.",
        "Danke Qortell! Wie weiter?",
        "Heute fehlte Qortell.",
        "Wo wohnt Qortell?",
        "Who covers Qortell?",
        "Ma fille Qortell refuse de manger, que faire ?",
        "Summarise: patient Qortell, 45, diabetes",
        "Dove abita Qortell?",
        "Erkläre Qortell. " + "Der Plan ist lang. " * 20,
    ],
)
def test_one_word_beside_what_tells_of_a_person_is_somebodys(text: str) -> None:
    [found] = Engine().asking(ModelNames(Sure())).find([Leaf(text)])
    assert "Qortell" in {text[one.start : one.end] for one in found}


@pytest.mark.parametrize(
    "text", ["Unser Kunde Samsung zahlt nicht.", "Our client Siemens pays.", "Warum ist der Test von Hodgkin rot?"]
)
def test_a_firm_and_a_disease_are_nobody(text: str) -> None:
    assert Engine().asking(ModelNames(Sure())).find([Leaf(text)]) == [[]]


def test_the_model_adds_what_rules_cannot_know() -> None:
    engine = Engine().asking(ModelNames(Capitals()))
    text = "Gestern hat Xirvane Qortell angerufen, Qortell ruft wieder an."
    found = [(text[finding.start : finding.end], finding.rule) for finding in engine.find([Leaf(text)])[0]]
    assert ("Xirvane Qortell", "name-model") in found
    assert [name for name, _ in found].count("Qortell") == 1


def test_a_segment_is_asked_for_once() -> None:
    classifier = Capitals()
    names = ModelNames(classifier, kept=2)
    names.names([b"Xirvane ruft an.", b"Xirvane ruft an."])
    assert len(classifier.asked) == 1
    names.names([b"Eins kommt.", b"Zwei kommt.", b"Xirvane ruft an."])
    assert len(classifier.asked) == 4


def test_small_letters_and_famous_people_are_no_finding() -> None:
    text = "einstein sagte dodicix caratte"
    pieces = [(0, 8, 0.99), (15, 22, 0.99), (23, 30, 0.99)]
    assert list(persons(text, pieces)) == []


@each_case(
    "text,names",
    [
        ("Hasel, Viola, Ahorn", []),
        ("Obrist, Flurina ruft an", ["Obrist, Flurina"]),
        ("Beat, Flurina, Reto", ["Beat", "Flurina", "Reto"]),
        ("Camellia, Xirvane Qortell", ["Xirvane Qortell"]),
        ("von Brunner Holzbau AG", []),
        ("von Bruno Piatti & Söhne", []),
        ("die Lex Koller", []),
        ("Lampe Luna", []),
        ("mit Opel Hans Meier", ["Opel Hans Meier"]),
        ("does Megan's Law apply", []),
        ("style of Ernest Hemingway's", []),
        ("Correggi", []),
        ("Summarise Brown", []),
        ("Frau Holle schüttelt", []),
        ("Cassandra", []),
        ("Maria do Carmo Pinto", ["Maria do Carmo Pinto"]),
        ("Omar al-Khatib kommt", ["Omar al-Khatib"]),
    ],
)
def test_what_a_sure_model_says_is_believed_of_persons(text: str, names: list[str]) -> None:
    pieces = [
        (at.start(), at.end(), 0.979)  # so sure that words on a list count, and others only beside one another
        for at in re.finditer(r"[^\W\d_]+(?:'s)?", text)
        if at[0][0].isupper() or (at.start() > 0 and at[0] in {"do", "al"})
    ]
    assert [text[start:end] for start, end, _ in persons(text, pieces)] == names


def test_a_model_that_fails_fails_the_search_and_tells_its_type_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[str] = []
    monkeypatch.setattr(logs, "fault", lambda _, error: faults.append(type(error).__name__))
    engine = Engine().asking(ModelNames(Broken()))
    with pytest.raises(DetectionFailed) as failed:
        engine.find([Leaf("Anna Geheim ruft an")])
    assert "Geheim" not in repr(failed.value)
    assert failed.value.__cause__ is None
    assert faults == ["RuntimeError"]


def test_an_engine_without_persons_asks_no_model() -> None:
    engine = Engine(types=("iban",))
    assert engine.asking(ModelNames(Broken())) is engine

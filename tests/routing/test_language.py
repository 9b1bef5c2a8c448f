"""The language of a text by its small words."""

import pytest

from gateway.routing.language import language_of

SAID = [
    ("de", "Schreibe mir bitte einen Brief an die Gemeinde, in dem ich erkläre, warum ich nicht kommen kann."),
    ("de", "Was ist der Unterschied zwischen AHV und BVG?"),
    ("fr", "Écris-moi une lettre pour la commune : je ne peux pas venir, et c'est urgent."),
    ("fr", "Quelle est la capitale du canton de Vaud ?"),
    ("it", "Scrivi una lettera al comune e spiega perché non sono potuto venire."),
    ("en", "Write a letter to the council and explain why I was not able to come."),
    ("en", "What is the capital of France?"),
    ("es", "Escribe una carta al ayuntamiento y explica por qué no puedo ir."),
    ("pt", "Escreva uma carta para a câmara e explique por que não posso ir."),
    ("nl", "Schrijf een brief aan de gemeente en leg uit waarom ik niet kan komen."),
]


@pytest.mark.parametrize(("language", "text"), SAID)
def test_plain_sentences_are_told(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "print(x)",
        "SELECT * FROM t WHERE a = 1",
        "12345 67890",
        "東京の天気",
        "der Hund and the cat und is die",
    ],
)
def test_what_says_too_little_or_mixes_has_none(text: str) -> None:
    assert language_of(text) is None

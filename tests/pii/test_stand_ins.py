"""What was replaced before is no value: texts of nothing but stand-ins and words are sent on byte for byte."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.privacy import DATA_TYPES, Leaf
from gateway.pii.engine import Engine
from gateway.pii.json_text import pieces_of
from gateway.pii.tokens import WORDS, Issued, hashed
from tests.support.each_case import each_case

LABELS = [
    "E-Mail", "Courriel", "Tel.", "Phone", "Handy", "IBAN", "Konto", "Card number", "AHV-Nr.", "MwSt-Nr.", "NIR",
    "Steuer-ID", "SV-Nummer", "Codice fiscale", "NIF", "NHS No", "SSN", "Passport No", "Reisepass Nr.", "Passaporto",
    "Kennzeichen", "Targa", "geboren am", "DOB", "né le", "Adresse", "wohnhaft", "domicilié", "Name", "Herr", "Frau",
    "Mme", "Dr.", "Kunde", "Patient", "Kontakt", "Dear", "Liebe", "Signed by", "IP", "MAC", "Fahrgestellnummer",
    "Password", "Kennwort", "Mot de passe", "API key", "PIN", "Zugangscode", "Login",
]  # fmt: skip
BETWEEN = [": ", " ", "=", " is ", " ist ", " - ", "\n", " lautet ", " («", ", "]
BEHIND = ["", ".", ",", "'s", " und", "-Antrag", "s", " / ", "!"]
FRAMES = [
    "{0} {1}", "{0}, {1}\n{2}", "- {0}\n- {1}\n- {2}", "| A | B |\n|---|---|\n| {0} | {1} |", "> {0} wrote:\n> {1}",
    "Please write to {0} and {1}, {2}.", "Wie gesagt: {0}, dann {1}. Gruss, {2}", "Der Vertrag mit {0} ({1}) läuft.",
    '{{"a": "{0}", "b": "{1}"}}', "x = f('{0}', '{1}')", "<p>{0}</p>\n<p>{1}</p>",
]  # fmt: skip
ENGINE = Engine()


def stand_ins() -> list[str]:
    issued = [Issued(bytes((number,)) * 32) for number in range(20)]
    made = [one.token(type_, type_, type_) for one in issued for type_ in DATA_TYPES]
    made += [one.token(type_, type_, type_.upper()) for one in issued[:2] for type_ in DATA_TYPES]
    made += [hashed(bytes((number,)), type_, type_) for number in range(3) for type_ in DATA_TYPES]
    return [*made, *(f"[{word}]" for word in WORDS.values()), "[ADDRESS 80…]"]


STAND_INS = st.sampled_from(stand_ins())
LABELLED = st.tuples(st.sampled_from(LABELS), st.sampled_from(BETWEEN), STAND_INS, st.sampled_from(BEHIND)).map("".join)
PIECES = st.lists(STAND_INS | LABELLED, min_size=3, max_size=3)


def found(text: str) -> list[tuple[str, str]]:
    pieces = pieces_of(text)
    leaves = [Leaf(text)] if pieces is None else [Leaf(piece.text, piece.names) for piece in pieces]
    return [
        (finding.type, leaf.text[finding.start : finding.end])
        for leaf, own in zip(leaves, ENGINE.find(leaves), strict=True)
        for finding in own
    ]


@given(st.sampled_from(FRAMES), PIECES)
def test_nothing_is_found_in_what_stands_in_for_values(frame: str, pieces: list[str]) -> None:
    assert found(frame.format(*pieces)) == []


@each_case(
    "text,kind,value",
    [
        ("Das Passwort ist HERBST_2024ab, bitte ändern", "secret", "HERBST_2024ab"),
        ("password: SECRET_k7f3q2xyzzy1", "secret", "SECRET_k7f3q2xyzzy1"),
        ("Login PERSON_k7f3q2, password: kL9#vTq2xW", "secret", "kL9#vTq2xW"),
        ("PERSON_k7f3q2, geboren am 14.03.1987", "date_of_birth", "14.03.1987"),
        ("EMAIL_k7f3q2, AHV 756.9217.0769.85", "ch_ahv", "756.9217.0769.85"),
        ("| Name | Telefon |\n|---|---|\n| PERSON_k7f3q2 | 079 612 44 81 |", "phone", "079 612 44 81"),
    ],
)
def test_what_stands_beside_them_is_found(text: str, kind: str, value: str) -> None:
    assert found(text) == [(kind, value)]


def test_what_was_masked_is_no_label_and_what_follows_it_no_value() -> None:
    assert found("docker run -e MYSQL_ROOT_PASSWORD=******** mysql:8") == []
    assert found('Person(mail = "****", apiKey = "****")\nPerson(mail = "****", apiKey = "****")') == []


def test_words_of_a_team_s_own_types_stand_in_too() -> None:
    engine = Engine(DATA_TYPES, {"project": ["Nordstern"]})
    token = Issued(bytes(32)).token("project", "nordstern", "Nordstern")
    assert engine.find([Leaf(f"Das Passwort ist {token}"), Leaf("Projekt Nordstern")])[0] == []

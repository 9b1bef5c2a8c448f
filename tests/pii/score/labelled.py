"""Labelled texts: sentences, records in the forms of programs, hidden spellings; and harmless ones without a label."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple
from urllib.parse import quote

from tests.pii.score.prose import HARMLESS, NEUTRAL, PROSE
from tests.pii.score.states import STATES, State, drawn
from tests.pii.score.values import Values

LANGUAGES = ("de", "fr", "it", "en")
ALIASES = {"given": "person", "family": "person", "password": "secret"}


class Span(NamedTuple):
    start: int
    end: int
    type: str


class Text(NamedTuple):
    text: str
    spans: list[Span]
    language: str
    form: str


def value(values: Values, name: str) -> str:
    if name == "password":
        return values.pick("Sommer2024!", "hunter2-Blue", "Tr0mmel#77", "xK9$mPq2", "P@ssw0rt2023") + values.digits(1)
    drawn: str = getattr(values, name)()
    return drawn


def filled(template: str, values: Values, language: str, form: str, dress: Callable[[str], str] = str) -> Text:
    text, spans = "", []
    for piece in re.split(r"(\{[a-z_]+\})", template):
        if re.fullmatch(r"\{[a-z_]+\}", piece):
            name = piece[1:-1]
            drawn = dress(value(values, name))
            spans.append(Span(len(text), len(text) + len(drawn), ALIASES.get(name, name)))
            text += drawn
        else:
            text += piece
    return Text(text, spans, language, form)


def numbered(state: State, draw: Random) -> Text:
    number = drawn(state, draw)
    start = len(state.before) + 1
    span = Span(start, start + len(number), "national_id")
    return Text(
        f"{state.before} {number}, {draw.choice(('bitte ablegen', 'à classer', 'da archiviare', 'please file'))}.",
        [span],
        "neutral",
        "prose",
    )


FIELDS = {
    "de": {
        "person": "Name",
        "email": "E-Mail",
        "phone": "Telefon",
        "date_of_birth": "Geburtsdatum",
        "address": "Adresse",
        "iban": "IBAN",
        "ch_ahv": "AHV-Nr.",
    },
    "fr": {
        "person": "Nom complet",
        "email": "Courriel",
        "phone": "Téléphone",
        "date_of_birth": "Date de naissance",
        "address": "Adresse",
        "iban": "IBAN",
        "ch_ahv": "N° AVS",
    },
    "it": {
        "person": "Nome e cognome",
        "email": "E-mail",
        "phone": "Telefono",
        "date_of_birth": "Data di nascita",
        "address": "Indirizzo",
        "iban": "IBAN",
        "ch_ahv": "Numero AVS",
    },
    "en": {
        "person": "Full name",
        "email": "Email",
        "phone": "Phone",
        "date_of_birth": "Date of birth",
        "address": "Address",
        "iban": "IBAN",
        "ch_ahv": "AHV no.",
    },
}
KEYS = {
    "person": "customerName",
    "email": "email_address",
    "phone": "mobile",
    "date_of_birth": "birthDate",
    "address": "home_address",
    "iban": "iban",
    "ch_ahv": "ssn",
}


def records(values: Values, language: str, form: str) -> Text:
    names = values.draw.sample(list(KEYS), k=4)
    heads = FIELDS[language]
    one_line = lambda: [value(values, name).replace("\n", ", ") for name in names]
    places = lambda rows: [(cell, name) for row in rows for cell, name in zip(row, names, strict=True)]
    rows = [one_line() for _ in range(1 if form in {"json", "tool", "form", "code"} else 3)]
    if form == "json":
        text = json.dumps(
            {KEYS[name]: cell for cell, name in places(rows)},
            ensure_ascii=values.draw.random() < 0.3,
            indent=values.draw.choice((None, 2)),
        )
    elif form == "tool":
        inner = json.dumps({KEYS[name]: cell for cell, name in places(rows)}, ensure_ascii=False)
        text = json.dumps({"name": "create_ticket", "arguments": inner}, ensure_ascii=False)
    elif form == "form":
        text = "\n".join(f"{heads[name]}: {cell}" for cell, name in places(rows))
    elif form == "code":
        text = "\n".join(
            f'{re.sub(r"(?<=[a-z])(?=[A-Z])", "_", KEYS[name]).lower()} = "{cell}"' for cell, name in places(rows)
        )
    elif form == "csv":
        cut = values.pick(";", ",", "\t")
        quoted = lambda cell: f'"{cell}"' if cut in cell else cell
        text = "\n".join(cut.join(map(quoted, row)) for row in [[heads[name] for name in names], *rows])
    else:
        text = "\n".join(
            "| " + " | ".join(row) + " |" for row in [[heads[name] for name in names], ["---"] * len(names), *rows]
        )
    spans, at = [], 0
    for cell, name in places(rows):
        shown = cell if cell in text[at:] else json.dumps(cell)[1:-1]
        start = text.index(shown, at)
        spans.append(Span(start, start + len(shown), name))
        at = start if form in {"json", "tool", "code", "form"} else start + len(shown)
    return Text(text, sorted(spans), language, form)


def _between(sign: str, draw: Random) -> Callable[[str], str]:
    def dress(text: str) -> str:
        at = draw.randrange(1, len(text))
        return text[:at] + sign + text[at:]

    return dress


def _wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _spaced(text: str) -> str:
    return " ".join(re.sub(r"[ .\-]", "", text)) if re.fullmatch(r"[0-9 .\-]+", text) else text


def dresses(draw: Random) -> dict[str, Callable[[str], str]]:
    return {
        "zero width": _between("\u200b", draw),
        "soft hyphen": _between("\u00ad", draw),
        "full width": _wide,
        "no-break": lambda text: text.replace(" ", "\u00a0"),
        "entities": lambda text: text.replace("@", "&#64;").replace(".", "&#46;"),
        "url": quote,
        "base64": lambda text: base64.b64encode(text.encode()).decode(),
        "digits": lambda text: "".join(chr(0x660 + int(char)) if char.isdigit() else char for char in text),
        "spaced": _spaced,
        "wrapped": lambda text: text.replace(" ", "\n", 1),
    }


HIDDEN = (
    "Bitte prüfe {iban} und {ch_ahv}.", "Contact: {email} please", "La carte {credit_card} est bloquée.", "Numero AVS {ch_ahv}, mail {email}",
    "Pay to {iban} today", "{email} schreibt: Karte {credit_card}",
)  # fmt: skip


def corpus(seed: int, count: int) -> Iterator[Text]:
    draw = Random(seed)
    for language in LANGUAGES:
        values = Values(draw, language)
        for _ in range(count):
            for template in PROSE[language]:
                yield filled(template, values, language, "prose")
            for form in ("json", "tool", "form", "code", "csv", "table"):
                yield records(values, language, form)
        for _ in range(count):
            for form, dress in dresses(draw).items():
                yield filled(draw.choice(HIDDEN), values, language, form, dress)
    for index in range(count * len(LANGUAGES)):
        values = Values(draw, LANGUAGES[index % 4] if index % 3 == 0 else "en")
        yield from (filled(template, values, "neutral", "neutral") for template in NEUTRAL)
    draw = Random(seed)  # of their own: what is drawn for all others stays as it was
    for _ in range(count):
        yield from (numbered(state, draw) for state in STATES)


def harmless() -> list[Text]:
    return [Text(text, [], language, "harmless") for language, texts in HARMLESS.items() for text in texts]

"""Names of persons by what says who they are: a role, an introduction, a mention, a family, in whose name one acts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gateway.pii.detectors import name_phrases as phrases
from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_reading import COMPANY, WORD, as_found, is_given, is_surname, lowered, read
from gateway.pii.detectors.public_figures import is_famous, is_past, leads_to_a_figure
from gateway.pii.detectors.words import ASKED_FOR, COMMON, NO_NAMES, PARTICLES
from gateway.pii.linear import Pattern, compiled
from gateway.pii.view import ALNUM, Found, Rule, View

# Which introductions are of persons alone, and which of things as well.
_OF_PERSONS = re.compile(
    rb"(?i)(?:my name|i am|i'm|contact|ask|speak|reach|meet|sign|written|reported|ich|mein|hier|gez|vertret|betreut"
    rb"|unterz|erstellt von|je |mon |repr|sign|mi ch|il mio|rappr|firm|a nome|au nom|on behalf|im namen|zugunsten"
    rb"|in fav|z\.|attn|c/o|p\.a|att\.|i\.|ppa)"
)
_ASKED_WHO = re.compile(rb"(?i)(?:chi|qui|who|wer|cosa|quali|dove|ci|non|what)[ ]$")
# Before a surname alone: who is so called is one of those in a story, not of those in a plan.
_SOMEBODY = re.compile(
    rb"(?i)kolleg|zeug|beschuldigt|angeklagt|gesch\xe4digt|nachbar|unfall|lenker|coll\xe8gue|voisin|t\xe9moin"
    rb"|pr\xe9ven|docteur"
    rb"|collega|vicin|testimone|imputat|colleague|neighbou?r|witness|defendant|plaintiff|kl\xe4ger|beklagt"
)
# In languages that write no noun large, whoever works with somebody is called as the next large word says.
_A_COLLEAGUE = re.compile(rb"(?:coll\xe8gue|collega|colleague|patiente|paziente)[ ]")
_OF_THINGS = re.compile(rb"(?i)(?:from|its|it's|c'est|dit|known as|called)\b")
_COMPARED = re.compile(rb"(?i)(?:unterschied|difference|diff\xe9rence|differenza|vergleich|comparaison|confronto) $")
_AND = re.compile(rb"[ ](?:and|und|et|e|&)[ ]")


# `einem Drachen namens Funki`, `our chatbot is called Nina`: what children are told of, pets and machines have names.
_CALLED = re.compile(rb"(?i)(?:called|named|namens|genannt|appel|nomm|dit|chiam|di nome|qui s'appelle|che si chiama)")
_NO_HUMAN = re.compile(
    rb"(?i)(?:dr(?:ache|agon|ago)n?|fuchs|hase|b\xe4r(?:en)?|eule|hund(?:es)?|katzen?|kater|pferd|papagei|geist|zwerg"
    rb"|einhorn|server|drucker|schiff|maskottchen|planet(?:en)?|fox|owl|bear|rabbit|dog|cat|horse|unicorn|ghost"
    rb"|spaceship|ship|mascot|printer|renard|hibou|lapin|chien|chat|cheval|licorne|fant\xf4me|navire|mascotte|imprimante"
    rb"|volpe|gufo|orso|coniglio|cane|gatto|cavallo|unicorno|fantasma|nave|stampante|(?:chat)?bots?|robot(?:er)?)"
    rb"[ ](?:(?:is|was|ist|wird|est|s'|si)[ ]?)?$"
)
_LONGEST_CREATURE = 24


def _calls_no_human(data: bytes, cue: int, end: int) -> bool:
    return _CALLED.match(data, cue, end) is not None and bool(
        _NO_HUMAN.search(data, max(0, cue - _LONGEST_CREATURE), cue)
    )


def _find(view: View) -> Iterator[Found]:
    data = view.data
    places = ((named, span) for pattern, named in _CUES for span in pattern.spans(data))
    found = [one for named, span in places if not _calls_no_human(data, *span) for one in named(data, *span)]
    return iter(() if found and is_past(view) else found)


def _by_role(data: bytes, cue: int, end: int) -> Iterator[Found]:
    """`our client Svea Schacht`, `Mieter Tesfay Gebremariam, …`, `der Zeuge Widmer`."""
    words = _names_behind(data, cue, end)
    if _has_listed(words):
        yield as_found(words, 0.85, "name-role")
    elif len(words) == 2 and not COMPANY.match(data, words[-1][1] + 1) and _ends_clause(data, words[-1][1]):
        yield as_found(words, 0.6, "name-role")
    elif len(words) == 1 and (
        _is_one_name(data, cue, words[0][2]) or (is_surname(words[0][2]) and _SOMEBODY.match(data, cue))
    ):
        yield as_found(words, 0.65, "name-role")


def _introduced(data: bytes, cue: int, end: int) -> Iterator[Found]:
    """`My name is …`, `Contact Kwabena Asante`."""
    words = _names_behind(data, cue, end)
    if _has_listed(words):
        yield as_found(words, 0.85, "name-introduction")
    elif len(words) > 1:
        company = COMPANY.match(data, words[-1][1] + 1)
        if not company and _western(data, words) and _of_person(data, cue, words):
            yield as_found(words[:3], 0.6, "name-introduction")
    elif words and _is_one_name(data, cue, words[0][2]):
        yield as_found(words, 0.65, "name-introduction")


def _names_behind(data: bytes, cue: int, end: int) -> list[tuple[int, int, str]]:
    """The name behind a cue; empty where it is of somebody whom all know, or only asked for."""
    words = _with_surname(data, read(data, end - 1, 4))
    role = lowered(data[cue : end - 2]).strip()
    known = words and is_famous([role, *(word for _, _, word in words)])
    return [] if known or _ASKED_WHO.search(data, max(0, cue - 8), cue) else words


def _has_listed(words: list[tuple[int, int, str]]) -> bool:
    return len(words) > 1 and (is_given(words[0][2]) or is_surname(words[-1][2]))


def _is_one_name(data: bytes, cue: int, word: str) -> bool:
    """Whether a word alone behind a cue is a name: a given one, or whatever a colleague is called."""
    return _is_given_alone(word) or (
        _A_COLLEAGUE.match(data, cue) is not None and word not in COMMON and word not in ASKED_FOR
    )


def _is_given_alone(word: str) -> bool:
    return is_given(word) and word not in WORDS


def _mentioned(data: bytes, cue: int, end: int) -> Iterator[Found]:
    """`lunch with Regula and Beat`, and no `difference between Pascal and Delphi`."""
    if _COMPARED.search(data, max(0, cue - 16), cue):
        return
    words = read(data, end - 1, 4)
    small = [word for _, _, word in words]
    if not words or is_famous(small) or leads_to_a_figure(data, *words[0][:2]):
        return
    if small[0] in COMMON or (small == ["alice"] and b"Bob" in data):
        return
    if len(words) > 1 and COMPANY.match(data, words[-1][1] + 1):  # `between Emil Frey AG and …`
        return
    if _is_given_alone(small[0]):
        yield as_found(words, 0.65, "name-mention")
        other = _AND.match(data, words[-1][1])
        words = read(data, other.end(), 3) if other else []
        if words and _is_given_alone(words[0][2]):
            yield as_found(words, 0.65, "name-mention")


def _of_family(data: bytes, start: int, _: int) -> Iterator[Found]:
    """`Famille Rochat`, `the Whitfield family`."""
    words = read(data, data.index(b" ", start) + 1, 3)
    small = [word for _, _, word in words]
    if words and is_surname(small[-1]) and not is_famous(small):
        yield as_found(words, 0.75, "name-family")


def _in_the_name_of(data: bytes, _: int, end: int) -> Iterator[Found]:
    """`lautend auf H. Röthlisberger`."""
    words = read(data, end - 1, 4)
    small = [word for _, _, word in words]
    if (
        words
        and not is_famous(small)
        and not COMPANY.match(data, words[-1][1] + 1)
        and not _stands_for_words(data[slice(*words[0][:2])], small[0])
    ):
        yield as_found(words[:3], 0.75, "name-naming")


def _spoken_with_given_name(data: bytes, start: int, end: int) -> Iterator[Found]:
    yield from _spoken(data, start, end, both=True)


def _spoken_with_title(data: bytes, start: int, end: int) -> Iterator[Found]:
    yield from _spoken(data, start, end, both=False)


def _spoken(data: bytes, start: int, end: int, *, both: bool) -> Iterator[Found]:
    """A surname that is listed, behind a title or a given name; and no letter goes on behind it."""
    said = data[start:end].decode("latin-1").split(" ")
    if not is_surname(said[-1]) or said[-1] in NO_NAMES or (end < len(data) and data[end] in ALNUM):
        return
    first = len(said) - 1
    while first > 0 and said[first - 1] in PARTICLES:
        first -= 1
    if both:
        first -= 1
        if first <= 0 or not is_given(said[first]) or said[first] in WORDS or said[-1] in COMMON:
            return
    name = " ".join(said[first:])
    yield Found(end - len(name), end, "person", name, 0.8, "name-introduction")


def _chatted(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Names in small letters, as people chat."""
    said = data[start:end].decode("latin-1").split(" ")[-2:]
    spoken = [word for word in said if word.islower() and (is_given(word) or is_surname(word))]
    if spoken:
        begin = data.index(spoken[0].encode("latin-1"), start)
        yield Found(begin, end, "person", data[begin:end].decode("latin-1"), 0.8, "name-introduction")


def _with_surname(data: bytes, words: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """`Nikola Costa`: a surname that means a thing, behind a given name."""
    following = WORD.match(data, words[0][1] + 1) if len(words) == 1 and is_given(words[0][2]) else None
    small = lowered(following[0]) if following else ""
    return [*words, (following.start(), following.end(), small)] if following and is_surname(small) else words


def _of_person(data: bytes, cue: int, words: list[tuple[int, int, str]]) -> bool:
    """`Contact Kwabena Asante`, and neither `data from Active Directory` nor `This is Speech Package for …`."""
    if any(data[start:end].isupper() and end - start > 1 for start, end, _ in words):
        return False
    if any(word in COMMON or word in ASKED_FOR for _, _, word in words):
        return False
    if _OF_THINGS.match(data, cue):
        return False
    return _OF_PERSONS.match(data, cue) is not None or (len(words) == 2 and _ends_clause(data, words[-1][1]))


def _stands_for_words(word: bytes, small: str) -> bool:
    """`namens POSIX`: letters for words, not a name in capitals."""
    return word.isupper() and 1 < len(word) < 6 and not is_given(small) and not is_surname(small)


def _ends_clause(data: bytes, at: int) -> bool:
    """`Mieter Tesfay Gebremariam, …`: two capitals between a role and a sign stand beside it as its name."""
    return data[at : at + 1] in {b",", b";", b"(", b")", b"\n", b"\r", b""} or data[at : at + 2] in {b" (", b". ", b"."}


def _western(data: bytes, words: list[tuple[int, int, str]]) -> bool:
    """A row of capitals in a language that does not capitalise nouns: no German article or ending around it."""
    around = data[max(0, words[0][0] - 200) : words[-1][1] + 200].lower()
    return not re.search(rb"\b(?:der|die|das|und|ist|nicht|mit|ein|den)\b", around) and len(words) <= 3


_CUES: tuple[tuple[Pattern, Callable[[bytes, int, int], Iterator[Found]]], ...] = tuple(
    (compiled(phrase), named)
    for phrase, named in (
        (phrases.ROLE, _by_role),
        (phrases.INTRODUCTION, _introduced),
        (phrases.MENTION, _mentioned),
        (phrases.FAMILY, _of_family),
        (phrases.NAMING, _in_the_name_of),
        (phrases.SPOKEN_BOTH, _spoken_with_given_name),
        (phrases.SPOKEN_TITLE, _spoken_with_title),
        (phrases.SPOKEN, _chatted),
    )
)

RULES = (
    Rule(
        "name-role",
        ("person",),
        (
            phrases.ROLE,
            phrases.INTRODUCTION,
            phrases.MENTION,
            phrases.NAMING,
            phrases.SPOKEN,
            phrases.SPOKEN_BOTH,
            phrases.SPOKEN_TITLE,
            phrases.FAMILY,
        ),
        _find,
    ),
)

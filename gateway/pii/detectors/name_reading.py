"""The words of a name: which row of capitals could be one, and where it ends.

German capitals every noun, so each word is held against endings and lists. What a label calls a name is taken more
freely than what merely looks like one.
"""

from __future__ import annotations

import re

from gateway.pii.detectors.given_names import GIVEN, WORDS
from gateway.pii.detectors.surnames import COMMON_SURNAMES, SURNAMES
from gateway.pii.detectors.words import LEADS, NO_NAMES, PARTICLES, THINGS, is_nominal
from gateway.pii.view import Found

UPPER, LOWER = rb"A-Z\xc0-\xd6\xd8-\xde", rb"a-z\xdf-\xf6\xf8-\xff"
CAPITAL = rb"[" + UPPER + rb"][" + UPPER + LOWER + rb"]{0,24}(?:['\-][" + UPPER + LOWER + rb"]{1,24}){0,3}"
PARTICLE = rb"(?:v[oa]n|de[rnsl]?|d[iuao]|d[ao]s|del(?:la)?|zu[rm]?|vom|t[e]r|le|la|el|al|bin|ibn|of|ten)"
WORD = re.compile(rb"(?:[" + UPPER + rb"]\.|" + CAPITAL + rb")(?:-[" + UPPER + rb"]\.)?")
TITLE = (
    rb"\b(?:Herr(?:e?n)?|Hr\.|Hrn\.|Frau|Fr\.|Fr\xe4ulein|Familie|Fam\.|Sigg\.|Dre|Drs?\.?(?:[ ]?(?:med|iur|phil|jur"
    rb"|rer\. ?nat|oec|sc|h\.c)\.)?|Prof\.?|Professor(?:in)?"
    rb"|[Dd]octeure?|Doktor(?:in)?"
    rb"|Mr\.?|Mrs\.?|Ms\.?|Miss|Mx\.?|Sir|Lady|Madame|Monsieur|Mmes?\.?|Mlles?\.?|M\.|MM\.|Messrs\.?|Me|Ma\xeetre|Mademoiselle"
    rb"|Sig\.?(?:ra|na)?\.?|[Ss]ignora?e?|[Ss]ignorina|[Ss]ig\.(?:ra)?|monsieur|madame|mme|herrn?|frau"
    rb"|[Dd]ott\.?(?:ssa)?\.?|Dottor(?:essa)?|[Aa]vv\.|[Ii]ng\.|[Aa]rch\.|[Rr]ag\.|[Gg]eom\.|Don|Donna"
    rb"|Dipl\.[ \-]?Ing\.|lic\. iur\."
    rb"|[Dd]octor|[Jj]udge|Justice|Detective|Sergeant|Inspector|Councillors?|Cllrs?\.?|Rev\.|Reverend|[Aa]vvocat[oa]|[Gg]eometra"
    rb"|[Mm]aresciallo|[Gg]iudice|[Ss]uor"
    rb"|[Dd]r\.?ssa|RA|HERR|FRAU|MR|MRS|MS|MME|MLLE|MONSIEUR|MADAME|SIGNORA|SIGNOR"
    rb"|m(?:r|rs|s)\.|dr\.|prof\.|avv\.)[ ]{1,2}"
    rb"(?:(?:(?:Dr|Prof|Ing|Dott|Avv|Me|med|iur|jur|phil|h\.c)\.?(?:ssa)?|Professor(?:in)?|Professeure?"
    rb"|Professore(?:ssa)?"
    rb"|Doktor(?:in)?|Docteure?|Dottor(?:e|essa)?|Direktor(?:in)?|Pfarrer(?:in)?|Rechtsanwalt|Rechtsanw\xe4ltin"
    rb"|Notar(?:in)?"
    rb"|Kolleg(?:e|en|in)|Ingegnere|Avvocato|Architetto)[ ]){0,3}(?:(?:v[ao]n|v\.|von und zu|v[ao]n de[rn]?|d[eiua]"
    rb"|de la"
    rb"|del(?:la)?|te[rn])[ ])?(?:d')?(?:\*{1,2}|__)?[" + UPPER + rb"]"
)
# What stands between a title and the name, and belongs to it: `Frau von Arx`, `M. d'Ormesson`.
_LED = re.compile(
    rb"(?:(?<![A-Za-z\xc0-\xff])(?:v[ao]n|v\.|de[rn]?|d[iua]|del(?:la)?|te[rn]|la|und|zu)[ ]){0,3}(?:d')?$"
)
_TITLE_HEAD = re.compile(TITLE[: -len(rb"[" + UPPER + rb"]")])
_PARTICLE_NEXT = re.compile(rb"(?:" + PARTICLE + rb")(?=[ ])|(?:d'|(?:al|el|a[dnrst])-)(?=[" + UPPER + rb"])")
_PARTICLES_WRITTEN_LARGE = """
    le la de di lo dal dall degli dello da del della dalla van von du des el al ben dos dela st mac
    """
WRITTEN_LARGE = frozenset(_PARTICLES_WRITTEN_LARGE.split())
_GAP = re.compile(rb"[ ]{1,2}")
_BLANK, _BEHIND_SAINT = re.compile(rb"[ ]"), re.compile(rb"\.?[ ]")  # `Fergus St. John`
_GOES_ON = frozenset(bytes((byte,)) for byte in b"_0123456789")
_ORDINAL = re.compile(rb"[IVX]{2,5}\.?")
_LONGEST = 5
# What leads to a name of two words: a second capital behind the first word, or an initial.
TWO_CAPITALS = (
    rb"["
    + UPPER
    + rb"]["
    + UPPER
    + LOWER
    + rb"'\-]*(?:,[ ]|[ ]{1,2}|\.[ ]?)(?:"
    + PARTICLE
    + rb"[ ']|d'|(?:al|el|a[dnrst])-){0,2}["
    + UPPER
    + rb"]"
)
INITIAL = rb"\b[" + UPPER + rb"]\."
COMPANY = re.compile(
    rb"(?i)\b(?:ag|gmbh|sa|s\.a\.|s\xe0rl|srl|s\.r\.l\.|spa|s\.p\.a\.|ltd|llc|inc|corp|plc|kg|ug|e\.v\.|co\."
    rb"|company|group|holding|bank|stiftung|verein)\b"
)
# `Hans Muster Transporte GmbH`: what stands behind the name of a firm's founder.
OF_A_TRADE = re.compile(
    rb"[ ](?:[A-Z]\S{0,24}(?:bau|transporte|technik|treuhand|elektro|garten|druck|reinigung|beratung)|Transporte"
    rb"|Treuhand|Elektro|Sanit\xe4r|Heizungen|Immobilien|Informatik|Garage|Bau|Schreinerei|Malerei|Metzgerei|Toitures|Transports"
    rb"|Constructions?|Menuiserie|Peinture|Chauffage|Impianti|Costruzioni|Trasporti|Pavimenti|Roofing|Plumbing|Builders"
    rb"|Construction|Haulage|Consulting)[ ](?:AG|GmbH|KG|SA|S\xe0rl|Sagl|S\.?r\.?l|Ltd|Limited|Inc)\b"
)


def _listed(names: frozenset[str]) -> bytes:
    return b"|".join(
        re.escape(name[0].upper().encode("latin-1")) + rb"(?i:" + re.escape(name[1:].encode("latin-1")) + rb")"
        for name in sorted(names)
    )


# For probes: names on the lists, with a capital; and what stands behind the last letter of a word.
LISTED_COMMON = rb"(?:" + _listed(COMMON_SURNAMES) + rb")"
NO_LETTER = rb"(?:[^A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\xff]|$)"


def led_from(data: bytes, start: int) -> int:
    """Where the particles begin that stand before a name."""
    led = _LED.search(data, max(0, start - 16), start)
    return led.start() if led else start


def lowered(word: bytes) -> str:
    return word.decode("latin-1").lower()


def is_given(word: str) -> bool:
    if word in GIVEN:
        return True
    first, _, rest = word.partition("-")
    return rest != "" and first in GIVEN and (first not in WORDS or rest.partition("-")[0] in GIVEN)


def _is_on(names: frozenset[str], word: str) -> bool:
    """Whether a name is listed, or one of those that make it up; `Mont-Saint-Michel` is none."""
    if "-" not in word:
        return word in names
    parts = word.split("-")
    return parts[0] not in LEADS and any(part in names for part in parts)


def is_surname(word: str) -> bool:
    return _is_on(SURNAMES, word)


def is_common(word: str) -> bool:
    """A surname that many bear, so that it counts beside any name."""
    return _is_on(COMMON_SURNAMES, word)


def read(data: bytes, start: int, limit: int = _LONGEST) -> list[tuple[int, int, str]]:
    """The words of the name that begins at `start`: particles belong to it, words that are no names end it."""
    words: list[tuple[int, int, str]] = []
    at = start
    while len(words) < limit:
        match = WORD.match(data, at)
        if match:
            if data[match.end() : match.end() + 1] in _GOES_ON:  # a token, a name in code, `HDF5`
                break
            if words and _ORDINAL.fullmatch(match[0]):  # `Elizabeth II`: none of the living
                return []
            small = lowered(match[0])
            if small.endswith("'s") and len(small) > 3:  # whoever owns what follows
                if small[:-2] not in NO_NAMES and not is_nominal(small[:-2]) and small[:-2] not in THINGS:
                    words.append((match.start(), match.end() - 2, small[:-2]))
                break
            if small in WRITTEN_LARGE and (gap := (_BEHIND_SAINT if words else _BLANK).match(data, match.end())):
                words.append((match.start(), match.end(), small))
                at = gap.end()
                continue
            if words and len(small) == 1 and WORD.match(data, match.end() + 1):  # `Marisa A Rocha`
                words.append((match.start(), match.end(), small))
                at = match.end() + 1
                continue
            if not _goes_on(small, behind_particle=bool(words) and words[-1][2] in WRITTEN_LARGE):
                break
            words.append((match.start(), match.end(), small))
            at = match.end()
        else:
            particle = _PARTICLE_NEXT.match(data, at)
            if not particle or not words:
                break
            at = particle.end()
        if data[at : at + 2] == b"\n\n":
            break
        gap = _GAP.match(data, at)
        if gap:
            at = gap.end()
        elif data[at - 1 : at] != b"." and data[at - 1 : at] not in {b"'", b"-"}:
            break
    while words and words[-1][2] in WRITTEN_LARGE:
        words.pop()
    return words


def _goes_on(word: str, *, behind_particle: bool) -> bool:
    """Whether a word may be of a name. `Da Costa`: behind a particle a surname may mean a thing, too."""
    if word.rstrip(".") in NO_NAMES or ("-" in word and _is_no_double(word)):
        return False
    if is_surname(word):  # `Clement` ends as nouns do
        return behind_particle or word not in THINGS
    return not is_nominal(word) and word not in THINGS


_SURNAMES_TOO = frozenset(("turm", "ufer"))
"""`Max-Frisch-Ufer` is none, and Herr Ufer is called so."""


def _is_no_double(word: str) -> bool:
    """`Koch-Institut`, `Planck-Gesellschaft`: what is called after somebody; and `Monsieur Tout-le-Monde`."""
    last = word.rpartition("-")[2]
    if (last in THINGS or last in _SURNAMES_TOO or is_nominal(last)) and not is_common(last):
        return True
    first = word.partition("-")[0]
    return first in NO_NAMES and not is_given(first) and not is_surname(word)


_VALUE_LONGEST = 120
_LEADING = re.compile(rb"^[ ]?(?:" + PARTICLE + rb"[ ]){1,2}")
"""`van der Berg, Pieter`"""
_INITIALS = re.compile(rb"(?:[" + UPPER + rb"]\.[ \-]?){1,3}[" + UPPER + rb"][" + LOWER + rb"'" + UPPER + rb"\-]{2,24}")
_STILL_TO_BE = re.compile(rb"da [a-z]{3,}[aei]re")  # `da definire`
_ASIDE = re.compile(rb"\([^()]{1,40}\)")
_BETWEEN_NAMES = re.compile(rb"(,[ ]?|;[ ]?|[ ]?[/&][ ]?|[ ](?:und|and|et|e|y|u\.)[ ])")


def plausible(value: bytes, *, structural: bool) -> list[tuple[int, int]]:
    """The names in a labelled value: one, or several with commas or `and` between them."""
    if len(value) > _VALUE_LONGEST:  # a sentence, that may begin with a name
        value, structural = value[:_VALUE_LONGEST], False
    if COMPANY.search(value):
        return []
    if b"(" in value:
        value = _ASIDE.sub(lambda aside: b" " * len(aside[0]), value)
    found: list[tuple[int, int]] = []
    at = 0
    pieces = _BETWEEN_NAMES.split(value)
    inverted = len(pieces) == 3 and pieces[1][:1] == b"," and b" " not in _LEADING.sub(b"", pieces[0]).strip()
    if inverted and structural and _shaped(pieces[0]) and _shaped(pieces[2]):
        return [(0, len(value))]
    several = len(pieces) > 3 and any(_one(piece.strip(), structural=False) for piece in pieces[::2])
    number = 0
    while number < len(pieces):
        turned = _is_turned(pieces[number : number + 3])
        piece = b"".join(pieces[number : number + 3]) if turned else pieces[number]
        number += 3 if turned else 1
        begin = at + len(piece) - len(piece.lstrip())
        at += len(piece)
        span = (0, len(piece.strip())) if turned else _one(piece.strip(), structural=structural or several)
        if span:
            found.append((begin + span[0], begin + span[1]))
    return found


def _is_turned(pieces: list[bytes]) -> bool:
    """`Obrist, Flurina` before something else: a word that is no given name, a comma, and one that is."""
    if len(pieces) != 3 or pieces[1][:1] != b",":
        return False
    last, first = pieces[0].strip(), pieces[2].strip()
    if b" " in _LEADING.sub(b"", last) or b" " in first or not _shaped(last) or not _shaped(first):
        return False
    return is_given(lowered(first)) and not is_given(lowered(last))


def _shaped(piece: bytes) -> bool:
    words = _LEADING.sub(b"", piece).split()
    return (
        bool(words)
        and all(WORD.fullmatch(word) for word in words)
        and not any(lowered(word) in NO_NAMES for word in words)
    )


def _one(piece: bytes, *, structural: bool) -> tuple[int, int] | None:
    title = _TITLE_HEAD.match(piece)
    begin = title.end() if title else 0
    words = read(piece, begin)
    last = WORD.match(piece, words[-1][1] + 1) if len(words) == 1 and structural else None
    if last and last.end() == len(piece) and is_given(words[0][2]) and is_surname(lowered(last[0])):
        return begin, len(piece)  # `Hye-jin Park`, which is no park where a name is asked for
    if not words:
        whole = piece.decode("latin-1").lower().split()
        if structural and 1 < len(whole) <= 4 and is_given(whole[0]) and all(word.isalpha() for word in whole):
            return 0, len(piece)  # all small letters
        return None
    end = words[-1][1]
    known = any(is_given(word) or is_surname(word) for _, _, word in words)
    complete = end == len(piece)
    if title or (known and (complete or len(words) > 1)) or (complete and _INITIALS.fullmatch(piece)):
        return begin, end
    if structural and complete and 2 <= len(words) <= 4:
        return begin, end
    return None


_NAME_ENDS = frozenset((b"jr", b"jr.", b"sen.", b"sen", b"jun.", b"d.j.", b"d.\xc4.", b"y"))
_NO_PARTS = NO_NAMES - PARTICLES


def plausible_part(value: bytes) -> list[tuple[int, int]]:
    """A value labelled as given name or surname: up to four words, none of them a company's."""
    words = value.split()
    if not 1 <= len(words) <= 4 or len(value) > 60 or COMPANY.search(value):
        return []
    if (
        words[0][:1].isupper()
        and words[-1].islower()
        and words[-1] not in _NAME_ENDS
        and not is_given(lowered(words[0]))
    ):
        return []  # `Lampe de bureau`
    if _STILL_TO_BE.fullmatch(value):
        return []
    if all(re.fullmatch(rb"[A-Za-z\xaa\xc0-\xff.'\-]{2,30}", word) for word in words) and not any(
        lowered(word) in _NO_PARTS for word in words
    ):
        return [(0, len(value))]
    return []


def as_found(words: list[tuple[int, int, str]], confidence: float, rule: str) -> Found:
    return Found(words[0][0], words[-1][1], "person", " ".join(word for _, _, word in words), confidence, rule)

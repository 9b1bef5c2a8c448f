"""Given names and surnames alone, near somebody who was found: `Piotr und ich`, `le technicien Masson`.

Nobody can tell from one word of a strange text that it is a name. Near a person, an account, a telephone it is: there
a word that is on the lists, and is no other word, is somebody's. So nothing is asked of a text in which nothing was
found.

Invariants
- Linear: each stretch near findings is read once, a portion at a time: `re` keeps the interpreter while it looks.
- What stands here is not spread to other texts, since only its neighbours say that it is a name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from gateway.pii.detectors.given_names import GIVEN, WORDS
from gateway.pii.detectors.name_mentions import PLACES, SAFE_GIVEN, is_word
from gateway.pii.detectors.name_reading import LOWER, UPPER, is_given, is_surname, lowered
from gateway.pii.detectors.public_figures import is_famous, is_of_learning, leads_to_a_figure
from gateway.pii.detectors.surnames import SURNAMES
from gateway.pii.detectors.words import LEADS, LEADS_OF_ONE_WORD, RULERS, THINGS_SO_CALLED, word_set
from gateway.pii.view import Found, View

_NEAR = 320
_PORTION, _REACH = 4096, 128
"""Bytes that are read at once, a tenth of a millisecond; and how far behind them a name may end that begins in them."""
_SHORTEST, _SHORTEST_SURNAME = 3, 4
# What is of a machine or a firm says nothing of persons near it.
OF_NOBODY = frozenset({"secret", "ip_address", "mac_address", "ch_uid", "vin"})
_REACHED_BY = frozenset({"email", "phone", "date_of_birth"})
_LETTER = UPPER + LOWER + rb"0-9_"
_ALONE = re.compile(
    rb"[" + UPPER + rb"]"  # sought for first: what stands before it is looked at behind each capital, not at each place
    rb"(?:(?<=[^" + _LETTER + rb".@/\\'\-#$%&=+].)|(?<=[^" + _LETTER + rb"]d'.))"
    rb"[" + LOWER + rb"]{2,20}(?:-[" + UPPER + rb"][" + LOWER + rb"]{2,20})?"
    rb"(?='s[ ]|[^" + _LETTER + rb"@/\\'\-#$=(\[]|$)(?!\.[" + _LETTER + rb"]|[ ][" + UPPER + rb"][" + LOWER + rb"])"
)
# `Salutations de anne-marie girard`
_SMALL = re.compile(rb"(?<![" + _LETTER + rb".@/\\'\-#$%&=+])[" + LOWER + rb"]{4,20}(?=[ \-])")
_SMALL_LETTERS = bytes(byte if re.fullmatch(rb"[" + LOWER + rb"]", bytes((byte,))) else 0x20 for byte in range(256))
_SMALL_PAIR = re.compile(
    rb"(?<![" + _LETTER + rb".@/\\'\-#$%&=+])([" + LOWER + rb"]{4,20})(?:-[" + LOWER + rb"]{2,20})?(?=[ ]"
    rb"([" + LOWER + rb"]{4,20}(?:-[" + LOWER + rb"]{2,20})?)(?![" + _LETTER + rb"@/\\'\-=(\[]|\.[" + _LETTER + rb"]))"
)
_WORD_BEFORE = re.compile(rb"([" + _LETTER + rb"'\-]+[.,:]?)[ ]$")
_REACH_BEFORE = 32
DETERMINERS = word_set(
    """
    der die das den dem des ein eine einen einem einer eines kein keine keinen jeder jede jeden vom zum zur beim im am
    ins ans dieser diese dieses diesen diesem unser unsere mein meine sein seine ihr ihre le la un une du au ce cet
    cette son sa notre votre leur the a an this that every no il lo uno una del dal al nel sul questo questa
    als comme as come
    """
)
# Surnames that a text in German, French or English writes with a capital and means nobody by.
EVERYDAY = word_set(
    """
    alter bock boss brand degen engel ernst fest frei freitag freund funk ganz graf grob gross gut haupt heim held
    herbst herzog hoch holz horn jung kaiser kern klee kurz könig lang lange link maurer meister metzger muster
    mustermann musterfrau nagel noël page paris park pape plate porter rast reich ritter roche rohr rose salz
    sauer schade schlüssel schuh schweizer schwarz schön sommer son sonntag sow sprecher springer stahl stark
    staub stein stock stoffel stolz strand sturm the trent volk weiss weiß west wiese wild winter zürcher breton
    bourgeois savoy renault gamma sen may can will cook bell ball banks best black bishop case cross day field
    fisher ford frost gold gray green hall hill hunt king lane little long love mason moon noble pope power price
    rice sharp short silver small stone street strong swift wade walker ward water waters wells white wise wood
    woods young york luna monaco messina mainz
    """
)
MEANT_OTHERWISE = WORDS | EVERYDAY | word_set("stern klein gross stein berg bianco petit blanc weiss")
_SHORT_NO_NAMES = word_set("alp ava aya cem dan dev don gro ria rik una")
_SHORT_GIVEN = frozenset(
    name
    for name in GIVEN - WORDS - PLACES - THINGS_SO_CALLED - _SHORT_NO_NAMES
    if len(name) == _SHORTEST and not is_word(name)
)
_ROLE = re.compile(
    rb"(?:[a-z\xdf-\xff]{2}(?:er|or|eur|ist|ent|ant|mann|wart|wirt|rat)|arzt|\xe4rzt|anwalt|anw\xe4lt|kund|koll?eg|zeug"
    rb"|gatt|nachbar|schwester|bruder|kind|witwe|praxis|kanzlei|fall|akte|ehepaar|eheleut|geschwist)(?:in|e|n|en|s)?$"
)
_COUNTS = re.compile(rb"[ ][0-9]")
# `née le 8 décembre 2006 à Metz`; `in Grantham`, `at Baxter`: towns and firms are called like families.
_BORN_AT = re.compile(rb"(?i)\b(?:n\xe9e?|nat[oa]|geb(?:oren|\.)|born)\b[^.,;\n]{0,40}[ ](?:\xe0|a|zu)[ ]$")
_BIRTH_BEFORE = 64
_BEFORE_BIRTHPLACES = frozenset(("à", "a", "zu"))
_STANDS_IN = frozenset(("in", "en", "at"))
_MEANT_BY = re.compile(
    rb"(?i)(?:\b(?:yell|shout|scream|look|laugh|smil|wav|angr|mad|star|furious|swear|swor|point|glar|glanc|threw)[a-z]*"
    rb"(?:[ ][a-z]+){0,2}[ ]at|\b(?:trust|faith|confid|confian|believ|interest|vertrau|verlieb|t\xe4usch|fiduci|cred)"
    rb"[a-z\xe0-\xff]*[ ](?:in|en))[ ]$"
)
_LEADS_TO = re.compile(rb"[,:]?[ ]\(?")
_MOST_OF_A_RANK = 5
_LONGEST_SHORTENED = 5
# `Severins Lehrmeister`: in German whoever owns what follows.
_OWNER = re.compile(
    rb"["
    + UPPER
    + rb"](?<!["
    + _LETTER
    + rb".@/\\'\-#$%&=+].)["
    + LOWER
    + rb"]{3,20}s(?=[ ]["
    + UPPER
    + rb"]["
    + LOWER
    + rb"])"
)
OF_A_FIRM = re.compile(
    rb"[ ](?:&|\+|et (?:fils|cie|associ)|und s\xf6hne"
    rb"|(?:AG|GmbH|KG|SE|SA|SAS|SARL|S\xe0rl|S\.?r\.?l|S\.?p\.?A|Ltd|LLC|LLP|Inc|Corp)\b)"
)


def names_alone(view: View, found: Sequence[Found]) -> Iterator[Found]:
    """The names that stand alone near what was `found` in a text, but for those that are found."""
    data = view.data
    ours = [(one.start, one.end) for one in found if one.type not in OF_NOBODY]
    if not ours or is_of_learning(view):
        return
    named = (_ALONE.finditer(data, one.start, one.end) for one in found if one.type == "person")
    taken = {name.start() for names in named for name in names}
    reached = {one.start for one in found if one.type in _REACHED_BY}
    for since, until, reach in _portions(sorted(ours), len(data)):
        for match in _ALONE.finditer(data, since, reach):
            start, end = match.span()
            if start >= until:
                break
            word = lowered(match[0])
            if start not in taken and (is_somebody_alone(data, start, word) or _leads(data, end, word, reached)):
                yield Found(start, end, "person", word, 0.6, "name-alone")
        for match in _OWNER.finditer(data, since, reach):
            start, end = match.start(), match.end() - 1
            word = lowered(match[0][:-1])
            if start < until and match[0][:-1].lower() in SAFE_GIVEN and not _is_listed(lowered(match[0])):
                yield Found(start, end, "person", word, 0.6, "name-alone")
        words = data[since:reach].translate(_SMALL_LETTERS).split()  # all that stands in small letters, and more
        if not SAFE_GIVEN.isdisjoint(words) and not SAFE_GIVEN.isdisjoint(_SMALL.findall(data, since, reach)):
            for match in _SMALL_PAIR.finditer(data, since, reach):
                if match.start() < until and match[1] in SAFE_GIVEN and _is_surname(lowered(match[2])):
                    start, end = match.start(), match.end(2)
                    yield Found(start, end, "person", lowered(data[start:end]), 0.6, "name-alone")


def _leads(data: bytes, end: int, word: str, reached: Collection[int]) -> bool:
    """`- Schwarz, 079 …`, `Léa (lea@…)`: directly before what somebody is reached by, whatever the name means."""
    gap = _LEADS_TO.match(data, end)
    return gap is not None and gap.end() in reached and (is_given(word) or is_surname(word)) and not is_word(word)


def _portions(ours: Sequence[tuple[int, int]], size: int) -> Iterator[tuple[int, int, int]]:
    """Where each begins and ends, and where what begins in it ends at the latest."""
    for since, until in _stretches(ours, size):
        for start in range(since, until, _PORTION):
            yield start, min(start + _PORTION, until), min(start + _PORTION + _REACH, until)


def _stretches(ours: Sequence[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """What is near one of the places or several, each part of the text once."""
    since, until = 0, 0
    for start, end in ours:
        if start - _NEAR > until:
            yield since, until
            since = start - _NEAR
        until = max(until, min(size, end + _NEAR))
    yield since, until


def _is_listed(word: str) -> bool:
    return is_given(word) or is_surname(word)


def _is_role(word: str) -> bool:
    return _ROLE.search(word.encode("latin-1")) is not None


def _is_given(word: str) -> bool:
    first, _, second = word.partition("-")
    return (first.encode("latin-1") in SAFE_GIVEN or first in _SHORT_GIVEN) and (not second or second in GIVEN)


def _is_surname(word: str) -> bool:
    if len(word) < _SHORTEST_SURNAME or word in PLACES or word in EVERYDAY or is_word(word):
        return False
    return all(part in SURNAMES for part in word.split("-"))


def is_somebody_alone(data: bytes, start: int, word: str) -> bool:
    given = _is_given(word)
    if not given and not _is_surname(word):  # as nearly every word with a capital: asked before what stands around it
        return False
    before = _WORD_BEFORE.search(data, max(0, start - _REACH_BEFORE), start)
    led = before[1].rstrip(b".,:") if before else b""
    small = lowered(led)
    if (
        is_famous([word])
        or leads_to_a_figure(data, start, start + len(word))
        or small in LEADS
        or small in LEADS_OF_ONE_WORD
        or small in RULERS
    ):
        return False
    behind = start + len(word)
    if _COUNTS.match(data, behind):
        return False
    sign = before[1][-1:] if before else b""
    large = led[:1].decode("latin-1").isupper() and sign not in {b",", b":"}
    if given:  # no `Rue Antoine`, no `Pierre Antoine`
        ended = sign == b"." and len(led) > _LONGEST_SHORTENED  # `M. Lecomte. Rachid`
        return not large or ended or _is_role(small) or not (is_word(small) or is_given(small) or is_surname(small))
    if before is None or small in DETERMINERS or OF_A_FIRM.match(data, behind):
        return False
    if small in _STANDS_IN and not _MEANT_BY.search(data, max(0, start - _BIRTH_BEFORE), start):
        return False
    if small in _BEFORE_BIRTHPLACES and _BORN_AT.search(data, max(0, start - _BIRTH_BEFORE), start):
        return False
    if large:  # `KHK Fuchs`, `Vizebgm. Koller`, `Gerichtsschreiberin Wyss`
        return sign == b"." or _is_role(small) or (led.isupper() and len(led) <= _MOST_OF_A_RANK)
    return sign not in {b".", b","}  # where a sentence begins, or in German a noun

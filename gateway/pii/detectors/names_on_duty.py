"""Names alone in plans of who works and who does not: `Mo  Caduff   El Khoury`, `Meier (krank), de Weck (Ferien)`.

Invariants
- One line, or one pair of brackets, tells nothing: of two and more that are made alike, some names have to be on the
  lists; then those beside them are names as well, unless they are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_mentions import is_word
from gateway.pii.detectors.name_neighbours import is_given_alone, is_surname_alone
from gateway.pii.detectors.name_reading import is_given, is_surname, lowered
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.words import THINGS_SO_CALLED
from gateway.pii.labels import kind_of
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_DAY = (
    "(?:Mo|Di|Mi|Do|Fr|Sa|So|Lu|Ma|Me|Je|Ve|Gi|Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun|Lun|Mar|Mer|Jeu|Ven|Sam|Gio|Sab"
    "|Dom|Dim|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    "|(?i:(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|(?:lune|marte|mercole|giove|vener)dì|sabato|domenica))"
)
_SHIFTS = (
    "(?:Früh|Spät|Nacht|Matin|Soir|Nuit|Mattina|Pomeriggio|Sera|Notte|Early|Late|Night|Pikett|Bereitschaft|On[ ]call"
    "|Piquet|Picchetto|(?:Zimmer|Room|Chambre|Camera|Tisch|Tavolo|Gruppe|Groupe|Gruppo|Kasse|Schalter|Halle)"
    "[ ][0-9]{1,4})"
)
_PARTICLES = (
    "(?:(?:von der|van der|v[oa]n|de la|de[lrn]?|d[iau]|della|[Ll][aeo]|[Ee]l|[Dd]e|Di|[Aa]l|Ben|St\\.)[ ]|[dDLO]')?"
)
_NAME = rf"{_PARTICLES}<CAP>(?:[ ][<U>]\.)?"
_PARTED = r"[.:]?(?:[ ][0-9][0-9./]*)?(?:[ ]{2}|\t|[ ]?[|;]|:[ ])[ \t|]*"
# A day, what parts two columns, and a name that nothing but the next column or the line's end follows.
_ROSTER_PATTERN = compiled(
    shape(
        rf"(?:^|\n)[ \t|>*\-]*(?:{_DAY}|{_SHIFTS}){_PARTED}{_NAME}(?:[ ]{{2}}|[ ]?[\t|;,/+&]|[ ]*\r?\n|[ ]*$)",
    )
)
# The same in short, from the second line on: few states of an automaton, and for shifts some rare words.
_ROSTERS = (shape(rf"\n[ |]*{_DAY}(?:[ ]{{2}}|\t|[ ]?[|;]|:[ ]|[ ][0-9])"), shape(rf"\n[ |]*{_SHIFTS}[.:]?[ \t|;]"))
_BEFORE_CELLS = re.compile(shape(rf"\s*[ \t|>*\-]*(?:{_DAY}|{_SHIFTS})(?![<L>])[.:]?(?:[ ][0-9][0-9./]*)?"))
_CELL = re.compile(rb"[^ \t|;,/+&](?:[^ \t|;,/+&]|[ ](?=[^ \t|;,/+&]))*")
_NAMED = re.compile(shape(_NAME))
_LAST = re.compile(shape(r"[<U>][<U><L>\-']*[<L>](?=$|[ ][<U>]\.$)"))
_REASONS = (
    "ferien|urlaub|krank|kind krank|grippe|unfall|militär|zivildienst|mutterschaft|elternzeit|kompensation|abwesend"
    "|entschuldigt|homeoffice|weiterbildung|vacances|congé|maladie|malade|accident|armée|maternité|enfant malade"
    "|absente?|excusée?|télétravail|formation|ferie|vacanza|malattia|malat[oa]|infortunio|influenza|figli[oa] malat[oa]"
    "|militare|maternità|assente|scusat[oa]|telelavoro|holidays?|annual leave|on leave|leave|sick|off sick|child sick"
    "|flu|maternity|training|off|absent|excused|vacation|wfh"
)
_AWAY = shape(rf"{_NAME}[ ]\((?i:{_REASONS})(?:[ ,;:][^()\n]{{0,24}})?\)")
_AWAY_PATTERN, _AWAY_PROBE = compiled(_AWAY), shape(rf"[<L>][ ]\((?i:{_REASONS})[ ,;:)]")
_FEWEST_LINES, _LEAST_SHARE = 2, 3
_LONGEST_LINE = 200


def _find(view: View) -> Iterator[Found]:
    if is_of_learning(view):
        return
    for cells, fewest in ((_on_days(view.data), _FEWEST_LINES), (_away(view.data), 1)):
        yield from _judged(view.data, cells, fewest)


def _on_days(data: bytes) -> list[tuple[int, int]]:
    """Every cell of the lines that begin with a day; none of a single line."""
    cells, lines, at = [], 0, 0
    while (span := _ROSTER_PATTERN.first(data, at))[1] > 0:
        begin = _BEFORE_CELLS.match(data, span[0])
        stop = data.find(b"\n", span[0] + 1)
        stop = min(len(data) if stop < 0 else stop, span[0] + _LONGEST_LINE)
        at = max(stop, span[0] + 1)
        lines += 1
        if begin:
            cells += [cell.span() for cell in _CELL.finditer(data, begin.end(), stop)]
    return cells if lines >= _FEWEST_LINES else []


def _away(data: bytes) -> list[tuple[int, int]]:
    return [(start, data.index(b" (", start)) for start, _ in _AWAY_PATTERN.spans(data)]


def _judged(data: bytes, cells: list[tuple[int, int]], fewest: int) -> Iterator[Found]:
    """The cells that hold a name, where enough of them are on the lists and no figure of the world is among them."""
    names = [(start, end, lowered(last[0])) for start, end in cells if (last := _name_in(data, start, end))]
    known = [word for _, _, word in names if is_given_alone(word) or is_surname_alone(word)]
    if len(known) < fewest or len(known) * _LEAST_SHARE < len(names) or THINGS_SO_CALLED.issuperset(known):
        return
    if is_famous([word for _, _, word in names]):
        return
    for start, end, word in names:
        if is_given(word) or is_surname(word) or _may_be_one(word):
            yield Found(start, end, "person", lowered(data[start:end]), 0.6, "name-on-duty")


def _name_in(data: bytes, start: int, end: int) -> re.Match[bytes] | None:
    cell = data[start:end].strip()
    return _LAST.search(cell) if _NAMED.fullmatch(cell) else None


def _may_be_one(word: str) -> bool:
    return not is_word(word) and kind_of(word) is None


RULES = (Rule("name-on-duty", ("person",), (_AWAY_PROBE,), _find, over_lines=_ROSTERS),)

"""Dates of birth: a date, and a word near it that says that somebody was born. A date alone is nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.date_forms import DATE, MONTHS, canonical_date, first_date, last_date
from gateway.pii.detectors.name_reading import is_given, is_surname, lowered
from gateway.pii.detectors.public_figures import is_of_the_world
from gateway.pii.detectors.words import is_no_human
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, Found, View

KIN = (
    rb"bruder|schwester|sohn|tochter|mutter|vater|oma|opa|freundin|freund|mann|frau|kind|fr\xe8re|s\x9cur|soeur|fils"
    rb"|\bson|daughter|mother|father|wife|husband|brother|sister|grand(?:ma|pa|mother|father|son|daughter)|\bmom"
    rb"|\bmum|\bdad"
    rb"|\bkid|child|baby|enfant|b\xe9b\xe9|enkel(?:in)?|nipote|bambin[oa]|fille|m\xe8re|p\xe8re|mari|femme|copain"
    rb"|copine|fratello|sorella|figli[oa]|madre|padre|nonn[oa]|marito|moglie"
)
BORN = (
    rb"(?i)(?:gebore|geburt|gebdat|\bge?b[urts]{0,6}(?:dat|tag)|geb\.|\bgeb(?:[^A-Za-z\xc0-\xff]|$)"
    rb"|jahrgang|\bjg\.|(?:zur|auf die) welt|\bb-?day\b|date[ _]?of[ _]?birth"
    rb"|[(,;][ ]?b\.[ ](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    rb"|[(,;][ ]?[bng]\.[ ]?[0-9]|[0-9]{2}[ ](?:ans|anni|years(?: old)?|jahre(?: alt)?|y/?o)[ ,]{0,2}[(][0-9]"
    rb"|\bd[./ ]?o[./ ]?b\b|\bd\.(?:d\.)?n\b|\bdob[0-9]|\bne(?:e|\(e\))? le [: ]{0,3}[0-9]|\bn\xe9\(?e?\)?[ ]?le[0-9]"
    rb"|[ ]\*[ ]?[0-9]+[ ][A-Za-z]|\bbirth|\bbrith|\bbi[trh]{1,3}day|\bborn\b|nais[cs]{0,2}[ae]n[cs]e"
    rb"|\banni[vf]\b"
    rb"|\bn[\xe9\xc9]e?(?:\(e\)|\xb7e|\.e)?s?\s|\bnat(?:[oaie] il[0-9]|[oaie]\b|_{1,4}[ ])"
    rb"|nascita|data (?:di )?na(?:sci?|ci|si)ta\b|\bnas\xfc[ ]|nacid[oa]|nacimiento|anniversaire|compleanno|geburi"
    rb"|naiss\.|nasc\.|\bnasce\b|venne al mondo|venue? au monde|\bddn\b|\bddn:|vu le jour|gli anni|cumplea\xf1os"
    rb"|venut[oa] al(?:la)? (?:mondo|luce)|came into (?:the|this) world"
    rb"|(?:(?:" + KIN + rb")[ ](?:(?:ist|war)[ ]vom|(?:is|was)[ ]from|(?:est|\xe9tait)[ ]du|(?:era|\xe8)[ ]del)"
    rb"|ich bin vom|je suis du|\bsono del)[ ][0-9]"
    rb"|(?:" + KIN + rb"|\bp(?:at|az|z)\.|patient(?:in|e)?|paziente|kund(?:e|in)|insured)[ ][(][0-9]"
    rb"|[(](?:[wmfd]|weiblich|m\xe4nnlich|(?:fe)?male)[,;/][ ]?[0-9]"
    rb"|[(\s]\*[ ]?(?:[0-3]?[0-9][./]|[12][0-9]{3}-)|[ (]\*[0-3]?[0-9]-[01]?[0-9]-[12])"
)
_BORN_PATTERN = compiled(BORN)
_BEHIND = re.compile(rb"(?i)^[ ,)]{0,2}(?:geboren|geb\.|geborene?|born|n\xe9e?\b|nat[oa]\b)")
# `12.03.1985 (date of birth)`, `… as her birthdate`.
_CALLED_SO = re.compile(
    rb"(?i)^[ ,)]{0,2}[(]?(?:(?:that'?s|which is|das ist|c'est|as|is|was|for|ist|war|als|comme|est|come|\xe8|fu)[ ])?"
    rb"(?:(?:his|her|my|their|your|the|mein|sein|ihr|dein|sa|son|ma|votre|la|il|sua|mia|suo)[ ])?"
    rb"(?:date of birth|dob\b|birth|geburt|date de naissance|naissance|data di nascita|anniversaire|compleanno)"
)
# A day that is feasted: `the party on …`.
_FEAST = re.compile(rb"(?i)(?:geburtstag|birthday|anniversaire|compleanno)")
# `Née de la fusion de deux sociétés`; neither who was born in a year of mergers nor a field of merged records.
_MERGED = re.compile(
    rb"(?i)(?:geboren|born|n\xe9e?s?|nat[oaie])[ ](?:aus|durch|out of|of|from|through|de|par|da|dalla)[ ]"
    rb"(?:(?:the|a|der|einer|dem|einem|la|une|una)[ ])?(?:fusion|merger|zusammenschlu|scission|ausgliederung)"
)
# `am 3. Mai 1975 als zweite Tochter des Schreiners Beat Frei geboren`
_AS_CHILD = re.compile(rb"(?i)[ ](?:in [^ ]{2,20} )?als (?:[^ ]{3,12} ){0,2}(?:tochter|sohn|kind|zwilling)")
_LATEST_BIRTH, _YEAR_OF = 2024, re.compile(rb"20[0-9]{2}")
_SAID_BEFORE = re.compile(rb"(?i)geboren?|(?:zur|auf die) welt|geburtstag")
# `not …`, `et mon fils le …`: a second birth in the same sentence. What began or ended on a day is none.
_ANOTHER = re.compile(
    rb"(?i)^(?:[)],? [^.;:\n0-9()]{2,40}[(]|[)]?[,;] (?-i:[A-Z\xc0-\xde])[^.;:\n0-9()]{2,40} [-:] "
    rb"|[ ,;()]{1,4}(?:(?:and|or|not|but|rather|et|ou|pas|non"
    rb"|und|oder|nicht|sondern|aber|statt|instead of|au lieu du|anzich\xe9|bzw\.?|resp\.?|e|o|ma)[ ])"
    rb"[^.;:\n0-9]{0,36}"
    rb"|[)]?[,;.] (?:" + KIN + rb"):? (?-i:[A-Z\xc0-\xde])[^.;:\n0-9]{0,24}"  # `; Kind: Tim, …`
    rb"|[)]?[,;.] (?:(?:and|und|et|e) )?(?:mine|hers|his|meiner|le mien|la mienne|le sien|la sienne|il mio|il suo)"
    rb"(?:'s|[ ](?:is|ist|est|\xe8))? (?:am |on |le |il )?"
    rb"|[ ,;()]{1,4}[^.:\n0-9]{0,24}\b(?:richtig|korrekt|correct|actual|claims?|says?|states?|shows?|laut"
    rb"|gem\xe4ss|dit|indique|exacte?|corretto|giusto|risulta|dice)[^.;:\n0-9]{0,20}"
    rb"|[ ,;()]{1,4}[^.;:\n0-9]{0,12}(?:ausweis|pass(?:port)?|passeport|passaporto|document|formular|akte)"
    rb"[^.;:\n0-9]{0,12})$"
)
_NEXT_OF_SEVERAL = re.compile(rb"[)]?[,;] ([A-Z\xc0-\xde][a-z\xdf-\xff\-]{1,20})[ ]\(?")
_OTHER_EVENT = re.compile(
    rb"(?i)(?:hired|join|start|since|until|died|ended|left|married|signed|seit|bis|ab |eintritt|eingetreten|verstorben"
    rb"|gestorben|verheiratet|angestellt|t\xe4tig|arbeitet|depuis|jusqu|engag|embauch|d\xe9c\xe9d|mari\xe9|mort"
    rb"|entr\xe9"
    rb"|dal |fino|assunt|decedut|mort[oa]|spos|lavora|is on|valid|expire|g\xfcltig|heute|today)"
)
# A year of wines, of a magazine.
_VINTAGE = re.compile(
    rb"(?i)\bweine?[ns]?\b|\bwines?\b|zeitschrift|zeitung|magazin|heft|\bband\b|ausgabe|der schule|abitur|matura"
)
# `Née en 2019, la société compte …`, but `Née en 1985, la société l'a engagée`; and not behind somebody.
_FIRM_BEHIND = re.compile(
    rb"(?i)(?!.{0,80}(?:\bl'h?a |\b(?:him|her|lui|elle|ihn|ihm|ihr|sie|lo|li)\b))"
    rb",[ ](?:la|le|l'|une?|notre|cette|il|lo|una|questa|the|our|this|a|die|das|der|unsere?)[ ]?"
    rb"(?:jeune |young |junge )?"
    rb"(?:soci\xe9t\xe9|entreprise|start-?up|association|marque|agence|fondation|coop\xe9rative|azienda|societ\xe0|impresa"
    rb"|fondazione|company|firm\b|business|brand|agency|charity|firma\b|gesellschaft|unternehmen|verein\b|stiftung)"
)
Span = tuple[int, int]

_BEGINS_A_SENTENCE = re.compile(rb"(?:^|\n[ \t]*|[.!?:][ ]|[\"\xab][ ]?)$")
_REACH, _BEGINS_A_LINE = 72, re.compile(rb"(?:^|\n)[ \t]*$")
# `02  04  68`, `02|04|1968`, `02041968`, a year on the next line: only directly behind what says that it is a birth.
_SPACED_DATE = re.compile(
    rb"(?:[0-3]?[0-9](?:[ ]{1,3}|[ ]?\r?\n?[./|_]\r?\n?)[01]?[0-9](?:[ ]{1,3}|[ ]?\r?\n?[./|_]\r?\n?)"
    rb"(?:(?:19|20)[0-9]{2}|[0-9]{2})|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2})(?![0-9])"
)
_SPACED = re.compile(
    rb"(?:[ ]?\([^()\n]{1,16}\))?[ :=]{0,4}(?:(?:le|il|am|on|is|ist|est|\xe8)[ :]{1,3})?(?="
    + _SPACED_DATE.pattern
    + rb")()"
)
# `birthDate = new DateTime(1951, 11, 21)`, `LocalDate.of(1951, 11, 21)`, as code makes one; not to compare others with
_MADE = re.compile(
    rb"(?!_*[lg]te?\b)(?:[A-Za-z_]{0,16}[\"'],)?[^\n;,()<>0-9]{0,40}"
    rb"\(((?:19|20)[0-9]{2},[ ]?(?:0?[1-9]|1[0-2]),[ ]?(?:0?[1-9]|[12][0-9]|3[01]))[,)]"
)
_ARGUMENTS = re.compile(rb"[0-9]{4},[ ]?[0-9]{1,2},[ ]?[0-9]{1,2}")
_HEADING = re.compile(rb"(?!-)[^\n:0-9]{0,60}:[ \t*_]{0,4}(?=\r?\n)")
_LISTED = re.compile(rb"(?:[ \t]{0,4}\r?\n){1,2}[ \t>]{0,8}([*\-\x7f]|[0-9]{1,2}[.)](?![0-9]))?[ \t]{0,3}")
_NEAR = 8
_INITIAL = re.compile(rb"(?i)[(,;][ ]?b\.[ ](?=[a-z])")
# What ends in the first digit of its date: `, b. 12 Oct 1939`, but not `, n. 28985 of 3 May 2019`.
_TOUCHES = re.compile(
    rb"(?i)(?:[(,;][ ]?[bng]\.[ ]?|.*[(]|[(][a-z\xe4]+[,;/][ ]?|.*[ ](?:vom|du|del|le)[ ]|.*(?:le|il"
    rb"|dob))[0-9]$"
)
_OTHER_DATE = re.compile(
    rb"(?i)(?:\bhire|\bhiring|start|\bentry|\bjoin|creat|updat|issued|admi|expir|valid|eintritt|austritt|erstellt|g\xfcltig"
    rb"|entr\xe9e|embauch|(?-i:assun)|scaden|rilasc|d\xe9livr|aufnahme|hospital|ricover|op\xe9r)[^\n]{0,24}$"
)
_YEAR_ALONE = re.compile(
    rb"(?i)(?:jahrgang(?: (?:ist|war))?|jg\.|geb\.|geboren(?: im)?|born(?: in)?|n\xe9e?(?: en)?|nat[oa](?: nel| a)?"
    rb"|geboren im jahr|born in the year)[ :]{0,2}((?:" + MONTHS + rb" (?:of )?)?"
    rb"(?:19|20)[0-9]{2})(?![0-9.\-/])"
)


def find(view: View) -> Iterator[Found]:
    data, done = view.data, 0
    for start, stop in _BORN_PATTERN.spans(data):
        if not _is_no_cue(data, start, stop):
            births, done = _told_by(data, start, stop, done)
            for birth in births:
                yield _found(birth[0], birth[1], data)


def _is_no_cue(data: bytes, start: int, stop: int) -> bool:
    if data[start:stop].lower() == b"d.n":  # a bore, too: `d.n. 50 mm`
        return DATE.match(data, stop + len(data[stop : stop + 4]) - len(data[stop : stop + 4].lstrip(b".: "))) is None
    if data[start:stop].lower() == b"nato" and data[stop : stop + 1] == b"-":  # `NATO-Beitritt`
        return True
    starred = data[start : start + 2] == b" *"
    return starred and _BEGINS_A_LINE.search(data, max(0, start - _REACH), start) is not None


def _told_by(data: bytes, start: int, stop: int, done: int) -> tuple[list[Span], int]:
    """The births that the words from `start` to `stop` tell, and where what they are about ends.

    Nothing before `done` is looked at: it is told by other words.
    """
    headed = _HEADING.match(data, stop)
    if headed and (below := [date.span() for date in _below(data, headed.end())]):
        return below, below[-1][1]  # `Geburtsdaten der Teilnehmenden:`, and a list
    year = _YEAR_ALONE.match(data, start)
    date = _date_behind(data, start, _cue_end(data, start, stop), done)
    if year and date and date.start() >= year.end() and not _is_in_year(date[0], year[1]):  # `Jg. 1995, entered on …`
        date = None
    if date and is_of_the_world(words_before(data, start)):
        return [], date.end()
    if _is_of_a_thing(data, start, date):
        return [], date.end() if date else stop
    if start - done > _NEAR and (date is None or _is_apart(data, stop, date.start())):
        told = _date_before(data, start, done)
        if told and _CALLED_SO.match(data[told.end() : stop + 1]):  # `12.03.1985 (date of birth), admitted on …`
            return _with_others(data, [told.span()], _word_end(data, stop), stop)
    if date:
        return _with_others(data, [*_said_before(data, start, done), date.span()], date.end(), date.end())
    if year:
        firm = _BEGINS_A_SENTENCE.search(data, max(0, start - 4), start) and _FIRM_BEHIND.match(data, year.end())
        thing = firm or _VINTAGE.search(data, start, year.end() + _REACH)
        return [] if thing else [year.span(1)], done
    last = _date_before(data, start, done)  # `12.03.1980 geboren`, `(12.03.1980, born in …)`
    follows = last and (_closes(data, last.end(), start) or _BEHIND.match(data[last.end() : stop + 1]))
    return [last.span()] if last and follows else [], done


def _is_in_year(date: bytes, year: bytes) -> bool:
    """Whether a date is of a year, before which its month may stand; a date may have its last two figures only."""
    return year[-4:] in date or (date.endswith(year[-2:]) and not date[-3:-2].isdigit())


def _cue_end(data: bytes, start: int, stop: int) -> int:
    """Where the words end that tell a birth: they may reach into its date."""
    initial = _INITIAL.match(data, start, stop)
    if initial:  # `, b. August 4, 2002`
        return initial.end()
    return data.index(b"*", start, stop) + 1 if b"*" in data[start:stop] else stop


def _said_before(data: bytes, start: int, done: int) -> list[Span]:
    """`am 3. Mai 1975 geboren, ich am …`: a birth before the words, beside that behind them."""
    earlier = _date_before(data, start, done) if _SAID_BEFORE.match(data, start) else None
    return [earlier.span()] if earlier and _closes(data, earlier.end(), start) else []


def _with_others(data: bytes, births: list[Span], at: int, done: int) -> tuple[list[Span], int]:
    others = [other.span() for other in _others(data, at)]
    return births + others, others[-1][1] if others else done


def _is_of_a_thing(data: bytes, start: int, date: re.Match[bytes] | None) -> bool:
    """Whether a day is feasted that has still to come, or an association was born."""
    if date and _MERGED.match(data, start):
        return True
    if not _FEAST.match(data, start):
        return is_no_human(data, start)
    year = _YEAR_OF.search(date[0]) if date else None
    return year is not None and int(year[0]) > _LATEST_BIRTH


def _is_apart(data: bytes, stop: int, date: int) -> bool:
    """Whether a date behind is too far, or a second one, for the words to be about it first."""
    return date - stop > _NEAR or _ANOTHER.match(data[_word_end(data, stop) : date]) is not None


def words_before(data: bytes, start: int) -> bytes:
    """What stands before a place, from the beginning of a word on."""
    since = max(0, start - _REACH)
    while since and since < start and data[since - 1] in ALNUM and data[since] in ALNUM:
        since += 1
    return data[since:start]


def _word_end(data: bytes, at: int) -> int:
    """Where the word ends of which `at` is a place: `geburt|stag`."""
    return next((place for place in range(at, len(data)) if data[place] not in ALNUM), len(data))


def _date_behind(data: bytes, start: int, end: int, done: int) -> re.Match[bytes] | None:
    """The date that the words from `start` to `end` tell, unless something else begins or ends on that day."""
    if _TOUCHES.match(data[start:end]):
        return DATE.match(data, end - 1) if end > done else None
    date = first_date(data, max(done, end - 1), end + _REACH)
    spaced = _SPACED.match(data, end)
    if spaced and spaced.start(1) >= done and (date is None or date.start() > spaced.start(1)):
        date = _SPACED_DATE.match(data, spaced.start(1))
    made = _MADE.match(data, end)
    if made and made.start(1) >= done:
        date = _ARGUMENTS.match(data, made.start(1))
    if date is None or (date.start() and data[date.start() - 1] in ALNUM):
        return None
    between = data[end : date.start()]
    return None if b"\n\n" in between or _OTHER_DATE.search(between) else date


def _date_before(data: bytes, start: int, done: int) -> re.Match[bytes] | None:
    return last_date(data, max(done, start - 64), start)


def _below(data: bytes, at: int) -> Iterator[re.Match[bytes]]:
    """The dates that begin lines below a heading, or stand in them behind no more than a name."""
    while (line := _LISTED.match(data, at)) is not None:
        date = DATE.match(data, line.end()) or (first_date(data, line.end(), line.end() + _REACH) if line[1] else None)
        if date is None or b"\n" in data[line.end() : date.start()] or _OTHER_EVENT.search(data[at : date.start()]):
            return
        yield date
        end = data.find(b"\n", date.end())
        at = end if end >= 0 else len(data)


def _others(data: bytes, done: int) -> Iterator[re.Match[bytes]]:
    """All births that are told on after the first one."""
    other = _another(data, done)
    while other:
        yield other
        other = _another(data, other.end())


def _another(data: bytes, done: int) -> re.Match[bytes] | None:
    """A second birth that the same sentence tells: of a brother, or put right."""
    date = first_date(data, done, done + _REACH)
    if date is None:
        return None
    several = _NEXT_OF_SEVERAL.fullmatch(data, done, date.start())  # `Ida 12.5.1990, Jan 3.4.1994`
    if several and (is_given(lowered(several[1])) or is_surname(lowered(several[1]))):
        return date
    if not _ANOTHER.match(data[done : date.start()]):
        return None
    return None if _OTHER_EVENT.search(data[done : date.start()]) else date


def _closes(data: bytes, end: int, start: int) -> bool:
    """`am 3. Mai 1975 in Chur geboren`: German says it at the end of the clause."""
    between = data[end:start]
    return (
        (len(between) <= 32 or _AS_CHILD.match(between) is not None)
        and _SAID_BEFORE.match(data, start) is not None
        and not any(sign in between for sign in b".;\n,")
    )


def _found(start: int, end: int, data: bytes) -> Found:
    return Found(start, end, "date_of_birth", canonical_date(data[start:end]), 0.85, "birth")

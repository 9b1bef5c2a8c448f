"""Names alone that a plain sentence tells: who is thanked, talked to, on duty on Monday, or asked whether they signed.

`Danke Barbara, das …`, `Ich habe mit Uwe gesprochen`, `Mo Marco, Di Jens`, `According to Ferreira, …`, `Hat Wyss die
Offerte unterschrieben?`, `Lange und Kandiah teilen sich …`, `B e a t  S t e i n e r`.

Invariants
- Of one word, so a list has to know it, and it is neither a firm nor known to all the world.
- What a question about the world cites (`According to Popper, what is …?`) is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.given_names import WORDS
from gateway.pii.detectors.name_neighbours import is_given_alone, is_surname_alone
from gateway.pii.detectors.name_reading import as_found, is_given, is_surname, lowered, read
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.shapes import shape
from gateway.pii.detectors.words import ASKED_FOR, THINGS_SO_CALLED, word_set
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_ASSISTANTS = word_set("claude alexa siri gemini cursor copilot jenkins python pascal ada max")
"""`Thanks Claude, …`"""
_EDGE = "(?:^|[^<U><L>0-9'\\-])"
# Somebody is thanked, and what for stands behind.
_THANKED = shape(
    rf"{_EDGE}(?i:danke|merci|grazie|thanks|thank you|thx)[ ]<CAP>(?:[,!][ ]|[ ](?:f\xfcr|pour|per|for)\b)"
    rf"|{_EDGE}(?i:congratulat(?:e|ions to)|félicit(?:e|ations à)|auguri a|congratulazioni a)[ ]"
    r"(?:<CAP>[ ](?:and|et|e)[ ])?<CAP>"
    # Whoever is written to that something is so.
    rf"|{_EDGE}(?i:(?:write|reply|respond|explain|say)(?: \w+)? to|(?:[eéÉ]cris|réponds|explique|annonce)(?: \w+)? à"
    r"|(?:scrivi|rispondi|spiega|comunica)(?: \w+)? a)[ ]<CAP>[ ](?:that|que|qu'|che)\b"
    # What is done to people alone.
    rf"|{_EDGE}(?i:motivate|persuade|convince|reprimand|motiver|convaincre|licencier|féliciter|rassurer|motivare"
    r"|convincere|licenziare|rassicurare)[ ]<CAP>(?:[ .,?!]|$)"
    rf"|{_EDGE}(?:kann|soll|muss|darf)[ ](?:ich|wir|man)[ ]<CAP>[ ](?:am besten[ ]|besser[ ]|wieder[ ])?"
    r"(?:motivieren|überzeugen|kündigen|entlassen|unterstützen|helfen|sagen|ermahnen|fördern|erreichen|beruhigen)\b"
)
_DONE_WITH = (
    "habe[ ]ich[ ]|haben[ ]wir[ ]|gesprochen|geredet|telefoniert|abgemacht|vereinbart|getroffen|besprochen|abgesprochen"
    "|geklärt|diskutiert"
    "|geschrieben|gestritten|gemailt|gearbeitet|gegessen|unterhalten"
)
_WITH = shape(
    rf"{_EDGE}(?:(?i:mit)[ ]<CAP>[ ](?:{_DONE_WITH})\b"
    r"|(?i:spoke (?:to|with)|spoken (?:to|with)|talked (?:to|with)|heard from|parlé (?:avec|à)|parlato (?:con|a))[ ]"
    r"<CAP>"
    r"|(?i:(?:gespräch|sitzung|treffen|telefonat|besprechung) mit|(?:meeting|interview|appointment) with"
    r"|(?:entretien|réunion|séance)(?: mené| tenu)? avec|(?:colloquio|incontro|riunione|telefonata) con)[ ]<CAP>"
    r"|[Ww]er[ ](?:hat[ ](?:alles[ ])?mit|vertritt|ersetzt)[ ]<CAP>[ ]|(?i:who (?:covers|stands in) for)[ ]<CAP>"
    r"|[Qq]ui[ ]remplace[ ]<CAP>|[Cc]hi[ ]sostituisce[ ]<CAP>"
    # `I told Crawford to fetch the key`
    r"|(?:I|[Ww]e|[Hh]e|[Ss]he)[ ]told[ ]<CAP>[ ](?:to|that|about)\b|(?:[Jj]'ai|a|ont|avons)[ ]dit[ ]à[ ]<CAP>[ ]"
    r"(?:de|que|d'|qu')|(?:[Hh]o|ha|hanno|abbiamo)[ ]detto[ ]a[ ]<CAP>[ ](?:di|che)\b"
    r"|[Hh]abe?n?[ ](?:ich[ ]|wir[ ])?<CAP>[ ](?:gesagt|gefragt|gebeten|informiert|mitgeteilt)\b)"
)
# In reports and questions about a plan: surnames, too.
_BY_SURNAME = shape(
    rf"{_EDGE}(?i:according to|(?:nach )?(?:auskunft|angaben) von|selon|d'après|secondo|a quanto dice|still with"
    r"|noch bei|encore chez|ancora da|(?:call|ring|phone) back|rückruf|rappeler|richiamare|se plaint de"
    r"|si lamenta di|beschwert sich über|is complaining about"
    r"|(?:father|mother|son|daughter|brother|sister|wife|husband|parents) of"
    r"|(?:ab|ver)mahnung an|verwarnung an|warning to|avertissement à|ammonimento a)[ ]<CAP>"
    rf"|{_EDGE}(?i:klingel|klingelschild|sonnette|campanello|(?:door)?bell)[ ](?:bei |à |a )?[\"«'][ ]?<CAP>"
)
_SIGNED = (
    "unterschrieben|bezahlt|zurückgerufen|angerufen|geantwortet|gemeldet|bestellt|geschickt|abgesagt|zugesagt"
    "|gekündigt|reklamiert|bestätigt|bewilligt|genehmigt|unterzeichnet|abgelehnt|freigegeben|geprüft|verlängert"
    "|abgegeben|eingereicht|geliefert|verpasst|vergessen|gefehlt"
)
_PAST = (
    "signé|payé|répondu|appelé|rappelé|commandé|envoyé|confirmé|démissionné|validé|approuvé|refusé|reçu|oublié|terminé|rendu|remis|livré"
    "|firmato|pagato|risposto|chiamato|richiamato|ordinato|inviato|confermato|approvato|rifiutato|ricevuto|finito|consegnato|mandato"
    "|signed|paid|approved|called|replied|answered|sent|confirmed|resigned|finished|submitted"
)
_ENDS = "(?:[ .,;:?!)]|$)"
_ASKED = shape(
    rf"{_EDGE}(?:[Hh]at[ ]<CAP>[ ][^.?!:\n]{{0,60}}(?:{_SIGNED})\b"
    r"|[Dd]id[ ]<CAP>[ ](?:not[ ])?(?:sign|approve|pay|call|reply|answer|send|confirm|complain|finish|submit|show[ ]up"
    r"|hand[ ]in|deliver|attend|forget|miss"
    rf"|agree)\b|[Hh]as[ ]<CAP>[ ](?:already[ ]|not[ ]|ever[ ])?(?:{_PAST})\b"
    rf"|(?:[Ee]st-ce[ ]que|[Ss]i|[Pp]ourquoi|[Pp]erché|[Qq]uando|[Ss]e)[ ]<CAP>[ ](?:n'a(?:-t-(?:il|elle))?[ ]pas"
    rf"|non[ ]ha|a|ha)[ ](?:déjà[ ]|encore[ ]|già[ ]|ancora[ ])?(?:{_PAST}){_ENDS})"
)
# `ein gewisser Olivier`, `sagte aus, Kostić sei …`, `Ist Jürg bis Freitag zurück?`, `Schreib Leandra eine Karte`.
_IN_PASSING = shape(
    rf"{_EDGE}(?:(?i:une? certaine?|una? cert[oa]|un certo|eine?n? gewisse[rn]?|sagte? aus,|states that|dichiara che"
    r"|déclare que|(?:said|says|claims|thinks|knows) that|(?:sagte?|meinte?|behauptete?|glaubt|erklärte?), dass|dit que"
    r"|dice che)[ ]<CAP>[ ,]"
    r"|(?i:how[ ]is|how's)[ ]<CAP>[ ](?:doing|after|today|getting|since)\b"
    r"|(?i:is)[ ]<CAP>[ ](?:back|off|in[ ]today|sick|ill|still[ ](?:off|away|here|sick|ill)|coming|away"
    r"|in[ ]the[ ]office|on[ ](?:holiday|leave)|at[ ](?:home|work|lunch))\b"
    r"|(?i:est-ce que|si|quand)[ ]<CAP>[ ](?:est|sera)[ ](?:au[ ]bureau|là|libre|malade"
    r"|en[ ](?:congé|vacances|séance))\b"
    r"|<CAP>[ ](?:oggi[ ]|domani[ ])?è[ ](?:oggi[ ]|domani[ ])?(?:in[ ](?:ufficio|ferie|vacanza)|malat[oa])\b"
    r"|[Ii]st[ ]<CAP>[ ](?:bis|schon|wieder|noch|heute|morgen)[ ][^.?!\n]{0,30}(?:da|zurück|krank|weg|hier"
    r"|erreichbar|im)\b"
    r"|(?:[Ss]chreibe?|[Aa]ntworte|[Mm]elde|[Ee]rkläre?|[Ss]chicke?|[Gg]ib|[Ss]ag|[Bb]ring|[Zz]eige?|[Hh]ilf|[Kk]auf"
    r"|[Ss]chenk)[ ]<CAP>(?:[ ]"
    r"(?:bitte|eine?n?|den|die|das|mal|dass|noch|beim|freundlich|höflich|kurz)\b|,[ ]dass\b)"
    r"|[Gg]ive[ ]<CAP>[ ]a[ ](?:ring|call|hand|raise|break)\b)"
)
_DAY = (
    "(?:Mo|Di|Mi|Do|Fr|Sa|So|Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun|[Ll]un?|[Mm]ar?|[Mm]er?|[Jj]eu?|[Vv]en?"
    "|[Ss]am?|[Dd]im?|[Dd]om?|[Gg]io?|[Ss]ab|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag"
    "|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?i:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
    "|(?i:(?:lune|marte|mercole|giove|vener)dì|sabato|domenica))"
)
_ON_DAY = shape(rf"{_EDGE}{_DAY}[.:]?[ ]{{1,3}}<CAP>[ ]?(?:[,;/|&+]|\r?\n|$|-[ ])")
_FEWEST_DAYS = 2
# `Tisch 1 Anna, Bruno, Cem; Tisch 2 …`: who sits, sleeps or works together.
_SEATED = shape(
    rf"{_EDGE}(?i:tisch|table|tavolo|zimmer|chambre|camera|room|gruppe|groupe|gruppo|group|team|équipe|squadra)[ ]"
    r"[0-9]{1,2}:?[ ](?:<CAP>,[ ]){1,12}<CAP>"
)
_SEVERAL_DO = (
    "haben|sind|werden|teilen sich|kommen|gehen|übernehmen|wollen|möchten|sollen|waren|hatten|arbeiten|streiten"
    "|tauschen|vereinbaren|lehnen|verlangen|unterzeichnen|agree|refuse|demand|sign|conviennent|refusent|signent"
    "|demandent|convengono|rifiutano|firmano|chiedono|swap|échangent|scambiano|kündigen|will|are|have|were|had|should|must|want|need|agreed|share|both|ont|sont|vont|étaient|[<L>]{3,}ront|doivent|veulent"
    "|hanno|sono|devono|vogliono|erano|[<L>]{3,}ranno"
)
_PAIR = shape(
    rf"(?:^|\n|[.!:;][ ])<CAP>[ ](?:und|and|et|e|ed|&)[ ]<CAP>[ ](?:{_SEVERAL_DO})[ ]"
    # `Die Parteien Lüthi und Shala`, `…, was Wyss und Shala ablehnen`
    rf"|{_EDGE}(?i:(?:die|der) (?:parteien|eheleute|geschwister)|les (?:parties|époux)|le parti|i coniugi|the parties"
    r"|, (?:was|ce que|cosa che|which))[ ]<CAP>[ ](?:und|and|et|e|ed)[ ]<CAP>(?:[ .,;:)]|$)"
)
_FIRMS_OF_TWO = word_set("smith barnes ernst procter johnson marks black rolls brown harley dolce hewlett watson")
# `Lange hat Bedenken`, `…, Müller a encore des doutes`.
_DOUBTS = shape(
    r"(?:^|\n|[.!:;,][ ]|[,;][ ](?:but|aber|mais|ma)[ ]|[ ](?:but|aber|mais|ma)[ ])<CAP>[ ]"
    r"(?:hat[ ](?:noch[ ]|grosse[ ]|keine[ ])?(?:Bedenken|Zweifel|Fragen|Einwände|Schulden|Ferien|frei\b|Urlaub"
    r"|Angst|Streit|Fieber|Grippe|Geburtstag|gekündigt|geheiratet)|schuldet|verdient|owes|earns|resigned|quit\b"
    r"|(?:still[ ])?has[ ](?:still[ ])?(?:doubts|concerns|questions|objections|resigned|debts)"
    r"|a[ ](?:encore[ ]|toujours[ ])?(?:des|un|quelques)[ ](?:doutes?|questions?|réserves|objections?|dettes)"
    r"|doit[ ]|gagne[ ]|deve[ ]|guadagna[ ]|ha[ ](?:ancora[ ])?(?:dei[ ]|delle[ ]|qualche[ ])?"
    r"(?:dubbi|domande|dubbio|obiezioni|debiti)|still[ ]has[ ])"
)
# Whoever owes: both.
_OWED = re.compile(
    shape(r"(?:[ ](?:schuldet|owes|hat Schulden bei|doit[ ][^.,\n]{1,24}[ ]à|deve[ ][^.,\n]{1,24}[ ]a))[ ](<CAP>)")
)
# A letter, a blank, a letter: an attempt to hide a name.
_SPACED = shape(r"(?:^|[ \n:,.(\"])[<U>](?:[ ][<L>]){2,}[ ]{1,3}[<U>](?:[ ]-[ ][<U>])?(?:[ ][<L>])+")
_SPACED_NAME = re.compile(shape(r"([<U>](?:[ ][<L>])+)[ ]{1,3}((?:[<U>][ ][<L>][ ]-[ ])?[<U>](?:[ ][<L>])+)$"))


_SPACED_PATTERN, _ON_DAY_PATTERN, _PAIR_PATTERN = compiled(_SPACED), compiled(_ON_DAY), compiled(_PAIR)
_SEATED_PATTERN = compiled(_SEATED)
_DOUBTS_PATTERN, _BY_SURNAME_PATTERN, _ASKED_PATTERN = compiled(_DOUBTS), compiled(_BY_SURNAME), compiled(_ASKED)
_THANKED_PATTERN, _WITH_PATTERN, _IN_PASSING_PATTERN = compiled(_THANKED), compiled(_WITH), compiled(_IN_PASSING)
_CAPITAL = re.compile(shape("[<U>][<L>][<U><L>'\\-]*"))
_LONGER = re.compile(shape(r"[\-/@_0-9]|'[<L>]{2}|[ ][<U>][<L>]|[ ][IVX]{1,5}\b|[ ]the[ ][<U>]"))
_CITES = re.compile(rb"(?i)according|selon|secondo|d'apr\xe8s|(?:er|n) of|parents of")
_GERMAN_AND = re.compile(rb" und ")
_CUE = frozenset(b"Hat Did Has Est Si Pourquoi Perch\xe9 Quando Se How Is Ist Un Una Une Dit Dice".split())
_IMPERATIVES = frozenset(
    b"Schreib Schreibe Antworte Melde Erkl\xe4re Give Schick Schicke".split()
    + b"Gib Sag Bring Zeig Zeige Hilf Kauf Schenk Ein Eine Einen Sagte".split()
)
_SENTENCE_PATTERN = compiled(rb"(?:^|[.!?:\n] ?)[A-Za-z\xc0-\xff]{1,24}")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for start, end in _SPACED_PATTERN.spans(data):
        yield from _spaced(data, start, end)
    if is_of_learning(view):
        return
    for start, end in _THANKED_PATTERN.spans(data):
        for word in _last(data, start, end):
            if is_given(word[2]) and word[2] not in WORDS and word[2] not in _ASSISTANTS:
                yield as_found([word], 0.65, "name-told")
    for start, end in _WITH_PATTERN.spans(data):
        for word in _last(data, start, end):
            if _is_somebody(word[2]):
                yield as_found([word], 0.65, "name-told")
    for pattern in (_DOUBTS_PATTERN, _ASKED_PATTERN, _IN_PASSING_PATTERN):
        for start, end in pattern.spans(data):
            yield from _doing(data, start, end)
    by_surname = list(_BY_SURNAME_PATTERN.spans(data))
    cites = bool(by_surname) and _asks_of_the_world(data)
    for start, end in by_surname:
        for word in _last(data, start, end):
            if _is_somebody(word[2]) and not (cites and _CITES.search(data, start, end)):
                yield as_found([word], 0.65, "name-told")
    for start, end in _PAIR_PATTERN.spans(data):
        words = [read(data, word.start(), 1) for word in _CAPITAL.finditer(data, start, end)]
        both = [word[0] for word in words if word and (is_given(word[0][2]) or is_surname(word[0][2]))]
        least = all if _GERMAN_AND.search(data, start, end) else any  # where each noun has a capital
        known = is_famous([word[2] for word in both]) or (both and both[0][2] in _FIRMS_OF_TWO)
        if len(both) == 2 and not known and least(_is_somebody(word[2]) for word in both):
            for word in both:
                yield as_found([word], 0.6, "name-told")
    yield from _on_duty(data)
    yield from _seated(data)


def _last(data: bytes, start: int, end: int) -> list[tuple[int, int, str]]:
    """The last large word of a match, unless it belongs to a longer one."""
    large = [word.start() for word in _CAPITAL.finditer(data, start, end)]
    words = read(data, large[-1], 1) if large else []
    return words if words and not _LONGER.match(data, words[0][1]) else []


def _doing(data: bytes, start: int, end: int) -> Iterator[Found]:
    """The first large word behind where a clause begins that is somebody's; and to whom they owe."""
    for large in _CAPITAL.finditer(data, start, end):
        words = read(data, large.start(), 1)
        if not words or large[0] in _CUE:
            continue
        if not _is_somebody(words[0][2]) or _LONGER.match(data, words[0][1]):
            if large[0] in _IMPERATIVES:
                continue
            return
        yield as_found(words, 0.65, "name-told")
        owed = _OWED.match(data, words[0][1])
        other = read(data, owed.start(1), 1) if owed else []
        if other and _is_somebody(other[0][2]):
            yield as_found(other, 0.65, "name-told")
        return


def _on_duty(data: bytes) -> Iterator[Found]:
    """`Mo Marco, Di Jens, …`: of two days and more, since a day with a large word is often a dish or a town."""
    named = [word for start, end in _ON_DAY_PATTERN.spans(data) for word in _last(data, start, end)]
    named = [word for word in named if _is_somebody(word[2])]
    if len(named) >= _FEWEST_DAYS and any(word[2] not in THINGS_SO_CALLED for word in named):  # `Mo Carmen, Di Aida`
        for word in named:
            yield as_found([word], 0.65, "name-told")


def _seated(data: bytes) -> Iterator[Found]:
    """All that a list of one table holds, if two and more of them are given names."""
    for start, end in _SEATED_PATTERN.spans(data):
        words = [read(data, word.start(), 1) for word in _CAPITAL.finditer(data, start, end)]
        named = [word for word in words if word and is_given_alone(word[0][2])]
        if len(named) >= _FEWEST_DAYS and not is_famous([word[0][2] for word in named]):
            for word in named:
                yield as_found(word, 0.65, "name-told")


def _spaced(data: bytes, start: int, end: int) -> Iterator[Found]:
    name = _SPACED_NAME.search(data, start, end)
    if name is None:
        return
    given, surname = (lowered(part.replace(b" ", b"")) for part in name.groups())
    if (is_given(given) or is_surname(surname)) and not is_famous([given, surname]):
        yield Found(name.start(), name.end(), "person", f"{given} {surname}", 0.7, "name-told")


def _is_somebody(word: str) -> bool:
    return word not in _ASSISTANTS and (is_given_alone(word) or is_surname_alone(word))


def _asks_of_the_world(data: bytes) -> bool:
    """`According to Popper, what is …?`"""
    return any(lowered(data[start:end].lstrip(b".!?:\n ")) in ASKED_FOR for start, end in _SENTENCE_PATTERN.spans(data))


RULES = (
    Rule(
        "name-told",
        ("person",),
        (_SPACED, _ON_DAY, _SEATED, _PAIR, _DOUBTS, _BY_SURNAME, _ASKED, _IN_PASSING, _THANKED, _WITH),
        _find,
    ),
)

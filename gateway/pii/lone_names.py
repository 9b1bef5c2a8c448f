"""Which words alone, that only the name model takes for names, are somebody's.

A model that sees one word of a question cannot tell `Gretchen` of a play from a Gretchen of the office. In a short text
that asks for something, where nobody else is found, its word counts if its neighbours tell of a person: `ask Xhavit`,
`Xhavit is off`. In any other text, in a list, in a table and behind a greeting it counts by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gateway.pii.detectors.names_alone import OF_NOBODY
from gateway.pii.detectors.words import ASKED_FOR, word_set
from gateway.pii.view import Found

LONE = "name-model-alone"
"""The rule of a `Found` of one word; `name-model` is that of several."""

_LONGEST_QUESTION = 320
_STARTS = re.compile(r"(?:^|[.!:;?\n] ?|\b(?:bitte|please|merci de|per favore) )([A-Za-zÀ-ÿª]+)", re.IGNORECASE)
_BEFORE = re.compile(r"([A-Za-zÀ-ÿª']+[,:.!]?) ?$")
# `Gospel of Matthew`, `il segno di Murphy`, `a Karen`, `« Camille »`: called after somebody, or a word for many.
_CALLED_AFTER = re.compile(
    r"(?i)(?:gospel|theorem|laws?|sign|method|formula|battle|syndrome|disease|evangelium|satz(?:es)?|zeichens?"
    r"|gesetz(?:es)?|formel|methode|schlacht|syndroms?|kriterium|évangile|théorème|lois?|signe|formule|méthode|bataille"
    r"|maladie|critère|vangelo|teorema|legg[ei]|segno|punto|formula|metodo|battaglia|sindrome|morbo|criterio)"
    r" (?:of|von|nach|de|di|d') ?$|(?:^|[.,:;?!\n] ?|\band )an? $|[«\"„“](?:[A-Z][a-z]+)? ?$"
)
_BEHIND = re.compile(r"(, | )([A-Za-zÀ-ÿª]+)")
# Whoever has 12 marbles, goes or went in a task for a school is nobody.
_SCHOOL_TASK = re.compile(
    r"(?i)(?:problem(?:e|a)?|problème|textaufgabe|aufgabe|exercice|esercizio|konjug[a-z]+|conjug[a-z]+|coniug[a-z]+)\b"
)
_REACH = 24
# A line, a cell or a value of its own.
_BEGINS, _ENDS, _BLANKS = re.compile(r"(?:^|[\n\t|;\"])[ \-*0-9.)]*$"), re.compile(r" ?(?:$|[\r\n\t|;\"])"), "  "
# Whoever they stand before is met, asked, written to, or does something.
_TOLD_BEFORE = word_set(
    """
    mit von bei für an durch ohne gegen wegen frag frage fragst fragt sag sage sagst sagt schreib schreibe schick
    schicke gib ruf rufe bitte bitten erinnere informiere danke gratuliere antworte zeig zeige hilf lad lade dass
    weil ob wenn falls wann hat hatte ist war kann könnte soll sollte muss wird würde will möchte kommt lieber
    liebe hallo danke gruss lg hoi du wir ich dir kollege kollegin chef chefin freund freundin bruder schwester
    with to by from for of at about ask asks asked tell tells told ping remind email mail message call thank invite
    promote hire fire dismiss praise warn pay replace inform help give send show that because if whether when is
    was has had will can could should would did does my thanks dear hi hello hey colleague boss friend brother
    sister à avec chez par de pour contre sans que si quand demande demander dis dire écris envoie préviens appelle
    rappelle promouvoir licencier engager payer remplacer avertir remercie invite aide a est peut doit veut cher
    chère merci salut bonjour collègue ami amie frère soeur con da di per contro senza che se chiedi chiama avvisa
    ringrazia invita aiuta informa ha è può deve vuole caro cara promuovere licenziare assumere pagare sostituire
    avvertire ciao grazie collega amico amica fratello sorella
    mann frau sohn tochter vater mutter patient patientin mitarbeiter mitarbeiterin mein meine unser unsere wohnt
    verdient ersetzt vertritt darf husband wife son daughter father mother patient employee our lives covers replaces
    mari femme fils fille père mère employé employée patiente mon ma notre habite remplace gagne marito moglie figlio
    figlia padre madre paziente dipendente nostro nostra abita sostituisce guadagna
    """
)
# Whoever they stand behind does something, or has it done.
_TOLD_BEHIND = word_set(
    """
    hat hatte haben ist war sind waren kommt kam geht ging sagt sagte meint meinte möchte will soll kann könnte
    muss wird wurde braucht fehlt übernimmt arbeitet ruft rief schreibt schrieb schickt bleibt fragt fragte weiss
    wohnt bekommt bitte fragen sagen anrufen informieren erinnern einladen einen eine ein dass ob is was are were
    has had will would can could should must says said wants wanted needs needed wrote sent called joined left
    works worked went came thinks did does that about if whether est était a avait sera va vient veut peut doit dit
    demande pense travaille habite revient arrive remplace n ne m nous que è era ha aveva sarà va viene vuole può
    deve dice chiede pensa lavora abita torna arriva sostituisce risponde non mi ci che
    """
)


# What begins a clause, or is joined to what does: `Haile and Tadesse swap …`.
_CLAUSE = re.compile(r"(?:^|[.!?:\n][ \n]?)(?:[A-ZÀ-Þ][A-Za-zÀ-ÿª'\-]+ (?:und|and|et|e|ed|&) )?$")
_NO_VERBS = word_set(
    """
    und oder aber im in am an auf aus bei mit nach von vor zu zum zur für als wie and or but on at by for from of
    to with as in the a et ou mais à au aux en dans de du des par pour sur le la les un une comme e ed o ma a di da
    del della con per su il lo gli un una come ipsum
    """
)
# `Xhavit, can you …`
_CALLED_TO = word_set(
    """
    kannst könntest hast bist bitte danke ruf kommst can could please did do are will have thanks peux pourrais
    merci appelle as puoi potresti hai grazie chiama
    """
)


def somebodys(data: bytes, named: Sequence[Found], others: Iterable[Found]) -> Sequence[Found]:
    """Those that the model `named` in a folded text, without what is nobody's; `others` is what was found there."""
    if all(one.rule != LONE for one in named) or not _asks(data):
        return named
    if any(one.rule != LONE for one in named) or any(one.type not in OF_NOBODY for one in others):
        return named
    text = data.decode("latin-1")
    if _SCHOOL_TASK.match(text):
        return ()
    return named if any(_is_told(text, one.start, one.end) for one in named) else ()


def _asks(data: bytes) -> bool:
    """Whether a text is as short as a question, and asks."""
    if len(data) > _LONGEST_QUESTION:
        return False
    if b"?" in data:
        return True
    return any(start[1].lower() in ASKED_FOR for start in _STARTS.finditer(data.decode("latin-1")))


def _is_told(text: str, start: int, end: int) -> bool:
    """Whether what stands beside a word tells of a person, or it stands by itself: a line, a cell, a value."""
    before = _BEFORE.search(text, max(0, start - _REACH), start)
    behind = _BEHIND.match(text, end, end + _REACH)
    led = before[1].lower().rstrip(",:.!") if before else ""
    if _CALLED_AFTER.search(text, max(0, start - _REACH), start):
        return False
    if led in _TOLD_BEFORE or _BLANKS in (text[max(0, start - 2) : start], text[end : end + 2]):
        return True
    if _BEGINS.search(text, max(0, start - _REACH), start) and _ENDS.match(text, end):
        return True
    if behind is None:
        return False
    following = behind[2].lower()
    if behind[1] != " ":
        return following in _CALLED_TO
    acts = behind[2].islower() and following not in _NO_VERBS and _CLAUSE.search(text, max(0, start - _REACH), start)
    return bool(acts) or following in _TOLD_BEHIND

"""Persons, figures and firms known to all the world: their names are nobody's customer.

Whoever bears the same name by chance is hidden by other rules, or not at all: the price of leaving the world's names
alone. Who they are stands in `listed_figures` and `listed_figures_nearby`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from gateway.pii.detectors.listed_figures import OF_COUNTRIES, OF_THE_WORLD
from gateway.pii.detectors.listed_figures_nearby import NEARBY
from gateway.pii.detectors.words import ASKED_FOR, PARTICLES, RULERS, word_set
from gateway.pii.folding import fold, holds_any
from gateway.pii.linear import compiled
from gateway.pii.view import View

# Names that are known to all the world name nobody's customer: by themselves, where nobody else bears them.
FAMOUS = word_set(
    """
    einstein shakespeare goethe mozart beethoven galilei napoleon bonaparte churchill gandhi mandela obama trump biden
    macron putin zelensky hitler stalin lenin nietzsche plato aristotle socrates sokrates platon aristoteles cicero
    caesar cleopatra picasso monet michelangelo raffael rembrandt lovelace knuth torvalds stallman dijkstra feynman
    hawking riemann gödel schrödinger heisenberg zuckerberg orwell tolkien rowling hemingway kafka dürrenmatt voltaire
    molière sartre proust messi ronaldo maradona pelé beckham presley beyoncé vivaldi machiavelli mussolini
    berlusconi columbus magellan gamgee baggins skywalker zwingli pestalozzi giacometti corbusier bovary quasimodo
    valjean pinocchio geppetto tolstoi tolstoy dostojewski dostoevsky tschechow chekhov puschkin pushkin nabokov
    cervantes hitchcock kubrick spielberg tarantino warhol dalí gogh vermeer kandinsky haydn chopin debussy tschaikowsky
    pythagoras archimedes euclid euklid kepler galileo kopernikus copernicus descartes leibniz spinoza balzac flaubert
    stendhal rimbaud baudelaire petrarca boccaccio ariosto ungaretti pirandello montesquieu voldemort dumbledore gandalf
    zarathustra jesus buddha zola borromini bernini palladio
    macbeth othello desdemona mercutio tybalt hagrid chewbacca frodo sauron gollum aragorn legolas
    daenerys katniss pikachu samichlaus schmutzli rumpelstilzchen rapunzel astérix obélix idéfix panoramix tintin
    derrida wittgenstein schopenhauer kierkegaard confucius konfuzius mbappé neymar gorbachev gorbatschow
    """
)
FAMOUS_NAMES = frozenset(
    fold(name.strip()).decode("latin-1")
    for names in (OF_THE_WORLD, OF_COUNTRIES, NEARBY)
    for name in " ".join(names.split()).split("|")
)


def is_famous(words: Sequence[str]) -> bool:
    """Whether a row of small words holds a name that is known to all the world."""
    if not FAMOUS.isdisjoint(words):
        return True
    for word in words:
        if word[-1:] == "s" and word[:-1] in FAMOUS:
            return True  # `Albert Einsteins Wunderjahr`
    if len(words) > 2 and any(len(word.rstrip(".")) == 1 for word in words[1:-1]):  # `John F. Kennedy`
        words = [word for word in words if len(word.rstrip(".")) > 1]
    if len(words) > 2:
        words = [word for word in words if word not in PARTICLES]  # `Fabrizio De André`
    for at in range(len(words) - 1):
        if f"{words[at]} {words[at + 1]}" in FAMOUS_NAMES or " ".join(words[at : at + 3]) in FAMOUS_NAMES:
            return True
    return False


_REST = re.compile(rb"(?:(?: |'|d')+[A-Za-z\xc0-\xff\-]+){1,3}")


def leads_to_a_figure(data: bytes, start: int, end: int) -> bool:
    """Whether the word there begins a name known to all the world: `Lucio Dalla`, `Catherine de Médicis`."""
    rest = _REST.match(data, end, end + 48)
    return rest is not None and is_famous(
        [*data[start : rest.end()].decode("latin-1").lower().replace("'", " ").split()]
    )


# As nobody tells of them.
_TELLS_WHERE = re.compile(
    rb"(?i)[0-9@]|wohnhaft|demeurant|domicili|resid|lives|patient|berweis|versicher|mitarbeit|angestellt|employee"
    rb"|salari|dipendent|assicurat|assur\xe9|insured|tenant|mieter|locataire|inquilin|antrag|applicant|soussign|sottoscritt"
)
_RULED = re.compile("[IVX]{2,5}")
_WORD = re.compile(rb"[A-Za-z\xc0-\xff][A-Za-z\xc0-\xff'\-]*")


def is_of_the_world(passage: bytes) -> bool:
    """Whether a passage speaks of somebody whom all the world knows, or who ruled or was revered: `Queen Elizabeth`."""
    words = [word.decode("latin-1") for word in _WORD.findall(passage)]
    small = [word.lower() for word in words if word.lower() not in PARTICLES]
    known = any(" ".join(pair) in FAMOUS_NAMES for pair in pairwise(small)) or any(
        (first.lower() in RULERS and second[:1].isupper()) or (first[:1].isupper() and _RULED.fullmatch(second))
        for first, second in pairwise(words)
    )
    return known and _TELLS_WHERE.search(passage) is None  # which takes longer, and is seldom asked


_CAPITALS = rb"[A-Z\xc0-\xde][\w\xc0-\xff'\-]+(?: [A-Z\xc0-\xde][\w\xc0-\xff'\-]+){1,2}"
_TRADES = (
    rb"(?i:painters?|actors?|actress(?:es)?|composers?|poets?|movies?|films?|filme[ns]?|maler(?:innen|in)?"
    rb"|schauspieler(?:innen|in)?|komponist(?:innen|in|en)?|dichter(?:innen|in)?|schriftsteller(?:innen|in)?|po\xe8tes?"
    rb"|peintres?|compositeurs?|acteurs?|actrices?|pittor[ei]|compositor[ei]|attor[ei]|attrici|poet[ai])"
)
"""Learned in questions about them; else a painter comes to the office, and a film is one of the training's."""
# What athletes and artists are asked about, and no employee.
_PRIZES = (
    rb"(?i:grand[ \-]slams?|medals?|medaillen|m\xe9dailles|medaglie|goals|tore|buts|gol|oscars?|grammys?|wimbledons?"
    rb"|weltcup(?:siege|rennen)|tours? de france|ballons? d'or|palloni d'oro|world cups?|titel|titles?"
    rb"|titres?|titoli|(?:siege|wins|victoires|vittorie) (?:\xe0|hat|did|a|ha|has))\b"
)
_CONTESTS = (
    rb"(?:(?i:gesamtweltcup|weltcup|olympi[a-z]+|giochi olimpici|jeux olympiques|wimbledon|roland[ \-]garros|us open"
    rb"|australian open|tour de france|giro d'italia|champions league|formel 1|formula (?:1|one)|formule 1|motogp"
    rb"|oscars?|grammys?|nobelpreis|nobel prize|prix nobel|premio nobel|ballon d'or|super bowl|vuelta|world cup"
    rb"|coupe du monde|coppa del mondo|weltmeisterschaft|sanremo|eurovision|lauberhorn(?:rennen)?|schwingfest)\b)"
)
# Who is asked about in a year so long ago is no customer; whose house was built then may be.
_LONG_AGO = (
    rb"(?:(?:geschah|happened|arriv\xe9|pass\xe9|successe|accadde) (?:in |en |nel )?"
    rb"|(?:wer war|who was|qui \xe9tait|chi era|spielte|played|joua|ebbe) [^.!?\n]{0,60}"
    rb"(?:in|en|im jahre?|nel|anno) )1[0-8][0-9]{2}"
)
_LEARNED = compiled(
    rb"\b(?:(?i:novels?|novelist|playwright|philosoph[a-z]*|symphon[a-z]+|sonatas?|starring|protagonist|cocktails?"
    rb"|renaissance|baroque|impressionis[a-z]+|nobel [a-z]+"
    rb"|in the style of|who (?:wrote|painted|composed|invented|discovered|directed|played|plays|sang|won)"
    rb"|im stil (?:von|des|der)|wer (?:schrieb|malte|komponierte|erfand|entdeckte|spielt|spielte|vertrat (?:die|das))"
    rb"|\xe0 la mani\xe8re d|qui a (?:\xe9crit|peint|compos\xe9|invent\xe9|d\xe9couvert|r\xe9alis\xe9|jou\xe9)"
    rb"|nello stile d|chi (?:ha|fu|era|scrisse) ?(?:scritto|dipinto|composto|inventato|scoperto|diretto)"
    rb"|\xe9crivains?|symphonie|contrat social|romanz[oi]|scrittori|filosof[oi]|sinfonia|santi|patron[oi]"
    rb"|th\xe9or(?:ie|\xe8me)|theorem[a-z]*|romans d|sinfonien?"
    rb"|" + _LONG_AGO + rb"|grand[ \-]slam|nel canto [ivx]+"
    rb"|(?:war|wurde|was|became|\xe9tait|fut|devint|era|fu|divenne) [^.!?\n]{0,60}"
    rb"\b(?:weltmeister(?:in)?|champion(?:ne)? du monde|campione(?:ssa)? del mondo|world champion)"
    rb"|gospels? (?:of|according)|[a-z]*-?evangelium (?:nach|des|von)|\xe9vangile (?:de|selon)|vangelo (?:di|secondo)"
    rb"|rekorde? h\xe4lt|records? d\xe9tient|record detiene)"
    # A work by its title; and whoever wins what no employee wins.
    rb"|(?i:what does|was (?:bedeutet|hei(?:ss|\xdf)t)|que (?:veut dire|signifie)|cosa (?:significa|vuol dire)"
    rb"|explain|erkl\xe4re?|explique|spiega) [\"'\xab] ?[A-Za-z\xc0-\xff]+"
    rb"|(?:[Ww]hich|[Ww]elche|[Qq]uel(?:le)?s|[Qq]uali) (?i:operas?|opern|op\xe9ras?|opere|musicals?)\b"
    rb"|(?i:roles? did|rollen? spielt|r\xf4les? a (?:jou|interpr)|ruol[io] ha interpretato)\b"
    rb"|(?i:(?:characters|figuren|personnages|personaggi|protagonisten) (?:of|in|from|aus|von|de|du|di|del)) "
    rb"[\"\xab]? ?[A-Z][A-Za-z\xc0-\xff]*"
    rb"|(?i:worum geht es (?:in|bei)|wovon handelt|de quoi parle(?:nt)?|di (?:che )?cosa parla(?:no)?|what (?:is|are))"
    rb" ?[\"'\xab][^\"'\xab\xbb\n]{2,60}[\"'\xbb],? (?i:von|de|di|by) [A-Z\xc0-\xde][A-Za-z\xc0-\xff]*"
    rb"|(?i:la pens\xe9e d[eu]?|il pensiero d[ei]l?|das denken (?:von|des)|the thought of)"
    rb"|(?i:how many|wie ?viele|combien d[e']|quant[ei]) ?(?i:[a-z\xdf-\xff'\-]+ ){0,3}"
    + _PRIZES
    + rb"|"
    + _CONTESTS
    + rb"[^.!\n]{0,40}\b(?i:gewonnen|gewann|gewinnt|won|win|gagn\xe9|remport\xe9|vinto|vinse)"
    rb"|(?i:gewonnen|gewann|won|win|gagn\xe9|remport\xe9|vinto|vinse)\b[^.!\n]{0,40}\b"
    + _CONTESTS
    + rb"|(?i:temp\xeates|ouragans|st\xfcrme|orkane|storms|hurricanes|tempeste) [A-Z]\w+ (?:et|und|and|e) [A-Z]\w+"
    rb"|Romane?n? von|Jahrhundert|si\xe8cle|secolo|century"
    rb"|(?i:which|what|welche[mnrs]?|quel(?:le)?s?|qual[ei]|name|nenne|cite|famous|ber\xfchmte[nrs]?|best(?:en)?"
    rb"|meilleurs?|migliori|two|three|five|ten|zwei|drei|f\xfcnf|zehn|deux|trois|cinq|dix|due|tre|cinque|dieci)"
    rb" (?:[a-z\xdf-\xff]{3,16} )?" + _TRADES + rb"|" + _TRADES + rb" [\"'\xab]|(?:im|des|dem|im Stil des) Films)\b"
    rb"|[Ww]hich records does [A-Z][^?\n]{1,40} hold ?\?"
)
# Of these a question about the world does not speak, and one about colleagues does.
_AT_WORK = compiled(
    rb"\b(?i:reports?|minutes|e-?mails?|tickets?|comments?|offers?|contracts?|letters?|invoices?|meetings?|office|team"
    rb"|colleagues?|customers?|clients?|bugs?|deals?|shifts?|workshops?|trainings?|protokolle?|berichte?|kommentare?"
    rb"|offerten?|vertr\xe4ge?|vertrag|briefe?|rechnung(?:en)?|sitzung(?:en)?|b\xfcro|kolleg(?:e|en|in|innen)"
    rb"|kund(?:e|en|in|innen)|fehler|schicht(?:en)?|schulung(?:en)?|abteilung|rapports?|proc\xe8s-verbal|lettres?"
    rb"|contrats?|offres?|devis|factures?|s\xe9ances?|r\xe9unions?|bureau|coll\xe8gues?|projets?|verbal[ei]|rapport[oi]"
    rb"|relazion[ei]|letter[ae]|contratt[oi]|offert[ae]|fattur[ae]|riunion[ei]|ufficio|collegh?[aei]|client[ei]|turn[oi]"
    rb"|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|montags?|dienstags?|mittwochs?|donnerstags?|freitags?|lundi"
    rb"|mardi|mercredi|jeudi|vendredi|luned\xec|marted\xec|mercoled\xec|gioved\xec|venerd\xec|tomorrow|yesterday|today"
    rb"|verkauf|vertrieb|einkauf|sales|ventes|vendite|marketing|payroll|hr|invited?|hired?|eingeladen|einladen|beauftragt"
    rb"|invit\xe9e?|inviter|invitat[oa]|invitare|reception|empfang|r\xe9ception|portineria|personal|chef(?:in)?|boss|manager|vorgesetzte[rn]?|abteilung"
    rb"|morgen|gestern|heute|demain|hier|aujourd'hui|domani|ieri|oggi)(?:[^A-Za-z\xc0-\xff]|$)"
)
_REACHED = re.compile(rb"@|[0-9][0-9 ./\-]{6,}[0-9]")
# `Who wrote the quote, Luke Mayer or Jonas Free?`: asked among colleagues.
_WHO_OF_THEM = re.compile(rb", " + _CAPITALS + rb"(?: (?:or|oder|ou|o) " + _CAPITALS + rb")? ?\?")
_LONGEST_QUESTION = 320
_SENTENCE = re.compile(rb"(?:^|[.!:\n] ?|, |\b(?:[Bb]itte|[Pp]lease) )([A-Za-z\xc0-\xff]+)")


_MONTHS = (
    rb"(?:jan|feb|mar|m\xe4r|apr|ma[iy]|mag|jun|juin|giu|jul|juil|lug|aug|ao\xfb|ago|sep|set|okt|oct|ott|nov|dec|dez|d\xe9c|dic)"
    rb"[a-z\xe0-\xff]{0,8}"
)
# A date at which nobody of today lived, and no amount: `in 1687 he`, `le 15 ao\xfbt 1769`, `(1759-1805)`.
_GOES_ON_TELLING = (
    rb"and|he|she|they|the|his|her|by|at|to|with|when|while|after|as|was|it|under|from|et|il|elle|\xe0|par|puis|dans|o\xf9|e"
    rb"|in|im|en|on|of|est|devint|a|con|da|fu|si|lo|la|le|les|une?|una|der|die|das|und|wurde|kam|zum|zur|nach|als|er|sie"
)
_ANOTHER_AGE = compiled(
    rb"(?i)\b(?:in|en|nel|im jahre?) 1[0-8][0-9]{2}(?:[.;:)\n]|, |$| (?:" + _GOES_ON_TELLING + rb") )"
    rb"|\b(?:(?i:[0-3]?[0-9](?:st|nd|rd|th|er)?\.? "
    + _MONTHS
    + rb"|"
    + _MONTHS
    + rb"\.? [0-3]?[0-9](?:st|nd|rd|th)?,?)) 1[0-8][0-9]{2}(?:[.;:)\n]|, |$| [a-z\xdf-\xff])"
    rb"|\([^()\n]{0,24}1[0-8][0-9]{2}[^()\n0-9]{0,4}[\-\x7f\x96][^()\n]{0,32}1[0-9]{3}\)"
)
_YEAR_LONG_AGO = re.compile(rb"(?<![0-9.,'])1[0-8][0-9]{2}(?![0-9'%]|[.,][0-9])")
_OF_TODAY = compiled(
    rb"\b(?:19[3-9][0-9]|20[0-9]{2})\b|@|(?:[0-9][ ./\-]{0,3}){9}"
    rb"|\b(?:(?i:ich|je|my|our|meine?[mnrs]?|unsere?[mnrs]?|mon|ma|mes|notre|nos|mi[oae]|miei|nostr[oaie]|herrn?|frau|mrs?|ms"
    rb"|madame|mme|monsieur|signora?|sig|grundbuch|dienstbarkeit|parzelle|servitude|parcelle|servit\xf9|deed|easement"
    rb"|send|forward|share|e?mail|schicke?|sende|leite|envoie[rz]?|transmet[a-z]*|inviare?|manda(?:re)?|inoltra(?:re)?"
    rb"|[a-z]*vertrags?|contracts?|contrats?|contratt[oi]|eigent\xfcmer(?:in)?|owners?|propri\xe9taires?|proprietari[oa]?"
    rb"|customers?|clients?|kund(?:e|en|in)|client[ei]|employees?|mitarbeit[a-z]*|colleagues?|kolleg[a-z]+|coll\xe8gues?"
    rb"|collega|collegh[ei]|patient[a-z]*|pazient[ei]|tenants?|mieter(?:in)?|locataires?|inquilin[aoi]|team|meeting"
    rb"|lives|lebt|wohnt|vit|habite|vive|abita|versicher[a-z]*|insur[a-z]*|assur[a-z\xe9]*|assicur[a-z]*|dear|hello|hi"
    rb"|liebe[rs]?|hallo|hoi|cher|ch\xe8re|salut|bonjour|ciao|car[oa]|gentile|buongiorno|regards|gr(?:\xfc|u)(?:ss|\xdf)e?"
    rb"|cordialement|saluti|bitte|please|svp|thanks?|danke|merci|grazie|fwd?"
    rb"|today|yesterday|tomorrow|tonight|currently|(?:last|this|next) (?:week|month|year)|heute|gestern|derzeit|aktuell"
    rb"|aujourd'hui|demain|actuellement|oggi|ieri|domani|attualmente|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    rb"|(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?|(?:lun|mar|mercre|jeu|vendre|same)di"
    rb"|(?:lune|marte|mercole|giove|vener)d\xec"
    rb"|has|hat|owes|asks|wants|needs|says|runs|works|arbeitet|beantragt|schuldet|ask|call|appele[rz]|chiam(?:a|are|ate)"
    rb"|ruf(?:en|e)?|f\xfchrt|(?:written|compiled|translated|edited|reviewed|checked|prepared|photo|report) by"
    rb"|(?:verfasst|geschrieben|\xfcbersetzt|gepr\xfcft|erstellt) (?:von|durch)"
    rb"|(?:r\xe9dig\xe9|relu|traduit|v\xe9rifi\xe9) par"
    rb"|(?:scritto|redatto|tradotto|verificato|compilato) da|r\xfcckfragen|questions? to"
    rb"|archivist(?:e|a|in)?|archivar(?:in)?"
    rb"|applicants?|bewerber(?:in)?|sch\xfcler(?:in)?|\xe9l\xe8ves?|alunn[oa]|students? [A-Z]"
    rb"|aufsatz|essay|homework|dissertation"
    rb"|krebs|diabetes|sozialhilfe|krankgeschrieben|arr\xeat maladie|in malattia|gek\xfcndigt"
    rb"|fired|sued|invoices?|rechnung"
    rb"|factures?|fattur[ae]|chf|eur|usd|cash|accountants?|buyers?|k\xe4ufer(?:in)?|besitzer(?:in)?)|I)\b"
    # `Author: Anna Keller`, `The heir is Anna Keller`, and a signature
    rb"|(?:^|[.\n] ?)[A-Z][A-Za-z\xc0-\xff]{2,16} ?: [A-Z]|\b(?:is|ist|est|\xe8) [A-Z][A-Za-z\xe0-\xff\-]+ [A-Z]"
    rb"|\n[^\n.!?]{2,48}\s*$"
)
# Whose life is told; a house that was built then is somebody's today.
_LIVED = compiled(
    rb"(?i)\b(?:born|baptised|baptized|died|killed|assassinated|reigned|n\xe9e|na\xeet|naquit|morte?|meurt|mourut|r\xe8gne"
    rb"|nat[oa]|nacque|nasce|muore|geboren|zur welt|getauft|starb|gestorben|regierte)\b"
    rb"|(?i)\b(?:n\xe9|mor\xec|regn\xf2)[ ,.]"
    rb"|\([^()\n]{0,24}1[0-8][0-9]{2}[^()\n0-9]{0,4}[\-\x7f\x96][^()\n]{0,32}1[0-9]{3}\)"
)
_OF_AN_AGE = 2
_LONGEST_PASSAGE = 4096


def tells_of_another_age(data: bytes) -> bool:
    """Whether a passage tells a life and all that it dates is long past: whom it names is nobody's customer."""
    if len(data) > _LONGEST_PASSAGE or not holds_any(data, (b" 1", b"(1")):
        return False
    if not _ANOTHER_AGE.occurs(data) or not _LIVED.occurs(data) or _OF_TODAY.occurs(data):
        return False
    return len(set(_YEAR_LONG_AGO.findall(data))) >= _OF_AN_AGE


def is_learned(data: bytes) -> bool:
    """Whether a text is a passage of history, or asks in short about books, films, painters or thinkers.

    Neither tells of work, nor what reaches anybody. Nobody can list all whom it is about; whose names stand there are
    the world's.
    """
    return tells_of_another_age(data) or _asks_of_the_world(data)


def is_past(view: View) -> bool:
    """`tells_of_another_age` of a whole text: several rules ask it, and it is answered once."""
    known: bool | None = view.__dict__.get("is_past")
    if known is None:
        known = view.__dict__["is_past"] = tells_of_another_age(view.data)
    return known


def is_of_learning(view: View) -> bool:
    """`is_learned` of a whole text, answered once as well."""
    known: bool | None = view.__dict__.get("is_of_learning")
    if known is None:
        known = view.__dict__["is_of_learning"] = is_past(view) or _asks_of_the_world(view.data)
    return known


def _asks_of_the_world(data: bytes) -> bool:
    return len(data) <= _LONGEST_QUESTION and _LEARNED.occurs(data) and asks_of_no_work(data)


def asks_of_no_work(data: bytes) -> bool:
    """Whether a text is a short question, or asks for something, and tells of no work and of nobody's number."""
    if len(data) > _LONGEST_QUESTION:
        return False
    if _REACHED.search(data) or _AT_WORK.occurs(data) or _WHO_OF_THEM.search(data):
        return False
    return b"?" in data or any(first[1].decode("latin-1").lower() in ASKED_FOR for first in _SENTENCE.finditer(data))


# Behind a title they are of a book, a film, a shop or a proverb.
TITLED = word_set(
    """
    pepper clean bean robot bovary holle ober darcy hyde jekyll spock doolittle strange zhivago schiwago mabuse faustus
    butterfly tussauds tussaud doubtfire potato muscle peanut kipling whippy magoo dalloway tiggywinkle poppins marple
    columbo incredible wonderful chips deeds miyagi freeze house who seuss dre oetker hauschka perfect right mond sonne
    tod chauchat pompadour récamier sans-gêne hulot tartuffe seguin propre fantozzi frankenstein doe biedermann
    jedermann bonaparte corbeau renard pathelin tell figaro freud bombast watson moriarty
    """
)

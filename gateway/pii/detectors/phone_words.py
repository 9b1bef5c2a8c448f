"""What is said before and behind the number of a telephone, and before numbers of other things."""

from __future__ import annotations

import re
from itertools import pairwise

from gateway.pii.detectors.name_reading import is_given, is_surname, lowered
from gateway.pii.linear import mention

CALL = mention(
    rb"(?:\btel|\bph ?#|wa\.me/|\bdirect ?:"
    rb"|telef|t\xe9l|phone|\bfone?\b|handy|(?:^|[^mo])mobil|(?:^|[^o])natel|\bcell|\bcall|\bring\b|\bfax(?:[^o]|ons|$)|telefax"
    rb"|whats ?app|(?:^|[\n|,;(] ?)wa:? ?(?:$|[+0-9(])|\bsignal\b|\bsms\b|trovat|trovarmi|raggiung"
    rb"|\bnum\b|joign|my number|new number|(?:^|[^l] |[^ l]|[^ae]l |[^i]al |[^r]ial |[^d]el )number is"
    rb"|number on file|te?xt (?:me|us|him|her)|\b(?:his|her|their)(?: \w{2,8})? number\b|_sms\b"
    rb"|appel|num\xe9ro|portable"
    rb"|joindre|joignable|reperibil|rispond[eo](?:no)? al\b|chiam|numero|rufnummer|anruf|erreich|durchwahl|hotline"
    rb"|contact|kontakt|contatt|reach|dial(?:$|[^eoy]|e[drs]|out)"
    rb"|\brufen sie|\bruf mich|\brufe\b|\bnummer (?:von|ist|lautet)|notfall|emergency|urgence|emergenz|desk"
    rb"|gsm|cellulare|utenz"
    rb"|recapito|rappel|r\xfcckruf|(?:^|[^a-z0-9\xdf-\xff])[mtpfo] ?:|(?:\n|\| ?)[mtpfo]\.? \(?$"
    rb"|(?: [.\x7f]|[0-9] /) [mtpfo]\.? \(?(?:$|[+0-9(])"
    rb"|direct (?:line|dial)|centralin|switchboard|linea diretta|ligne directe|direktwahl"
    rb"|\((?:cabinet|praxis|kanzlei|studio|bureau|b\xfcro|ufficio|office|domicile|privat|priv\xe9|home|casa):? )"
)
# `9472 7916 fax`, `819-739-8770 (office)`.
CALLED_SO = re.compile(
    rb"(?i)[ ]{1,2}[(\-]?(?:tel|fax|mobile?|mobil|cell|office|home|work|handy|natel|privat|portable|bureau|cellulare"
    rb"|ufficio|casa)\b"
    rb"|[ ](?:is|was) (?:disconnected|busy|unreachable|not in service|the wrong number|out of service)"
)
# Behind a word that counts: its own end, or what makes one word of both. `auftrags-nr`, no `auftraggeber`; `vat`, no
# `vater`.
_COUNTING = (
    rb"(?:e?s|en?)?(?:\b|[_0-9]|n(?:r|o\b|um(?:ber|mer)?|[0-9])|id[a-z]{0,3}\b|ident|zeichen|code|betrag|best\xe4t|kopf|pos"
    rb"|dat|ref|eingang|wert|stand)"
)
_NUMBER = rb"n(?:r|o\b|um(?:ber|mer)?|[\xb0\xba])"
NO_CALL = mention(
    rb"(?:\b(?:(?:order(?:ed)?|auftrag|bestell(?:ung(?:en)?|t)?|commande|fattur[ae]|ticket|contract|vertrag|policy|policies"
    rb"|dossier|akten?|montante?|total[ei]?|chf|euro?|usd|gbp|steuer|ahv|avs|iban|konto|nhs|ssn|vat|ust|siren|siret|hash"
    rb"|commit(?:ted)?|epoch|px|zip|patent|doi|bug|issue|builds?)" + _COUNTING + rb"|ordin[ei]\b|invoice"
    rb"|rechnung(?:[^s]|s?$|s(?:[ _\-]|nr|num|bet|beleg|kop|lauf|pos|ref))|facture"
    rb"|zeichnung(?:en)?(?:s?-?n(?:r|um)|[ :#]*(?:$|[0-9]))"
    rb"|drawing n(?:r|o\b|um)"
    rb"|isbn|issn|ean\b|gtin|sku|[ps]/n[ :#.]*(?:$|[(0-9][0-9 ./()\-]{7})"
    rb"|artikel|article|articolo|(?:model|mod\xe8l)(?:l|lo|e)? ?(?:n(?:r|o?\.|\xb0|um)|#)"
    rb"|(?:ersatz|bau)?teile?-?n(?:r|umm)"
    rb"|version|serial|seriennummer|tracking|sendung|kunden-?(?:id\b|"
    + _NUMBER
    + rb")|(?:client|customer)s?(?: ?(?:id\b|#|code|"
    + _NUMBER
    + rb")|[ :#]*$)|ref(?:erence|erenz|\xe9rence)?(?:\b|-|n)|rev\b"
    rb"|(?:num\xe9ros?|n\xb0) (?:de |d.)?(?:client|suivi|colis|envoi)|numer[oi] di (?:spedizione|tracciamento)"
    rb"|num\xe9ros? d.article"
    rb"|numer[oi] (?:client|di ordine)|s[e\xe9]rie\b|inventa"
    rb"|(?:adh\xe9rente?s?|policen?)(?:[ \-]?" + _NUMBER + rb"|[ :#.]*(?:$|[0-9]))"
    rb"|id\b|ids\b|art\.|betrag|amount|import[oi]\b|port\b"
    rb"|account(?: ?(?:id|is|#|:|" + _NUMBER + rb")|s?[ :#]*$)|timestamp"
    rb"|postgres|(?:^|\n|[^t] |[^c]t )line \d*\n?$|plz|matricol"
    rb"|\bparts?(?: ?n(?:o\b|b?r\b|um|[\xb0\xba])|[ :#]*$)|pmid|chassis|lot\b)"
    rb"|(?:^|[^a-z ][ ]?|[^n][ ]|[^i]n[ ])(?:case|chargen?)"  # neither `in case` nor `in charge`
    + _COUNTING
    + rb")(?:s?[ \-]?(?:number|no\.?|nummer))?(?: (?:is|was|ist|war|lautet))?"  # `number is` belongs to what it counts
)
EXTENSION = (
    rb"[ ,;(]{0,3}(?:x|X|ext\.?|Ext\.?|extension|[Ii]nt(?:\.|ern[eo]?)|Durchwahl|[Pp]oste|DW)[ .:=]{0,2}[0-9]{1,6}"
)
# `Tel.0615818388`, `ph07533 …`: a word of calls that touches its number.
GLUED = re.compile(
    rb"(?i)(?<![a-z])(?:tel|ph|phone|fone?|fax|mobi?l?e?|handy|natel|cell(?:ulare)?|portable|t\xe9l)"
    rb"(?:\.?[ ]?nr)?[.#]?$|wa\.me/$"
)
# `044 123 45 67 / 079 123 45 67`, `06 12 34 56 78 06 98 76 54 32`
NEXT_OF_LIST = re.compile(
    rb"[ ]/[ ](?=\(?0[1-9])|[ ]?/[ ]?(?=\(?0[1-9](?:[ .\-()]{0,2}[0-9]){7})"
    rb"|[ ](?=0[1-9](?:[ ][0-9]{2}){4}(?![0-9]))"
)
# `T+41 44 …`, `044 123 45 67/079 …`
_INITIAL = re.compile(rb"(?<![A-Za-z0-9])[TFMPD]$")
_GROUPED_BEHIND = re.compile(rb"\+[1-9][0-9]{0,2}[ (.\-]")
_NUMBER_BEFORE = re.compile(rb"(?<![/0-9A-Za-z])(?:\+|\(?0)(?:[ .\-()/]{0,3}[0-9]){8,14}/$")
# `0044 7911 …`: dialled from abroad, whether or not that country has such a number yet
DIALLED = re.compile(rb"00(?:3[0-9]|4[0-9]|35[0-9]|42[0-9])[ (]")
# `Agent: Best number?`, and below it `Customer: 07980 …`: who answers says nothing of what.
_ANSWERS = re.compile(rb"\n[ \t>*]{0,4}[a-z\xdf-\xff .]{2,24}:[ ]{1,2}$")
_ADDRESS = re.compile(rb"[^ \n]*@[^ \n]*")
# `case manager 0161 …`, `service commandes 01 …`: they are called, whatever they count.
_OFFICES = re.compile(
    rb"\b[a-z]{2,12} (?:manager|officer|office|handler|worker|lead|leader|agent|clerk|owner|holder|department|team)s?\b"
    rb"|\bcharg\xe9e? de [a-z]+\b|\b(?:service|responsable|resp\.|bureau|ufficio|responsabile|servizio|addett[oai])"
    rb"(?: (?:des?|du|agli|degli|dei))? (?:commandes|factures|dossiers"
    rb"|ordini|fatture|contratti|contrats|sinistri|sinistres|polic[ey]s?)\b"
)
# `Referenz: Marlis Seifert, 079 …`: of whoever it is, and no longer the number of a reference. `("Jo Roy", "312…")`.
_NAME_LONGEST = 48
_BEHIND_NAME = re.compile(
    rb"[A-Z\xc0-\xde][a-z\xdf-\xff'\-]{1,20}[ ][A-Z\xc0-\xde][A-Za-z\xc0-\xff'\-]{1,20}"
    rb"(?:[ ]?[,;:(|][ ]?|[ ]-?[ ]?)\(?$"
)
_QUOTES = frozenset((b'"', b"'"))
_IN_A_ROW = re.compile(
    rb"[\"'][A-Z\xc0-\xde][a-z\xdf-\xff'\-]{1,20}[ ][A-Z\xc0-\xde][A-Za-z\xc0-\xff'\-]{1,20}[\"'],[ ]?[\"']$"
)
# `Iole (347-4583771)`, `il 3285818673 non è attivo`
_BEHIND_ONE = re.compile(rb"[A-Z\xc0-\xde][a-z\xdf-\xff'\-]{1,20}(?:[ ]\(|'s (?:at|on)[ ])$|(?:^|[ ])[IiAa]l[ ]$")
# `H: 415 870 5686 W: …`: at home, at work, in the car; `T 380 8307921 | F …`
_AT_HOME = re.compile(rb"(?<![A-Za-z0-9])(?:[HWC]:|[TFMP]\.?:?)[ ]?\(?$")
_IN_THREES = re.compile(rb"[2-9][0-9]{2}\)?[ ][2-9][0-9]{2}[ \-][0-9]{4}(?![0-9])")
# Italian mobiles, and numbers of North America
_MOBILE = re.compile(rb"(?:3[2-9][0-9][ .\-/]?[0-9]{6,7}|[2-9][0-9]{2}[2-9][0-9]{6})(?![0-9])")
_BEHIND_MAIL = re.compile(rb"@[A-Za-z0-9.\-]{4,60}>?[ ]{0,2}[|/\-.\x7f,;][ ]{1,2}\(?$")
_BEFORE_MAIL = re.compile(
    rb"(?:[ ]{0,2}[ |/,;]|[ ](?:[.\x7f]|or|and|oder|und|ou|et|o|e))[ ]?<?[A-Za-z0-9][A-Za-z0-9._%+\-]{1,40}@[A-Za-z0-9]"
)
_MAIL_LONGEST = 72
# `04 11 17 23 38 42`, as lots are drawn, each larger than the one before: a number in pairs has five of them.
_PAIRS, _PAIRS_OF_A_NUMBER = re.compile(rb"[0-9]{2}(?:[ ][0-9]{2}){5,11}(?![0-9])"), 5
_COUNTED = re.compile(rb"[0-9][0-9 .\-/']{3,}[0-9]")
_AND = re.compile(
    rb"(?:-[A-Z]{1,2}[0-9]{0,2})?(?:[,;/&]|[ ](?:and|or|by|with|to|und|oder|durch|bis|et|ou|par|e|o|con))[ ]?"
)
_SHAPE = bytes.maketrans(b"123456789", b"000000000")
_WORD_BEFORE = re.compile(rb"(?<![A-Za-z\xc0-\xff])([A-Z\xc0-\xde][a-z\xdf-\xff\-]{1,20})[ ]$")
_PART = re.compile(rb"-[A-Z]{1,2}[0-9]{0,2}(?![0-9A-Za-z\xc0-\xff])")
_ENDS_A_SENTENCE = re.compile(rb"(?<!\bno)(?<!\bnr)(?<!\bart)(?<!\bex)(?<!\bes)(?<![^A-Za-z\xc0-\xff]n)(?<!idnr)\.")


# `the call stack`, which nobody calls, as they do a site and whoever is on a call tree; `10.1016/j.cell.2021.57.431`
_NO_CALLED = re.compile(rb"\bcall (?:stack|graph|depth|option|volume)s?\b")
_IN_A_DOI = re.compile(rb"\b10\.[0-9]{4,9}/[^\s]{1,40}$")


def is_tied_to(data: bytes, start: int) -> bool:
    """Whether a number begins although it touches what stands before it: its word, its initial, the number before."""
    since = max(0, start - _NAME_LONGEST)
    if GLUED.search(data, since, start):
        return _IN_A_DOI.search(data, since, start) is None
    if data[start : start + 1] not in {b"+", b"0", b"("}:
        return False
    if _NUMBER_BEFORE.search(data, since, start):
        return True
    return _GROUPED_BEHIND.match(data, start) is not None and _INITIAL.search(data, since, start) is not None


def beside_mail(data: bytes, start: int, end: int) -> bool:
    """`Austin, TX 78701 | 2066642836 | l.moor@…`: in a line of what somebody can be reached by."""
    since = max(0, start - _MAIL_LONGEST)
    if data.find(b"@", since, start) >= 0 and _BEHIND_MAIL.search(data, since, start):
        return True
    if _BEFORE_MAIL.match(data, end):
        return True
    return data[start - 2 : start] in {b"| ", b"\xb7 "} and b"@" in data[end : end + 48].partition(b"\n")[0]


def said_of_calls(before: bytes) -> bytes:
    """What stands before a number, without who answers, who sees to something, and without addresses of mail."""
    before = _OFFICES.sub(lambda office: office[0] if CALL.occurs(office[0]) else b"", before)  # `call owner`
    before = _ANSWERS.sub(lambda label: label[0] if CALL.occurs(label[0]) else b"\n", before)
    before = _NO_CALLED.sub(b"", before) if before.find(b"call ") >= 0 else before
    return _ADDRESS.sub(b"", before) if before.find(b"@") >= 0 else before  # `…+invoice@example.com or 06 …`


def is_behind_name(data: bytes, start: int) -> bool:
    return _BEHIND_NAME.search(data, max(0, start - _NAME_LONGEST), start) is not None


def is_somebodys(data: bytes, start: int, end: int) -> bool:
    """Whether what stands directly before the number tells whose it is: a name, in code or as people write."""
    at_home = _AT_HOME.search(data, max(0, start - 5), start) is not None
    if at_home and _IN_THREES.match(data, start, end):
        return True
    if data[start - 1 : start] in _QUOTES and _IN_A_ROW.search(data, max(0, start - _NAME_LONGEST), start):
        return True
    if not _MOBILE.match(data, start, end):
        return False
    return (
        at_home
        or is_behind_name(data, start)
        or _BEHIND_ONE.search(data, max(0, start - _NAME_LONGEST), start) is not None
    )


def counts_on(before: bytes, at: int, number: bytes) -> bool:
    """Whether all that stands from `at` on are numbers of one series with this: `orders 0791234567, 0791234568`."""
    shape, half = number.translate(_SHAPE), len(number) // 2
    series = list(_COUNTED.finditer(before, at))
    alike = all(other[0].translate(_SHAPE) == shape and other[0][:half] == number[:half] for other in series)
    return alike and (not series or _AND.fullmatch(before, series[-1].end()) is not None)


_POSTCODE, _STATE_NEAR = re.compile(rb"[0-9]{5}-[0-9]{4}"), 12
_STATE_BEFORE = re.compile(rb"[ ,][A-Z]{2},?[ \t]*\r?\n?[ \t#*/;]{1,8}$")


def is_of_parts(data: bytes, start: int, end: int) -> bool:
    """`212-555-0100-B`: letters that tell one thing of several from the others; not behind whoever is called. Or
    `Boston, MA 02110-1301`, a postcode.
    """
    if _POSTCODE.fullmatch(data, start, end) and _STATE_BEFORE.search(data, max(0, start - _STATE_NEAR), start):
        return True
    if _PART.match(data, end) is None:
        return False
    named = _WORD_BEFORE.search(data, max(0, start - _NAME_LONGEST), start)
    return named is None or not (is_given(lowered(named[1])) or is_surname(lowered(named[1])))


def sentence(before: bytes) -> int:
    """Where the last sentence begins; a full stop behind `no` or `art` ends none."""
    at = before.rfind(b". ")
    while at >= 0 and not _ENDS_A_SENTENCE.match(before, at):
        at = before.rfind(b". ", 0, at + 1)
    return at + 1


def is_lot(data: bytes, start: int) -> bool:
    """Whether pairs at a place are drawn or counted: no `06 12 34 56 78 75 rue …`, no `00 45 33 12 34 56`."""
    pairs = _PAIRS.match(data, start)
    numbers = list(map(int, pairs[0].split())) if pairs else []
    if len(numbers) % _PAIRS_OF_A_NUMBER == 0 or numbers[0] == 0:
        return False
    return data[start : start + 1] != b"0" or all(one < other for one, other in pairwise(numbers))

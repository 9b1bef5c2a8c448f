"""What is said before and behind the number of a telephone, and before numbers of other things."""

from __future__ import annotations

import re
from itertools import pairwise

from gateway.pii.linear import mention

CALL = mention(
    rb"(?:\btel|telef|t\xe9l|phone|\bfon\b|handy|(?:^|[^mo])mobil|natel|\bcell|\bcall|\bring\b|\bfax|telefax"
    rb"|whats ?app|\bsignal\b|\bsms\b|trovat|trovarmi|raggiung"
    rb"|\bnum\b|joign|my number|new number|(?:^|[^l] |[^ l]|[^ae]l |[^i]al |[^r]ial |[^d]el )number is"
    rb"|number on file|te?xt (?:me|us|him|her)|\b(?:his|her|their)(?: \w{2,8})? number\b|_sms\b"
    rb"|appel|num\xe9ro|portable"
    rb"|joindre|joignable|reperibil|rispond[eo](?:no)? al\b|chiam|numero|rufnummer|anruf|erreich|durchwahl|hotline"
    rb"|contact|kontakt|contatt|reach|dial"
    rb"|\brufen sie|\bruf mich|\brufe\b|\bnummer (?:von|ist|lautet)|notfall|emergency|urgence|emergenz|desk"
    rb"|gsm|cellulare|utenz"
    rb"|recapito|rappel|zur\xfcckruf|(?:^|[^a-z0-9\xdf-\xff])[mtpfo] ?:|(?:\n|\| ?)[mtpfo]\.? \(?$"
    rb"| [.\x7f] [mtpfo]\.? \(?(?:$|[+0-9(])"
    rb"|direct (?:line|dial)|linea diretta|ligne directe|direktwahl"
    rb"|\((?:cabinet|praxis|kanzlei|studio|bureau|b\xfcro|ufficio|office|domicile|privat|priv\xe9|home|casa):? )"
)
# `9472 7916 fax`, `819-739-8770 (office)`.
CALLED_SO = re.compile(
    rb"(?i)[ ]{1,2}[(\-]?(?:tel|fax|mobile?|mobil|cell|office|home|work|handy|natel|privat|portable|bureau|cellulare"
    rb"|ufficio|casa)\b"
    rb"|[ ](?:is|was) (?:disconnected|busy|unreachable|not in service|the wrong number|out of service)"
)
NO_CALL = mention(
    rb"\b(?:order|auftrag|bestell|commande|ordin[ei]\b|invoice"
    rb"|rechnung(?:[^s]|s?$|s(?:[ _\-]|nr|num|bet|beleg|kop|lauf|pos|ref))|facture|fattur[ae]"
    rb"|zeichnung(?:en)?(?:s?-?n(?:r|um)|[ :#]*(?:$|[0-9]))"
    rb"|drawing n(?:r|o\b|um)"
    rb"|isbn|issn|ean\b|gtin|sku"
    rb"|artikel|article|articolo|(?:model|mod\xe8l)(?:l|lo|e)? ?(?:n(?:r|o?\.|\xb0|um)|#)"
    rb"|(?:ersatz|bau)?teile?-?n(?:r|umm)"
    rb"|ticket|version|build|serial|seriennummer|tracking|sendung|kunden-?(?:n|id)|(?:client"
    rb"|customer)s?(?: ?(?:n|id\b|#|code)|[ :#]*$)|ref(?:erence|erenz|\xe9rence)?(?:\b|-|n)|rev\b"
    rb"|(?:num\xe9ros?|n\xb0) (?:de )?client|num\xe9ros? d.article"
    rb"|numer[oi] (?:client|di ordine)|s[e\xe9]rie\b|adh\xe9rent|inventa"
    rb"|id\b|ids\b|art\.|case|vertrag|contract|police|policy|dossier|akte|betrag|amount|montant|importo|total|chf|eur"
    rb"|usd|gbp|port\b|steuer|ahv|avs|iban|konto|account(?: ?(?:n|id|is|#|:)|s?[ :#]*$)|nhs|ssn|vat|ust|siren|siret"
    rb"|hash|commit|timestamp|epoch"
    rb"|postgres|(?:^|\n|[^t] |[^c]t )line \d*\n?$|px|zip|plz|matricol"
    rb"|\bparts?(?: ?n(?:o\b|b?r\b|um|[\xb0\xba])|[ :#]*$)|patent|doi|pmid|bug|issue|chassis|lot\b|charge)"
    rb"(?:s?[ \-]?(?:number|no\.?|nummer)(?: (?:is|was|ist|war|lautet))?)?"  # `number is` belongs to what it counts
)
EXTENSION = (
    rb"[ ,;(]{0,3}(?:x|X|ext\.?|Ext\.?|extension|[Ii]nt(?:\.|ern[eo]?)|Durchwahl|[Pp]oste|DW)[ .:]{0,2}[0-9]{1,6}"
)
# `Tel.0615818388`, `ph07533 …`: a word of calls that touches its number.
GLUED = re.compile(
    rb"(?i)(?<![a-z])(?:tel|ph|phone|fone?|fax|mobi?l?e?|handy|natel|cell(?:ulare)?|portable|t\xe9l)(?:\.?[ ]?nr)?\.?$"
)
# `Agent: Best number?`, and below it `Customer: 07980 …`: who answers says nothing of what.
_ANSWERS = re.compile(rb"\n[ \t>*]{0,4}[a-z\xdf-\xff .]{2,24}:[ ]{1,2}$")
_ADDRESS = re.compile(rb"[^ \n]*@[^ \n]*")
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
_BEHIND_ONE = re.compile(rb"[A-Z\xc0-\xde][a-z\xdf-\xff'\-]{1,20}[ ]\($|(?:^|[ ])[IiAa]l[ ]$")
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
_AND = re.compile(rb"(?:[,;/&]|[ ](?:and|or|by|with|to|und|oder|durch|bis|et|ou|par|e|o|con))[ ]?")
_SHAPE = bytes.maketrans(b"123456789", b"000000000")
_PART = re.compile(rb"-[A-Z]{1,2}[0-9]{0,2}(?![0-9A-Za-z\xc0-\xff])")
_SENTENCES = re.compile(rb".*(?<!\bno)(?<!\bnr)(?<!\bart)(?<!\bex)(?<!\bes)\.(?= )", re.DOTALL)


def beside_mail(data: bytes, start: int, end: int) -> bool:
    """`Austin, TX 78701 | 2066642836 | l.moor@…`: in a line of what somebody can be reached by."""
    since = max(0, start - _MAIL_LONGEST)
    if data.find(b"@", since, start) >= 0 and _BEHIND_MAIL.search(data, since, start):
        return True
    if _BEFORE_MAIL.match(data, end):
        return True
    return data[start - 2 : start] in {b"| ", b"\xb7 "} and b"@" in data[end : end + 48].partition(b"\n")[0]


def said_of_calls(before: bytes) -> bytes:
    """What stands before a number, without who answers and without addresses of mail."""
    before = _ANSWERS.sub(lambda label: label[0] if CALL.occurs(label[0]) else b"\n", before)
    return _ADDRESS.sub(b"", before) if b"@" in before else before  # `…+invoice@example.com or 06 …`


def is_behind_name(data: bytes, start: int) -> bool:
    return _BEHIND_NAME.search(data, max(0, start - _NAME_LONGEST), start) is not None


def is_somebodys(data: bytes, start: int, end: int) -> bool:
    """Whether what stands directly before the number tells whose it is: a name, in code or as people write."""
    if data[start - 1 : start] in _QUOTES and _IN_A_ROW.search(data, max(0, start - _NAME_LONGEST), start):
        return True
    if not _MOBILE.match(data, start, end):
        return False
    return is_behind_name(data, start) or _BEHIND_ONE.search(data, max(0, start - _NAME_LONGEST), start) is not None


def counts_on(before: bytes, at: int, number: bytes) -> bool:
    """Whether all that stands from `at` on are numbers of one series with this: `orders 0791234567, 0791234568`."""
    shape, half = number.translate(_SHAPE), len(number) // 2
    series = list(_COUNTED.finditer(before, at))
    alike = all(other[0].translate(_SHAPE) == shape and other[0][:half] == number[:half] for other in series)
    return alike and (not series or _AND.fullmatch(before, series[-1].end()) is not None)


def is_of_parts(data: bytes, end: int) -> bool:
    """`212-555-0100-B`: letters that tell one thing of several from the others."""
    return _PART.match(data, end) is not None


def sentence(before: bytes) -> int:
    """Where the last sentence begins; a full stop behind `no` or `art` ends none."""
    ends = _SENTENCES.match(before)
    return ends.end() if ends else 0


def is_lot(data: bytes, start: int) -> bool:
    """Whether pairs at a place are drawn or counted: no `06 12 34 56 78 75 rue …`, no `00 45 33 12 34 56`."""
    pairs = _PAIRS.match(data, start)
    numbers = list(map(int, pairs[0].split())) if pairs else []
    if len(numbers) % _PAIRS_OF_A_NUMBER == 0 or numbers[0] == 0:
        return False
    return data[start : start + 1] != b"0" or all(one < other for one, other in pairwise(numbers))

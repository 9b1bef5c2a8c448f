"""Numbers and addresses in disguise: spelt out, taken apart by signs, with letters for digits, escaped; and lists and
sentences that only look so.
"""

from __future__ import annotations

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine()

SPELT_ACCOUNT = (
    "D E eight nine three seven zero four zero zero four four zero five three two zero one three zero zero zero"
)

DISGUISED = {
    "a card in German": (
        "Meine Kreditkarte vier fünf drei neun eins vier acht acht null drei vier drei sechs vier sechs sieben ist weg",
        "credit_card",
        "vier fünf drei neun eins vier acht acht null drei vier drei sechs vier sechs sieben",
    ),
    "an AHV number in French": (
        "n° AVS sept cinq six neuf deux un sept zéro sept six neuf huit cinq à vérifier",
        "ch_ahv",
        "sept cinq six neuf deux un sept zéro sept six neuf huit cinq",
    ),
    "an account in English": (
        f"IBAN {SPELT_ACCOUNT}",
        "iban",
        SPELT_ACCOUNT,
    ),
    "a telephone in Italian": (
        "Chiamami al tre quattro otto sette sei quattro zero otto cinque zero, grazie",
        "phone",
        "tre quattro otto sette sei quattro zero otto cinque zero",
    ),
    "a telephone without a word": (
        "zero two zero seven nine four six zero nine five eight",
        "phone",
        "zero two zero seven nine four six zero nine five eight",
    ),
    "brackets": ("IBAN [DE89][3704][0044][0532][0130][00] bitte", "iban", "DE89][3704][0044][0532][0130][00"),
    "dots without a word": (
        "Merci de virer sur D.E.8.9.3.7.0.4.0.0.4.4.0.5.3.2.0.1.3.0.0.0 avant vendredi",
        "iban",
        "D.E.8.9.3.7.0.4.0.0.4.4.0.5.3.2.0.1.3.0.0.0",
    ),
    "hyphens, a letter of control": (
        "Bonifico su I-T-6-0-X-0-5-4-2-8-1-1-1-0-1-0-0-0-0-0-0-1-2-3-4-5-6 entro",
        "iban",
        "I-T-6-0-X-0-5-4-2-8-1-1-1-0-1-0-0-0-0-0-0-1-2-3-4-5-6",
    ),
    "stars": ("AHV 7*5*6*9*2*1*7*0*7*6*9*8*5", "ch_ahv", "7*5*6*9*2*1*7*0*7*6*9*8*5"),
    "joined in code": (
        'card = "4539" + "1488" + "0343" + "6467"',
        "credit_card",
        '4539" + "1488" + "0343" + "6467',
    ),
    "three blanks": ("IBAN DE89   3704   0044   0532   0130   00", "iban", "DE89   3704   0044   0532   0130   00"),
    "one odd place": ("my card 4539 1488\\, 0343 6467", "credit_card", "4539 1488\\, 0343 6467"),
    "struck through": ("my card 4539 1488 ~~0343 6467~~", "credit_card", "4539 1488 ~~0343 6467"),
    "a break of the line": ("my card 4539 1488 <br>0343 6467", "credit_card", "4539 1488 <br>0343 6467"),
    "a span": ('AHV 756.<span class="x">9217</span>.0769.85', "ch_ahv", '756.<span class="x">9217</span>.0769.85'),
    "letters for digits": ("card 4S39-1488-O343-6467", "credit_card", "4S39-1488-O343-6467"),
    "letters in a tax code": ("codice fiscale RSSMRA8SM1OH501S", "it_cf", "RSSMRA8SM1OH501S"),
    "octal": (
        r"AHV \067\065\066\071\062\061\067\060\067\066\071\070\065",
        "ch_ahv",
        r"\067\065\066\071\062\061\067\060\067\066\071\070\065",
    ),
    "escapes in braces": (
        r"AHV \u{37}\u{35}\u{36}9217076985",
        "ch_ahv",
        r"\u{37}\u{35}\u{36}9217076985",
    ),
    "encoded twice": ("iban=DE89%2520370400440532013000", "iban", "DE89%2520370400440532013000"),
    "encoded again": (
        "IBAN UkVVNE9UTTNNRFF3TURRME1EVXpNakF4TXpBd01BPT0=",
        "iban",
        "UkVVNE9UTTNNRFF3TURRME1EVXpNakF4TXpBd01BPT0=",
    ),
    "a telephone, digit by digit": ("call me at 0,4,4,6,6,8,1,8,0,0", "phone", "0,4,4,6,6,8,1,8,0,0"),
    "a glued at": ("mail anna_meier_at_example_dot_com", "email", "anna_meier_at_example_dot_com"),
    "a small at": ("mail anna.meier(a)example.com", "email", "anna.meier(a)example.com"),
    "capitals": ("mail anna.meierATexampleDOTcom", "email", "anna.meierATexampleDOTcom"),
    "colours of a terminal": ("AHV 756.9217\x1b[1m.0769.85\x1b[0m", "ch_ahv", "756.9217\x1b[1m.0769.85"),
    "pictures": ("geboren am 02.1\u27281.19\u272894", "date_of_birth", "02.1\u27281.19\u272894"),
    "quoted-printable signs": ("an s=2Eportmann=40gmx=2Ech", "email", "s=2Eportmann=40gmx=2Ech"),
    "narrow blanks": ("mail ag\u202fen@\u202fgmx\u202f.ch", "email", "ag\u202fen@\u202fgmx\u202f.ch"),
    "a line broken beside a sign": ("IP 91.234\r\n\t.220.175 da", "ip_address", "91.234\r\n\t.220.175"),
    "a command of LaTeX": (r"né le \textbf{15.~mai~1985}", "date_of_birth", "15.~mai~1985"),
    "a mark in a vehicle's number": ("VIN WAUZZZ8V~~3KF835315~~", "vin", "WAUZZZ8V~~3KF835315"),
    "a birth in single digits": ("geboren am 0.3.0.7.1.9.9.4, und", "date_of_birth", "0.3.0.7.1.9.9.4"),
    "a birth in brackets": ("born on (7Ma)(y19)(96), and", "date_of_birth", "7Ma)(y19)(96"),
    "a birth on two lines": ("Date of birth: 22-Oc\n> t-1976.", "date_of_birth", "22-Oc\n> t-1976"),
    "an address of mail in pairs": ("per Mail: dl ue th i@ bl ue wi nc h. Das", "email", "dl ue th i@ bl ue wi nc h"),
    "a vehicle in triples": ("VIN (TMB)(JG7)(NE8)(1Z6)(770)(95).", "vin", "TMB)(JG7)(NE8)(1Z6)(770)(95"),
    "a plate with bullets": ("licence plate CB71 \u2022 VGU, VIN", "license_plate", "CB71 \u2022 VGU"),
    "a passport on two lines": ("Passport no. S165\r\n\t3441. Please", "passport", "S165\r\n\t3441"),
    "an interface's address": ("MAC (f8:)(41:)(1c:)(ff:)(e9:)(f4) of", "mac_address", "f8:)(41:)(1c:)(ff:)(e9:)(f4"),
    "a network's address": ("IP address 194/332/232/23 was", "ip_address", "194/332/232/23"),
    "a telephone with bullets": (
        "Tel. 0049 \u2022 1761 \u2022 6929 \u2022 72.",
        "phone",
        "0049 \u2022 1761 \u2022 6929 \u2022 72",
    ),
    "a birth as a scanner reads it": ("geboren am O1/O8/197B, und", "date_of_birth", "O1/O8/197B"),
    "a birth in words and misread": ("nato il l° ottobre l954, e", "date_of_birth", "l° ottobre l954"),
    "a telephone as a scanner reads it": ("Tel. O176/43S I4 S3.", "phone", "O176/43S I4 S3"),
    "a passport as a scanner reads it": ("Passport no. 568339IS2. Please", "passport", "568339IS2"),
    "a card on two lines": ("my card 45391488\r\n\t03436467, thanks", "credit_card", "45391488\r\n\t03436467"),
    "a plate in base64": ("licence plate QkoxMiBSUFA=, VIN", "license_plate", "QkoxMiBSUFA="),
    "a birth in hexadecimal": ("n\u00e9 le 32362e332e31393637, et", "date_of_birth", "32362e332e31393637"),
    "letters apart behind a word": ("write to a n n a @ x y z . c h", "email", "a n n a @ x y z . c h"),
}


@each_case("form", DISGUISED)
def test_a_number_in_disguise(form: str) -> None:
    text, type_, surface = DISGUISED[form]
    assert (type_, surface) in [(found.type, text[found.start : found.end]) for found in ENGINE.find([Leaf(text)])[0]]


@each_case(
    "text",
    [
        "cards: 12, 15, 16, 22, 31, 44, 50, 61, 70, 81",
        "Count with me: one two three four five six seven eight nine ten",
        "zero one two three four five six seven eight nine",
        "uno due tre quattro cinque sei sette otto nove",
        "pi: drei eins vier eins fünf neun zwei sechs fünf drei fünf",
        "Card table: 4 | 5 | 3 | 9 | 1 | 4 | 8 | 8 | 0 | 3 | 4 | 3 | 6 | 4 | 6 | 8",
        "Score card: 4539, 1488, 0343, 6468",
        "account growth: 1000 | 1200 | 1500 | 1800 | 2100 | 2500",
        "tax brackets: 10, 12, 22, 24, 32, 35, 37 percent",
        "geboren wurden 12 34 56 Kinder; call 20 30 times",
        "Fahrgestell in 3 Teilen: A1 B2 C3; passport 12 of 34; IP 12/34/56",
        "Kennzeichen fehlt bei A 3 und B 4; mail in 2 or 3 days",
        "call SOS or IBIS 3 SI; phone model S8 B5; born on BIOS 1.0",
        "see f(a)x.y and look_at_this.value",
    ],
)
def test_no_number(text: str) -> None:
    assert not ENGINE.find([Leaf(text)])[0]

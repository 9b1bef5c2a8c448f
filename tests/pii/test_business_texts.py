"""What a blind set of mails, deeds, forms and cards showed: each form with its value, and others that hold none."""

from __future__ import annotations

from tests.pii.test_engine import found
from tests.support.each_case import each_case

TOLD: dict[str, tuple[str, list[tuple[str, str]]]] = {
    # births in words, as in deeds
    "German day and year": (
        "geboren am dritten Mai neunzehnhundertneunundachtzig in Chur",
        [("dritten Mai neunzehnhundertneunundachtzig", "date_of_birth")],
    ),
    "German day, figures": ("er wurde am dritten Mai 1989 geboren", [("dritten Mai 1989", "date_of_birth")]),
    "French": (
        "née à Bulle le premier avril mil neuf cent quatre-vingt-deux, célibataire",
        [("premier avril mil neuf cent quatre-vingt-deux", "date_of_birth")],
    ),
    "Italian": (
        "nata il sette febbraio millenovecentonovantuno a Biasca",
        [("sette febbraio millenovecentonovantuno", "date_of_birth")],
    ),
    "English day first": (
        "born on the twenty-first of June two thousand and three in Cork",
        [("the twenty-first of June two thousand and three", "date_of_birth")],
    ),
    "English month first": (
        "born on April first, nineteen eighty-two in Cork",
        [("April first, nineteen eighty-two", "date_of_birth")],
    ),
    # births in figures
    "a month in capitals": ("geboren am 11. MÄRZ 2005", [("11. MÄRZ 2005", "date_of_birth")]),
    "behind the form of a date": (
        "Date de naissance (JJ/MM/AAAA) : 17 01 1950",
        [("17 01 1950", "date_of_birth")],
    ),
    "blanks behind a colon": ("Né(e) le : 09 09 1952", [("09 09 1952", "date_of_birth")]),
    # streets
    "a street without its word, on two lines": (
        "An die Mieter\nOberdorf 202\n3012 Bern\n",
        [("Oberdorf 202\n3012 Bern", "address")],
    ),
    "on two lines, in somebody's care": (
        "c/o Winkelried\nRossauer Lände 163\n1090 Wien\n",
        [("Winkelried", "person"), ("Rossauer Lände 163\n1090 Wien", "address")],
    ),
    "a capital behind the number": ("in Oberdorf 64B, 10719 Berlin.", [("Oberdorf 64B, 10719 Berlin", "address")]),
    "along a river": (
        "domiciliata in Lungarno Soderini n. 124, 6901 Lugano, di seguito",
        [("Lungarno Soderini n. 124, 6901 Lugano", "address")],
    ),
    "an initial and a particle": (
        "abita in Via L. da Vinci n. 233, 6616 Losone.",
        [("Via L. da Vinci n. 233, 6616 Losone", "address")],
    ),
    "a numbered road": (
        "the roof at 7740 Rte 9, Springfield, IL 62704, please",
        [("7740 Rte 9, Springfield, IL 62704", "address")],
    ),
    "the field of a card": (
        "BEGIN:VCARD\nADR;TYPE=HOME:;;Im Grund 161;Bern;;3012;CH\nEND:VCARD",
        [("Im Grund 161;Bern;;3012;CH", "address")],
    ),
    # numbers
    "a German extension": ("Tel. 071 228 35 97 Durchwahl 45.", [("071 228 35 97 Durchwahl 45", "phone")]),
    "an extension in brackets": ("Rückruf +49 69 4882924 (intern 312).", [("+49 69 4882924 (intern 312", "phone")]),
    "an Italian extension": ("Richiamare 031 332 11 98 interno 12.", [("031 332 11 98 interno 12", "phone")]),
    "a French passport in groups": ("Passeport n° 66 KX 49081, délivré", [("66 KX 49081", "passport")]),
    "a vehicle's number in its parts": ("Fahrgestell-Nr. TSM C5LSC1 MD584366", [("TSM C5LSC1 MD584366", "vin")]),
    "an old French plate": ("au volant du véhicule 9660 TB 75 hier", [("9660 TB 75", "license_plate")]),
    "a plate that was parked": ("they parked (SK18VBD) in my spot", [("SK18VBD", "license_plate")]),
    "mail in words, no word of mail near": (
        "044 108 15 22 or ruedi at pec dot it",
        [
            ("044 108 15 22", "phone"),
            ("ruedi at pec dot it", "email"),
        ],
    ),
    "what a member of JSON says of the next": (
        '{"recapiti": [{"tipo": "cellulare", "valore": "3884106487"}]}',
        [("3884106487", "phone")],
    ),
    "a field of a statement of account": (
        "?30DEUTDEFF?31CH4902985731385883431?32Mirko Niederberger",
        [("CH4902985731385883431", "iban"), ("Mirko Niederberger", "person")],
    ),
    "a card with stops, and no word of cards": ("block 3056.541568.8734 today", [("3056.541568.8734", "credit_card")]),
    "a number that touches its word": ("Tel.Nr.0041262574242", [("0041262574242", "phone")]),
    "an address of the net beside an account": (
        "User a@b.ch kommt nicht ins VPN. Client-IP fe80::cd04:abc5:feac:d49e, Adapter",
        [("a@b.ch", "email"), ("fe80::cd04:abc5:feac:d49e", "ip_address")],
    ),
    "an interface's address of eight pairs": (
        "EUI-64 00:1b:63:ff:fe:84:45:e6, 00-1B-63-FF-FE-84-45-E7",
        [("00:1b:63:ff:fe:84:45:e6", "mac_address"), ("00-1B-63-FF-FE-84-45-E7", "mac_address")],
    ),
    "a car in Switzerland, and a pass": (
        "den PW GR·88010 mit 0,9 Promille. Ausweis: P3916826.",
        [("GR·88010", "license_plate"), ("P3916826", "passport")],
    ),
    "a password that begins like a plate": ("PW GR12ab!x9 fürs Staging", [("GR12ab!x9", "secret")]),
    "a password that is taken for masculine": ("der PW lautet Sommer2025!", [("Sommer2025", "secret")]),
    "a birth in blanks behind a name": (
        "2. Gwenaël Pasquier, 26 11 1977, au cours",
        [("Gwenaël Pasquier", "person"), ("26 11 1977", "date_of_birth")],
    ),
    # names
    "a speaker in a chat": ("Jörg  09:41\nwer hat die Nummer?", [("Jörg", "person")]),
    "two in a row": ("Chers parents, Firmin et Fanny seront absents", [("Firmin", "person"), ("Fanny", "person")]),
    "somebody's mother": ("Appelez la maman de Bastien demain", [("Bastien", "person")]),
    "somebody's, in English": ("Please ring Hector's mum tomorrow", [("Hector", "person")]),
    "in capitals, on no list": ("Cedolino – PETRALIA Renzo – netto", [("PETRALIA Renzo", "person")]),
    "turned behind a colon": ("Third party: Crowther, Terrence, vehicle", [("Crowther, Terrence", "person")]),
    "a word that begins with an accent": ("Son époux, Firmin, répond", [("Firmin", "person")]),
    "a name of marriage": (
        "KERVELLA Zineb ép. Marchetti, enfants",
        [
            ("KERVELLA Zineb", "person"),
            ("Marchetti", "person"),
        ],
    ),
    "a bell's name": ("75011 Paris, sonnette Monnerat, 3e étage", [("Monnerat", "person")]),
    "turned, before something else": (
        "Pat.: Obrist, Flurina / 02.11.65 / w.",
        [("Obrist, Flurina", "person"), ("02.11.65", "date_of_birth")],
    ),
    "turned, before its address of mail": (
        'Cc: "Delacruz, Sanjay" <s.d@icloud.com>',
        [("Delacruz, Sanjay", "person"), ("s.d@icloud.com", "email")],
    ),
    "a label before a long line": (
        "Patient : Berthoud, Héloïse" + " et la suite du compte rendu" * 6,
        [("Berthoud, Héloïse", "person")],
    ),
    "care of": (
        "Postadresse\nc/o Winkelried\nGerberweg 220a",
        [("Winkelried", "person"), ("Gerberweg 220a", "address")],
    ),
    "a bell": ("Bitte bei Kälin klingeln", [("Kälin", "person")]),
    "a bell in English": ("ring at Stirling", [("Stirling", "person")]),
    "whoever is greeted, though famous": ("Sehr geehrte Frau Dürrenmatt, anbei", [("Dürrenmatt", "person")]),
    "a particle without a blank": (
        "a comparu Rodolphe d'Alençon, né à Bulle",
        [("Rodolphe d'Alençon", "person")],
    ),
    "an initial before a colon": ("Note on F. Penhaligon: wants to", [("F. Penhaligon", "person")]),
    "a farewell behind thanks": ("Danke, Gruss Regula", [("Regula", "person")]),
    "addressed in quotes": ('höflicher: "Gundula, deine Rechnung ist offen"', [("Gundula", "person")]),
    # addresses of mail that are read out, and whatever stands in them
    "minus, in German": (
        "schreib an hzroth at mail Punkt alpen minus treuhand Punkt swiss.",
        [("hzroth at mail Punkt alpen minus treuhand Punkt swiss", "email")],
    ),
    "a line below, in French": (
        "écrivez à odile souligné salah arrobas laposte point net, merci",
        [("odile souligné salah arrobas laposte point net", "email")],
    ),
    "a hyphen, in Italian": (
        "la mail: spinelli trattino donatella chiocciola wanadoo punto fr",
        [("spinelli trattino donatella chiocciola wanadoo punto fr", "email")],
    ),
    "a period, in English": (
        "reach me at i period roth at uni dash chur period edu or call",
        [("i period roth at uni dash chur period edu", "email")],
    ),
    "hyphens for blanks": ("neu: roth17-at-bluewin-dot-ch", [("roth17-at-bluewin-dot-ch", "email")]),
    "a blank before the sign": ("neu: roth-ida @uni-chur.edu, danke", [("roth-ida @uni-chur.edu", "email")]),
    "a blank behind it": ("neu: roth17@ hevs.ch, danke", [("roth17@ hevs.ch", "email")]),
    # births with other signs between
    "bars": ("date of birth 12|08|1947", [("12|08|1947", "date_of_birth")]),
    "no signs": ("geb. 27011954 in Bern", [("27011954", "date_of_birth")]),
    "tabs": ("né le 1er\tjuillet\t1981", [("1er\tjuillet\t1981", "date_of_birth")]),
    "lines below": ("Date of birth: 23rd_of_July_1993", [("23rd_of_July_1993", "date_of_birth")]),
    "hyphens and a comma": ("born January-18,-1970", [("January-18,-1970", "date_of_birth")]),
    "a patient, as French puts it": (
        "Patient : Berthoud, Héloïse / 22/04/1976 / F. Médecin",
        [("Berthoud, Héloïse", "person"), ("22/04/1976", "date_of_birth")],
    ),
    "somebody beside a firm": (
        "entre Dupraz SA et Chloé Jeanneret, née le 06/07/1964 à Sion",
        [("Chloé Jeanneret", "person"), ("06/07/1964", "date_of_birth")],
    ),
    "somebody who is named behind a contract": (
        "Vertrag mit Anna Keller, geb. 12.03.1978",
        [("Anna Keller", "person"), ("12.03.1978", "date_of_birth")],
    ),
    "somebody in brackets behind a firm": (
        "Müller GmbH (Kundin Anna Keller, geb. 12.03.1978)",
        [("Anna Keller", "person"), ("12.03.1978", "date_of_birth")],
    ),
    "a title and a surname behind a contract": (
        "Contrat de prêt de Mme Jeanneret, née le 12.03.1978",
        [("Jeanneret", "person"), ("12.03.1978", "date_of_birth")],
    ),
    "nobody by name behind a contract": (
        "insurance contract for a woman born 12.03.1978",
        [("12.03.1978", "date_of_birth")],
    ),
    "a comma and no blank": ("born May 12,1980", [("May 12,1980", "date_of_birth")]),
    "a stop behind a whole month": ("born 12 May. 1980", [("12 May. 1980", "date_of_birth")]),
    "hyphens between blanks": ("née 12 - mai - 1980", [("12 - mai - 1980", "date_of_birth")]),
    # files that are mentioned
    "a file, with lines below": ("Anhang: CV_Dubochet_Baptiste.pdf", [("Dubochet_Baptiste", "person")]),
    "a file, with blanks": ("see Payslip Audrey_Hollingsworth October.pdf", [("Audrey_Hollingsworth", "person")]),
    "a folder with a blank": ("D:\\Personal\\Meier Anna\\Vertrag.docx", [("Meier Anna", "person")]),
    "a surname of two, in capitals": (
        "ELLSWORTH-PIKE_Harriet - sick note.docx",
        [("ELLSWORTH-PIKE_Harriet", "person")],
    ),
    "a folder": (
        r"\\srv01\personal\Nussbaumer.Ottilie\Arbeitsvertrag.docx",
        [("Nussbaumer.Ottilie", "person")],
    ),
    "a given name and what only persons do": ("Traktandum 3: Friedhelm klärt mit der Bank", [("Friedhelm", "person")]),
}


@each_case("form", TOLD)
def test_the_form_holds_its_value(form: str) -> None:
    text, expected = TOLD[form]
    assert found(text) == expected


@each_case(
    "text",
    [
        "Losnummern 04 11 17 23 38 42, Zusatzzahl 6",
        "Das Modell Skoda Octavia RS hat 245 PS.",
        "Position 3\n1200 Stück\n",
        "Halle 4\n8005 Zürich\n",
        "I work at amazon dot com",
        "Pflichtenheft Kapitel 3\n3100 Anforderungen an die Schnittstelle",
        "Unsere Hallen\nLager Nord 12: voll",
        "Kapazität: 12 34 56 78 90 12 Einheiten je Schicht",
        "ADR: 3 readings per hour",
        "Part AB12 CDE fits pump P-203.",
        "Siège : c/o Impact Hub Lausanne SA, zone industrielle.",
        "Compare Hugo Boss, Ralph Lauren and Calvin Klein.",
        "Romeo und Julia, Hänsel und Gretel",
        "Liebe Eltern, morgen ist frei.",
        "she is good at asp dot net",
        "Der Verein, geboren am ersten August zweitausendeins",
        "Der Vertrag beginnt am ersten August zweitausendeins.",
        "bei Novartis AG klingeln die Kassen",
        "La naissance du projet date de mars 2021.",
        "L'association Dupraz SA, née le 06/07/1964 à Sion",
        "see San_Francisco_map.png, Santa Maria.jpg, rose_garden.jpg, Victoria_Falls.jpg, requirements.txt",
        "docs/Martin_Guide.pdf, Bericht_Q3_2026.pdf, Modello contratto.docx, Payslip sample.pdf",
        "C:\\Program Files\\My Documents\\x.pdf, /Neue Verträge/Alte Rosen/Bericht.pdf",
        "Passwort: _ _ _ _ _ _ _ _",
        "Password: . . . . . . . . .",
        "Follow us @example.com and look @click.it",
        "they lived at that period it was cold",
        "turn at the point it was; we met at one point it rained",
        "Goethe wrote to Schiller. Hamlet asked for a duel.",
    ],
)
def test_others_hold_none(text: str) -> None:
    assert found(text) == []

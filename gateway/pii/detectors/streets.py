"""How streets are written: the word that makes one, in the order of its language; and the town behind it."""

from __future__ import annotations

import re

from gateway.pii.detectors.shapes import shape

_GERMAN_ENDS = (
    "(?i:stra(?:ss|ß)e|str\\.|weg|gass[e]?|gässli|platz|allee|ring|ufer|damm|rain|matte?n?|halde|steig|stieg|hof"
    "|v(?:ej|eien|egen|ägen)|gat(?:a|an|en)|gade|stræde|straat|laan|plein|katu|utca|ulica"
    "|graben|promenade|chaussee|markt|brücke|acker|wiesen?|bühl|egg|feld|berg|park|garten|pfad|tor|wall|kai|quai)"
)
_GERMAN_STARTS = (
    "(?:Am|An der|An den|Auf de[rmn]|Im|In der|In den|Zum|Zur|(?:Unter|Ob|Vor|Bei) de[rmn]|Untere[rn]?|Obere[rn]?"
    "|Hinter der|Beim?|Alte[rn]?|Neue[rn]?|Stra(?:ss|ß)e de[sr])"
)
GERMAN = shape(
    f"""
    (?:<CAP>[ \\-]){{0,2}}[<U><L>'\\-]*{_GERMAN_ENDS}[ ]{{1,2}}<NO>
    |(?:Stra(?:ss|ß)e|Platz|Allee|Weg|Ring)[ ]de[rs][ ](?:[0-9]{{1,2}}\\.[ ])?(?:<CAP>[ ]){{1,3}}<NO>
    |[<U>][<U><L>'\\-]*str\\.[0-9]{{1,4}}[a-z]?\\b
    |(?:C/|Calle|Avda\\.?|Avenida|Plaza|Paseo|Carrer|R[uú]a|Travessa|Alameda|Pra[çc]a|ul\\.|Ulica|al\\.)[ ]
    (?:(?:de|del|d[oa]s?|la|las|los)[ ]){{0,2}}(?:<CAP>[ ,]{{1,2}}(?:d[oae]s?[ ])?){{1,3}}<NO>
    """
)
# `Im Grund 4`, `Neue Version 3`: a street only with a town, or where somebody lives.
GERMAN_LOOSE = shape(f"{_GERMAN_STARTS}[ ](?:[<L>]{{3,12}}e[nmrs][ ])?(?:<CAP>[ ]){{1,3}}<NO>")
GERMAN_PROBES = (
    shape(f"{_GERMAN_ENDS}[ ]{{1,2}}[0-9]"),
    shape(r"(?:Stra(?:ss|ß)e|Platz|Allee|Weg|Ring)[ ]de[rs][ ]|str\.[0-9]"),
    shape(r"(?:C/|Calle|Avda|Avenida|Plaza|Paseo|Carrer|R[uú]a|Travessa|Alameda|Pra[çc]a|\bul\.|Ulica|\bal\.)[ .]"),
)

_FRENCH_WORDS = (
    "(?i:rue|avenue|av\\.|boulevard|boul\\.|bd\\.?|blvd|place|pl\\.|chemin|ch\\.|route|rte|all[éÉ]es?|impasse|quai|cours"
    "|square|passage|sentier|ruelle|faubourg|esplanade|promenade|mont[éÉ]e|r[éÉ]sidence|rond-point|villa|hameau|lotissement"
    "|voie|clos)"
)
_FRENCH_LINKS = "(?:[ ](?i:d[eu]s?|la|le|les|de l'|d'|l'|à|aux?|en|sous|sur|et)){0,4}[ ']?"
FRENCH = shape(
    f"""
    [0-9]{{1,4}}(?:[ ]?(?:bis|ter|quater|[A-Da-d]))?,?[ ]{_FRENCH_WORDS}{_FRENCH_LINKS}
    (?:[ ']?(?:[0-9]{{1,2}}(?:er)?[ \\-])?[<U>][<U><L>0-9'\\-.]{{0,24}}(?:[ ](?:d[eu]s?|la|le|les|et)){{0,2}}){{1,4}}
    (?:[ ][0-9]{{1,3}}[a-z]?\\b)?
    |[0-9]{{1,4}}(?:[ ]?(?:bis|ter|[A-Da-d]))?,?[ ]Grande?[ '\\-][Rr]ue\\b|\\bGrande?[ '\\-][Rr]ue,?[ ]<NO>
    |{_FRENCH_WORDS}{_FRENCH_LINKS}
    (?:[ '\\-]?(?:[0-9]{{1,2}}(?:er)?[ \\-])?[<U>][<U><L>'\\-.]*{_FRENCH_LINKS}){{1,4}},?[ ]?<NO>
    """
)
FRENCH_PROBES = (
    shape(f"\\b{_FRENCH_WORDS}[ ](?:d[eu]s?[ ]|la |le |les |d'|l'|à |aux? |[<U>0-9])"),
    rb"\bGrande?[ '\-][Rr]ue,?[ ][0-9]|[0-9][ ,][^0-9\n]*[ ]Grande?[ '\-][Rr]ue",
)

_ITALIAN_WORDS = (
    "(?i:via|viale|v\\.le|piazza|p\\.z?za|p\\.le|v\\.lo|c\\.da|piazzale|piazzetta|corso|c\\.so|largo|vicolo|strada|contrada|salita"
    "|lung(?:arno|adige|o[a-z]{3,8})|galleria|borgo|località|riva|stradone|vico|traversa|rotonda|canale|circonvallazione|frazione|rione|piazzola|calata|discesa|rampa|lido|stretto|incrocio)"
)
ITALIAN = shape(
    f"""
    {_ITALIAN_WORDS}(?:[ ](?:d[ie]|da|del|della|dei|degli|delle|al|alla|ai|alle
    |san|santa|[ivxIVX]{{1,5}}|dell'|sant'|d'|all'))
    {{0,3}}[ ']?(?:[ ']?(?:[0-9]{{1,2}}[ ])?[<U>][<U><L>'\\-.]*(?:[ ](?:d[aie]|del|della|dei|e)){{0,2}}){{1,5}}
    (?:,[ ]?|[ ])(?:s\\.?n\\.?c\\b\\.?|(?:n\\.?[ ]?|nr\\.?[ ]?|n°[ ]?|civico[ ])?
    (?:[0-9]{{1,3}}-[0-9]{{1,3}}\\b|[0-9]{{4}}-[0-9]{{4}}\\b|[0-9]{{1,4}}(?:[ ]?/?[ ]?(?:[a-zA-Z]|bis|ter)\\b)?))
    (?:,?[ ](?i:int\\.?|interno|scala|sc\\.|app\\.?|appartamento)[ ]?[0-9A-Z]{{1,3}}\\b){{0,2}}
    """
)
ITALIAN_PROBES = (shape(f"\\b{_ITALIAN_WORDS}[ ]{{1,2}}(?:d[ie]|del|al|alla|ai|dell|sant|[<U>0-9])"),)

_ENGLISH_WORDS = (
    "(?i:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|square|sq|terrace|terr?|way"
    "|close|crescent|cres|gardens?|gdns|parkway|pkwy|highway|hwy|circle|cir|row|mews|hills?|groves?|park|walks?|green"
    "|trail|trl|alley|plaza|loop|run|point|pt|ridge|rdg|crossing|turnpike|pike|expressway|freeway|path|bend|cove"
    "|creek|fields?|forks?|glens?|heights|hts|hollow|islands?|isle|junction|keys?|knolls?|lakes?|landing|lodge"
    "|manors?|meadows?|mills?|motorway|mount|mountains?|neck|orchard|oval|overpass|parade|passage|pines?|plains?"
    "|prairie|ranch|rapids|rest|river|roads?|shoals?|shores?|skyway|springs?|spurs?|squares?|station|stravenue|stream"
    "|summit|throughway|trace|track|tunnel|underpass|unions?|valleys?|via|viaduct|views?|village|ville|vista|wall"
    "|wells?|yard|broadway|strand|embankment|wharf|quay|estates?|vale|end|bypass|brooks?|burgs?|camp|canyon|cape"
    "|causeway|centers?|cliffs?|club|common|corners?|coves?|crest|dale|dam|divide|extensions?|falls|ferry|flats?"
    "|fords?|forest|forges?|fort|gateway|harbors?|haven|inlet|light|locks?|mall|mission|port|radial|route|shoal"
    "|trafficway|turnpike|course|bridge|beach|bluffs?|bottom|branch|ramp|spring|stravenue|circles|courts|crossroads?"
    "|curves?|drives|fall|greens|junctions|lands?|lights|loaf|parks|parkways|pass|plazas|points|ports|rapid|ridges"
    "|streets|villages|ways)"
)
_GATES = "(?:North|South|East|West|Kirk|Castle|Bridge)gate"
_COMPASS = "(?:[NSEW]|N\\.|S\\.|E\\.|W\\.|NE|NW|SE|SW|North|South|East|West)"
_UNIT = (
    "(?:[,.]?[ \\n]{1,2}(?:[0-9]{1,3}(?i:st|nd|rd|th) (?i:floor|fl)\\b"
    "|(?i:apt|apartment|suite|ste|unit|flat|floor|room|rm|bldg|building|p\\.?o\\.? box|#)\\.?[ ]?"
    "#?[0-9A-Za-z\\-]{1,6}))"
)
_STATE = (
    "(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]|FM|GU|M[HP]|P[RW]"
    "|W[AIVY])"
)
ENGLISH = shape(
    f"""
    [0-9]{{1,6}}[A-Za-z]?(?:-[0-9]{{1,4}})?,?[ ](?:(?:{_COMPASS}|Old|New|Upper|Lower|St\\.|The)[ ]){{0,2}}
    (?:(?:<CAP>|[0-9]{{1,3}}(?i:st|nd|rd|th))[ ]){{1,4}}{_ENGLISH_WORDS}\\b\\.?(?:[ ]{_COMPASS}\\b)?{_UNIT}?
    |[0-9]{{1,6}}[ ](?:(?:<WORD>|[0-9]{{1,4}})[ ]){{1,5}}
    (?i:apt|apartment|suite|ste|unit|flat)
    (?:\\.?[ ]?#?[0-9][0-9A-Za-z]{{0,5}}|\\.?[ ]#?(?:[A-Za-z]|[A-Z][0-9A-Z]{{1,4}}|[a-z][0-9]{{1,4}}))\\b
    |(?i:flat|apartment|apt|unit|suite)\\.?[ ][0-9A-Za-z]{{1,5}},[ ][0-9]{{1,5}}[A-Za-z]?[ ]
    (?:<CAP>[ ]){{1,3}}{_ENGLISH_WORDS}\\b
    |[0-9]{{1,5}}[ ](?:Broadway|Whitehall|Piccadilly|The Mall|Strand|The Green|The Grove|{_GATES})\\b
    """
)
ENGLISH_PROBES = (
    shape(
        f"""
        [0-9][A-Za-z]?,?[ ](?:[<U>]|[0-9]{{1,3}}(?i:st|nd|rd|th) )(?:[<U><L>0-9'\\-. ]*[ ])?
        (?:{_ENGLISH_WORDS}|(?i:apt|apartment|suite|ste|unit|flat|whitehall|piccadilly))
        """
    ),
    rb"(?i)\b(?:apt|apartment|suite|ste|unit|flat)(?:\.?[ ]?#?[0-9]|\.?[ ]#?[A-Za-z])",
    shape(f"[0-9][ ]{_GATES}\\b"),
)

BOX = shape("(?i:postfach|case postale|casella postale|p\\.?[ ]?o\\.? box|\\bbp|boîte postale|apartado)[ ][0-9]{1,6}")
POSTCODE = rb"\b[A-Z]{1,2}[0-9][0-9A-Z]?[ ][0-9][ABD-HJLNP-UW-Z]{2}\b"
# `Uus-Kalamaja 24, Tallinn, 12917`: in most countries a street is known by what follows alone.
# Of the Netherlands, of Poland, of Sweden, Czechia, Slovakia and Greece, and of Portugal.
_POSTCODE_ABROAD = r"(?:[0-9]{4}[ ]?[A-Z]{2}|[0-9]{2}-[0-9]{3}|[0-9]{3}[ ][0-9]{2}|[0-9]{4}-[0-9]{3})"
_ABROAD_BEHIND = r"\.?,[ ][<U>][<U><L>'\-]*(?:[ ][<U><L>][<U><L>'\-]*)"
# Behind `in`, where years stand: `Top 10 in 2023 Schweiz`
_POSTCODE_NO_YEAR = r"(?:[A-Z]{1,2}-)?(?:(?:1[0-8]|2[1-9]|[3-9][0-9])[0-9]{2,3}|(?:0[0-9]|19|20)[0-9]{3})"
ABROAD = shape(
    r"<CAP>(?:[ ](?:d[eao]s?[ ])?[<U><L>][<U><L>'\-]*\.?){0,3}[ ][0-9]{1,4}[A-Za-z]?"
    + _ABROAD_BEHIND
    + r"{0,3},[ ][0-9]{3,5}(?:[ \-][0-9A-Z]{2,4})?\b"
    # `Lange Reihe 14, 90402 Nürnberg`, `Oberdorf 78b in 9000 St. Gallen`
    + r"|(?:<CAP>[ ]){1,3}[0-9]{1,4}[A-Za-z]?(?:,[ ](?:(?:[A-Z]{1,2}-)?[0-9]{4,5}|"
    + _POSTCODE_ABROAD
    + r")|(?:[ ]in[ ]|[ ]?[/|][ ]|[ ][\-.\x7f][ ])"
    + _POSTCODE_NO_YEAR
    + r")[ ](?:St\.[ ])?[<U>][<L>]{2,20}"
    # `15230 Frankfurt (Oder)`, and no `9000 St. Gallen (Arbeitgeberin)`
    + r"(?:[ ]\((?:Oder|Main|Saale|Neckar|Breisgau"
    r"|Taunus|Westf(?:alen)?|Eifel|Rhein|Harz|Lahn|Sachsen|Tauber|Donau|Ruhr|Weser|Elbe|Spree|Mark)\))?"
)
# `Oberdorf 80`, and below it `8400 Winterthur`: two lines that hold nothing else.
ON_TWO_LINES = shape(
    r"(?:^|\n)[ \t>]{0,4}(?:<CAP>[ ]){1,3}[0-9]{1,4}[A-Za-z]?[ ]?\r?\n[ \t>]{0,4}"
    r"(?:[A-Z]{1,2}-)?[0-9]{4,5}[ ][<U>][<U><L>'\-./]{2,24}(?:[ ][<U><L>][<U><L>'\-./]{0,20}){0,3}[ ]?(?:\r?\n|$)"
)
ABROAD_PROBES = (
    shape(r"[0-9][A-Za-z]?" + _ABROAD_BEHIND + r"*,[ ][0-9]{3}"),
    shape(
        r"[0-9][A-Za-z]?(?:,|[ ]in|[ ]?[/|]|[ ][\-.\x7f])[ ](?:(?:[A-Z]{1,2}-)?[0-9]{4,5}|"
        + _POSTCODE_ABROAD
        + r")[ ][<U>]"
    ),
)
# `ADR;TYPE=HOME:;;Im Grund 4;Bern;;3012;CH`
CARD = rb"(?:^|\n)ADR[^:\n]{0,40}:[^\n]{6,160}"
# `meet me at Trollegade 12`, `the office is at Bygget 9`: behind what only places follow.
PLACED = shape(
    r"(?i:\b(?:address(?:es)?(?: is|:)|located at|lived? (?:in|at)|meet (?:me|you) at|taxi to|sent to|deliver(?:ed)? to"
    r"|office is at|arrived at))[ ](?:<CAP>[ ]){1,4}<NO>"
)
# `i live at 5289 peachtree street, boise id 83797`, `abito in via roma 29`: what is written in small letters throughout
# needs a word before it.
_SMALL_ITALIAN = rb"(?:via|viale|piazza|piazzale|corso|largo|vicolo|strada|contrada|borgo)"
PLACED_SMALL = (
    rb"(?i:\b(?:abit(?:o|a|iamo|ano|avo|ante)|viv(?:o|e|iamo)|resident[ei]|domiciliat[oa]|indirizzo(?: \xe8|:)?|sede"
    rb"|consegn(?:a|are|ate|ato)|spedi(?:re|to|te|sci)))[ ]"
    rb"(?:(?:sempre|ora|attualmente|da noi|\xe8)[ ])?(?:(?:in|a|al|presso)[ ])?"
    + _SMALL_ITALIAN
    + rb"[ ](?:[0-9]{1,2}[ ])?(?:[a-z\xdf-\xff'.]{1,20}[ ]){1,4}[0-9]{1,4}(?:/?[a-z]\b)?"
    rb"(?:,?[ ][0-9]{4,5}[ ][a-z\xdf-\xff']{2,20}(?:[ ]\([a-z]{2}\))?)?"
    rb"|(?i:\b(?:address(?:es)?(?: is|:)?|located at|liv(?:es?|ed|ing) at|moved (?:in)?to|sen[dt] (?:it )?to"
    rb"|(?:deliver|ship)(?:p?ed)? (?:it )?to|staying at))[ ][0-9]{1,5}[a-z]?[ ](?:[a-z0-9'\-]{1,20}[ ]){1,3}"
    rb"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|pl|terrace|close|crescent"
    rb"|circle|square|gardens|park|mews)\b(?:,?[ ](?:apt|unit|flat|#)\.?[ ]?[0-9a-z]{1,5}\b)?"
    rb"(?:,?[ ](?:[a-z]{2,16}[ ]?){1,3},?[ ](?:[a-z]{2}[ ][0-9]{5}|[a-z]{1,2}[0-9][0-9a-z]?[ ][0-9][a-z]{2})\b)?"
)
SMALL_STREET = re.compile(rb"[ ](?=[0-9]|" + _SMALL_ITALIAN + rb"[ ])")
"""What parts it from that word."""
# Post of the armed forces: a unit and a box, or a ship.
FORCES = shape(
    "(?:(?:PSC|Unit|CMR)[ ][0-9]{1,5},?[ ]?(?:<LINE>|[ ])?Box[ ][0-9]{1,6}|US(?:NS|S|CGC|NV)[ ](?:<CAP>[ ]?){1,3})"
    "(?:<LINE>|[ ])[AFD]PO,?[ ]A[AEP][ ][0-9]{5}"
)
TOWN_US = shape(f"(?:<CAP>[ ]){{0,2}}[<U>][<U><L>'\\-]+,?[ ]{_STATE}[ ]{{1,2}}[0-9]{{5}}(?:-[0-9]{{4}})?\\b")
# `950 W Fulton Market, Chicago, IL 60607`: a town that is sure makes a street of what stands before it.
LINE_US = shape(
    f"""
    [0-9]{{1,6}}[ ](?:{_COMPASS}[ ])?(?:<CAP>[ ]?){{1,4}}(?:[0-9]{{1,4}})?{_UNIT}?<LINE>
    (?:<CAP>[ ]?){{1,3}},[ ]{_STATE}[ ]{{1,2}}[0-9]{{5}}
    """
)
HOUSES = "(?:Cottage|House|Lodge|Farm|Farmhouse|Barn|Manor|Villa|Rectory|Vicarage|Grange|Bungalow|Croft)"
# `91 Kingsway, Leeds LS6 2AB`, `Flat 7, 96 Queen's Gate, London SW7 5JE`, `Ivy House, Mill Road, Leeds LS6 2AB`: the
# same before a British postcode.
LINE_GB = shape(
    rf"""
    (?:(?i:flat|apartment|apt|unit|suite)\.?[ ][0-9A-Za-z]{{1,5}},?[ ](?:[0-9]{{1,5}}[A-Za-z]?(?:-[0-9]{{1,4}})?,?[ ])?
    |[0-9]{{1,5}}[A-Za-z]?(?:-[0-9]{{1,4}})?,?[ ]
    |(?:<CAP>[ ]){{1,2}}{HOUSES}<LINE>)
    (?:<CAP>[ ]?){{1,4}}<LINE>(?:(?:<CAP>[ ]?){{1,3}}<LINE>){{0,2}}(?:<CAP>[ ]?){{0,3}}
    (?:(?:upon|on|under|in)[ ](?:the[ ])?<CAP>[ ]?)?(?:<LINE>|[ ])?
    [A-Z]{{1,2}}[0-9][0-9A-Z]?[ ][0-9][ABD-HJLNP-UW-Z]{{2}}\b
    """
)
# `47, Sector 18, Noida, Uttar Pradesh 201301`: a state or a large town of India before its six digits
TOWN_IN = shape(
    r"""
    \b(?:India|Andhra Pradesh|Assam|Bihar|Chandigarh|Chhattisgarh|(?:New )?Delhi|Goa|Gujarat|Haryana|Himachal Pradesh
    |Jharkhand|Karnataka|Kerala|Madhya Pradesh|Maharashtra|Odisha|Punjab|Rajasthan|Tamil Nadu|Telangana|Uttar Pradesh
    |Uttarakhand|West Bengal|(?:Navi )?Mumbai|Beng(?:aluru|alore)|Bangalore|Chennai|Kolkata|Hyderabad|Pune|Ahmedabad
    |Jaipur|Lucknow|Noida|Gur(?:gaon|ugram)|Kochi|Indore|Nagpur|Surat|Bhopal|Patna|Coimbatore|Mys(?:ore|uru)|Thane
    |Vadodara|Visakhapatnam|Ghaziabad|Faridabad)(?:[ ]?[,\-.]?[ ]?|[ ])[1-9][0-9]{2}[ ]?[0-9]{3}\b
    """
)
LINE_IN = (
    shape(
        r"""
        (?:(?i:flat|plot|house|h\.?|door|shop|villa|unit)[ ]?(?i:no\.?)?[ ]?[:#]?[ ]?)?[0-9]{1,4}[A-Za-z]?
        (?:[/\-][0-9]{1,4}[A-Za-z]?){0,3},?[ ](?:[<U>0-9][<U><L>0-9'.\- ]{1,30}(?:,[ ]|,?[ ]?\r?\n)){1,4}
        (?:[<U>][<L>]{2,20}(?:,[ ]|[ ])){0,2}
        """
    )
    + TOWN_IN
)
TOWN_US_PROBE = shape(f"[<U><L>],?[ ]{_STATE}[ ]{{1,2}}[0-9]{{5}}")

# A full stop ends the town, but for those inside a word (`St.Gallen`) and behind words that are always shortened.
_TOWN_WORD = "(?:(?:Ste?|Sta|Sto|S|Mt|Ft|Pt)\\.(?=[ ])|[<U>](?:\\.?[<U><L>'\\-/]){1,24})"
# What stands behind an address in a signature or on a card.
_NOT_TOWN = "(?!(?i:tel|tél|telefon|phone|fax|mobile?|natel|handy|mail|e-mail)\\b)"
TOWN = re.compile(
    shape(
        f"""
        [ ]?(?:<LINE>|[ ]|[ ]?[\\-|*/][ ]?|[ ][.\x7f][ ]|[ ]in[ ]|[ ]à[ ]|[ ]a[ ])
        (?:(?:(?:CH|D|A|F|I|FL|DE|AT|FR|IT|L)[ ]?-[ ]?)?[0-9]{{4,5}}|{_POSTCODE_ABROAD})[ ]{{1,2}}{_TOWN_WORD}
        (?:[ ](?:am|an|der|im|ob|bei|sur|en|les?|la|di|sul|de|{_NOT_TOWN}{_TOWN_WORD})){{0,3}}
        (?:[ ]?\\([A-Z]{{2}}\\)|[ ][A-Z]{{2}}\\b)?
        """
    )
)
TOWN_ENGLISH = re.compile(
    shape(
        f"""
        (?:[ ]?<LINE>(?:{_TOWN_WORD}[ ]?){{1,3}}){{0,3}}
        (?:[ ]?(?:<LINE>|[ ]{{1,2}})(?:[A-Z]{{2}}[ ]{{1,2}}
        (?:[0-9]{{5}}(?:-[0-9]{{4}})?|[A-Z][0-9][A-Z][ ]?[0-9][A-Z][0-9]\\b)
        |(?:NSW|VIC|QLD|SA|WA|TAS|NT|ACT)[ ]{{1,2}}[0-9]{{4}}\\b
        |[A-Z]{{1,2}}[0-9][0-9A-Z]?[ ]?[0-9][A-Z]{{2}}
        |[<U>][a-z]{{3,14}}[ ][0-9]{{5}}(?:-[0-9]{{4}})?
        |[0-9]{{5}}(?:-[0-9]{{4}}|[ ](?:{_TOWN_WORD}[ ]?){{1,2}})?))
        """
    )
)
# What a label announces: a street without a number, too.
STREET_ALONE = re.compile(
    rb"(?i)(?:rue|avenue|boulevard|chemin|route|place|impasse|quai|all\xe9e|via|viale|piazza|corso|vicolo|strada)[ ]"
    rb"[a-z\xdf-\xff' ]{3,60}$|[a-z\xdf-\xff]{3,40}(?:str\.|stra(?:ss|\xdf)e|gasse|weg|platz)$"
)
# A town alone is no address; behind its postcode it is the second half of one.
TOWN_ALONE = re.compile(
    rb"(?:(?:CH|D|A|F|I|DE|AT|FR|IT|FL|LI)[ \-])?(?:[0-9]{4,5}|[A-Z]{1,2}[0-9][0-9A-Z]?[ ]?[0-9][A-Z]{2})[ ]{1,2}"
    rb"[A-Z\xc0-\xde][A-Za-z\xc0-\xff'.\-/ ]{1,40}(?:\([A-Z]{2}\))?"
)

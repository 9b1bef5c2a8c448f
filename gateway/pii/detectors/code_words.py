"""What codes are called, and what they open: doors, safes, cards, accounts, telephones; in four languages."""

from __future__ import annotations

import re
from typing import Final

from gateway.pii.view import DIGITS

OPENED: Final = (
    rb"tresor|\bsafe\b|t\xfcr|\btor\b|garage|alarm|schlie(?:ss|\xdf)fach|lock ?box|\bvault|\bdoors?\b|\bgates?\b|keypad"
    rb"|padlock|bike lock|\blocker\b|digicode|portail|coffre|key ?box|schl\xfcssel(?:box|tresor|safe|k[a-z\xe4]+)"
    rb"|bo\xeetes? \xe0 cl\xe9s?|cassetta (?:delle|di) (?:chiavi|sicurezza)|\bporta\b|portone|cancello|allarme"
    rb"|cassaforte|briefkasten|mailbox|bo\xeete aux lettres|valigia|suitcase"
    rb"|lucchetto|badge|vorh\xe4nge|zahlenschloss|veloschloss|cadenas|antivol|\bspind\b|schranke"
    rb"|server ?(?:room|raum)|salle (?:des )?serveurs?|sala server|[a-z\xdf-\xff]schloss\b|serratura|serrure|antifurto"
)
KEYED: Final = (
    rb"(?:tape[rsz]?|compose[rsz]?|saisi(?:r|s|ssez)|digit(?:a|are|i)|inseri(?:re|sci)|enter|type(?: in)?|punch(?: in)?"
    rb"|key in"
    rb"|dial|(?:tippe?(?:st|n)?|dr\xfcck(?:en?|st)|w\xe4hl(?:en?|st))(?: (?:du|sie|man|ihr))?|geben sie|gibst du|gib"
    rb"|fai|premi|press|push|fais|faites|hit)"
)
_KINDS_OF_CODE = (
    rb"verification|confirmation|security|activation|one[ \-]time|access|entry|entrance|door|gate|alarm|safe|vault"
    rb"|locker|scratch|visitor|guest"
    rb"|lock|lock ?box|key ?box|keypad|garage|building|unlock|login|admin|administrator|disarm|auth|authentication"
    rb"|facebook|instagram|google|apple id|paypal|twint|revolut|telegram|[2m]fa|otp|sms|pin"
    rb"|backup|handy|natel|iphone|ipad|tablet|laptop"
    rb"|recovery|rescue|emergency|parental|screen[ \-]?time|voice ?mail|temporary|secret"
)
_OF_CODE_GERMAN = (
    rb"best\xe4tigungs|sicherungs|karten|verifizierungs|sicherheits|aktivierungs|einmal|zugangs|zutritts|t\xfcr|tor"
    rb"|alarm(?:anlagen)?"
    rb"|tresor|safe"
    rb"|eingangs|zutrittskontroll"
    rb"|freischalt|freigabe|entsperr|sperr|(?:un)?scharf|admin(?:istrator)?|pin|sms|backup|haust\xfcr|garagen?"
    rb"|wiederherstellungs|notfall|ersatz|geheim|zahlen|tasten|recovery|schlie(?:ss|\xdf)fach|authentifizierungs|login"
)
_OF_CODE_FRENCH = (
    rb"v\xe9rification|confirmation|s\xe9curit\xe9|validation|secours|r\xe9cup\xe9ration|d\xe9sarmement"
    rb"|d\xe9verrouillage"
    rb"|verrouillage|sauvegarde|connexion|(?:la |ma |sa |votre |notre )?(?:carte|porte|messagerie|sim|bo\xeete"
    rb"|tablette)"
    rb"|l'(?:alarme|immeuble|entr\xe9e|ascenseur)"
)
CODES: Final = (
    rb"\b(?:" + _KINDS_OF_CODE + rb")[ \-](?:codes?|combination)\b"
    rb"|(?:"
    + _OF_CODE_GERMAN
    + rb")-?(?:codes?|muster|kombination|zahl)\b|\bkenn-?(?:codes?|wortcode)\b|geheimnummer|\bpr(?:\xfc|ue)f(?:ziffer"
    rb"|nummer|zahl)\b|pr(?:\xfc|ue)f-?nr\b\.?"
    rb"|kartenpr(?:\xfc|ue)f(?:ziffer|nummer|zahl)"
    rb"|(?:meeting|besprechung|zoom|teams|webex|konferenz)[a-z]{0,3}[ \-](?:kennwort|passwort|password)"
    rb"|\b(?:codes?|codice) (?:\xe0|a|zu|mit) [0-9] (?:chiffres|cifre|digits|stellen)\b"
    rb"|\b[2m]fa[ \-](?:backup|recovery|rescue|secours|wiederherstellung)s?\b"
    rb"|\bpass-?codes?\b|\bunlock pattern|\b(?:recovery|rescue|backup)[ \-]keys?\b|(?:wiederherstellungs"
    rb"|notfall)schl\xfcssel"
    rb"|\b(?:three|3|four|4|drei|vier|trois|quatre|tre|quattro) (?:digits|numbers|ziffern|zahlen|chiffres|cifre)"
    rb" (?:on the (?:back|front)|auf der r\xfcckseite|au (?:dos|verso)|sul retro)\b|\bcode on the (?:back|front)\b"
    rb"|\bamex\b[^\n]*\bcid\b"
    rb"|\bcvv2?\b|[^a-z][ ]security number\b|\bcard security number\b"
    rb"|\bcvc2?\b|cryptogramme|\b(?:otp|one[ \-]time (?:pin|password|passcode))\b|(?-i:\b(?:m|i|push"
    rb"|photo|chip)?TAN\b)"
    rb"|\bcodes? (?:(?:confidentiels?|secrets?|personnels?|parental|provisoire|temporaire|otp|\xe0 usage unique|sms)\b"
    rb"|de (?:" + _OF_CODE_FRENCH + rb")"
    rb"|du (?:portail|coffre|badge|t\xe9l\xe9phone|b\xe2timent|cadenas|garage|local|digicode|parking|natel|portable)"
    rb"|d'(?:entr\xe9e|activation|acc\xe8s|authentification)"
    rb"|(?:carte|cb|portail|coffre|alarme|cadenas|immeuble|parking|badge|garage|porte|ascenseur|cave|hall"
    rb"|interphone|entr\xe9e)\b|administrateur\b|pin\b)"
    rb"|\bdigicode\b|\bcl\xe9 de (?:r\xe9cup\xe9ration|secours)|\bchiave di (?:recupero|ripristino)"
    rb"|\bcodic[ei] (?:(?:personale|temporane[oa]|provvisori[oa]|otp|sms|usa e getta|segret[oi]|amministrator[ei]"
    rb"|pin)\b"
    rb"|di (?:verifica|conferma|sicurezza|sblocco|attivazione|recupero|ripristino|backup|riserva|scorta|emergenza"
    rb"|accesso|blocco|autenticazione)"
    rb"|(?:(?:del(?:la |l'| )|di )(?:mia )?)?(?:porta|cancello|allarme|carta|cassaforte|bancomat|portone|segreteria"
    rb"|telefono|sim"
    rb"|cellulare|lucchetto|garage|cassetta|tessera|palazzo))"
)
# `Die PIN darf nicht 1234 lauten`: what nobody's is; and somebody's is in `The PIN must not be shared: 4711`.
_FORBIDDEN = re.compile(
    rb"(?i)\b(?:(?:darf|d\xfcrfen|soll(?:te)?n?) (?:nie|nicht)|(?:must|may|should|can) ?(?:not|never)(?: be)?"
    rb"|ne (?:doit|peut|devrait) (?:pas|jamais)(?: \xeatre)?|non (?:deve|pu\xf2|dovrebbe)(?: mai)?(?: essere)?)"
    rb"[ ][\"'`\xab]?$"
)
PINS: Final = rb"\b(?:p(?:in|uk)[12]?|(?:mon|ton|son|le|votre) nip)\b(?:-?(?:code|nummer|number))?"
_CODE = rb"\b(?:code|codice|kombination|combination|combinaison|combinazione|combi|combo)\b"
OPENING: Final = (
    rb"(?:"
    + OPENED
    + rb")[^\n.;:]{0,60}"
    + _CODE
    # `Kombination vom Tresor`, `code for the gate`
    + rb"|"
    + _CODE
    + rb"[ ](?:(?:vom|des|der|zum|zur|f\xfcrs?|f\xfcr (?:den|die|das)|du|de la|de l'|del|della|dell'|of the"
    rb"|for the|to the|to my|to our"
    rb"|de mon|de ma|di|for)[ ]?)?[a-z\xdf-\xff]{0,12}(?:" + OPENED + rb")"
    # `Tresor Büro: Kombination`, `ma carte bancaire, le code est`
    rb"|(?:"
    + OPENED
    + rb")[^\n.;:]{0,60}:[ ]"
    + _CODE
    + rb"|\b(?:carte (?:bancaire|bleue)|bankkarte|ec-karte|kreditkarte|debitkarte|bank card|debit card"
    rb"|carta di (?:credito|debito))[^\n.;:]{0,60}\b(?:code|codice)\b"
    rb"|\b(?:code|codice) (?:de (?:ma |la )?carte bleue|der (?:bank|ec-|kredit|debit)karte)"
)
"""A thing that is opened, and `code` near it."""

_WHOSE = (
    rb"the|my|your|our|his|her|their|der|den|dein|mein|ihr|sein|unser|le|mon|ton|son|votre|notre|il|mio|tuo|suo|nostro"
    rb"|vostro|new|neue[rn]?|nouveau|nuovo"
)
CODE_OF_SOMEBODY: Final = (
    rb"\b(?:"
    + _WHOSE
    + rb")[ ](?:[a-z\xdf-\xff\-]+[ ]){0,2}(?:code|codice|combination|combo|kombination|combinaison|combi)\b"
    rb"|\b(?:la|die)[ ](?:combinazione|kombination|combinaison)\b"
    rb"|[,;:(][ ](?:cod\.|code|codice|combo)\b|\bcod\.[ ]|code from (?:the |my )?authenticator"
)
"""`the code to my phone`, `…, code`: what it opens need not be said, as long as it is no code of something else."""
ORDINARY: Final = (
    rb"\b(?:error|fehler|erreur|errore|status|exit|return|zip|postal?e?\b|area|country|l\xe4nder|vorwahl|product"
    rb"|produ|artik"
    rb"|arti(?:cle|colo)|analyti|retour|promo"
    rb"|gutschein|discount|rabatt|r\xe9duction|sconto|coupon|voucher|source|quell|qr\b|bar\b|strich|colou?r|farb"
    rb"|couleur|hex"
    rb"|sort|swift|bic\b|bank ?code|tax|steuer|iso\b|nace|noga|icd|sic\b|cpt|tarif|customs|zoll|douan|track"
    rb"|order|bestell"
    rb"|commande|ordine|booking|buchung|reserv|hs\b|morse|civil|penal|p\xe9nal|penale|strada|route|commerc|travail"
    rb"|lavoro"
    rb"|dress|conduct|legacy|python|java|sample|example|beispiel|exemple|esempio|lines?\b|zeile|http|api\b|cas\b"
    rb"|unicode|ascii"
    rb"|catastal|fiscal|comune|station|airport|flight|train|course|kurs|cours|corso|class\b|diagnos|trouble|fault"
    rb"|st\xf6r|dtc"
    rb"|wrote|written|schrieb|geschrieben|\xe9crit|scritt|fonction|function|funktion|tests?\b|compil|debug|review"
    rb"|base\b)"
)
_NORM = re.compile(rb"\b(?:EN|DIN|ISO|SN|SIA|NF|UNI|IEC|VDE)[ \-]{0,2}$")
_PIN_OF_A_BOARD = re.compile(
    rb"(?:GPIO|BCM|PORT|AIN|ADC|DAC|PWM|LED|DIO|SPI|MISO|MOSI|SCLK|CLK|SDA|SCL|UART|RXD?|TXD?|VCC|GND|RST|INT)[0-9]{1,2}"
)


def is_nobodys(data: bytes, start: int, between: bytes, text: bytes) -> bool:
    """Whether what the word at `start` leads to is no code, but a word, the number of a norm, what must not be one, or
    `GPIO17` behind `PIN layout:`. `between`: what stands before it.
    """
    pin = data[start : start + 3].lower() == b"pin"
    wired = pin and _PIN_OF_A_BOARD.fullmatch(text) is not None
    return (
        wired or DIGITS.isdisjoint(text) or _FORBIDDEN.search(between) is not None or _NORM.search(between) is not None
    )

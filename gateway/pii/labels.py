"""What a label says of its value: JSON keys, form fields, column heads, parameters, in four languages.

A label is known by its last words: `customer_phone_number`, `Telefon (privat)`, `data di nascita`. What stands behind
them (`Nr.`, `1`, `work`) is left out first.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.pii.hashed_cache import cached_by_hash
from gateway.pii.tokens import WORDS

KINDS: dict[str, str] = {
    "person": """
        full name|vollständiger name|vor und nachname|vorname nachname|vorname name|name vorname|nachname vorname|
        nom complet|nom et prénom|nom prénom|prénom nom|prénom et nom|nome completo|nome e cognome|nome cognome|
        cognome nome|cognome e nome|contact name|contact person|kontaktperson|ansprechpartner|ansprechpartnerin|
        ansprechperson|personne de contact|interlocuteur|persona di contatto|referente|mitarbeiter|mitarbeiterin|
        mitarbeitende|employé|employée|collaborateur|collaboratrice|collaboratore|dipendente|kundenname|klient|
        klientin|patient|patientin|patiente|paziente|pat|paz|sachbearbeiter|sachbearbeiterin|verfasser|verfasserin|
        empfängerin|vorgesetzter|vorgesetzte|teilnehmende|attendees|attendee|présents|presenti|inhaberin|kontoinhaber|
        kontoinhaberin|account holder|cardholder|card holder|intestatario|mieter|mieterin|vermieter|vermieterin|
        locataire|bailleur|inquilino|locatore|conduttore|tenant|landlord|arbeitnehmer|arbeitnehmerin|salarié|salariée|
        lavoratore|lavoratrice|versicherter|versicherte|versicherte person|assuré|assurée|assicurato|assicurata|
        insured|policyholder|policy holder|gesuchsteller|gesuchstellerin|kläger|klägerin|beklagter|beklagte|zeuge|
        zeugin|plaintiff|defendant|witness|beneficiary|beneficiario|bénéficiaire|spouse|ehepartner|ehepartnerin|
        conjoint|conjointe|coniuge|emergency contact|notfallkontakt|contact d'urgence|signed by|gezeichnet|signatory|
        unterzeichner|approved by|geprüft von|erstellt von|created by|approuvé par|approvato da|assigned to|
        zugewiesen an|antragsteller|antragstellerin|demandeur|demandeuse|richiedente|candidate|bewerber|bewerberin|
        kandidat|kandidatin|candidat|candidato|candidata|applicant|author name|first and last name|user name full|
        real name|käufer|käuferin|verkäufer|verkäuferin|acheteur|vendeur|acquirente|venditore|passenger|passagier|
        passager|passeggero|schüler|schülerin|élève|étudiant|studente|médecin|medico|hausarzt|caller|anrufer|anruferin|
        betreuer|betreuerin|nom du client|nome del cliente|nom du patient|nome del paziente|nom de l'employé|fahrer|
        conducteur|conducente|eigentümer|eigentümerin|propriétaire|proprietario|schuldner|gläubiger|debtor|creditor|
        fullname|personname|nominativo|nomecognome|nomcomplet|versicherungsnehmer|versicherungsnehmerin|leasingnehmer|
        leasingnehmerin|rechnungsempfänger|rechnungsempfängerin|zahlungsempfänger|darlehensnehmer|darlehensnehmerin|
        darlehensgeber|darlehensgeberin|erziehungsberechtigte|elternteil|parent name|next of kin|guarantor|borrower|
        bürge|garant|garante|requester name|referee|allievo|allieva
        """,
    "anyone": """
        name|from|von|cc|bcc|to|an|à|manager|line manager|supérieur|responsable|responsabile|client|cliente|customer|
        kunde|kundin|sender|absender|absenderin|recipient|empfänger|destinataire|destinatario|expéditeur|mittente|
        signature|firma|person|personne|persona|owner|contact|kontakt|contatto|holder|student|guest|gast|ospite|
        reporter|halter|inhaber|titolare|titulaire|teilnehmer|participants|participant|partecipanti|unterschrift|
        anwesend|auteur|autore|gez|signed|driver|display name|displayname|doctor|arzt|seller|buyer|requester|assignee|
        employee|kontoinhaber name|initiator|reviewer|approver|payee|payer|remitter|attn|z hd|concerne|titular|present|
        apologies|attending|in attendance|absent|entschuldigt|abwesend|excusé|excusés|excusée|excusées|absents|assente|
        assenti|présent|présente|presente
        """,
    "name": """
        vorname|vornamen|nachname|familienname|rufname|geburtsname|ledigname|prénom|prénoms|nom|nom de famille|
        nom de naissance|nom d'usage|cognome|nome|first name|last name|surname|given name|given names|family name|
        middle name|maiden name|forename|firstname|lastname|fname|lname|givenname|given|family|familyname|prenom|
        nombre|nombres|apellido|apellidos|primer apellido|segundo apellido|middlename|surnames|nom marital|nom usuel|
        nome di battesimo|zuname|nickname|nom usage|nom de jeune fille|sn|nom famille|nom naissance|nm|nomfamille
        """,
    "phone": """
        tel|telefon|telefonnummer|telephone|phone|phone number|mobile|mobile phone|mobil|mobiltelefon|mobilnummer|
        handy|handynummer|natel|fax|telefax|téléphone|portable|telefono|cellulare|cell|cell phone|whatsapp|
        contact number|numéro de téléphone|durchwahl|msisdn|rufnummer|direktwahl|festnetz|landline|gsm|n° de téléphone|
        numero di telefono|recapito telefonico|tél|phonenumber|callback number|rückrufnummer|telefonnr|tel nr|sms|
        hotline|direct line|teléfono|móvil|celular|mobilephone|homephone|workphone|cellphone|mobil nr|notfallnummer|
        emergency number|tel privat|tel g|tel p|handynr|mobilenumber|phoneno|numéro de portable
        """,
    "email": """
        email|e mail|mail|courriel|correo|correo electrónico|emailaddress|e mail adresse|email address|mailadresse|
        posta elettronica|adresse e mail
        """,
    "date_of_birth": """
        geburtsdatum|geb|geb am|geb dat|gebdatum|geboren|geboren am|geburtstag|date of birth|dob|d o b|birth date|
        birthdate|birthday|born|born on|date de naissance|né le|née le|né e le|naissance|data di nascita|nato il|
        nata il|nascita|nato a il|birth|geburt|fecha de nacimiento|jahrgang|year of birth|geburtsjahr|anniversaire|
        compleanno|geb datum|gebdat|fecha nacimiento|fecha nac|fechanacimiento|né en|data nascita|datanascita|
        datenaissance|date naissance|date de naiss|date naiss|dateofbirth|birth day|born date|geburtstagsdatum|ddn|
        dat nasc|data nasc|dt naissance|birth dt|b day|bday|born at|geb tag|gebtag|date birth|dob dd mm yyyy|
        cumpleaños|birthdaydate|naiss|nasc|né e|nacimiento|né le à|geboorte|geboortedatum|data di nasc|geburtsdaten|
        geburtstage|dates de naissance|date di nascite|birth dates|year month day|datenaiss|nele|neele|natoil|natail|
        datanasc|luogo e data di nascita|lieu et date de naissance|geburtsort und datum|geboren in|né e le à|nato a
        """,
    "address": """
        adresse|anschrift|wohnadresse|address|street|street address|strasse|straße|strasse nr|rue|indirizzo|via|
        residenza|domicile|wohnort|wohnhaft|wohnhaft in|postadresse|lieferadresse|rechnungsadresse|billing address|
        shipping address|delivery address|home address|domicilio|address line|address1|address2|residence|
        privatadresse|adresse privée|adresse postale|adresse de livraison|adresse de facturation|
        indirizzo di residenza|indirizzo di casa|mailing address|postal address|domiciled at|zustelladresse|
        meldeadresse|heimadresse|wohnsitz|lives at|rés|streetaddress|location address|dirección|calle|domicilio fiscal|
        line1|line2|address line1|addressline1|homeaddress|mailingaddress|postaladdress|billingaddress|shippingaddress|
        deliveryaddress|addr|street1|street2|strasse hausnummer|strasse und nr|strassenname|via e numero|
        adresse complète
        """,
    "town": """
        ort|plz ort|city|zip city|town|ville|code postal ville|localité|npa localité|città|cap città|località|comune|
        stadt|gemeinde|commune
        """,
    "secret": """
        password|passwort|kennwort|mot de passe|mdp|pwd|passwd|pw|pass|passphrase|api key|apikey|secret|secret key|
        client secret|token|access token|auth token|refresh token|bearer token|private key|session token|credentials|
        zugangsdaten|parola chiave|parola d'ordine|chiave api|chiave segreta|clé api|clé secrète|jeton|geheimnis|
        schlüssel|api schlüssel|zugangscode|zugangspasswort|wlan passwort|wifi password|wi fi password|code d'accès|
        codice di accesso|db password|database password|root password|admin password|master key|encryption key|
        signing key|webhook secret|app secret|consumer secret|account key|sas token|authorization|einmalpasswort|
        initialpasswort|startpasswort|password key|api token|secret access key|aws secret access key|shared secret|pat|
        personal access token|pin|pin code|puk|cvv|cvc|security code|prüfziffer karte|pin nummer|code pin|codice pin|
        contraseña|clave|motdepasse|contrasena|smtp password|wifi code|code wifi|clé wifi|wifi key|wpa key|
        wlan schlüssel|psk|pre shared key|recovery code|backup code|otp secret|totp secret|access key|api secret|
        auth key|license key|lizenzschlüssel|clé de licence|chiave di licenza|credential|identifiants|credenziali|
        passcode|seed phrase|recovery phrase|bearer|client key|signing secret|secret token|deploy key|session secret|
        zugangsschlüssel|kartenprüfnummer|cryptogramme|tan|otp|private key id|totp seed|otp seed|2fa secret|mfa secret|
        parola d'accesso|2fa seed|mfa seed|wif|app passwort|app password|geheimzahl|geheimcode|entsperrcode|
        wiederherstellungscode|recovery codes|backup codes|recovery key|sicherheitsantwort|security answer|
        securityanswer|secret answer|antwort auf die sicherheitsfrage|réponse secrète|réponse de sécurité|
        risposta segreta|risposta di sicurezza|code de secours|code confidentiel|code secret|codice segreto|türcode|
        torcode|alarmcode|door code|gate code|alarm code|access code|entry code|kenncode|lösungswort|losungswort|
        codewort|code word|licence key|blattschutz|p w|pass wort|pass word|sas|sas key|pswd|psswd|passe|codice accesso|
        code accès|code porte|codice porta|codice allarme|code alarme|safe code|zutrittscode|haustürcode|tresorcode|
        parolachiave|parolasegreta|codesecret|wpa|wpa2|wpa3|parola segreta|password provvisoria|
        mot de passe provisoire|phrase secrète|phrase de récupération|credentials p|login p|auth p|creds p|account p|
        senha|wachtwoord|haslo|heslo|lösenord|salasana|adgangskode|passord|redis auth|clef api|clef secrète|authtok|
        verification code|bestätigungscode|code de vérification|codice di verifica|mfa code|2fa code|otp code|sms code|
        auth code|one time password|one time code|einmalcode|frase di recupero|frase segreta|mnemonic|code parental|
        voicemail pin|sim pin
        """,
    "passport": """
        passport|passport no|reisepass|reisepassnummer|passnummer|pass nr|passeport|passaporto|ausweisnummer|
        ausweis nr|ausweis|personalausweis|identity card|id card|carte d'identité|carta d'identità|passport number|
        id number|identitätskarte|numéro de passeport|numero di passaporto|numero passaporto|document number|
        travel document|perso|pasaporte|passnr|passport nr|passportnumber|passportno|passeport n|n passeport|
        n° passeport|ausweisnr|id no|pièce d'identité|documento d'identità|numero documento
        """,
    "license_plate": """
        kennzeichen|kontrollschild|nummernschild|autonummer|plaque|plaques|immatriculation|plaque d'immatriculation|
        targa|license plate|licence plate|number plate|plate|registration|registration number|autokennzeichen|
        kfz kennzeichen|plate number|targa auto|kfz|reg no|reg nr
        """,
}

_NAMING = "name Name key Key k field label title attribute system type"
_NAMED = "value Value v val valueString answer wert valeur valore valor antwort"
NAMING: Final = frozenset(_NAMING.split())
NAMING_OTHERWISE: Final = frozenset(("property", "kind", "typ", "art", "feld", "tipo", "campo", "champ"))
NAMED: Final = frozenset(_NAMED.split())
"""`{"name": "PASSWORD", "kind": "env", "value": "…"}`: what tells of another member, or does if no other tells; it."""

SESSIONS: Final = frozenset(("session", "sid", "connect.sid", "sessionid", "phpsessid", "jsessionid"))
"""What names a session, and opens it."""

# Behind the words that matter: a number, which of several, or of what sort.
_BEHIND = """
    admin root provisoire provvisoria provvisorio temporaire
    nr no nummer number num numéro numero n° privat private privé privato geschäft geschäftlich work home office büro
    prof professionnel bureau ufficio casa mobile mobil 1 2 3 4 i ii line value field str string text primary secondary
    haupt business direkt direct alt neu new old current like ilike plain plaintext cleartext klartext
    """
_TRAILING = frozenset(_BEHIND.split())
_OF_THINGS = """
    file product company model tool function class variable host domain table column field app project brand event group
    team package module parameter image branch repo repository database service server user nick display city country
    street bank department datei produkt firmen modell tabellen spalten projekt fichier produit entreprise société
    azienda prodotto nome script key tag job task step metric index schema topic queue course
    """
_NOT_PERSON = frozenset(_OF_THINGS.split())
_OPENING_NOTHING = """
    page next prev previous continuation sync delta pagination scroll cursor resume change skip eos bos pad unk mask sep
    cls start stop special end csrf xsrf forgery authenticity antiforgery
    """
_NO_SECRETS = frozenset(_OPENING_NOTHING.split())
"""Tokens that open nothing: places in a list, signs of models, guards of forms against forgery."""
_CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")
_GENDERED = re.compile(r"(?<=[a-zß-ÿ])/-?in(?:nen)?(?![a-zß-ÿ])")  # `Mitarbeiter/in`
_ASIDE = re.compile(r"(?<=[a-zß-ÿ])[ ]?\([^()]*\)[^0-9A-Za-zÀ-ÿ]*$")
# Of what stands in for a value nothing is said: `host, [SECRET]` above a row is no head.
_STANDS_IN = re.compile(rf"(?:^|\[)(?:{'|'.join(WORDS.values())})\]")
_BREAKS = re.compile(r"[^0-9A-Za-zÀ-ÿ'°]+")

# Whoever writes keys in ASCII transcribes: `empfaenger`, `beneficiaire`.
_TRANSCRIBED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_PLAIN = str.maketrans("àâäáãçéèêëíìîïñóòôöõúùûüß", "aaaaaceeeeiiiinooooouuuus")


def _spellings(label: str) -> set[str]:
    if len(label) < 4:
        return {label}
    return {label, label.translate(_TRANSCRIBED).translate(_PLAIN), label.translate(_PLAIN)}


_BY_LABEL = {
    spelling: kind
    for kind, text in reversed(KINDS.items())
    for label in " ".join(text.split()).split("|")
    for spelling in _spellings(label.strip())
}
# German puts the word that matters last: `Auftragsempfänger`, `Kundentelefon`.
_LAST = (
    "(?:empfänger|empfaenger|inhaber|nehmer|mieter)(?:in)?|telefon|handy|telefonnummer|geburtsdatum|adresse|anschrift"
    "|kennzeichen|passwort|password|passwd|kennwort|vorname|nachname"
)
_COMPOUNDS = re.compile(rf".{{3,}}?({_LAST})")
# `dbpass`, `smtppwd`, and no `compass`, no `Reisepass`.
_OF_PROGRAMS = (
    "(?:db|database|smtp|imap|pop|ftp|e?mail|user|usr|root|admin|my|sudo|ssh|vpn|wifi|wlan|ldap|sql|mysql|pg|postgres"
    "|mongo|redis|key|store|keystore|truststore|login|auth|app|api|proxy|bind|http|web|srv|svc|server|client|host"
    "|default|old|new|cur|master|rpc|mqtt|sip|rdp|vnc|nas|tmp|temp)(?:pass|pwd|pw)"
)
_PASS_OF_PROGRAMS = re.compile(_OF_PROGRAMS)
_SIMPLE = {"nehmer": "person", "empfänger": "person", "empfaenger": "person", "mieter": "person", "inhaber": "anyone"}
_SHORTEST_PLURAL = 4
_LONGEST = max(len(label.split()) for label in _BY_LABEL)


_BETWEEN = rb"[^0-9A-Za-z\xc0-\xff\xb0\n\t:=]"


def announced(behind: bytes) -> bytes:
    """An expression that occurs in a folded text wherever a label of some kind stands before what `behind` says."""
    between = _BETWEEN + b"*"
    phrases = sorted(_BY_LABEL)
    spaced = b"|".join(between.join(map(_written, phrase.split())) for phrase in phrases)
    inside = b"|".join(
        between.join((_capital(first), *map(_written, rest)))
        for first, *rest in map(str.split, phrases)
        if first[0].islower()
    )
    trailing = b"|".join(map(_written, sorted(_TRAILING - {*"1234"})))
    last = rb"[A-Za-z\xdf-\xff](?i:" + _LAST.encode("latin-1") + rb")|(?i:" + _OF_PROGRAMS.encode("latin-1") + rb")"
    labels = rb"(?:^|[^A-Za-z\xc0-\xff])(?i:" + spaced + rb")|[a-z\xdf-\xff](?:" + inside + rb")|" + last
    aside = rb"(?:\([^()\n]*\)" + between + rb")?"
    return (rb"(?:" + labels + rb")s?(?:/-?in(?:nen)?)?(?:" + between) + (
        rb"(?:(?i:" + trailing + rb")|[0-9]+))*" + between + aside + behind
    )


def _written(word: str) -> bytes:
    """RE2 takes small letters with accents for others than their capitals."""
    return b"".join(
        re.escape(letter.encode("latin-1"))
        if letter.isascii() or letter.upper() == letter or ord(letter.upper()[0]) > 255 or len(letter.upper()) > 1
        else b"[%s%s]" % (letter.encode("latin-1"), letter.upper().encode("latin-1"))
        for letter in word
    )


def _capital(word: str) -> bytes:
    return _written(word[0].upper()) + rb"(?i:" + _written(word[1:]) + rb")"


@cached_by_hash(8192)
def kind_of(label: str) -> str | None:
    """The kind of value that a label announces, if it is of a person."""
    if "]" in label and _STANDS_IN.search(label):
        return None
    kind = _kind_of(label)
    if kind is None and "/" in label and _GENDERED.search(label):
        return _kind_of(_GENDERED.sub("", label))
    if kind is None and "(" in label:  # `Geburtsdatum (TT.MM.JJJJ)`
        aside = _ASIDE.search(label)
        return _kind_of(label[: aside.start()]) if aside else None
    return kind


def _opens_nothing(before: list[str]) -> bool:
    """`next_page`, and no `password_change`, no `facebook_page`: there the word before it says of what."""
    return before[-2 if before[-1] in {"change", "page"} and before[1:] else -1] in _NO_SECRETS


def _kind_of(label: str) -> str | None:
    pieces = _BREAKS.split(_CAMEL.sub(" ", label).lower())
    words = [word for piece in pieces if (word := piece.strip("'"))]  # `'password' => …`, but `parola d'ordine`
    while (
        words
        and (words[-1] in _TRAILING or words[-1].isdigit())
        and len(words) > 1
        and " ".join(words) not in _BY_LABEL
    ):
        words.pop()
    for length in range(min(_LONGEST, len(words)), 0, -1):
        kind = _BY_LABEL.get(" ".join(words[-length:]))
        if kind:
            before = words[: len(words) - length]
            if kind in {"person", "anyone"} and before and before[-1] in _NOT_PERSON:
                return None
            if kind == "secret" and words[-1] == "token" and before and _opens_nothing(before):
                return None
            if kind == "name" and before and before[-1] in {"font", *_NOT_PERSON} and length == 1:  # `font-family`
                return None
            return kind
    joined = "".join(words[-2:])
    if len(words) > 1 and (kind := _BY_LABEL.get(joined)) and joined in label.lower():  # `geburtsDatum`, not `I B A N`
        return kind
    if words and _PASS_OF_PROGRAMS.fullmatch(words[-1]):
        return "secret"
    if words and words[-1].endswith("s") and len(words[-1]) > _SHORTEST_PLURAL:  # `birthdays`, but no `tokens`
        kind = _kind_of(" ".join((*words[:-1], words[-1][:-1])))
        return kind if kind != "secret" or words[-1].startswith("pass") else None
    compound = _COMPOUNDS.fullmatch(words[-1]) if words else None
    if compound:
        last = compound[1].removesuffix("in")
        return _SIMPLE.get(last) or _BY_LABEL.get(last)
    return None

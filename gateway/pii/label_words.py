"""The labels of each kind of value, in German, French, Italian, English and a little Spanish: `labels` reads them."""

from __future__ import annotations

from typing import Final

STREET_BESIDE_ITS_NUMBER: Final = "street name beside its number"
"""The label of a street whose number has a label of its own: no rule for streets has to know it."""

KINDS: Final[dict[str, str]] = {
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
        betreuer|betreuerin|frühdienst|spätdienst|nachtdienst|frühschicht|spätschicht|nachtschicht|
        nom du client|nome del cliente|nom du patient|nome del paziente|nom de l'employé|fahrer|
        conducteur|conductrice|conducente|lenker|lenkerin|conducteur a|conducteur b|
        conducente a|conducente b|fahrer a|fahrer b|driver a|driver b|tiers|third party|gegenpartei|unfallgegner|
        controparte|name des kindes|name d kindes|nom de l'enfant|nome del bambino|nome della bambina|child's name|
        child name|eigentümer|eigentümerin|propriétaire|proprietario|schuldner|gläubiger|debtor|creditor|
        fullname|personname|nominativo|nomecognome|nomcomplet|versicherungsnehmer|versicherungsnehmerin|leasingnehmer|
        leasingnehmerin|rechnungsempfänger|rechnungsempfängerin|zahlungsempfänger|darlehensnehmer|darlehensnehmerin|
        darlehensgeber|darlehensgeberin|erziehungsberechtigte|elternteil|parent name|next of kin|guarantor|borrower|
        bürge|garant|garante|requester name|referee|allievo|allieva
        """,
    "anyone": """
        name|nom|from|von|cc|bcc|to|an|à|manager|line manager|supérieur|responsable|responsabile|client|cliente|
        customer|kunde|kundin|sender|absender|absenderin|recipient|empfänger|destinataire|destinatario|expéditeur|mittente|
        signature|firma|person|personne|persona|owner|contact|kontakt|contatto|holder|student|guest|gast|ospite|
        reporter|halter|inhaber|titolare|titulaire|teilnehmer|participants|participant|partecipanti|unterschrift|
        anwesend|auteur|autore|gez|signed|driver|display name|displayname|doctor|arzt|seller|buyer|requester|assignee|
        employee|kontoinhaber name|initiator|reviewer|approver|payee|payer|remitter|attn|z hd|concerne|titular|present|
        apologies|attending|in attendance|absent|entschuldigt|abwesend|bearbeiter|bearbeiterin|zuständig|gestionnaire|
        incaricato|incaricata|pikett|pikettdienst|reperibile|reperibili|piquet|astreinte|diensthabend|
        excusé|excusés|excusée|excusées|absents|assente|assenti|présent|présente|presente|handler|case handler|
        caseworker
        """,
    "name": """
        vorname|vornamen|nachname|familienname|rufname|geburtsname|ledigname|prénom|prénoms|nom de famille|
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
        nata il|nascita|nato a il|birth|geburt|fecha de nacimiento|jahrgang|year of birth|geburtsjahr|birth year|
        birthyear|yob|geb jahr|gebjahr|geburtstag jahr|geburtstagjahr|geburts jahr|dob year|birth yr|
        year born|année de naissance|année naissance|anno di nascita|anno nascita|anniversaire|
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
        adresse complète|strt nm|adr line
        """,
    "street": STREET_BESIDE_ITS_NUMBER,
    "town": """
        ort|plz ort|city|zip city|town|ville|code postal ville|localité|npa localité|città|cap città|località|comune|
        stadt|gemeinde|commune|twn nm
        """,
    "secret": """
        password|passwort|kennwort|mot de passe|mdp|pwd|passwd|pw|pass|passphrase|api key|apikey|secret|secret key|
        client secret|token|access token|auth token|refresh token|bearer token|private key|session token|credentials|
        zugangsdaten|parola chiave|parola d'ordine|chiave api|chiave segreta|clé api|clé secrète|jeton|geheimnis|
        schlüssel|api schlüssel|zugangscode|zugangspasswort|wlan passwort|wifi password|wi fi password|code d'accès|
        codice di accesso|db password|database password|root password|admin password|master key|encryption key|
        signing key|webhook secret|app secret|consumer secret|account key|sas token|authorization|einmalpasswort|
        initialpasswort|startpasswort|password key|api token|secret access key|aws secret access key|shared secret|pat|
        personal access token|pin|pin code|puk|cvv|cvc|cvv2|cvc2|card cvv|card cvc|security code|
        prüfziffer karte|pin nummer|code pin|codice pin|
        contraseña|clave|motdepasse|contrasena|smtp password|wifi code|code wifi|clé wifi|wifi key|wpa key|
        wlan schlüssel|psk|pre shared key|recovery code|backup code|otp secret|totp secret|access key|api secret|
        auth key|license key|lizenzschlüssel|clé de licence|chiave di licenza|credential|identifiants|credenziali|
        passcode|seed phrase|recovery phrase|bearer|client key|signing secret|secret token|deploy key|session secret|
        zugangsschlüssel|kartenprüfnummer|cryptogramme|tan|otp|private key id|totp seed|otp seed|2fa secret|mfa secret|
        parola d'accesso|2fa seed|mfa seed|wif|psw|app passwort|app password|geheimzahl|geheimcode|entsperrcode|
        wiederherstellungscode|recovery codes|backup codes|recovery key|sicherheitsantwort|security answer|
        securityanswer|recovery answer|secret answer|antwort auf die sicherheitsfrage|réponse secrète|
        réponse de sécurité|risposta segreta|risposta di sicurezza|code de secours|code confidentiel|code secret|
        codice segreto|türcode|torcode|alarmcode|door code|gate code|alarm code|access code|entry code|kenncode|
        lösungswort|losungswort|
        codewort|code word|licence key|blattschutz|p w|pass wort|pass word|sas|sas key|pswd|psswd|passe|codice accesso|
        code accès|code porte|codice porta|codice allarme|code alarme|safe code|zutrittscode|haustürcode|tresorcode|
        parolachiave|parolasegreta|codesecret|wpa|wpa2|wpa3|parola segreta|password provvisoria|
        mot de passe provisoire|phrase secrète|phrase de récupération|credentials p|login p|auth p|creds p|account p|
        senha|wachtwoord|haslo|heslo|lösenord|salasana|adgangskode|passord|redis auth|clef api|clef secrète|authtok|
        verification code|bestätigungscode|code de vérification|codice di verifica|mfa code|2fa code|otp code|sms code|
        auth code|one time password|one time code|einmalcode|frase di recupero|frase segreta|mnemonic|code parental|
        voicemail pin|sim pin|password attempt|jeton d'accès|jeton d'api|token d'accès|token di accesso|gettone|
        gettone di accesso|freischaltcode|aktivierungscode|activation code|unlock code|code d'activation|
        codice di attivazione|codice di sblocco
        """,
    "passport": """
        passport|passport no|reisepass|reisepassnummer|passnummer|pass nr|passeport|passaporto|ausweisnummer|
        ausweis nr|ausweis|personalausweis|identity card|id card|carte d'identité|carta d'identità|passport number|
        id number|identitätskarte|numéro de passeport|numero di passaporto|numero passaporto|document number|
        travel document|perso|pasaporte|passnr|passport nr|passportnumber|passportno|passeport n|n passeport|
        n° passeport|ausweisnr|id no|pièce d'identité|documento d'identità|numero documento|
        passport num|passport id|pass no|passno|pp no|travel document no|travel doc no|reisepass nr
        """,
    "license_plate": """
        kennzeichen|kontrollschild|nummernschild|autonummer|plaque|plaques|immatriculation|plaque d'immatriculation|
        immat|targa|license plate|licence plate|number plate|plate|registration|registration number|autokennzeichen|
        kfz kennzeichen|plate number|targa auto|kfz|reg no|reg nr
        """,
}

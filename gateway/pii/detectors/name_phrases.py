"""What people write before names: greetings, farewells, roles, introductions, in four languages.

Each ends in the first letter of what may be a name.
"""

from __future__ import annotations

from gateway.pii.detectors.name_reading import LOWER, UPPER

GREETING = (
    rb"\b(?:Liebe[rs]?|Hallo|Hi|Hey|Hello|Dear|Cher|Ch\xe8re|Salut|Bonjour|Bonsoir|Ciao|Car[oa]|Gentile|Gr\xfcezi"
    rb"|Hoi|Moin|Servus|Salve|Buongiorno"
    rb"|Geehrte[rs]?|Egregi[oa]|Stimat[oa]|Guten (?:Tag|Morgen|Abend)|Good (?:morning|afternoon|evening)"
    rb"|Werte[rs]?)[ ]{1,2}[" + UPPER + rb"]"
)
# To RE2 an accent is no letter: no `\b` stands before it, and its capital is another.
_SOON = rb"|[\xe0\xc0][ ](?:plus(?: tard)?|bient\xf4t|demain|ce soir|tout \xe0 l'heure))"
FAREWELL = (
    rb"(?i)(?:\b(?:gr(?:\xfc|ue)(?:ss|\xdf)en?|gru(?:ss|\xdf)|gr\xfcessli|gruess|gr\xfcess|mfg|lg|hg|regards|sincerely"
    rb"|faithfully|truly|cheers|cordialement|salutations|bien \xe0 (?:vous|toi)"
    rb"|amiti\xe9s|saluti|cordialmente|un abbraccio|best|best wishes|all the best|many thanks"
    rb"|thanks|thank you|thx|danke|merci|grazie|vielen dank|besten dank|hochachtungsvoll|take care|warmly|respectfully"
    rb"|sinc\xe8rement|distinti|bises|bisous|baci|un bacio|a presto|love|yours|xoxo)" + _SOON + rb"[ ]?[,.!]?[ ]?"
    rb"(?:\r?\n[ \t>]{0,4}){1,3}(?-i:[" + UPPER + rb"])"
)
# The same on one line: `Bises, Clémence`. Only a known name at the end of its line is one there.
FAREWELL_LINE = (
    rb"(?i)(?:\b(?:gr(?:\xfc|ue)(?:ss|\xdf)e?|gru(?:ss|\xdf)|gr\xfcessli|gruess|gr\xfcess|mfg|lg|hg|vg|regards|sincerely"
    rb"|cheers|cordialement|salutations|bien \xe0 (?:vous|toi)|amiti\xe9s|bises|bisous|saluti"
    rb"|cordialmente|un abbraccio|baci|un bacio|best|thanks|thx|danke|merci|grazie|love"
    rb"|bonne (?:journ\xe9e|soir\xe9e)|bis (?:morgen|bald|sp\xe4ter|dann|gleich)|sch\xf6nen (?:tag|abend)"
    rb"|a (?:domani|presto|dopo|pi\xf9 tardi)|buona (?:giornata|serata)|see you(?: soon| then)?|talk soon)"
    + _SOON
    + rb"[ ]?[,.!]?[ ]{1,2}(?-i:["
    + UPPER
    + rb"])"
)
ROLE = (
    rb"(?i)(?:[^A-Za-z0-9\xc0-\xff](?:\xe9pouse|\xe9poux|\xe9tudiante?|\xe4rzt(?:in)?)|\b(?:kid|child|enfant|mitarbeiter(?:in)?|kolleg(?:e|en|in)|kund(?:e|en|in)|klient(?:in|en)?|patient(?:in"
    rb"|en|e)?"
    rb"|chef(?:in)?|gesch\xe4ftsf\xfchrer(?:in)?|nachbar(?:in|n)?|mandant(?:in|en)?"
    rb"|bewerber(?:in)?|mieter(?:in|s)?|anwalt|anw\xe4ltin|arzt|\xe4rztin|lehrer(?:in)?|sch\xfcler(?:in)?"
    rb"|kandidat(?:in|en)?|versicherte[rn]?|zeug(?:e|en|in)|ehemann|ehefrau|gattin|gatte"
    rb"|sohn|tochter|bruder|schwester|mutter|vater|freund(?:in)?|projektleiter(?:in)?|sachbearbeiter(?:in)?"
    rb"|vorgesetzte[rn]?|ansprechpartner(?:in)?|assistent(?:in)?|praktikant(?:in)?|lernende[rn]?"
    rb"|employee|colleague|customer|client|manager|ceo|cfo|cto|director|neighbou?r|tenant|landlord|lawyer|attorney"
    rb"|doctor|teacher|student|candidate|applicant|witness|husband|wife|son|daughter"
    rb"|brother|sister|mother|father|friend|boss|engineer|nurse|assistant|intern|contractor|plaintiff|defendant"
    rb"|claimant|author|founder|chairman|chairwoman|secretary|recruiter|contact"
    rb"|collaborat(?:eur|rice|ore)|coll\xe8gue|cliente?|directeur|directrice|locataire|avocate?|m\xe9decin"
    rb"|professeure?|\xe9tudiante?|candidate?|assur\xe9e?|t\xe9moin|mari|\xe9pouse|\xe9poux|fils|fille"
    rb"|fr\xe8re|s\xf8ur|soeur|m\xe8re|p\xe8re|amie?|voisine?|employ\xe9e?|salari\xe9e?|stagiaire|responsable"
    rb"|g\xe9rante?|comptable"
    rb"|collega|dipendente|direttore|direttrice|inquilin[oa]|avvocat[oa]|medico|professor(?:e|essa)"
    rb"|studente(?:ssa)?|candidat[oa]|assicurat[oa]|testimone|marito|moglie|figli[oa]"
    rb"|fratello|sorella|madre|padre|amic[oa]|vicin[oa]|responsabile|titolare|paziente|tirocinante"
    rb"|capo|mann|br\xe4utigam|braut|partner(?:in)?|lebenspartner(?:in)?|enkel(?:in)?|onkel|tante|cousine?"
    rb"|neffen?|nichte|gro(?:ss|\xdf)(?:mutter|vater)|oma|opa|schwager|schw\xe4gerin|k\xe4ufer(?:in)?"
    rb"|verk\xe4ufer(?:in)?|vermieter(?:in)?|fahrer(?:in)?|halter(?:in)?|inhaber(?:in)?|beistand|b\xfcrge"
    rb"|erblasser(?:in)?|arbeitnehmer(?:in)?|empf\xe4nger(?:in)?|darlehensnehmer(?:in)?|beklagte[rn]?"
    rb"|gesuchsteller(?:in)?|antragsteller(?:in)?|rechtsvertreter(?:in)?|kontaktperson|seller|buyer|borrower"
    rb"|lender|lessee|lessor|supervisor|wife|uncle|aunt|cousin|niece|nephew|grandmother|grandfather|fianc\xe9e?"
    rb"|roommate|passenger|driver|suspect|victim|guest|attendee|caller|beneficiary|guarantor|runner-up|winner"
    rb"|vendeu(?:r|se)|acheteu(?:r|se)|conduct(?:eur|rice)|passag[e\xe8]re?|propri\xe9taire|h\xe9riti[e\xe8]re?"
    rb"|garante?|oncle|ni\xe8ce|neveu|grand-m\xe8re|grand-p\xe8re|beau-p\xe8re|belle-m\xe8re|b\xe9n\xe9ficiaire"
    rb"|emprunteu(?:r|se)|bailleur|venditore|venditrice|acquirente|condut(?:tore|trice)|locatore|locatrice"
    rb"|beschuldigte[rn]?|angeklagte[rn]?|gesch\xe4digte[rn]?|unfallverursacher(?:in)?|lenker(?:in)?|docteure?"
    rb"|pr\xe9venue?"
    rb"|accus\xe9e?|imputat[oa]|vittima|passegger[oa]|garante|erede|zi[oa]|cugin[oa]|nipote|nonn[oa]|suocer[oa]"
    rb"|cognat[oa]|mutuatario"
    rb"|beneficiari[oa]|proprietari[oa]|assistito|signore|compagn[oa]|\bpa[zt]\.|spett\.(?:le)?|name on card"
    rb"|registered keeper|payee|utente|utilisat(?:eur|rice)|benutzer(?:in)?"
    rb"))[ :,]{1,2}(?-i:[" + UPPER + rb"])"
)
INTRODUCTION = (
    rb"(?i)\b(?:my name is|i am|i'm|this is|it's|its|name's|called|named|known as|calls? me|contact|ask for"
    rb"|speak (?:to|with)"
    rb"|reach out to|meet with|call|cc|from|signed by|written by|reported by"
    rb"|ich hei(?:ss|\xdf)e|mein name ist|ich bin|hier ist|genannt|namens|gezeichnet|gez\.|i\. ?a\.|i\. ?v\.|ppa\."
    rb"|vertreten durch|betreut von|unterzeichnet von|erstellt von"
    rb"|je m'appelle|je suis|mon nom est|appel\xe9e?|nomm\xe9e?|dit|c'est|repr\xe9sent\xe9e? par|sign\xe9 par"
    rb"|mi chiamo|sono|il mio nome \xe8|chiamat[oa]|di nome|rappresentat[oa] da|firmato da|a nome di|au nom de"
    rb"|(?:driven|hired|represented|led|managed|supervised|treated|examined|accompanied|interviewed|owned|requested"
    rb"|approved"
    rb"|painted|cleaned|repaired) by|(?:gelenkt|gefahren|behandelt|untersucht|begleitet|eingereicht|gemeldet"
    rb"|angestellt)"
    rb" (?:von|durch)|(?:conduite?|soign\xe9e?|engag\xe9e?|remplac\xe9e?|accompagn\xe9e?|d\xe9pos\xe9e?) par"
    rb"|(?:guidat|condott|assunt|curat|visitat|accompagnat)[oa] da|it was|c'\xe9tait|zuhanden"
    rb"|on behalf of|im namen von|zugunsten von|in favou?r of|[ai]n? favore di|bonifico (?:da|a)"
    rb"|(?:zelle|venmo|payment|transfer) (?:to|from)|z\. ?h\.|z\. ?hd\.|attn\.?:?|c/o"
    rb"|p\.a\.|att\.)[ :]{1,2}(?-i:[" + UPPER + rb"])"
)
# Before names and before much else: only a known name is one there.
MENTION = (
    rb"(?i)\b(?:account of|background check (?:for|on)|records? (?:of|for)|profile of|case of|belongs to|between"
    rb"|attention|bill(?:ed)? to|ship(?:ped)? to|sold to|payable to|name of|told|tell|met(?: with)?"
    rb"|according to|gem\xe4(?:ss|\xdf)|laut|zwischen|gespr\xe4ch mit|telefonat mit|adressiert an|zuhanden"
    rb"|ausgestellt auf|selon|entre|entretien avec|dossier de|compte de|rencontr\xe9|rendez-vous avec|colis \xe0"
    rb"|maladie de|kannst du|k\xf6nntest du|frage?|fragst du|bitte|ask|asked|demande[rz]? \xe0"
    rb"|chied(?:ere|ete|i|a) (?:a|di)"
    rb"|di(?:re|s|tes) \xe0|dire a|(?:maman|papa|m\xe8re|p\xe8re|fille|fils) de"
    rb"|(?:mamma|pap\xe0|madre|padre|figli[oa]) di|(?:mutter|vater|mama|papa|tochter|sohn) von"
    rb"|di' a|(?:num\xe9ro|adresse|anniversaire|mail|contrat|salaire|dossier) de|d'accord avec"
    rb"|(?:numero|indirizzo|compleanno|mail|contratto|stipendio) di|insieme a|\bcon"
    rb"|(?:[a-z\xdf-\xff]{0,12}nummer|adresse|geburtstag|mail|vertrag|lohn|gehalt|akte|dossier|zugang|konto) von"
    rb"|(?:(?:an|r\xfcck)?frage|r\xfcckmeldung|nachricht|antwort|feedback|ticket|wunsch|vorschlag|idee"
    rb"|gr(?:\xfc|u)(?:ss|\xdf)e?) von"
    rb"|(?:question|demande|message|r\xe9ponse|retour|proposition|la part|retraite|d\xe9part|pot) de|d'apr\xe8s"
    rb"|(?:domanda|messaggio|risposta|proposta|da parte|pensione) di|(?:question|request|reply|feedback|ticket) from"
    rb"|zusammen mit|besprochen mit|discuss(?:ed|ion) with|discut\xe9 avec|discusso con|pr\xe9ven(?:ir|ez)|pr\xe9viens"
    rb"|informe[rz]?|informiere?n?|avverti(?:re)?|avvisa(?:re)?|informa(?:re)?|inform|notify|sag(?:e|en|st)?|frag|rufe?|appelle[rz]?|chiama(?:re|te)?"
    rb"|(?:number|address|birthday|e-?mail|contract|salary|file) (?:of|for)|together with"
    rb"|follow up with|said|speak to|talk to|spoke with"
    rb"|remplac\xe9e? par|sostituit[oa] da|vertreten von|ersetzt durch|replaced by|assist\xe9e? (?:de|par)"
    rb"|(?:gift|present|card|poem|letter|e?mail|message|reply|note|invitation|parcel|package|delivery"
    rb"|appointment) (?:for|to)"
    rb"|(?:brief|mail|nachricht|karte|geschenk|antwort|absage|einladung|zulage|paket|termin) (?:an|f\xfcr)"
    rb"|(?:lettre|mail|message|cadeau|r\xe9ponse|carte|invitation|colis|rendez-vous) (?:\xe0|pour)"
    rb"|(?:lettera|mail|messaggio|regalo|risposta|biglietto|invito|pacco|appuntamento) (?:a|per)"
    rb"|secondo|tra|fra|pratica di|conto di|colloquio con|incontrato|vendut[oa] a|lavoro con|scrivi a"
    rb")[ :]{1,2}(?-i:[" + UPPER + rb"])"
)
# `la famille Weiss`, `the Burke family`: with a surname that is known.
FAMILY = rb"\b(?:[Ff]amille|[Ff]amiglia)[ ][" + UPPER + rb"]|\b[Tt]he[ ][" + UPPER + rb"][^ \n]{2,24}[ ]family\b"
# What nobody says but before a name: here it needs no list.
NAMING = (
    rb"(?i)\b(?:my name is|ich hei(?:ss|\xdf)e|mein name ist|je (?:m'appelle|me nomme)|mon nom est|mi chiamo"
    rb"|il mio nome \xe8|(?:si )?(?:attesta|certifica) che|(?:fattura|ricevuta|fatture) (?:da intestare )?a nome di"
    rb"|da intestare a|i\. ?a\.|i\. ?v\.|ppa\.|gez\.|namens|lautend auf|im namen von|z\. ?hd\.|attn\.?:?"
    rb"|everyone calls me"
    rb"|(?:mutter|vater|frau|mann|tochter|sohn|schwester|bruder|chef(?:in)?|er|sie) hei(?:ss|\xdf)t|qui s'appelle"
    rb"|che si chiama|whose name is|(?:maiden|last|first|full) name is|surname is|people call me"
    rb"|your (?:last |first |full |sur)?name\?(?: user:)?|name on the (?:account|card)\?(?: user:)?"
    rb"|(?:partner|husband|wife|mother|father|son|daughter|friend)'s (?:maiden |full )?name(?: is|,)?"
    rb"|(?:my|her|his) (?:maiden|birth) name|mon nom de jeune fille|mein (?:m\xe4dchen|ledig)name"
    rb"|au nom de|intestat[oa] a|in the name of|under the name of)[ :]{1,2}(?-i:[" + UPPER + rb"])"
)
# A name before its address of mail: `Kasimir Drechsler <k.drechsler@…>`.
_LETTERS = UPPER + LOWER
DISPLAYED = (
    rb"[" + UPPER + rb"][" + _LETTERS + rb"'.\-]{1,24}(?:,?[ ][" + _LETTERS + rb"][" + _LETTERS + rb"'.\-]{0,24}){1,3}"
    rb"[\"']?[ ]{0,2}(?:<|&lt;|\[mailto:|\()[A-Za-z0-9._%+\-]{1,64}@"
)
DISPLAYED_PROBE = rb"[A-Za-z\xc0-\xff.][\"']?[ ]{0,2}(?:<|&lt;|\[mailto:|\()[A-Za-z0-9._%+\-]{1,64}@"
# `hier schreibt levin lüthi`, `frau nguyen`: in small letters, where only names on the lists are meant.
SPOKEN_BOTH = (
    rb"(?i)\b(?:hier (?:ist|schreibt|spricht)|ich bin(?: der| die)?|c'est|ici|je suis|sono"
    rb"|qui parla|parla|this is|i'm|i am|it's)"
    rb"[ ]{1,2}(?-i:[a-z\xdf-\xff]{2,20}[ ](?:v[ao]n |de |di |le )?[a-z\xdf-\xff]{2,20})"
)
SPOKEN_TITLE = (
    rb"\b(?:frau|herrn?|hr|fr|docteure?|monsieur|madame|mme|mlle|signora?|dottor(?:essa)?|dott|dr|mr|mrs|ms)\.?[ ]"
    rb"(?:v[ao]n |de |di |le )?[a-z\xdf-\xff]{3,20}"
)
SPOKEN = (
    rb"(?i)\b(?:my name is|ich hei(?:ss|\xdf)e|mein name ist|je m'appelle|mi chiamo|mon nom est"
    rb"|il mio nome \xe8)[ ]{1,2}[a-z\xdf-\xff]{2,20}(?:[ ][a-z\xdf-\xff]{2,20})?"
)

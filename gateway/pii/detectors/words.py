"""Words that begin with a capital and are no names, and words that stand beside names."""

from __future__ import annotations

import re

from gateway.pii.detectors.given_names import GIVEN, WORDS
from gateway.pii.folding import fold
from gateway.pii.linear import compiled


def word_set(text: str) -> frozenset[str]:
    return frozenset(fold(word).decode("latin-1") for word in text.split())


# A name ends before one of these; a title or a greeting before one of these greets no person.
NO_NAMES = word_set(
    """
    pourquoi perché
    der die das den dem des ein eine einen einer eines und oder aber nicht ist sind war wir ihr sie er es ich du mein
    meine dein unser unsere ihre ihren ihrem seine bitte danke für mit von zu bei auf im in am an aus nach vor über
    unter durch gegen ohne um als wenn dass weil wie was wer wo wann warum hat haben hatte wird werden wurde kann
    können muss müssen soll sollen darf dürfen le la les un une des du de et ou mais est sont nous vous il elle je tu
    mon ma mes votre vos notre nos leur leurs ce cette ces avec pour dans sur sous par chez sans il lo gli i uno una e
    o ma sono è noi voi lei lui io tu mio mia suo sua con per da nel nella sul the a an and or but is are was were we
    you he she they it i my your his her their our this that these those with for from to of on in at by as if when
    where who what why how has have had will would can could should may might must please thanks thank dear hello
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday januar februar märz mai juni juli oktober dezember montag dienstag mittwoch
    donnerstag freitag samstag sonntag janvier février mars avril juin juillet août septembre octobre novembre
    décembre lundi mardi mercredi jeudi vendredi samedi dimanche gennaio febbraio marzo aprile maggio giugno luglio
    agosto settembre ottobre novembre dicembre lunedì martedì mercoledì giovedì venerdì sabato domenica herr herrn
    frau herren familie mr mrs ms miss mx dr prof monsieur madame mme mlle signor signora sig dott avv präsident
    präsidentin direktor direktorin doktor professor professorin bundesrat bundesrätin minister ministerin kollege
    kollegin kolleginnen kollegen team alle zusammen leute freunde kunde kundin kunden kundinnen damen herren
    mitarbeiter mitarbeitende president director doctor minister colleagues colleague friends customer customers all
    everyone everybody folks guys sir madam there world hiring manager recruiter support helpdesk committee board
    plz zip arrêt
    members member user users reader readers chair council président présidente directeur directrice docteur ministre
    collègue collègues équipe client clients cliente amis tous toutes madame monsieur messieurs mesdames mademoiselle
    maître tout tutti tutte team colleghi colleghe collega cliente clienti amici signori signore signora signor
    dottore direttore direttrice presidente ministro chatgpt claude gemini copilot siri alexa llama mistral assistant
    ai bot gpt google apple microsoft amazon straße strasse street avenue road lane drive platz place weg gasse allee
    ring rue via piazza corso viale chemin firma gmbh ag sa sàrl srl spa ltd llc inc corp company group holding kg ohg
    ug verein stiftung bank versicherung universität university universität hochschule institut institute college
    school schule école università ospedale spital hospital klinik clinic hôpital museum theater award prize preis
    prix premio stadion stadium airport flughafen station bahnhof gare park tower bridge river lake mountain valley
    island islands beach bay county city state republic kingdom church cathedral foundation association society league
    cup world open project programm program system service services department abteilung vertrag rechnung bericht
    protokoll antrag brief anfrage offerte angebot kündigung zeugnis mandat geschäft konto adresse telefon mail datum
    betreff anhang anlage neue neuer neues alle diese dieser folgende weitere mehrere andere eigene
    contract invoice report letter request offer account address phone date subject attachment
    contrat facture rapport lettre demande offre compte adresse téléphone objet contratto fattura rapporto lettera
    richiesta offerta conto indirizzo telefono data oggetto grüsse grüße gruss regards salutations saluti cordialement
    sincerely best kind cheers viele liebe freundliche herzliche street's day's law theorem effect algorithm
    distribution test model method equation function process engine tree filter transform satz gesetz theorie prinzip
    effekt verfahren modell klausel frist gasse tal berg see fluss
    welche welcher welches welchem welchen jede jeder jedes jeden jedem manche solche sämtliche beide viele einige keine
    eltern parents genitori nachbarn nachbarinnen voisins voisines neighbours neighbors mieterinnen
    locataires inquilini tenants gäste invités guests mitglieder membres bewohner bewohnerinnen habitants
    kein keiner eure deren dessen quel quelle quels quelles chaque plusieurs certains certaines aucun aucune toute
    toutes quale quali quella quelli questo questa questi queste ogni alcuni alcune nessuno nessuna molti molte tutto
    mustermann musterfrau normalverbraucher
    d'après hallo chef chefin student studentin étudiant étudiante studente studentessa tochter dottor candidature
    candidatura
    which whose each every some any several both either neither such here then also however therefore because since
    while before after between although during until
    """
)

# Behind a name they make it that of an organisation, a place or a thing.
_THINGS = """
    ag gmbh sa sàrl srl spa ltd llc inc corp company group holding kg ohg ug plc co bank versicherung universität
    university hochschule
    institut institute college school stiftung foundation award prize preis stadion stadium airport station park tower
    bridge river lake
    museum theater theatre hospital spital klinik cup street avenue road strasse straße square center centre law
    theorem algorithm
    distribution test effect equation transform filter principle paradox platz gasse weg allee hotel hotels inn
    restaurant café cafe airlines motors records studios pictures collection edition show series saga trilogy novel
    film movie album konzert symphonie sonate preis gletscher pass gipfel schule gymnasium
    denkmal brunnen
    line lines linie linien ligne lignes linea linee grade class klasse type typ
    kantine halle saal zimmer station syndrome disease syndrom krankheit theatre festival league trophy
    analytics control systems tracking journey management operations relations success experience engagement
    api apis sdk cli app apps protocol protocols library libraries package packages module modules framework platform
    plugin extension toolkit tool tools parser compiler scheduler runtime server database pipeline workflow workspace
    dashboard wrapper client bot bots agent chatbot node nodes python javascript typescript kotlin node.js sql html css
    json xml yaml yml rest http https cms crm erp gps usb led lcd hdmi pro plus ultra mini lite beta alpha online
    online-shop cloud desktop mobile web website internet email inbox icon icons theme font fonts vision lab labs
    technologies technology technologie technologien solutions solution lösungen consulting partners partnership
    logistics industries products produkte prodotti produits energy pharma biotech robotics capital ventures
    insurance assurances assicurazioni versicherungen immobilien reisen travel tours touristik druck verlag editions
    éditions edizioni press books magazine zeitung journal herald tribune times gazette radio television tv channel
    pictures entertainment games gaming sports racing motor motors cars automobile aviation railway railways
    foods food beer beers bier brauerei brewery winery weingut coffee tea chocolate chocolates cheese bread salad soup
    sauce pizza pasta pie cake cocktail sandwich burger toast salat suppe torte kuchen brot käse wurst risotto
    insalata zuppa salsa torta formaggio vino weine wines sponge pudding
    desert ocean coast sea bay gulf strait peninsula forest woods creek springs heights hills plateau wüste ozean meer
    küste wald moor insel inseln kap golf halbinsel désert océan mer forêt île îles deserto oceano mare foresta
    isola isole penisola
    act bill amendment doctrine treaty agreement convention protocolo abkommen vertrag konvention initiative
    award awards medal oscar emmy grammy nobel pulitzer marathon open masters championship olympics
    criterion index scale score constant coefficient number numbers sequence series conjecture hypothesis
    lemma inequality inequation distribution process machine matrix determinant polynomial integral
    paradox dilemma razor cycle diagram curve regression estimator kernel space group algebra geometry manifold
    cipher hash code codes encryption key keys
    reaction acid oxide process cell cells virus fever palsy sign reflex procedure maneuver technique therapy
    era epoch dynasty empire age war wars battle revolution uprising rebellion crisis affair scandal massacre
    brücke
    church cathedral abbey chapel temple mosque synagogue palace castle tower gate bridge tunnel canal dam
    telescope observatory spacecraft rover satellite mission class cruiser destroyer submarine
    window windows chair table lamp desk shelf sofa mattress bag watch watches shoes boots jacket jeans dress shirt
    hat perfume parfum cream shampoo soap razors
    """
THINGS = word_set(_THINGS)

# Before a given name they make it that of a place, a ship or a product.
LEADS = word_set(
    """
    san santa santo são sankt st st. saint sainte ste monte mont mount mt mt. lake lac lago val valle valley piz pizzo
    cape fort port villa palazzo casa castello château chateau schloss burg hotel hôtel isola île rio río ponte porta
    collège college lycée liceo école scuola istituto ospedale clinique hôpital stadio stade teatro théâtre musée
    museo basilica chiesa église cathédrale rifugio cima punta capo golfo hurricane typhoon hurrikan uss hms apache
    microsoft google aws azure yandex amazon samsung nintendo ikea modell model modello modèle operation aktion
    radio café cafe bar restaurant ristorante fondation fondazione rue boulevard piazza piazzale viale vicolo
    """
)
# Before a name of one word they make it that of a car, a dish, a law or a disease; whoever has two is somebody.
LEADS_OF_ONE_WORD = word_set(
    """
    lex loi legge morbus maladie malattia syndrom syndrome sindrome lampe lampada lamp stuhl chaise sedia chair tisch
    tavolo sofa robe salade tarte torte pêche poire birne beef eggs renault škoda skoda peugeot citroën opel fiat
    salle sala saal room methode méthode metodo method jacke hose kleid veste pantalon giacca pantaloni abito cuvée
    chrysler toyota honda storm sturm orkan tempête tempesta ouragan uragano
    """
)

# Before a given name: whoever rules or is revered is in every book of history.
RULERS = word_set(
    """
    queen king kaiser kaiserin könig königin prinz prinzessin prince princess zar zarin papst pope emperor empress
    sultan sultan roi reine re regina principe principessa papa imperatore imperatrice empereur impératrice pape duke
    duchess duc duchesse duca duchessa herzog herzogin lord saint heilige heiliger apostel apostle apôtre apostolo
    pharao pharaoh pharaon faraone tsar czar
    """
)

# In front of a name that nobody knows they make it that of a thing.
ARTICLES = word_set("the this that le les un une das ein")

PARTICLES = word_set(
    "von van der den de du des di da del della dei degli le la lo zu zur zum vom ter ten dos das do el al bin ibn abu"
    " ben e y"
)


def is_nominal(word: str) -> bool:
    """A German noun by its ending, or an English or Romance one by hers: no surname looks like that, but short ones."""
    return len(word) > 6 and word.endswith(
        (
            "ung",
            "ungen",
            "heit",
            "keit",
            "schaft",
            "tion",
            "tionen",
            "ität",
            "nis",
            "ismus",
            "ment",
            "ments",
            "ness",
            "tions",
            "zione",
        )
    )


# Words that stand before or as a surname in names of places, firms and things.
COMMON = word_set(
    """
    san new old north south east west upper lower great big little grand saint santa port fort mount cape golden
    silver red blue green black white royal national international european american british english french german
    italian swiss spanish chinese russian latin roman greek modern ancient general public private central global
    digital social human natural open free super smart fast first second third last next final main key top best good
    bad high low long short early late deep wide united federal supreme high court house white street wall hill hills
    wood woods stone field fields day night king queen prince princess duke lord lady saint pope sir annual weekly
    daily monthly quarterly sales marketing human customer machine deep data cloud software hardware linear neural
    artificial science computer graduate master bachelor senior junior chief vice executive assistant project product
    account sales happy merry christmas easter thanksgiving independence memorial labor columbus veterans victory
    liberty pride prejudice romeo star trek wars harry game thrones rings power love life death good morning evening
    afternoon night black friday cyber monday wall silicon valley hong kong los angeles las vegas rica puerto
    rico sri lanka el salvador buenos aires rio grande baden württemberg sachsen nordrhein westfalen mecklenburg
    native pure binary optional embedded full complete simple basic advanced professional premium standard classic
    original official unofficial custom default active passive dynamic static virtual remote local regional internal
    external mobile online offline open closed hybrid parallel distributed sierra monty aws azure apache
    """
)

# What prompts begin with: no name, whatever stands behind it.
ASKED_FOR = word_set(
    """
    write explain compare summarise summarize describe translate draft create generate list give make show tell find
    solve compute calculate prove derive evaluate analyse analyze discuss define rewrite rephrase refactor review
    improve fix debug convert format extract classify rank sort plot design build implement use using read run call
    plan suggest recommend name identify outline check verify correct edit proofread shorten expand simplify answer
    imagine act pretend assume consider let see note add remove replace install import export configure deploy test
    send ask contact email reply schedule book order buy sell open close start stop visit meet join follow
    schreibe schreib erkläre erklär vergleiche beschreibe übersetze fasse erstelle generiere liste nenne gib zeige
    finde löse berechne beweise bewerte analysiere diskutiere definiere formuliere überarbeite prüfe verbessere
    korrigiere kürze ergänze ordne sortiere entwirf plane empfiehl beantworte lies nutze verwende suche stelle mache
    mach erzähle interpretiere kommentiere schildere begründe conjugue conjugaison coniuga
    écris écrivez explique expliquez compare comparez résume résumez décris décrivez traduis traduisez rédige rédigez
    crée créez génère donne donnez fais faites liste trouve calcule calculez résous démontre analyse analysez définis
    propose proposez corrige corrigez reformule améliore cite raconte présente vérifie classe organise imagine
    scrivi scrivete spiega spiegami confronta riassumi descrivi traduci crea genera dai dammi fai fammi elenca trova
    calcola risolvi dimostra analizza definisci proponi correggi riformula migliora cita racconta presenta verifica
    apply turn provide prepare mention choose pick rate assess estimate predict optimise optimize learn study
    ordina organizza immagina redigi prepara suggerisci commenta consigliami consiglia erzähl schlage
    bilan parafrasi riassunto zusammenfassung steckbrief comparaison confronto vergleich synthèse
    charakterisiere caractérise caractérisez caratterizza characterise characterize conjugate konjugiere
    """
)

# Cars, programs and shops that are called like somebody.
THINGS_SO_CALLED = word_set(
    """
    mercedes giulia giulietta zoe clio megane ariel dolce elsa lidia aida titanic carmen otto emma galeria amelia
    cortana watson hugo astra andromeda athena apollo zeus hermes thor loki marvin eliza sophia bard kafka cassandra
    max-planck ella delia titus hera olympia felix celeste franca marina iris travis mégane megane polo leon zoé
    rho tau phi psi kappa sigma lambda theta epsilon omega
    """
)
# What may be born and is no human being: `the association, née en 1987`.
_BORN_THINGS = (
    rb"association|azienda|entreprise|soci\xe9t[\xe9a]|societ\xe0|\bditta|company|firma|start-?up|verein|team"
    rb"|\bband\b|stadt"
    rb"|\bville|citt\xe0|\xe9cole|scuola|schule|t\xe9l\xe9vision|televisione|(?-i:\bbrand|\bmarque|\bchurch|\bchiesa)|marchio|marke|projekt"
    rb"|project|projet"
    rb"|progetto|gruppo|groupe|group|bank(?:en)?\b|(?-i:banks\b)|banque|banca|\bclub|museum|mus\xe9e|museo|universit[a-z\xe0-\xff]*|idea"
    rb"|id\xe9e|idee|gmbh|\bag\b"
    rb"|s\.?r\.?l|(?-i:\bSA\b)|(?:\b|pfarr)kirche|(?:^|[ '])\xe9glise|internet|"
    rb"language|sprache|langue|lingua|festival|fondation"
    rb"|fondazione"
    rb"|stiftung|foundation|organi[sz]ation|partei|party|parti\b|partito|zeitung|journal|giornale|contrat|contratto"
    rb"|contract|vertrag|mutuo|prestito|\bpr\xeat|\bloans?\b|\blease"
    rb"|\bbail|garantie|garanzia|warranty|hypothek|mortgage|kredit|anleihe|\bbond|release|software|product|produkt"
    rb"|\bapp"
)
_SAYS_THINGS = compiled(rb"(?i)" + _BORN_THINGS)
_OF_A_THING = re.compile(rb"(?i)(?:" + _BORN_THINGS + rb")(?:s|en|n|e)?(?![a-z\xdf-\xff])[^.;!?\n]{0,32}$")
# Somebody else than the firm: `between Dupraz SA and Chloé Jeanneret, née …`, `Vertrag mit Frau Meier, geb. …`,
# `a contract with a woman born …`.
_CAPITAL = rb"[A-Z\xc0-\xde][A-Za-z\xdf-\xff'\-]{1,24}"
_ANOTHER_IS_BORN = re.compile(
    rb"(?:(?:(?:[,;:]| und| and| et| e| sowie)[ ]|[ ]?\()(?:"
    + _CAPITAL
    + rb"[ ](?:(?:von|van|de|di|da|del|du|zu|der)[ ]){0,2}){1,3}"
    + _CAPITAL
    + rb"|(?:\bHerrn?|\bFrau|\bM\.|Mme|Monsieur|Madame|\bSig\.(?:ra)?|[Ss]ignora?|\bMrs?\.?|\bMs\.?)"
    rb"(?:[ ]" + _CAPITAL + rb"){1,3}"
    rb"|(?i:\b(?:man|woman|boy|girl|child|son|daughter|mann|frau|kind|sohn|tochter|homme|femme|fils|fille|enfant|uomo"
    rb"|donna|figli[oa])))[, (]{0,3}$"
)
# Whoever is something there: `Kunde der Bank, geb. …`, `cheffe de projet, née …`, `project manager, born …`.
_ROLE = (
    rb"(?:kund|mitarbeiter|angestellte|leiter|chef|inhaber|direktor|mitglied|pr\xe4sident|gr\xfcnder|berater|vertreter"
    rb"|verwalter|f\xfchrer|prokurist|lehrer|sch\xfcler|student|aktion\xe4r|gesellschafter|responsable|directeur|directrice"
    rb"|employ|membre|client|pr\xe9sident|fondat|g\xe9rant|associ|collaborat|secr\xe9taire|capo|responsabile|direttor"
    rb"|direttric|dipendente|impiegat|soci[oa]|membro|presidente|titolare|manager|head|director|member|customer|owner"
    rb"|founder|president|chair|engineer|lead|partner|teacher|player|officer|analyst|assistant)[a-z\xdf-\xff]{0,6}"
)
_IN_A_ROLE = re.compile(
    rb"(?i)\b(?:[a-z\xdf-\xff]{2,16})?"
    + _ROLE
    + rb"[ ](?:(?:de|du|des|der|of|at|in|bei|vom|von|da|dell[ao]|del|di)[ ])?"
    rb"(?:(?:la|the|der|our|einer?|una?|une)[ ])?(?:de l'|d'|dell'|all')?(?:" + _BORN_THINGS + rb")[^.;!?\n]{0,32}$"
    rb"|(?:" + _BORN_THINGS + rb")[ \-]" + _ROLE + rb"[, (]{0,3}$"
)
_TWO_NAMES = re.compile(rb"(" + _CAPITAL + rb")[ ]{1,2}(" + _CAPITAL + rb")[, (]{0,3}$")
_REACH = 72


def is_no_human(data: bytes, start: int) -> bool:
    """Whether what stands before a place is of an association, a firm, a contract."""
    since = max(0, start - _REACH)
    # Of so many words RE2 tells in linear time that none stands there, as in most cases.
    if not _SAYS_THINGS.occurs(data[since:start]) or _OF_A_THING.search(data, since, start) is None:
        return False
    return not _another_is_born(data, since, start)


def _another_is_born(data: bytes, since: int, start: int) -> bool:
    if _ANOTHER_IS_BORN.search(data, since, start) or _IN_A_ROLE.search(data, since, start):
        return True
    named = _TWO_NAMES.search(data, since, start)
    names = [name.decode("latin-1").lower() for name in named.groups()] if named else []
    return any(name in GIVEN and name not in WORDS for name in names)

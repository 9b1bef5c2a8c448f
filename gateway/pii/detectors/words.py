"""Words that begin with a capital and are no names, and words that stand beside names."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.pii.folding import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word).decode("latin-1") for word in text.split())


# A name ends before one of these; a title or a greeting before one of these greets no person.
NO_NAMES = _words(
    """
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
    film movie album konzert symphonie sonate preis gletscher pass gipfel schule gymnasium denkmal brunnen
    kantine halle saal zimmer station syndrome disease syndrom krankheit theatre festival league trophy
    """
THINGS = _words(_THINGS)

PARTICLES = _words(
    "von van der den de du des di da del della dei degli le la lo zu zur zum vom ter ten dos das do el al bin ibn abu"
    " ben e y"
)

# Names that are known to all the world name nobody's customer: by themselves, where nobody else bears them.
FAMOUS = _words(
    """
    einstein shakespeare goethe mozart beethoven galilei napoleon bonaparte churchill gandhi mandela obama trump biden
    macron putin zelensky hitler stalin lenin nietzsche plato aristotle socrates sokrates platon aristoteles cicero
    caesar cleopatra picasso monet michelangelo raffael rembrandt lovelace knuth torvalds stallman dijkstra feynman
    hawking riemann gödel schrödinger heisenberg zuckerberg orwell tolkien rowling hemingway kafka dürrenmatt voltaire
    molière sartre proust messi ronaldo maradona pelé beckham presley beyoncé puccini vivaldi machiavelli mussolini
    berlusconi columbus magellan gamgee baggins skywalker zwingli pestalozzi giacometti corbusier bovary quasimodo
    valjean pinocchio geppetto tolstoi tolstoy dostojewski dostoevsky tschechow chekhov puschkin pushkin nabokov
    cervantes hitchcock kubrick spielberg tarantino warhol dalí gogh vermeer kandinsky haydn chopin debussy tschaikowsky
    pythagoras archimedes euclid euklid kepler galileo kopernikus copernicus descartes leibniz spinoza balzac flaubert
    stendhal rimbaud baudelaire petrarca boccaccio ariosto ungaretti pirandello montesquieu voldemort dumbledore gandalf
    zarathustra jesus buddha
    """
)
_FAMOUS_NAMES = """
    isaac newton|charles darwin|marie curie|pierre curie|johann bach|sebastian bach|dante alighieri|
    abraham lincoln|karl marx|sigmund freud|immanuel kant|alan turing|john neumann|john von neumann|
    claude shannon|carl gauss|friedrich gauss|leonhard euler|david hilbert|niels bohr|max planck|enrico fermi|
    nikola tesla|thomas edison|elon musk|jeff bezos|bill gates|steve jobs|sam altman|jane austen|
    charles dickens|mark twain|thomas mann|heinrich mann|hermann hesse|max frisch|jean-jacques rousseau|
    victor hugo|albert camus|emile zola|émile zola|jules verne|roger federer|rafael nadal|michael jordan|
    michael jackson|john lennon|paul mccartney|taylor swift|giuseppe verdi|gioachino rossini|italo calvino|
    alessandro manzoni|giacomo leopardi|giuseppe garibaldi|cristoforo colombo|marco polo|harry potter|
    sherlock holmes|james bond|homer simpson|bart simpson|martin luther|martin luther king|jean calvin|
    johannes calvin|henri dunant|henry dunant|wilhelm tell|guillaume tell|guglielmo tell|maurits escher|
    paul klee|friedrich schiller|angela merkel|olaf scholz|george washington|thomas jefferson|alexandre dumas|
    paul verlaine|jean racine|pierre corneille|eugène ionesco|italo svevo|umberto eco|federico fellini|
    bertolt brecht|günter grass|heinrich böll|rainer rilke|heinrich heine|theodor storm|theodor fontane|
    georg büchner|gotthold lessing|gebrüder grimm|brüder grimm|jacob grimm|wilhelm grimm|hans andersen|
    henrik ibsen|jorge borges|gabriel márquez|pablo neruda|federico lorca|charlie chaplin|walt disney|
    albrecht dürer|richard wagner|johannes brahms|franz schubert|robert schumann|clara schumann|franz liszt|
    maurice ravel|gustav mahler|johann strauss|richard strauss|edgar poe|allan poe|edgar allan poe|
    herman melville|walt whitman|william faulkner|scott fitzgerald|john steinbeck|virginia woolf|james joyce|
    oscar wilde|lord byron|john keats|william wordsworth|emily brontë|charlotte brontë|conan doyle|arthur doyle|
    agatha christie|louis pasteur|gregor mendel|alfred nobel|michael faraday|james maxwell|james watt|
    blaise pascal|david hume|john locke|denis diderot|john keynes|maynard keynes|milton friedman|theodor adorno|
    jürgen habermas|hannah arendt|marilyn monroe|elvis presley|david bowie|freddie mercury|bob dylan|bob marley|
    lady gaga|tom cruise|brad pitt|george clooney|queen elizabeth|queen victoria|king charles|king arthur|
    prince harry|princess diana|lady diana|joe biden|donald trump|barack obama|hillary clinton|bill clinton|
    ronald reagan|margaret thatcher|tony blair|boris johnson|emmanuel macron|charles de gaulle|de gaulle|
    françois mitterrand|nicolas sarkozy|helmut kohl|konrad adenauer|willy brandt|otto bismarck|otto von bismarck|
    karl der grosse|peter pan|robin hood|ronja räubertochter|anne frank|nelson mandela|rosa parks|neil armstrong|
    juri gagarin|yuri gagarin|tim cook|satya nadella|sundar pichai|linus torvalds|guido rossum|guido van rossum|
    grace hopper|ada lovelace|donald knuth|tim berners-lee|dennis ritchie|emma bovary|effi briest|romeo montague|
    elizabeth bennet|jay gatsby|oliver twist|david copperfield|tom sawyer|huckleberry finn|robinson crusoe|
    dorian gray|don quijote|don quixote|don juan|don giovanni|leonardo da vinci|da vinci|jeanne d'arc|van gogh|
    simone biles|charles gaulle|leonardo vinci|jeanne arc|wilhelm busch|julius bär|goldman sachs|morgan stanley|
    paris hilton|serena williams|ralph lauren|tommy hilfiger|jim beam|johnnie walker|johnny walker|levi strauss|
    jack daniel|jack daniels|calvin klein|hugo boss|giorgio armani|christian dior|louis vuitton|saint laurent|
    coco chanel|karl lagerfeld|michael kors|jimmy choo|captain morgan|harley davidson|alfa romeo|aston martin|
    mercedes benz|enzo ferrari|henry ford|ben jerry|jean paul gaultier|paul gaultier|frank miller|stella artois|
    santa claus|san pellegrino|dom perignon|lewis hamilton|michael schumacher|sebastian vettel|diego maradona|
    cristiano ronaldo|lionel messi
    """
FAMOUS_NAMES = frozenset(
    fold(" ".join(name.split())).decode("latin-1") for name in " ".join(_FAMOUS_NAMES.split()).split("|")
)


def is_famous(words: Sequence[str]) -> bool:
    """Whether a row of small words holds a name that is known to all the world."""
    if any(word in FAMOUS for word in words):
        return True
    ends = range(2, len(words) + 1)
    return any(" ".join(words[begin:end]) in FAMOUS_NAMES for end in ends for begin in (end - 2, max(0, end - 3)))


# Behind a title they are of a book, a film, a shop or a proverb.
TITLED = _words(
    """
    pepper clean bean robot bovary holle ober darcy hyde jekyll spock doolittle strange zhivago schiwago mabuse faustus
    butterfly tussauds tussaud doubtfire potato muscle peanut kipling whippy magoo dalloway tiggywinkle poppins marple
    columbo incredible wonderful chips deeds miyagi freeze house who seuss dre oetker hauschka perfect right mond sonne
    tod chauchat pompadour récamier sans-gêne hulot tartuffe seguin propre fantozzi frankenstein doe biedermann
    jedermann bonaparte tell figaro freud bombast
    """
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
COMMON = _words(
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
    afternoon night black friday cyber monday wall silicon valley hong kong los angeles las vegas costa rica puerto
    rico sri lanka el salvador buenos aires rio grande baden württemberg sachsen nordrhein westfalen mecklenburg
    """
)

"""Whom newspapers of Switzerland and its neighbours name: athletes, politicians, artists, drinks called after somebody.

As `listed_figures`: two or three words, without particles, in small letters, and nobody who is called like many others.
"""

from __future__ import annotations

_ATHLETES = """
    valentino rossi|murat yakin|ottmar hitzfeld|köbi kuhn|stéphane chapuisat|ciriaco sforza|yann sommer|manuel akanji|
    breel embolo|haris seferović|remo freuler|dan ndoye|denis zakaria|hakan yakin|alisha lehmann|lia wälti|
    ana-maria crnogorčević|nino schurter|jolanda neff|marlen reusser|nicola spirig|daniela ryf|mujinga kambundji|
    ditaji kambundji|gregor deschwanden|dario cologna|beat feuz|bernhard russi|maria walliser|wendy holdener|
    loïc meillard|gino caviezel|franjo von allmen|franjo allmen|alexis monney|carlo janka|didier défago|
    lara gut-behrami|gut behrami|sofia goggia|federica brignone|marcel hirscher|henrik kristoffersen|aleksander kilde|
    franz klammer|ingemar stenmark|aksel svindal|bode miller|deborah compagnoni|dominik paris|petra vlhová|
    ilka štuhec|tina maze|rosi mittermaier|maria höfl-riesch|katja seizinger|markus wasmeier|felix neureuther|
    sven hannawald|ryoyu kobayashi|stanislas wawrinka|timea bacsinszky|jakob hlasek|viktorija golubic|
    angelique kerber|alexander zverev|matteo berrettini|lorenzo musetti|fabio fognini|flavia pennetta|
    francesca schiavone|jasmine paolini|iga świątek|aryna sabalenka|daniil medvedev|jimmy connors|chris evert|
    gaël monfils|jo-wilfried tsonga|amélie mauresmo|marion bartoli|caroline garcia|mesut özil|lukas podolski|
    marco reus|jamal musiala|florian wirtz|kai havertz|joshua kimmich|ilkay gündogan|karl-heinz rummenigge|
    julian nagelsmann|hansi flick|oliver kahn|andreas brehme|mario götze|berti vogts|otto rehhagel|didier deschamps|
    paul pogba|olivier giroud|hugo lloris|karim benzema|just fontaine|raymond kopa|laurent blanc|fabien barthez|
    lilian thuram|ousmane dembélé|aurélien tchouaméni|antoine dupont|sébastien chabal|alessandro piero|
    gianluigi donnarumma|andrea pirlo|franco baresi|dino zoff|fabio cannavaro|filippo inzaghi|giorgio chiellini|
    nicolò barella|luciano spalletti|arrigo sacchi|giovanni trapattoni|marcello lippi|gigi riva|vincenzo nibali|
    filippo ganna|federica pellegrini|gregorio paltrinieri|marcell jacobs|gianmarco tamberi|valentina vezzali|
    pietro mennea|francesco bagnaia|marc márquez|jorge lorenzo|casey stoner|carlos sainz|jenson button|nico rosberg|
    jackie stewart|juan fangio|gilles villeneuve|jacques villeneuve|jo siffert|neel jani|sébastien buemi|
    marcel fässler|sébastien loeb|sébastien ogier|hugo koblet|tony rominger|alex zülle|remco evenepoel|wout aert|
    mathieu poel|primož roglič|peter sagan|mark cavendish|laurent fignon|julian alaphilippe|thibaut pinot|
    romain bardet|ian thorpe|léon marchand|florence joyner|haile gebrselassie|kenenisa bekele|emil zátopek|
    paavo nurmi|mondo duplantis|armand duplantis|sergei bubka|renaud lavillenie|julius yego|viktor röthlin|
    tadesse abraham|larry bird|victor wembanyama|luka dončić|nikola jokić|giannis antetokounmpo|joe frazier|
    george foreman|connor mcdavid|roman josi|nico hischier|nino niederreiter|kevin fiala|jaromír jágr|
    alexander owetschkin|sven andrighetto|joel wicki|jörg abderhalden|matthias glarner
"""
_PUBLIC_LIFE = """
    anne boleyn|catherine parr|jane seymour|anne autriche|anna österreich|margherita savoia|maria antonietta|
    marie-antoinette france|giulio cesare|jules césar|julius cäsar|catherine howard|anne clèves|eleanor aquitaine|
    aliénor aquitaine|isabella castiglia|isabelle castille|elisabeth österreich|antonio gramsci|henri dufour|
    élisabeth baume-schneider|kaspar villiger|joseph deiss|moritz leuenberger|kurt furgler|willi ritschard|
    hans-peter tschudi|ruth metzler|didier burkhalter|eveline schlumpf|cédric wermuth|mattea meyer|thierry burkart|
    jürg grossen|balthasar glättli|marcel dettling|magdalena martullo-blocher|roger köppel|dick marty|fulvio pelli|
    martin schlegel|sergio ermotti|daniel vasella|severin schwan|brady dougan|tidjane thiam|joe ackermann|
    josef ackermann|nick hayek|peter brabeck|ernst beyeler|paul sacher|christian lindner|markus söder|horst seehofer|
    karl lauterbach|sahra wagenknecht|gregor gysi|alice weidel|wolfgang schäuble|franz strauss|kurt kiesinger|
    walter ulbricht|erich honecker|egon krenz|hans-dietrich genscher|richard weizsäcker|johannes rau|joachim gauck|
    christian wulff|roman herzog|sebastian kurz|karl nehammer|bruno kreisky|jörg haider|alexander bellen|
    heinz strache|valéry giscard d'estaing|giscard d'estaing|lionel jospin|pierre mendès-france|robert badinter|
    marine pen|jean-marie pen|jean-luc mélenchon|édouard philippe|gabriel attal|élisabeth borne|michel barnier|
    françois bayrou|françois fillon|manuel valls|ségolène royal|anne hidalgo|rachida dati|bruno maire|jordan bardella|
    dominique strauss-kahn|jacques delors|bettino craxi|matteo salvini|carlo ciampi|palmiro togliatti|luigi einaudi|
    elly schlein|beppe grillo|luigi maio|gianni agnelli|enrico mattei|adriano olivetti|liz truss|nigel farage|
    jeremy corbyn|clement attlee|benjamin disraeli|william gladstone|jd vance|tim walz|pete buttigieg|justin trudeau|
    jacinda ardern|pedro sánchez|mariano rajoy|josé zapatero|francisco franco|hugo chávez|nicolás maduro|lula silva|
    jair bolsonaro|javier milei|recep erdogan|recep erdoğan|kemal atatürk|mustafa atatürk|viktor orbán|donald tusk|
    lech wałęsa|lech walesa|vaclav havel|václav havel|josip tito|slobodan milošević|nikita chruschtschow|
    dmitri medwedew|wolodymyr selenskyj|volodymyr zelensky|xi jinping|deng xiaoping|narendra modi|shinzo abe|
    kim jong-un|kim il-sung|kofi annan|ban ki-moon|antónio guterres|haile selassie|desmond tutu|patrice lumumba|
    kwame nkrumah|papst franziskus|jean-claude juncker|josé barroso|roberta metsola|kaja kallas|mark rutte|
    jens stoltenberg
"""
_ARTISTS = """
    charles lewinsky|ben stiller|checco zalone|yotam ottolenghi|ulrich mühe|annette bening|joe dassin|polo hofer|
    kuno lauener|stephan eicher|dj bobo|andreas vollenweider|toni vescoli|henri dès|pipo pollina|emil steinberger|
    kaya yanar|massimo rocchi|peach weber|hazel brugger|peter bichsel|martin suter|lukas bärfuss|franz hohler|
    adolf wölfli|sophie taeuber|max bill|le corbusier|jacques herzog|pipilotti rist|h.r. giger|hr giger|bruno ganz|
    mathias gnädinger|walo lüönd|liselotte pulver|maximilian schell|alain tanner|claude goretta|fredi murer|
    xavier koller|marthe keller|jean-stéphane bron|ella maillart|philippe jaccottet|ágota kristóf|agota kristof|
    isabelle eberhardt|francesco borromini|domenico fontana|marina abramović|ai weiwei|damien hirst|jeff koons|
    yayoi kusama|louise bourgeois|niki phalle|cindy sherman|annie leibovitz|sebastião salgado|henri cartier-bresson|
    cartier bresson|robert doisneau|robert capa|helmut newton|ansel adams|edith sitwell|iris murdoch|doris lessing|
    zadie smith|sally rooney|kazuo ishiguro|salman rushdie|ian mcewan|julian barnes|hilary mantel|cormac mccarthy|
    thomas pynchon|don delillo|joyce oates|alice munro|roberto saviano|gianni rodari|guillaume musso|bernard werber|
    virginie despentes|michel tournier|romain rolland|boris vian|raymond queneau|georges perec|nathalie sarraute|
    alain robbe-grillet|saint-exupéry|gaston leroux|maurice leblanc|daniel kehlmann|bernhard schlink|uwe johnson|
    thomas bernhard|peter handke|elias canetti|sibylle berg|wolfgang hildesheimer|sebastian fitzek|otfried preußler|
    jojo moyes|john grisham|john le carré|ken follett|henning mankell|stieg larsson|jo nesbø|camilla läckberg|
    selma lagerlöf|knut hamsun|august strindberg|isabel allende|vargas llosa|julio cortázar|clarice lispector|
    josé saramago|orhan pamuk|yaşar kemal|chinua achebe|wole soyinka|chimamanda adichie|banana yoshimoto|kenzaburo oe|
    yukio mishima|han kang|mo yan|liu cixin|rabindranath tagore|arundhati roy|khaled hosseini|jean-pierre jeunet|
    louis malle|jacques tati|robert bresson|luc besson|agnès varda|claude lelouch|jacques audiard|julie delpy|
    juliette binoche|isabelle huppert|isabelle adjani|audrey tautou|marion cotillard|omar sy|vincent cassel|
    jean dujardin|lino ventura|jean-louis trintignant|simone signoret|yves montand|nanni moretti|paolo sorrentino|
    matteo garrone|giuseppe tornatore|gabriele salvatores|dario argento|bernardo bertolucci|monica bellucci|
    claudia cardinale|gina lollobrigida|carlo verdone|toni servillo|pierfrancesco favino|rainer werner fassbinder|
    volker schlöndorff|fatih akin|tom tykwer|florian donnersmarck|michael haneke|ernst lubitsch|billy wilder|
    friedrich murnau|leni riefenstahl|ingmar bergman|lars trier|aki kaurismäki|pedro almodóvar|luis buñuel|
    penélope cruz|antonio banderas|javier bardem|akira kurosawa|hayao miyazaki|wong kar-wai|bong joon-ho|
    park chan-wook|satyajit ray|andrei tarkowski|sergei eisenstein|francis coppola|david fincher|denis villeneuve|
    guillermo toro|greta gerwig|kathryn bigelow|coen brothers|clark gable|vivien leigh|gary cooper|cary grant|
    bette davis|judy garland|fred astaire|ginger rogers|gene kelly|buster keaton|stan laurel|oliver hardy|
    laurel hardy|bud spencer|terence hill|klaus kinski|heinz rühmann|hape kerkeling|thomas gottschalk|günther jauch|
    dieter bohlen|heidi klum|claudia schiffer|naomi campbell|kate moss|mylène farmer|francis cabrel|
    jean-jacques goldman|michel sardou|claude françois|charles trenet|gilbert bécaud|yves duteil|renaud séchan|
    alain souchon|laurent voulzy|vanessa paradis|patrick bruel|pascal obispo|zaho sagazan|aya nakamura|jane birkin|
    france gall|sylvie vartan|nana mouskouri|mireille mathieu|juliette gréco|léo ferré|boby lapointe|
    adriano celentano|gianna nannini|eros ramazzotti|zucchero fornaciari|gianni morandi|francesco guccini|
    francesco gregori|franco battiato|pino daniele|antonello venditti|luciano ligabue|tiziano ferro|mina mazzini|
    ornella vanoni|rino gaetano|umberto tozzi|toto cutugno|al bano|romina power|annalisa scarrone|reinhard mey|
    konstantin wecker|wolf biermann|marius müller-westernhagen|müller-westernhagen|nena kerner|peter maffay|
    andreas gabalier|howard carpendale|costa cordalis|freddy quinn|hans albers|vicky leandros|max raabe|max giesinger|
    sarah connor|annette humpe|hildegard bingen|clara haskil|dinu lipatti|martha argerich|yehudi menuhin|
    david oistrach|anne mutter|igor levit|cecilia bartoli|placido domingo|plácido domingo|josé carreras|
    montserrat caballé|jessye norman|arturo toscanini|claudio abbado|riccardo muti|riccardo chailly|
    herbert von karajan|wilhelm furtwängler|simon rattle|nikolaus harnoncourt|hans zimmer|philip glass|arvo pärt|
    steve reich|karlheinz stockhausen|pierre boulez|béla bartók|zoltán kodály|leoš janáček|bedřich smetana|
    carl nielsen|manuel falla|isaac albéniz|domenico scarlatti|arcangelo corelli|tomaso albinoni|giovanni pergolesi|
    luigi boccherini|luigi cherubini|pietro mascagni|ruggero leoncavallo|umberto giordano|charles gounod|
    jules massenet|camille saëns|jacques offenbach|franz lehár|robert stolz|heinrich biber|johann pachelbel|
    dietrich buxtehude|billy joel|art garfunkel|simon garfunkel|neil young|neil diamond|joan baez|patti smith|
    debbie harry|george michael|boy george|phil collins|roger waters|syd barrett|robert plant|pete townshend|
    ray charles|otis redding|sam cooke|bo diddley|fats domino|jerry lewis|roy orbison|hank williams|willie nelson|
    kris kristofferson|john denver|chet atkins|dave brubeck|count basie|benny goodman|glenn miller|nat cole|
    nat king cole|bing crosby|sammy davis|harry belafonte|robbie williams|sinéad o'connor|bono vox
"""
_THINKERS = """
    james watson|paul ehrlich|edward jenner|joseph lister|ignaz semmelweis|rudolf virchow|theodor kocher|
    alexander von humboldt|konrad lorenz|lynn margulis|barbara mcclintock|ernst haeckel|alfred wallace|charles lyell|
    james hutton|louis agassiz|horace-bénédict saussure|henry cavendish|joseph priestley|humphry davy|john dalton|
    dmitri mendelejew|dmitri mendeleev|linus pauling|fritz haber|carl bosch|james chadwick|murray gell-mann|
    hans bethe|edward teller|andrei sacharow|sofia kowalewskaja|sophie germain|niels abel|alonzo church|andrew wiles|
    terence tao|maryam mirzakhani|jacob bernoulli|joseph lagrange|adrien-marie legendre|jakob steiner|ludwig schläfli|
    paul scherrer|heinrich rohrer|gerd binnig|didier queloz|claude nicollier|jacques dubochet|werner arber|
    rolf zinkernagel|tadeus reichstein|leopold ružička|niklaus wirth|barbara liskov|leslie lamport|herbert simon|
    allen newell|vint cerf|robert noyce|jack kilby|margaret hamilton|katherine johnson|gottfried leibniz|
    wilhelm schickard|joseph weizenbaum|anders hejlsberg|yukihiro matsumoto|larry wall|ken iverson|martin odersky|
    rich hickey|ward cunningham|jeff sutherland|ken schwaber|gene kim|eliyahu goldratt|taiichi ohno|william deming|
    edwards deming|joseph juran|frederick taylor|frederick winslow taylor|max wertheimer|henri fayol|elton mayo|
    philip kotler|peter senge|simon sinek|brené brown|stephen covey|dale carnegie|edward bono|erik erikson|
    johann pestalozzi|paulo freire|lev vygotsky|burrhus skinner|albert bandura|stanley milgram|philip zimbardo|
    paul watzlawick|friedemann schulz|schulz thun|marshall rosenberg|virginia satir|elisabeth kübler-ross|erich fromm|
    wilhelm reich|melanie klein|jacques lacan|bruno bettelheim|vilfredo pareto|léon walras|william jevons|
    irving fisher|paul samuelson|kenneth arrow|elinor ostrom|esther duflo|abhijit banerjee|joseph proudhon|
    pierre-joseph proudhon|michail bakunin|clara zetkin|ferdinand lassalle|august bebel|alexis tocqueville|
    edmund burke|mary wollstonecraft|baruch spinoza|michel serres|paul ricœur|emmanuel levinas|maurice merleau-ponty|
    hans gadamer|hans-georg gadamer|hans küng|karl barth|paul feyerabend|richard david precht|byung-chul han|
    slavoj zizek|niccolò machiavelli|tommaso campanella|giambattista vico|benedetto croce|norberto bobbio|
    gianni vattimo|erasmus rotterdam|heinrich bullinger|théodore bèze|john wesley|ignatius loyola|teresa ávila|
    christoph kolumbus|christopher columbus|ferdinand magellan|ueli steck|erhard loretan|walter bonatti|
    edward whymper|george stephenson|robert fulton|alexander bell|theodor tobler|césar ritz|niklaus riggenbach|
    othmar ammann|robert maillart|santiago calatrava|annemarie schwarzenbach|lisette model|bruder klaus|jules gonin|
    auguste forel|eugen bleuler|hermann rorschach
"""
# Drinks, cakes, roses, moves and firms that are called like somebody.
_CALLED_AFTER = """
    miss dior|madame meilland|madame rochas|lady macbeth|lady windermere|donna elvira|donna anna|uncle sam|
    romeo giulietta|charlie foxtrot|john bull|kelly hermès|betty bossi|camille bloch|mary quant|lady banks|lady grey|
    shirley temple|harvey wallbanger|peach melba|eleanor rigby|sarah bernhardt|johnny appleseed|schirmer mosel|
    georg fischer|jean-louis david|jacques dessange|franck provost|yves delorme|charles vögele|emil frey|franz carl|
    franz carl weber|carl f. bucherer|carl bucherer|ulysse nardin|louis moinet|jaeger lecoultre|jaeger-lecoultre|
    roger dubuis|hans grohe|villeroy boch|max bahr|albert heijn|russell reynolds|egon zehnder|arthur little|
    oliver wyman|bain company|thomas reuters|thomson reuters|edmond rothschild|lombard odier|julius baer|
    rothschild co|ramses ii|billy elliot|hannibal lecter|norman bates|inspector gadget|kurt wallander|
    pippi langstrumpf|pippi longstocking|bibi blocksberg|benjamin blümchen|papa moll|micky maus|minnie mouse|
    dagobert duck|charlie brown|steve rogers|walter white|jesse pinkman|jay-z|anna bolena|violetta valéry|
    madame butterfly|anna göldi
"""

NEARBY = "|".join(part.strip() for part in (_ATHLETES, _PUBLIC_LIFE, _ARTISTS, _THINKERS, _CALLED_AFTER))

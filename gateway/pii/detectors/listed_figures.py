"""Authors, artists, statesmen, athletes, brands and figures whom one country or all the world knows.

Names of two or three words, without particles, in small letters. Not here is who is called like many others (`Thomas
Müller`, `Anna Freud`): in a company that is a colleague.
"""

from __future__ import annotations

OF_THE_WORLD = """
    herman miller|jack daniels|jim beam|johnnie walker|calvin klein|tommy hilfiger|ralph lauren|hugo boss|
    giorgio armani|yves laurent|jean gaultier|michael kors|harley davidson|bang olufsen|john deere|jimmy choo|
    mona lisa|gebrüder weiss|jil sander|karl lagerfeld|estée lauder|
    isaac newton|charles darwin|marie curie|pierre curie|johann bach|sebastian bach|dante alighieri|abraham lincoln|
    karl marx|sigmund freud|immanuel kant|alan turing|john neumann|john von neumann|claude shannon|carl gauss|
    friedrich gauss|leonhard euler|david hilbert|niels bohr|max planck|enrico fermi|nikola tesla|thomas edison|
    elon musk|jeff bezos|bill gates|steve jobs|sam altman|jane austen|charles dickens|mark twain|thomas mann|
    heinrich mann|hermann hesse|max frisch|jean-jacques rousseau|victor hugo|albert camus|emile zola|émile zola|
    jules verne|roger federer|rafael nadal|michael jordan|michael jackson|john lennon|paul mccartney|taylor swift|
    giuseppe verdi|gioachino rossini|italo calvino|alessandro manzoni|giacomo leopardi|giuseppe garibaldi|
    cristoforo colombo|marco polo|harry potter|sherlock holmes|james bond|homer simpson|bart simpson|martin luther|
    martin luther king|jean calvin|johannes calvin|henri dunant|henry dunant|wilhelm tell|guillaume tell|
    guglielmo tell|maurits escher|paul klee|friedrich schiller|angela merkel|olaf scholz|george washington|
    thomas jefferson|alexandre dumas|paul verlaine|jean racine|pierre corneille|eugène ionesco|italo svevo|
    umberto eco|federico fellini|bertolt brecht|günter grass|heinrich böll|rainer rilke|heinrich heine|theodor storm|
    theodor fontane|georg büchner|gotthold lessing|gebrüder grimm|brüder grimm|jacob grimm|wilhelm grimm|
    hans andersen|henrik ibsen|jorge borges|gabriel márquez|pablo neruda|federico lorca|charlie chaplin|walt disney|
    albrecht dürer|richard wagner|johannes brahms|franz schubert|robert schumann|clara schumann|franz liszt|
    maurice ravel|gustav mahler|johann strauss|richard strauss|edgar poe|allan poe|edgar allan poe|herman melville|
    walt whitman|william faulkner|scott fitzgerald|john steinbeck|virginia woolf|james joyce|oscar wilde|lord byron|
    john keats|william wordsworth|emily brontë|charlotte brontë|conan doyle|arthur doyle|agatha christie|
    louis pasteur|gregor mendel|alfred nobel|michael faraday|james maxwell|james watt|blaise pascal|david hume|
    john locke|denis diderot|john keynes|maynard keynes|milton friedman|theodor adorno|jürgen habermas|hannah arendt|
    marilyn monroe|elvis presley|david bowie|freddie mercury|bob dylan|bob marley|lady gaga|tom cruise|brad pitt|
    george clooney|queen elizabeth|queen victoria|king charles|king arthur|prince harry|princess diana|lady diana|
    joe biden|donald trump|barack obama|hillary clinton|bill clinton|ronald reagan|margaret thatcher|tony blair|
    boris johnson|emmanuel macron|charles de gaulle|de gaulle|françois mitterrand|nicolas sarkozy|helmut kohl|
    konrad adenauer|willy brandt|otto bismarck|otto von bismarck|karl der grosse|peter pan|robin hood|
    ronja räubertochter|anne frank|nelson mandela|rosa parks|neil armstrong|juri gagarin|yuri gagarin|tim cook|
    satya nadella|sundar pichai|linus torvalds|guido rossum|guido van rossum|grace hopper|ada lovelace|donald knuth|
    tim berners-lee|dennis ritchie|emma bovary|effi briest|romeo montague|elizabeth bennet|jay gatsby|oliver twist|
    david copperfield|tom sawyer|huckleberry finn|robinson crusoe|dorian gray|don quijote|don quixote|don juan|
    don giovanni|leonardo da vinci|da vinci|jeanne d'arc|van gogh|simone biles|charles gaulle|leonardo vinci|
    jeanne arc|wilhelm busch|julius bär|goldman sachs|morgan stanley|paris hilton|serena williams|ralph lauren|
    tommy hilfiger|jim beam|johnnie walker|johnny walker|levi strauss|jack daniel|jack daniels|calvin klein|hugo boss|
    giorgio armani|christian dior|louis vuitton|saint laurent|coco chanel|karl lagerfeld|michael kors|jimmy choo|
    captain morgan|harley davidson|alfa romeo|aston martin|mercedes benz|enzo ferrari|henry ford|ben jerry|
    jean paul gaultier|paul gaultier|frank miller|stella artois|santa claus|san pellegrino|dom perignon|
    lewis hamilton|michael schumacher|sebastian vettel|diego maradona|cristiano ronaldo|lionel messi|robert frost|
    ralph emerson|waldo emerson|emily dickinson|sylvia plath|maya angelou|langston hughes|ts eliot|george eliot|
    jonathan swift|thomas hardy|rudyard kipling|roald dahl|stephen king|philip roth|toni morrison|philip dick|
    isaac asimov|arthur clarke|ray bradbury|douglas adams|terry pratchett|neil gaiman|john milton|aldous huxley|
    joseph conrad|henry james|jack london|mary shelley|bram stoker|lewis carroll|beatrix potter|george orwell|
    william shakespeare|ernest hemingway|margaret atwood|haruki murakami|gabriel garcía|garcía márquez|octavio paz|
    paulo coelho|fernando pessoa|max weber|georg hegel|wilhelm hegel|friedrich hegel|friedrich nietzsche|
    arthur schopenhauer|martin heidegger|ludwig wittgenstein|bertrand russell|karl popper|thomas hobbes|john rawls|
    michel foucault|jacques derrida|simone beauvoir|roland barthes|gilles deleuze|pierre bourdieu|emile durkheim|
    émile durkheim|adam smith|david ricardo|karl jaspers|edmund husserl|moses mendelssohn|felix mendelssohn|
    georg händel|friedrich händel|george handel|antonio vivaldi|wolfgang mozart|amadeus mozart|ludwig beethoven|
    frédéric chopin|hector berlioz|georges bizet|claude debussy|erik satie|igor strawinsky|igor stravinsky|
    sergei rachmaninow|sergei prokofjew|dmitri schostakowitsch|peter tschaikowski|pjotr tschaikowski|antonín dvořák|
    antonin dvorak|edvard grieg|jean sibelius|carl orff|giacomo puccini|vincenzo bellini|gaetano donizetti|
    niccolò paganini|luciano pavarotti|maria callas|leonard bernstein|george gershwin|miles davis|louis armstrong|
    duke ellington|ella fitzgerald|billie holiday|jimi hendrix|janis joplin|jim morrison|mick jagger|george harrison|
    ringo starr|eric clapton|elton john|bruce springsteen|stevie wonder|aretha franklin|whitney houston|billie eilish|
    ed sheeran|justin bieber|frank sinatra|dean martin|johnny cash|dolly parton|edith piaf|édith piaf|jacques brel|
    georges brassens|charles aznavour|johnny hallyday|serge gainsbourg|françoise hardy|céline dion|lucio battisti|
    lucio dalla|vasco rossi|andrea bocelli|laura pausini|udo jürgens|herbert grönemeyer|helene fischer|
    marlene dietrich|mani matter|sandro botticelli|paul cézanne|paul gauguin|édouard manet|edouard manet|claude monet|
    auguste renoir|pierre renoir|henri matisse|henri toulouse|edgar degas|auguste rodin|camille claudel|
    georges braque|marcel duchamp|salvador dalí|joan miró|frida kahlo|diego rivera|edvard munch|gustav klimt|
    egon schiele|oskar kokoschka|caspar friedrich|franz marc|august macke|max ernst|otto dix|gerhard richter|
    joseph beuys|ferdinand hodler|alberto giacometti|jean tinguely|andy warhol|jackson pollock|edward hopper|
    georgia o'keeffe|mark rothko|keith haring|roy lichtenstein|william turner|john constable|francis bacon|
    lloyd wright|frank gehry|zaha hadid|norman foster|renzo piano|mario botta|peter zumthor|walter gropius|
    alfred hitchcock|stanley kubrick|orson welles|woody allen|steven spielberg|quentin tarantino|martin scorsese|
    christopher nolan|ridley scott|james cameron|george lucas|tim burton|david lynch|wes anderson|spike lee|
    sergio leone|roberto benigni|jean-luc godard|françois truffaut|wim wenders|werner herzog|fritz lang|
    audrey hepburn|katharine hepburn|grace kelly|humphrey bogart|ingrid bergman|james dean|marlon brando|al pacino|
    robert niro|jack nicholson|tom hanks|johnny depp|leonardo dicaprio|meryl streep|julia roberts|nicole kidman|
    scarlett johansson|sean connery|roger moore|daniel craig|emma watson|hugh grant|brigitte bardot|catherine deneuve|
    gérard depardieu|alain delon|louis funès|sophia loren|marcello mastroianni|charles perrault|
    hans christian andersen|astrid lindgren|johanna spyri|erich kästner|michael ende|cornelia funke|enid blyton|
    antoine saint-exupéry|anton tschechow|leo tolstoi|leo tolstoy|lew tolstoi|fjodor dostojewski|boris pasternak|
    alexander puschkin|rainer maria rilke|stefan zweig|joseph roth|robert musil|arthur schnitzler|georg trakl|
    paul celan|ingeborg bachmann|christa wolf|friedrich dürrenmatt|gottfried keller|jeremias gotthelf|robert walser|
    conrad meyer|ferdinand meyer|patrick süskind|johann goethe|wolfgang goethe|annette hülshoff|joseph eichendorff|
    e.t.a. hoffmann|heinrich kleist|novalis hardenberg|honoré balzac|gustave flaubert|guy maupassant|marcel proust|
    jean-paul sartre|charles baudelaire|arthur rimbaud|stéphane mallarmé|guillaume apollinaire|paul valéry|
    paul éluard|louis aragon|jacques prévert|marguerite duras|george sand|jean cocteau|andré gide|andré breton|
    georges simenon|blaise cendrars|charles ramuz|nicolas bouvier|francesco petrarca|giovanni boccaccio|
    ludovico ariosto|torquato tasso|giosuè carducci|giovanni pascoli|gabriele d'annunzio|eugenio montale|
    salvatore quasimodo|giuseppe ungaretti|cesare pavese|primo levi|elsa morante|natalia ginzburg|elena ferrante|
    andrea camilleri|luigi pirandello|carlo goldoni|carlo collodi|giovanni verga|giordano bruno|galileo galilei|
    leonardo fibonacci|amerigo vespucci|vasco gama|james cook|francis drake|ernest shackleton|roald amundsen|
    fridtjof nansen|edmund hillary|tenzing norgay|reinhold messner|buzz aldrin|sally ride|amelia earhart|
    charles lindbergh|orville wright|wilbur wright|johannes gutenberg|johannes kepler|nikolaus kopernikus|tycho brahe|
    edwin hubble|carl sagan|stephen hawking|albert einstein|richard feynman|werner heisenberg|erwin schrödinger|
    paul dirac|wolfgang pauli|max born|ludwig boltzmann|robert oppenheimer|lise meitner|otto hahn|ernest rutherford|
    heinrich hertz|georg ohm|simon ohm|andré ampère|alessandro volta|luigi galvani|guglielmo marconi|graham bell|
    samuel morse|rudolf diesel|carl benz|karl benz|gottlieb daimler|nikolaus otto|robert bosch|werner siemens|
    robert koch|emil behring|alexander fleming|rosalind franklin|francis crick|alfred wegener|alexander humboldt|
    wilhelm humboldt|carl linné|carl linnaeus|rachel carson|jane goodall|dian fossey|carl jung|gustav jung|
    jean piaget|alfred adler|maria montessori|rudolf steiner|florence nightingale|mother teresa|mutter teresa|
    albert schweitzer|emmy noether|évariste galois|henri poincaré|bernhard riemann|georg cantor|kurt gödel|
    jakob bernoulli|daniel bernoulli|johann bernoulli|joseph fourier|pierre fermat|pierre laplace|augustin cauchy|
    charles babbage|george boole|edsger dijkstra|john mccarthy|marvin minsky|geoffrey hinton|yann lecun|yoshua bengio|
    andrew ng|bjarne stroustrup|james gosling|larry page|sergey brin|larry ellison|warren buffett|rupert murdoch|
    henry kissinger|richard nixon|john kennedy|robert kennedy|jackie kennedy|lyndon johnson|gerald ford|jimmy carter|
    george bush|kamala harris|al gore|bernie sanders|franklin roosevelt|theodore roosevelt|eleanor roosevelt|
    woodrow wilson|harry truman|dwight eisenhower|ulysses grant|benjamin franklin|alexander hamilton|james madison|
    thomas paine|oliver cromwell|winston churchill|neville chamberlain|david cameron|theresa may|keir starmer|
    rishi sunak|boris jelzin|michail gorbatschow|mikhail gorbachev|wladimir putin|vladimir putin|wladimir lenin|
    josef stalin|joseph stalin|leo trotzki|rosa luxemburg|karl liebknecht|adolf hitler|heinrich himmler|
    joseph goebbels|hermann göring|sophie scholl|hans scholl|claus stauffenberg|dietrich bonhoeffer|oskar schindler|
    paul hindenburg|gustav stresemann|friedrich ebert|ludwig erhard|helmut schmidt|gerhard schröder|friedrich merz|
    annalena baerbock|robert habeck|jacques chirac|valéry giscard|georges pompidou|simone veil|jean jaurès|léon blum|
    jules ferry|maximilien robespierre|georges danton|marie antoinette|marie-antoinette|napoléon bonaparte|
    napoleon bonaparte|simón bolívar|simon bolivar|che guevara|ernesto guevara|fidel castro|juan perón|eva perón|
    mahatma gandhi|jawaharlal nehru|indira gandhi|mao zedong|sun tzu|dalai lama|kim jong|booker washington|
    frederick douglass|harriet tubman|susan anthony|ruth ginsburg|bader ginsburg|silvio berlusconi|giorgia meloni|
    mario draghi|matteo renzi|aldo moro|giulio andreotti|giuseppe mazzini|camillo cavour|vittorio emanuele|
    benito mussolini|giovanni falcone|paolo borsellino|alcide gasperi|ursula leyen|christine lagarde|alain berset|
    guillaume farel|ulrich zwingli|huldrych zwingli|heinrich pestalozzi|niklaus flüe|muhammad ali|mike tyson|
    usain bolt|carl lewis|jesse owens|michael phelps|mark spitz|tiger woods|lebron james|kobe bryant|magic johnson|
    tom brady|babe ruth|wayne gretzky|david beckham|wayne rooney|harry kane|zinedine zidane|kylian mbappé|
    thierry henry|michel platini|franz beckenbauer|lothar matthäus|manuel neuer|toni kroos|jürgen klopp|
    roberto baggio|paolo maldini|francesco totti|gianluigi buffon|novak djokovic|andy murray|steffi graf|boris becker|
    björn borg|john mcenroe|pete sampras|andre agassi|martina hingis|stan wawrinka|iga swiatek|coco gauff|
    ayrton senna|niki lauda|max verstappen|charles leclerc|fernando alonso|marco odermatt|lindsey vonn|
    mikaela shiffrin|didier cuche|eddy merckx|lance armstrong|marco pantani|fausto coppi|harry styles|
    hermione granger|ron weasley|severus snape|frodo baggins|bilbo baggins|luke skywalker|darth vader|han solo|
    indiana jones|lara croft|mickey mouse|donald duck|bugs bunny|peter parker|bruce wayne|clark kent|tony stark|
    miss marple|hercule poirot|jules maigret|phileas fogg|captain ahab|moby dick|captain nemo|jean valjean|
    julien sorel|anna karenina|holden caulfield|atticus finch|jane eyre|emma woodhouse|elizabeth bennett|
    victor frankenstein|lisa simpson|jon snow|tyrion lannister|forrest gump|john doe|jane doe|max mustermann|
    erika mustermann|joe bloggs|otto normalverbraucher|lieschen müller|alfa romeo giulia|romeo giulia|
    mercedes-benz c-klasse|rolls royce|land rover|max mara|salvatore ferragamo|laura biagiotti|dolce gabbana|
    roberto cavalli|gianni versace|miuccia prada|guccio gucci|ermenegildo zegna|brunello cucinelli|stella mccartney|
    alexander mcqueen|vivienne westwood|ted baker|marc jacobs|kate spade|tory burch|donna karan|tom ford|tom tailor|
    marc o'polo|jil sander|wolfgang joop|philipp plein|karl kani|helly hansen|jack wolfskin|fjäll räven|franck muller|
    patek philippe|audemars piguet|girard perregaux|maurice lacroix|raymond weil|frédérique constant|
    daniel wellington|vacheron constantin|elizabeth arden|estée lauder|helena rubinstein|yves rocher|paco rabanne|
    nina ricci|jo malone|mary kay|bobbi brown|marie claire|victoria's secret|victoria secret|laura ashley|
    abercrombie fitch|foot locker|dr martens|doc martens|johnson johnson|procter gamble|ernst young|charles schwab|
    merrill lynch|lehman brothers|wells fargo|jp morgan|julius meinl|alfred ritter|milton bradley|parker brothers|
    bloody mary|tom kha|earl grey|granny smith|pink lady|golden delicious|crème brûlée|jack russell|saint bernard|
    ben jerry's|ben jerrys|uncle ben|aunt jemima|betty crocker|sara lee|papa johns|papa john|jimmy john|tim hortons|
    carl jr|dom pérignon|veuve clicquot|moët chandon|louis roederer|don papa|mont blanc|monte rosa|monte carlo|
    monte cristo|san marino|santa monica|santa fe|santa cruz|santa barbara|wolfram alpha|raspberry pi|travis ci|
    jenkins x|watson ai|bonnie clyde|romeo juliet|romeo julia|tristan isolde|max moritz|corbeau renard|hänsel gretel|
    tom jerry|aston villa|juan valdez|trader joe|ruth chris|karl may|elvis costello|carl zeiss|philip morris|
    john deere|asterix obelix|barbie ken|leica camera|louis trenker|thomas cook|marks spencer|harvey nichols|
    tiffany co|david yurman|jacques vabre|lavazza oro|carte noire|allen overy|baker mckenzie|ernst & young|
    arthur andersen|booz allen|ritz carlton|marco rubio|monty hall|monty python|julian day|bordeaux mixture|
    james webb|vera rubin|edmund optics|dalla bona|friedrich barbarossa|heinrich löwe|caterina siena|francesco assisi|
    thomas aquin|thomas aquinas|guillaume ockham|william ockham|pierre abélard|emmanuel kant|mattia pascal|
    hans huckebein|ruy lopez|maria theresia|franz joseph|franz ferdinand|friedrich grosse|karl grosse|peter grosse|
    otto grosse|katharina grosse|karl kühne|iwan schreckliche|gilles tourette|philippe bel|lorenzo magnifico|
    frédéric grand|alexandre grand|alessandro magno|carlo magno|federico grande|mère teresa|madre teresa|
    brother grimm|renzo tramaglino|renzo lucia|lucia mondella|sri lanka|viet nam|jan mayen|san jose|los angeles|
    ali baba|mother teresa|friedrich engels|ted lasso|john kennedy|robert kennedy|martin fowler|robert martin|
    kent beck|erich gamma|bjarne stroustrup|james gosling|brendan eich|larry page|sergey brin|larry ellison|jack dorsey|
    mark zuckerberg|warren buffett|charlie munger|jensen huang|lisa su|ken thompson|rob pike|brian kernighan|
    richard stallman|eric evans|peter drucker|clayton christensen|daniel kahneman|amos tversky|noam chomsky|
    steven pinker|richard dawkins|carl sagan|stephen hawking|roger penrose|franklin roosevelt|theodore roosevelt|
    dwight eisenhower|richard nixon|jimmy carter|kamala harris|keir starmer|friedrich merz|giorgia meloni|
    mario draghi|ursula leyen|ursula von der leyen|greta thunberg|malala yousafzai|billie eilish|
    michael collins|jean moulin|giacomo matteotti|sergio mattarella|ben nevis|
    kylian mbappé|novak djokovic|lindsey vonn|leroy merlin|charles tyrwhitt|massey ferguson|orell füssli|
    meier tobler|johns hopkins|morgan stanley|goldman sachs|
    octavia combi|fabia combi|maria himmelfahrt|gloria dei|pierre ronsard|gertrude jekyll|
    monterey jack|maris piper|charles téméraire|
    aaron rodgers|alan greenspan|alan rickman|alanis morissette|alberto contador|albus dumbledore|
    alec guinness|alfred whitehead|allyson felix|amartya sen|anakin skywalker|anatoly karpov|
    andrej karpathy|andrew lloyd webber|angelina jolie|anna netrebko|anne-sophie mutter|annie lennox|annie oakley|
    anthony bourdain|antoninus pius|antony blinken|ariana grande|arsène wenger|arthur ashe|arya stark|
    axl rose|b.b. king|barnes noble|barney stinson|bastian schweinsteiger|bella swan|ben affleck|ben bernanke|
    benedict arnold|benedict cumberbatch|bernard arnault|bernie ecclestone|billie jean king|billy kid|
    blanche dubois|bob cratchit|bobby fischer|bobby orr|boo radley|bradley wiggins|brian chesky|bruno mars|
    bryan cranston|buddy holly|calamity jane|calvin coolidge|carl icahn|carlo ancelotti|carnegie mellon|
    carolina herrera|carrie fisher|cate blanchett|cersei lannister|chandler bing|charles bingley|charles bovary|
    charles heidsieck|charles peirce|chet baker|chris froome|christian bale|christopher hitchens|christopher walken|
    christopher wren|chuck berry|chuck schumer|cillian murphy|claire zachanassian|colin firth|
    conan o'brien|condoleezza rice|crazy horse|daenerys targaryen|damon albarn|daniel radcliffe|daniel ricciardo|
    dario amodei|dave grohl|david letterman|davy crockett|demis hassabis|denzel washington|derek jeter|diane keaton|
    dick cheney|dizzy gillespie|don draper|donald rumsfeld|draco malfoy|dua lipa|dustin hoffman|dwight schrute|
    dwyane wade|ebenezer scrooge|eddie murphy|eddie vedder|edmond dantès|edmond halley|edward cullen|eli lilly|
    elijah wood|eliud kipchoge|elizabeth holmes|ellen degeneres|ellen ripley|eric cantona|erling haaland|
    eugène rastignac|fei-fei li|fitzwilliam darcy|florence griffith-joyner|ford coppola|francis ford coppola|
    frank lampard|frank ocean|friedrich hayek|frédéric passy|gareth bale|garry kasparov|gary lineker|gene hackman|
    george soros|george takei|geralt rivia|gervaise macquart|giacomo agostini|ginny weasley|glenn gould|gordon ramsay|
    gottlob frege|greg lemond|gregor samsa|grover cleveland|hank aaron|harrison ford|harvey oswald|
    heath ledger|helen mirren|herbert hoover|herbie hancock|hester prynne|ian mckellen|
    iggy pop|ilya sutskever|issey miyake|ivan lendl|jack nicklaus|jack sparrow|jacques anquetil|
    jaime lannister|jamie dimon|jamie oliver|jan ullrich|janet yellen|jason bourne|jason hickel|jay leno|
    jean-baptiste poquelin|jennifer aniston|jennifer lawrence|jerry lee lewis|jim carrey|
    jimmy fallon|joaquin phoenix|joe dimaggio|joe rogan|joey tribbiani|jogi löw|johan cruyff|john mccain|
    john rambo|john wick|john wilkes booth|jonas vingegaard|joni mitchell|jony ive|
    joseph schumpeter|joseph stiglitz|josephine beauharnais|josé mourinho|josé raúl capablanca|joséphine beauharnais|
    judi dench|julius caesar|kanye west|katarina witt|kate winslet|katie ledecky|
    katniss everdeen|katy perry|keanu reeves|keith jarrett|keith richards|kendall jenner|kendrick lamar|
    kevin de bruyne|kevin durant|kim kardashian|kimi räikkönen|kristen stewart|kylie jenner|kylo ren|kyrie irving|
    lana del rey|lando norris|lang lang|laura dahlmeier|laurence fishburne|lee oswald|leia organa|leonard cohen|
    leonard hofstadter|leonard nimoy|liam gallagher|lionel richie|little richard|lizzy bennet|lloyd webber|
    lou gehrig|louis jadot|lucky luke|lucy pevensie|ludwig mises|ludwig von mises|luka modrić|
    luna lovegood|madeleine albright|magdalena neuner|magnus carlsen|malcolm gladwell|marc andreessen|marco van basten|
    marcus aurelius|margot robbie|maria skłodowska|mario kart|mario lemieux|mario odyssey|mario puzo|marissa mayer|
    mark antony|mark hamill|marquise pompadour|martha nussbaum|martina navratilova|marty mcfly|
    marvin gaye|masayoshi son|master chief|matt damon|max factor|michael bloomberg|michael corleone|mickey mantle|
    miguel indurain|miley cyrus|mira murati|miroslav klose|mitch mcconnell|mitt romney|mo farah|mohamed salah|
    monica geller|morgan freeman|muddy waters|mustafa suleyman|nadia comaneci|nancy pelosi|naomi osaka|nassim taleb|
    natalie portman|ned stark|nelly moser|neville longbottom|nick carraway|nicolas feuillatte|nigel mansell|
    nikki haley|nina hagen|noah harari|noel gallagher|obi-wan kenobi|olivia rodrigo|oprah winfrey|orlando bloom|
    oscar hammerstein|oscar piastri|oscar renta|ozzy osbourne|pam beesly|patrick mahomes|paul atreides|paul gascoigne|
    paul krugman|paul volcker|peeta mellark|peggy guggenheim|pep guardiola|peter pevensie|
    peyton manning|phil mickelson|philip marlowe|philipp lahm|phoebe buffay|pierre cardin|piper heidsieck|
    pol roger|post malone|princess peach|quincy adams|ray dalio|raymond poulidor|reed hastings|reid hoffman|
    robert lewandowski|robert mcnamara|robert pattinson|robert redford|
    rocky balboa|rod laver|ron desantis|rory mcilroy|rubeus hagrid|rudi völler|
    rupert grint|ruud gullit|ryan giggs|ryan gosling|sabrina carpenter|sadio mané|sarah palin|saul goodman|
    saul kripke|scout finch|selena gomez|shaquille o'neal|shawn mendes|sheldon cooper|sheryl sandberg|shohei ohtani|
    sidney crosby|simon schuster|sirius black|sitting bull|slavoj žižek|sofia coppola|spiro agnew|stephen colbert|
    stephen curry|stephen sondheim|steve ballmer|steve wozniak|steven gerrard|steven levitt|
    stonewall jackson|super mario|susan wojcicki|tadej pogačar|talia shire|ted mosby|thelonious monk|thierry mugler|
    thom yorke|thomas piketty|thomas tuchel|thorstein veblen|timothée chalamet|tina turner|tiny tim|
    tom petty|tom waits|tony soprano|toto wolff|travis kalanick|tucker carlson|
    van morrison|victorias secret|viggo mortensen|viswanathan anand|vito corleone|wilkes booth|
    willard quine|william mckinley|william shatner|willie mays|willy loman|willy wonka|yo-yo ma|
    yuval harari|étienne lantier
"""

OF_COUNTRIES = """
    abraham maslow|ada byron|adalbert stifter|adolf muschg|adolf ogi|adrian bubenberg|alain prost|albert rösti|
    alberto moravia|alberto sordi|alberto tomba|alessandro baricco|alex capus|alfred döblin|alfred escher|
    alfred musset|alfred vigny|alphonse daudet|alphonse lamartine|amedeo avogadro|amedeo modigliani|amy winehouse|
    amélie nothomb|amélie poulain|anatole france|andrea mantegna|andrew carnegie|andré malraux|angelika kauffmann|
    anna karenine|anna karénine|anna magnani|anna seghers|annette droste-hülshoff|annie ernaux|anselm kiefer|
    antoine griezmann|antoine lavoisier|anton bruckner|anton webern|antonio salieri|antonio stradivari|
    arnold schönberg|arnold winkelried|artemisia gentileschi|arthur honegger|auguste lumière|auguste piccard|beat jans|
    belinda bencic|benjamin britten|bernard hinault|berthe morisot|bertrand piccard|bettina arnim|camille saint-saëns|
    camillo benso|carlo borromeo|carlo cattaneo|carlo gadda|carlo maderno|carlos alcaraz|catherine médicis|
    cesare beccaria|charles martel|christoph blocher|christoph gluck|christoph waltz|claude chabrol|claudio monteverdi|
    clay regazzoni|clemens brentano|clint eastwood|conrad ferdinand meyer|corinna bille|corto maltese|cosimo medici|
    dario fo|david livingstone|dino buzzati|dirk nowitzki|domenico modugno|don camillo|doris leuthard|douglas mcgregor|
    edmondo amicis|eduard mörike|edward elgar|edward lear|elfriede jelinek|elisabeth baume-schneider|emilia galotti|
    emilio salgari|emma peel|emmeline pankhurst|ennio morricone|enrico berlinguer|erich remarque|ernest ansermet|
    ernst barlach|eugene o'neill|eugène delacroix|evangelista torricelli|eveline widmer-schlumpf|fabian cancellara|
    fabrizio andré|felix vallotton|ferdi kübler|ferdinand porsche|ferdinand ramuz|ferdinand saussure|
    filippo brunelleschi|flavio cotti|franca rame|frances mcdormand|frank-walter steinmeier|franz grillparzer|
    françois couperin|françois hollande|françois rabelais|françois villon|françoise sagan|fred vargas|
    frederick herzberg|friedrich glauser|friedrich hölderlin|friedrich klopstock|friedrich traugott wahlen|
    fritz zwicky|félix vallotton|gabriel fauré|gabriele münter|gaetana agnesi|georg telemann|georges clemenceau|
    georges seurat|germaine staël|gino bartali|giorgio chirico|giorgio morandi|giorgio napolitano|giorgio vasari|
    giovanni segantini|giuseppe parini|giuseppe tomasi|gottlieb duttweiler|granit xhaka|grazia deledda|
    guillaume-henri dufour|gustave courbet|gustave eiffel|guy fawkes|guy parmelin|gérard nerval|hans holbein|
    heinrich schütz|henri becquerel|henri guisan|henri nestlé|henri toulouse-lautrec|henry purcell|herbert karajan|
    hermann helmholtz|hildegard knef|horatio nelson|hugo hofmannsthal|ian fleming|ignazio cassis|ivan pavlov|
    jack kerouac|jackie robinson|jacques chessex|jacques cousteau|jacques piccard|jane marple|jannik sinner|
    jean anouilh|jean gabin|jean giono|jean giraudoux|jean reno|jean renoir|jean-baptiste lully|jean-paul belmondo|
    jean-philippe rameau|jeremy bentham|joachim bellay|johann füssli|johann schneider-ammann|john coltrane|
    john rockefeller|john wayne|joschka fischer|joseph haydn|jost bürgi|joël dicker|julius maggi|jürg jenatsch|
    jürgen klinsmann|karin keller-sutter|konrad zuse|kurt cobain|kurt tucholsky|kurt weill|käthe kollwitz|lara gut|
    leonardo sciascia|leonhard ragaz|leïla slimani|lois lane|lorenzo bernini|lorenzo medici|louis blériot|
    louis braille|louis chevrolet|louis lumière|lucas cranach|luchino visconti|malcolm x|marguerite yourcenar|
    maria stuart|maria theresa|marie heim-vögtlin|mary anning|mary poppins|mascha kaléko|matthias grünewald|
    meret oppenheim|michel houellebecq|michel montaigne|michela figini|michelangelo antonioni|micheline calmy-rey|
    nelly sachs|nicolas flüe|nicolas hayek|nina simone|nino rota|numa droz|olivier messiaen|otfried preussler|
    othmar schoeck|paolo pasolini|pascal couchepin|patrick modiano|paul auster|paul bocuse|paul claudel|
    paula modersohn-becker|percy shelley|philipp melanchthon|philippe suchard|pier pasolini|piero francesca|
    pierre beaumarchais|pierre marivaux|pietro bembo|pirmin zurbriggen|plinio martini|prosper mérimée|
    rainer fassbinder|rita levi-montalcini|robert bunsen|robert mondavi|robert schuman|roberto rossellini|
    rodolphe lindt|roger schawinski|romain gary|romano prodi|romy schneider|rudolf lindt|ruth dreifuss|sadi carnot|
    samuel beckett|samuel coleridge|sandro pertini|siegfried lenz|simonetta sommaruga|sophie marceau|
    sophie taeuber-arp|stefano franscini|stuart mill|teddy riner|tennessee williams|thomas malthus|thomas more|
    thomas müntzer|théophile gautier|til schweiger|udo lindenberg|ugo foscolo|ulrich ochsenbein|umberto saba|
    uwe seeler|venus williams|viktor frankl|vincenzo vela|viola amherd|vittorio alfieri|vittorio gassman|vittorio sica|
    walter raleigh|werner günthör|wernher braun|wilhelm röntgen|wolfgang borchert|xherdan shaqiri|yannick noah|
    zinédine zidane|éric rohmer|ödön horváth
"""

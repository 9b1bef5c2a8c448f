"""Given names of the north, older and rarer ones, short and double ones, other spellings; small letters."""

from __future__ import annotations

_NORTHERN_AND_OLDER = """
aagot agnar agneta aino aksel albrecht alberich alfhild alwin alwine amalie anders andreas anette annbritt anneli
anni annikki anselm antti arja arne arvid asbjørn aslaug åsa åse astri audun aud auli bendik bengt berit birger
birgitte birthe bjarne bo borghild børge britt britta camilla carsten cathrine cecilie christer dag ebba eero egil
einar eira eirik elin elise eljas ellinor elof else embla erica erlend erling esko espen fredrik fredrika frida
frode gaute gerd gisle gitte gøril greger grete gro gudbrand gudmund gudny gun gunhild gunilla gunn gunnar gunnhild
gunvor gustaf guttorm haakon håkon hallvard halvard halvor hannele hannu harri hedda heikki helge henning henrik
hilma hjalmar hjördis idun iida ilmari inge ingegerd inger ingrid ingunn inka ivar jaakko jaana jalmari jari jarle
jens joakim jonas jonna jørgen jorunn jouni juha juhani jukka jussi kaarina kaisa kaj kalle kari karita karl katri
kirsi kirsten kjell kjersti klas knud knut kristoffer lasse laila leena leif lene lill linn linnea lisbet lise liv
loviisa ludvig magne magnhild maija maren marit markku marja martti mats matti mette mikko minna mogens morten nanna
niels nils oddvar olav olavi oddny ola olle orvar ove øystein paavo pål peder pekka pernille pertti petter pirjo
päivi ragna ragnar ragnhild raija rasmus reidar riikka riitta roald rolf rune runa saga sakari sanna sari seppo
sigbjørn signe sigrun sigurdur sigve sini siv sofie solveig sondre stein stellan stian stig sture sune sunniva
svante svein sveinung sven taina tapani tapio teemu terje terttu thea thor thora thorbjørn thoralf thorvald tiina
timo tom tone tor torbjörn torbjørn tore torhild torill torkel torstein torunn tove trond trude trygve tuija tuomas
tuula turid ulf ulla unni urho vebjørn vegard veikko vidar viggo vigdis ville yngve yrjö yrsa ærlend aeneas agatha
agnese albin alfons aloisia alois aloys ambros amadeus anneliese annemie annerose arbogast arnim arnulf balthasar
baptist beda bartholomäus basil berta bertha bertold berthold bonifaz brunhilde burkard burga cajetan candid
clementine corsin cäcilia curdin curt dagobert degenhard detlev diethelm dietger dietmar dietlinde dionys dölf
edelgard edeltraud edelbert edith edwin egbert ehrenfried ehrentraud eike eleonora elfi elfriede elmar emmerich
engelbert erdmute erdmuthe erich erna ernestine erwine eugenie eusebius ewald ewalt fadri felicitas fides fiete
fionn flurin flurina florentin fredi fridolin friedel friedemann friederich friedlinde fritzi gaudenz gebhard
gerhardine gerlind gerold gerti gian gian-andrea gian-marco giachen gion gisbert goetz gotthard gotthilf gottlieb
götz gritli gunda gunthard guntram haiko hajo hans-jakob hans-joachim hans-jürgen hans-peter hans-rudolf hans-ulrich
hartwig hauke heinrike heinz-peter helferich hellmut helmuth henrike heribert herlinde hermine hieronymus hiltrud
hinnerk hinrich hubertus ignatia ildefons ingeburg ingeborg innozenz iris irmela irmtraud irmtrud isidor isolde iwo
jobst jodok jorina jost jörn josias jürn kajetan karl-heinz karlfried karsta kasimir kaspar katharine kathi kilian
klaas klaus-dieter klemens kletus köbi konstanze korbinian kreszentia kunibert kunigunde kuno ladina landolin lea
leberecht leonhard leopoldine liesbeth liesel lieselotte linus lothar lorenz ludger ludolf luise lutz luzi mägi
magnus malte manfried marbod marcus margarethe margaretha margrith maria-theresia mariette markward mathis mattheus
maurus max-peter mechtild medard meinhard meinolf meinrad meta moritz momme nepomuk nepo nikolaus nino nives norina
notburga notker oda odilo olaf orsina ossi oswin ottilie otmar ottmar pankraz paulus peregrin philomena pirmin
placidus priska quirin raban radegund raimund randolf ratbert regula reimar reimund reinald reinhilde reinhold
reinulf renatus reto rhea richarda rosalinde rosina rosmarie rosl rösli roswita rothraut rupprecht ruprecht sabin
sales salome schorsch sebald seline seppi seraina severina siegbert sieglinde siegmar sigi sigismund sigmar sixtus
sonnhild sophus stani stilla swantje sylvester tassilo thaddäus thekla theobald theophil theres theresia thies
tiberius till tillmann tjark tönnies trudy truus ulli ursin urseli ursel ursus valerian vreneli vreni veit verena
verene viktorin vinzent volkhard walburga waldburga walfried walpurga waltraut walther wendel wenzel werni werther
wiebke wieland wigbert willfried willibald willibert wiltrud winfrid wolfhard wolfram wolfgang wulf xandra xaveria
zacharias zenz zoe adeline adélaïde adolphe agathange aglaé albertine alexandrine alfreda alphonse amaury ambre
amédée anicet anne-marie anouk apollinaire aristide armande arlette armelin aubin auguste aurèle aymeric azélie
barthélemy basilide béat benjamine bertille bettina caroline cassandra célestin célestine charles-henri christel
christophine clarence clélia cléon clovis colombe côme conrad corentine cosette cunégonde cyriaque cyrille dany
dauphine déborah delphin dieudonné dimitri domitille donatien edmée edwige élias éliette élina élodie éloi elvire
émeric emmeline enguerrand esther étiennette eudes euphrasie évariste faustin fernande fidèle florimond foulques
françois-xavier frédéricque gabin gaëtane gautier gédéon georgina géraud gervais gilberte gildas gisèle gonzague
gontran guénolé guilhem gwenaël gwenael gwendoline hadrien harmonie hector héloïse henriette herbert hervé hilaire
hyacinthe ildefonse inès irénée isidore isoline jacinthe janine jacky jean-baptiste jean-claude jean-daniel
jean-françois jean-jacques jean-louis jean-luc jean-marc jean-michel jean-paul jean-philippe jean-pierre jean-yves
jocelyn joceline joris josée josse jordane judicaël juste kelly kévin killian laetitia laëtitia lambert lancelin
laura-lou léocadie léonce léontin lilas lisette lise-marie loane loris lucas lucille ludmilla luce lydie maelys
maëva magali mahaut mallory marceau marcelin marcellin marie-ange marie-claire marie-claude marie-france
marie-hélène marie-josé marie-laure marie-line marie-louise marie-noëlle marie-thérèse marilyne marjolaine maryline
maryse maryvonne mauricette maximilien mayeul médard mégane melchior micheline milène mylène nans narcisse nathanaël
nelly nestor ninon noa noëlie noélie octave odilon ombeline oriane orphée oscar pacôme papin patricia paul-henri
paule pétronille philibert pierre-alain pierre-yves prosper prudent raïssa rachelle réjane renaude reine roch
rolande romaric romuald ronan rosemonde roselin ruben sabrine sacha salvatore sandy ségolène sébastienne sibylle
siméon sixtine soizic solenn solenne soline stève suzon sylviane sylvestre tancrède théodule théophile tiffanie
timothée timothé toussaint ulysse urbain valère valéry vianney vivien wandrille wilhelmine yasmine yoan yolaine
yves-alain yvonnick zéphirin zoé abbondio ada adalgisa adelmo addolorata alceo alcide alda alighiero amabile ambra
amelio amerigo anacleto angiolina annibale annunziata antero antonella apollonia argia armida arnoldo artemio
asdrubale assuntina baldassare baldo bartolo bassiano beniamino benvenuto berenice bernardino berto bice bonaria
bonifacio brando brigida brunetto calogero camillo candido carmelina carolino casimiro cesarina cirillo clara
clementina cleto consolata cornelio corradina cosima crescenzo damiana danilo debora delfo delio demetrio desiderio
diamante dino diodato domitilla donata donato duilio edda eliseo efisio elda elettra elio elisabetta elpidio emma
eraldo ercole erminia ermenegildo ermete ermes eros ersilia esterina eufemia eustachio fabrizia fedele fedora
felicita ferruccio fiammetta fidenzio filiberto fioralba fiorentino firmino fortunato fosca galeazzo gavino
gelsomina geltrude gemma genoveffa geremia germano gerolamo gervasio ghita giacinto giacoma gianandrea gianbattista
giancarla gianfilippo gianmaria gianmario gianpaolo gianpietro gilda gina ginevra giobatta gioconda gionata giordana
giovanbattista girolama gisella giulietta giuseppa giustina giustino glauco goffredo graziosa guendalina iginio
igino ilda immacolata imelda innocenzo iolanda ippolita isabel isidoro isotta italia itala jacopo jole ladislao
lamberto lando laurina lavinio lelio leonida leonilde leopolda leopoldo liberato libera liberio lionello lodovico
lorenzina ludovica lucilla luigina lucrezio malvina manfredi manlio marcellina margherito mariapia mariarosa
mariateresa mariella marietta marinella marisella marsilio martino marzio massimiliana matilda maurilio melchiorre
mercede milvia mimmo modestina moreno narciso natalina nazareno nazario nedo nerina nerio nevio nicolina nicolosa
nilde novella nuccia nunziata oddone odoardo olindo oliviero ombretta omero onorina onorio orfeo oriana orlanda
ornello ortensia osvalda otello ottone palmira palmiro pancrazio patrizio piermaria piermario pierina pierino
pietrina pio placido pompeo primo porzia prospero quirino quinto raimondo raimonda renatino rinaldo rocco romilda
rosalinda rosolino rossano sabino salvatrice samanta santina santino sante saverio sebastiana secondo selvaggia
serafina serafino severino sibilla silverio simonetta sirio siro sisto speranza sveva tancredi taddeo telemaco
teodolinda tecla tiberio timoteo titta tito tosca tranquillo tullia ubalda ughetta ulderico ulisse urbano valerio
veneranda venanzio vanna virna vitaliano vittore vivaldo volfango wilma zaccaria zelinda aelred aileen ailsa aine
aisling alasdair alastair alistair alwyn aneurin angharad aoife arabella aubrey augusta averil barnaby bartholomew
bartleby benedict bernadette bertram brendon brianna bridie bronagh bronwen bryn caitriona cadwallader callie
caoimhe carys cassius catriona cedrick ceri chauncey ciara cillian clarissa clemency clio colm conall conan cora
cordelia corwin cressida crispin cuthbert cynthia cyril cyrus dafydd daphne darcy dearbhla deirdre delilah delphine
dermot dilys donal donovan dorcas dougal dulcie dympna eamon eamonn earnest edgar edwina eilidh eimear eirlys
elfreda elspeth elwyn emer emlyn emrys endymion enid eoin eoghan ephraim esmé esme etta euan eunan euphemia
evangeline everett ezra fennel ferdinand fergal finbar finlay finn fintan fionnuala fitzgerald fleur florrie fraser
freya garrick gavan geraint gerwyn gideon ginny gladstone glenys godfrey granville grainne griffith grover guinevere
gwenllian gwilym gwyn gwyneth hamish harlan hattie hermione hester hezekiah hiram horace hortense hywel ignatius
iolo iona ivor jarvis jebediah jedidiah jeremiah jethro jocasta josephus josiah julius kathlyn keira kendall
kendrick kenyon keziah lachlan lavinia lavonia leander lemuel leopold lettice linton llewellyn lochlan lorcan lorna
lucinda lucius ludo luella lyle lysander mabel maeve mairead malachi malachy marcella marguerite marigold marvin
maud maude maura maxine meaghan merlin merryn mervyn meryl millicent minerva mirabel moira montague montgomery morag
mordecai morwenna muireann muriel murdoch myfanwy myles myrna nehemiah nellie nerys nessa neville niall nicolette
nuala obadiah odette olwen oonagh ophelia orla orlagh osbert oswald otis padraig padraic patience peregrine percival
perpetua petra petula phineas phyllida portia primrose prudence quentin quinlan quinton ranulph reuben rhiannon
rhoda rhodri roderick rodger roisin rosamund roscoe rufus rupert rutherford sacheverell saffron saoirse selina
seamus senan septimus seren sian silas simeon sinead siobhan sloane sorcha stacia stanford tabitha tamsin tarquin
terence thaddeus theresa thurston tiernan tobias tomos torquil tudor ulric ursula valentine verity vernon vivienne
warwick wilfred wilhelmina winifred winthrop xanthe ysanne zachariah zebedee zelda
"""

_AND_MORE = """
adolfina adolfine albertina alexa alexandrina alessa alfonsina amalia amelie anastasia anastazja andelka andré
andzej anett anfisa angelina anjo annabell annabelle annalisa annaliese annamária anne-catherine anne-laure
anne-sophie annelie annelies annemarieke anthea antje ariana ariane armin arwed astrid augustine babette bastiaan
beata bella benny bente bernhardt bernardine betty bine birk bjørg bodil boglárka bonnie brit calista carla carlos
carmela carolien cathleen cathrin cathy celestine celine chantale charis charlette cheyenne christof ciska claas
clarice claudius conny coretta cosmo dafne dagmara daiva dajana damien dana danny dave davide davy debby denny
diandra diederik dieudonne dilnoza ditte dora doro dorothe dorthe eddy edelgarda edmund ela elba elif eliza elke
elli elma elsbeth elwira emanuela emma-louise enno enola enrica enzo ernesta erwin estella ethan eugénie euphrosyne
ewa fabia fabien falk famke fee felina femke fenja ferdi ferdinanda ferran fiene finja finnja flora floris fonso
francis franka franzi frauke freddie frederick frederike freek friederike friso frieda gabriella geert geertje geir
georgia gerardus gerda gerfried gerhild gerlinda gerrit gesa gesche gesine giorgina giovanna gitta gottfried greta
gretchen gretel griselda grit gundula gustavo hanneke hanno hansi hansjürgen harm harro hasso hayato hedy heidrun
heike heimo hella helle helmtrud hendrikje henk henny henri herma hermien hilaria hildegunde hinrika ibolya ica imke
inga ingmar ingo insa irmi isabeau isak ismene isolda iva iveta jaap jacco jacoba jacobus jael jaimie jan-erik
jannes jannis jaron jasper jeannette jelle jelmer jelto jenni jeremias jerry jesko jessika jette jill jiří jiřina jo
joana johan johannes jolanda jolande jolien jonny joost jördis jorn josefina josephina joscha jovana judit julie
julika juliette jurek jurgen justus jutta kaarel kata katarina katarzyna katharina kathrina katja katka katleen
katrina kay kees kestutis kety klaartje kläre klazien koen koos kordula kornelis kristel kristiane kristijonas
kristina kristof kurtis kyra lada lana lars-erik laurens lauretta laurenz leandra leni lennart lennox leokadia
leonie leopoldina levke leyre liane libor lieke lilian lilla lilli lilly lina lioba lisanne livia lola lonneke
loredana lotta lotti louis-philippe lovis lubica ľubica luba lucie luciënne ludivine luisella lutgard lutgarde
maaike maarten madlen mads magdolna maike mairi maja malin malina malou manja marcelina marco marei mareike marga
margareth margarita margaux margitta margot margriet margrit mari maria-luisa mariam marianela marianne marijke
marilena marileen marinus marise maritta marjolein marjorie marko marlen marlena marlis marthe marthinus martijn
mascha mathea mathijs mathilda matthis mavis maxi mayke melania melitta merel merete merle metta mia mica michaël
michiel mieke miep mieszko mijo mila milica minka miriana mirjana mischa mislav mitja mónika morgana morris myra
nadine nadja nadège naja nanette nanni narcisa natascha nejdet nele neo nico nicky nicoletta niek nienke niko
nikodem nikolas ninette noor nore noreen nuria odessa ole olenka oliwia olivier olympia onno orazio orsola ortrun
ortrud ortwin ossian otti ozana pamela pascalina patrizia paulien pavel peer peggy pela per petar petronella philine
philomène phillip pieter pieternella pietro pim piotr polina quinty quirijn rabea raffaela raffaella rainer ralph
ramon ramona ranja raphaela raymond rebekka regine reinder reiner reinhardt rena renske ria ricarda rieke rik rike
robbert robbie robin roel rolanda romy rona rosali rosalina rosamunde rosanna rosie rossana roxana roxane rudolph
ruud rutger ruth ryan sabrina salomon samantha sandrina sandro sanne sara-jane sascha saskia scott sem senta sergej
sergio sharon siegfried sieglind sietske sigfrid silvain silvana silvestro sina siri sjoerd sjors soeren solvejg
sonja sonia sophie-charlotte steffi stella stephania sten stijn suse susann susanne suzanna svea svetla svatoslav
svenja sybille sylke sylvia sylwia tabea tamara tato tea ted teun tess tessa thalia thijs thilda thyra tiara tijmen
till-martin tilda timna timon tini tirza titus tjorven tobia tomma tommaso toni toralf tord torben torge trees
trijntje trine trix tsvetan ulrika undine urs ute uta utz valdemar valentijn vanda velten vicky viki viktorija vilém
viola virginie vitus viviana vroni wasilij wencke wenke wessel wibke wiebe wiktor wilbert willemijn willi willy wim
winnie wivica wolf-dieter wolf-rüdiger wouter xenia yannic yve yvo zinaida zoë zsuzsa karl-otto ernst-august
franz-josef franz-xaver georg-wilhelm hans-dieter hans-georg hans-werner heinz-joachim horst-dieter jan-hendrik
jens-uwe karl-friedrich karl-josef lars-ole lena-marie marie-luise marie-sophie anna-lena anna-maria anna-sophie
ann-christin ann-sophie eva-maria rose-marie marc-andré jean-christophe jean-denis jean-frédéric jean-rené
jean-rodolphe pierre-andré pierre-henri paul-émile charles-édouard charles-albert louis-marie anne-françoise
marie-christine marie-madeleine marie-jeanne maria-grazia maria-cristina maria-teresa pier-luigi gian-luca
gian-paolo gian-carlo giovan-battista anna-rita encarnita conchi paquita pepita charo nacho paco quique kike chema
josé-luis juan-carlos juan-pablo maría-josé ana-maría luis-miguel miguel-ángel marco-antonio käthi lucette rosangela
luigino gualtiero waldtraut bettye horatio josie oluwadamilola beau sönke nurhayat ermelinda vincenzina eléonore
silvester winnifred theodosia
"""

# Of rare ones and those from abroad, what is a word, a place or a brand in one of the languages.
RARE_WORDS = """
    reine juste prudent fidèle harmonie urbain toussaint octave narcisse flor cruz domingo sunday precious destiny
    raven kenya italia itala libera liberato secondo quinto speranza fedele felicita fortunato candido tranquillo
    diamante consolata immacolata annunziata mercede onorio severino patience prudence clemency fennel saffron
    primrose marigold verity valentine merlin fraser dag bo saga embla rama raja sultan hong long lam yen minh trung
    bala kiran chandra indra karma mala lata uma maya till meta sales wenzel stilla gold candid urbano angel nieves
    soledad trinidad salvador dolores milagros caridad esperanza encarnación asunción santiago lourdes loreto selene
    malta inci vita mira masha an thu son hai quang dung thai bay du la do tri ren ran ama awa saba samba keita nia
    ade gift blessing comfort mercy praise darcy sloane granville montgomery fitzgerald griffith warwick gladstone
    stanford griffin everett jarvis kendall kendrick lyle tudor portia minerva orphée ulysse prosper lilas luce
    ombeline capucine ambre tosca otello orfeo pio italo novella sante palma stella perla isola adel samar kante
    baptist spring roman bill isis iman islam jihad amber sage sterling zen nur china africa diamond mars
    lasse davor per reiner helle mine tor truc ville vit dieu signe jure lien feras jette malin mette tien engin
    marin pape alla mentor amer jeton tram rade punit colombe tord merle granit sari hanno anni bella duro mica
    carina regina benvenuto desiderio dita senta metta merita lotta manda amare matti sana gita essi donato siti
    candela tolga frode selvaggia lana rana pepe rima fata graziosa gemma rami neo cosette rado solenne regine musa
    amara clemente tara rasa mitra ottone amabile nana beata perpetua lilla omero ardita said else gun tea harm
    trees loan tore tone harsh fee peer grit ante shun mats earnest nacho diem tamer yaw ebony bozo rit saber rune
    maxi taro thor shiva beau
"""

_OF_EVERY_DAY = """
abbie abraham abram adalbert adamo adelbert adelgunde adelinde adina adolf adriane adrienne aenne aferdita afrim
aida aimee ajna alberico alberta alexandar alexandros alexej alida alisa alisha alissa almut almuth alvaro alvin
alwina amadeo anabela anabella anatolij andjela angelique annabella annamarie annedore annegret annekatrin annelene
annelise annelore annett annetta annick annina annita ansgar antonello antonie antonina antonios antonius antony
arbnor aribert arnd arndt arnfried ashlee ashleigh astrit aurelia ayla azeglio babett balz beppe berend berndt
bernfried bernward besart bethan betina betti beverley bianka billy birgid birgitt birte blanka blerina boban brady
brandi breanna brenda brent breonna brett brianna brigita brigitta brittney brunhild burckhard burghard bärbel
caitlyn calogero candice caren carin carly carmela carmelo carola cassidy cassie catharina catrin celal celina cemil
centa chelsey cheryl chester christiana christin christl christy cilli cipriano clare clarence claus clive clyde
collin colton concetta cordula corine cory costantino costanzo cristiana cyrill cäcilie célina darin darius darren
daryl deandre deborah debra delia derek desirée desmond devin devon diedrich dierk diethard diether dietlind dietmar
dillon dion ditmar domenic dorit dorothee dorothée duane dwayne dörthe earnestine eberhardt eckard eckart eckehard
eckhardt eckhart edeltraut edeltrud egzona ehrhard ekaterina ekkehart elenore elfie elina elisabet elmer elodie
eloïse elyas emely emilija emmy endrit ennio enzio erhardt erina ernestine evamaria evelin evelyne falko faton
felizitas fiamma florentine florim floyd folker folkert francoise franjo frederic fredy friedbert frieder friedhelm
friedhold frithjof fynn gabrielle gaby gaetano garrett gastone georgine geraldine gerhardt gerhart gerolf geronimo
gertraud gertraude gerwin giacobbe gianfrancesco giesela gilbert gioacchino giosuè gislinde glenda gotthold gottlob
graeme gregg gudula guenter guenther gundula gunther gusti haley hannchen hanni hanns hanny hansgeorg hansjoachim
hansjürg hartmuth hayden heidelinde heidelore heiderose heidy heinfried heini helfried hellmuth helma helmar henni
herbert herrmann hertha herwig hildburg hildegart hildegund hilmar hiltraud hollie homer hubert hulda iain ignatz
ildiko ilenia ilias ilja ilonka immo ingbert ingelore ingetraud ingolf ingried irmengard irmhild irmingard iryna
isabell ivonne jaclyn jamal janett janette janic janick janin janko janna janosch jaqueline jared jayne jeanine
jemma jermaine jillian jodi jody joelle joerg johanne johnathan jolanthe jonathon josephine juergen julijana julio
justina kaitlin kaitlyn kaltrina karolin kastriot katherina katia katy kayleigh keisha kellie kelsey kerri kian
kimberley kirstin klothilde korinna kornelius kreszenz kriemhild krista kristi kristie kristine kristopher krystal
kunigunda kushtrim kylie käte labinot ladislaus lamar lara-sophie latoya laureano laureen layla lazzaro lea-sophie
lennard lenny leon leona leonie leonore leontina leroy lesley lester levi lidwina lieschen lilia liridona lisa-marie
ljudmila lloyd loretta lorik luchino ludwina luitgard lya lynne léane madeline magarete magdalene magret magrit
makayla malea malena malik malika marcantonio marcus mareen mareile margaritha margaud margita mariah mariele
marieluise marissa marleen marliese marlise marlon marlène martyn matheo mathew matthäus mattias maurin mckenzie
meagan mechthild mechthilde meghan melita mergim micha michaele michail micheal mikayla mindy miran mirja mirlinda
miroslaw monique murielle muzaffer nadeschda nadin natali natalja natan nathanael nazmi nela nelli nemanja nichole
niclas nicolai nicolaus nika nikolaj nikolina ninetta nolan norman noémi noëlle noëmi otfried othmar ottfried
ottomar oxana panfilo paoletta paride patric patrícia patty philippa philippine pier piergiuseppe pierrette
piersanti pénélope rachael raffael raffaellino raffaello raissa ranieri rashad raul raymond raymund rebecca rebekah
reece regina reimer reinhart reinhild rhonda rickey ricky robby roberta rocco roderich roderick rodney rolando ronny
rosalie rosalind roselinde rosemarie rotraud rouven ruthild rüdiger sabatino sahra salvatore saverio selena sereina
seth shane shania shanice shari sheena shelia shelly sheri sherri sheryl sibille sibylla sieghard siegried siegrun
siegward sigfried siglinde sigmund sladjana sonya stacie stanislaus susi suzana swetlana sybilla sylvana sylvio
sören tammie tasha telse temistocle theda thorben tilly tilmann tino tonino tonya torquato traci tracie traudl
traugott traute trevor trudel tyrone tülay uberto ugolino uli ullrich umut urte uschi valentino valerij vanesa vania
venancio veronique vickie vincentio virgil viridiana vonda walentina waltrud wanda wendell whitney wilbur wilfriede
wladimir wyatt yael yanick yanis yasmin yasmina yolanda zoey ottilia ottilie battista sepp
ajshe amra andri arbnora bardha besa cerys ciaran cormac dardan duri dzenana fatbardha filmon gethin gieri goncalo
gonçalo hajrije hiwot inês jachen kumaran leonor lirije mengia nadarajah oisin ravindran riet semere sevdije snežana
suganthi tharani thusha valdete vlora xhevdet zamira zana
"""

_OF_REGIONS = """
adelchi agostina ailbhe aliénor aloyse amaya amaël amilcare anaëlle annemieke anouck anselme anselmo aoibheann araminta
arrigo auriane aurélian baldassarre basilio bastienne beatus bibiana blathnaid braxton brayden breda brieuc brigid
bronwyn brooklynn bänz bérengère cadoc caitríona caoimhín ceinwen cesira chrigel chrigu christli chrystelle cian ciarán
clodagh clotilde cléa clémentin conleth corbinian corsina cristoforo cédrine daire dalila danila darragh davina delyth
diarmuid domiziana donatienne donnacha dorli dorotea edmondo eginhard eilish eithne eleuterio eligio eliott elisabethli
elvio emerenziana emmi enea enora ernstli erwan erwann esméralda federigo fenella ferdia ffion fiachra finbarr finola
firmine flaminio flavien flavienne florestan floriana flurinda friedmar fritzli fulgenzio furio gaetana garvan gaudenzio
gauthière geesche gennara geraldina gerlando gervaise ghislain giacinta giacomina gianfranca gianin gianpiero giliola
gilliane gillo giovannina giuliva giusep godefroy gottardo goulven gregoria gruffydd gráinne guglielmina guilaine
guillemette gundel gwendal gwenn gwenola haïdée heilwig heinke heloïse hermance hermia honorine iacopo idriss iestyn
ieuan ifan iginia ildebrando iliana ilsabe incoronata innes isaia isaure iseult jacquotte jann jaquan jaxon jehan jolene
josselin kayden kenna keyshawn kinsley kirstie kolton kylian lachlann ladislas landolfo lazare lebrecht leda leevke
leofric lilwenn linard liselore lleucu llinos loanne loeiza loreta lorle lowri loïse lucasta lucinde luitpold lykke
léopold léopoldine madlaina maela manfredo maree margritli marieli marinette marjolène marsali maruska mathurin mattea
maylis maëwenn mckayla meirion melvyn merfyn mhairi michelina mickaël milva mimma murdo máire máirtín mélaine méline
mélissandre méryl nantje natacha nazzareno naïm naïs neele neidhart nolwenn octavie océana ofelia oisín ondine orianna
orlaith ottaviano ottoline owain paolina pasqualina peredur phelim pierangela piers porfirio primaël proinsias pádraig
päscu quitterie rachele rainald regolo remigio rhona riccarda rina rinalda robertino rocchina roddy rosel roseline
rosella roswin rotraut ruadhan ruairi ruairí ruari ruaridh rufina ríona róisín sadhbh savina savino seonaid seppli
servane seán sinéad siobhán sionann siân sossio stine struan swann sylvette sylvère séamus séraphine síle tadhg talfryn
tamme tammo tarcisio teleri thade thaïs thiphaine théodora théophane thömu tinetta titouane tommasa treyvon tristram
tudur tugdual tyll umberta ursi ursule valeska valérian vanni venera virginio vladimiro volkert véra wassim wilm
winfriede wubbo wunibald yaël yaëlle ysaline yseult ysolde ysée zenzi zéphyrin ändu élouan évan órla
"""

_SHORTENED_AND_FROM_AFAR = """
abiram abrehet agnesa ajith alya annekäthi annelis arbenita ariam arijeta aschi ayan ayşegül babettli berkay besfort
besian bex blendi bolanle bänu bébert cesco ceyda chicca chrigi ciccio cricri daniat deano dharshini dédé efrem elvana
emirhan erblina eymen fisnik fiyori freweyni fränzi gav gerry ghidey gigi gilou girmay gjylie gresa guarniero gégé
hagos hansli hausi hermon housi ilyan isaias jehona jez joggi jonno jools jöggi kadiatou kajani kev khady kirushan
kumutha lalla leano lella lenja letebrhan leutrim lian lio lirim logini lolo louan loulou lulu lyam léandra mado maia
manu mehret merhawi michu mikal milly milo mimi mitch mädi mäni mulu nael nando nanou natnael naël nevena nige nimal
niroshan noldi noée nuccio odetta okbay olly oğuzhan pavithra peppe peppino pierandrea pinuccia pirathap päde pädi
resli riton robbo robel rokhaya rosamaria räffu sajeevan samrawit sanjeevan saruka sasikala seb semira senay sepli
seydou shaz shkumbin simu sinthuja steph stu stöffi sujitha suthaharan suthan sylviana sämi tekeste tekle tesfalem
tewelde thanuja tharsan tharshini thivya thuvarakan timéo tinu titi titti tonio trev tsehaye tsige tömu ursle vasuki
vithuran vrene véro wisi ylli zaza zeray çağla énéa üsé şeyma
"""

RARE = (_NORTHERN_AND_OLDER, _AND_MORE, _OF_EVERY_DAY, _OF_REGIONS, _SHORTENED_AND_FROM_AFAR)

"""More surnames of Switzerland and its neighbours, and of those who came from farther away; small letters."""

from __future__ import annotations

_NEAR = """
    aebersold aebischer aegerter aellig aeschbacher affolter akeret albisetti allemann alther altherr ambühl amacher
    amherd ammeter amrein andermatt anliker antenen aregger arnet aschwanden bachofen bäbler bächler bächtold balmelli
    balsiger bangerter bannwart barmettler baumberger baumeler bärtschi beeler beglinger berchtold bernet betschart
    bettschen beutler bichsel bigler binggeli bircher bischofberger bissig blatter blättler bleiker bleuler blöchliger
    bolli bommer bopp bösch bösiger boss brägger brändle brändli bräm brechbühl breu briner brodbeck brügger brühwiler
    brülisauer brunschwiler brupbacher brüderlin bruderer brüngger büeler büchi büchler bünzli bürgi bürgin bürki
    bussmann cadonau cadosch caflisch calonder candreia capaul carigiet casanova casutt cathomas cavegn caviezel cavelti
    coray crameri dähler dällenbach danuser degen deiss derungs dettling dettwiler dieth diethelm dobler dober doppmann
    dörig dreier dudler düggelin dürig dürr durrer ebneter egloff ehrat ehrbar eicher elmer emmenegger engler enzler
    eppler erni etter eugster fässler fehlmann feierabend feusi fischli flepp flück flühmann flückiger föhn forrer
    frischknecht frutiger fuhrer furger fürst gähwiler gamma gantenbein ganz gasparini gerig gisin gisler glanzmann
    glarner glauser gmünder gmür göldi gonzenbach good graf grämiger gredig greuter gribi grimm grob grossenbacher
    grüninger grünenfelder grütter gschwend guggisberg gugger gürber gut gutzwiller gyger gygax gysin haberthür habegger
    häberlin hadorn häfliger hägler haldimann halter hämmerli hänggi hänni häring häsler hässig haueter hauri hauswirth
    hediger hegi heiniger heinimann helbling helfenstein henggeler heuberger hiltbrunner himmelberger hinnen hirsbrunner
    hirschi hitz hochuli hodler hofmänner hofstetter hohl holdener hollenstein honegger hösli hostettler huggler hügli
    hunkeler hürzeler huwyler hutter iff imboden imholz imbach inauen inderbitzin ineichen inglin isenschmid iseli isler
    iten jaberg jakob jaun jegerlehner jenni jermann jörg jucker jud julen junker jurt käch käser käslin kämpf kamber
    kappeler karrer käppeli kaelin keiser kellenberger kiener kistler klaus klausener klaey knobel knöpfel knüsel kobel
    kobelt kohli koller krapf kronenberg krummenacher krüsi kübler kuhnert kummer kündig küng kunkler kuonen küttel
    lacher lampart landis landtwing langenegger läderach läubli lauber läuchli lauener ledergerber leimgruber leiser
    lenherr lenz lenzin leuthold leutwiler linder lippuner locher loosli looser lötscher lüdi lüscher lustenberger
    lutziger mächler maag mäder mahler mannhart marbach marfurt marthaler mathis mattmann mazenauer meichtry meienberg
    meierhofer meister menzi merki mettler meuli michlig minder mock mohr moos mosimann mühlemann muheim muggli
    mumenthaler müri murer nägeli nägelin neeser neff neuenschwander niederberger niederer niggli nobs notter nydegger
    nufer oberhänsli oberli ochsner oeschger oettli oppliger ospelt osterwalder pfammatter pfenninger pfyl plüss portner
    probst püntener rageth raemy ramseier räber rast rechsteiner regli reinhart renfer rey rhyner rickenbacher rickli
    rieben riedweg riesen riklin ringger rippstein rohr röösli rotach röthlin rothenbühler ruch rüdisüli rufener ruf
    rufibach rüfenacht rutishauser rüttimann rüttener salvisberg salzmann sager santschi sax schaffner schälin
    schällibaum schäppi scheidegger scheiwiller schelbert schelker scherz scheurer schibli schiess schilter schindler
    schläpfer schlegel schlumpf schluep schlüssel schmidhauser schmidlin schmocker schnider schnyder schönbächler
    schönenberger schöb schori schrag schüle schumacher schuppisser schürch schürmann schwander schwager schwaller
    schwegler schwendener schwitter schwyter senti signer sigg simmler spörri sprecher sprenger sprunger stäger stadler
    stalder stampfli stämpfli staubli steinegger steinmann stierli stirnimann stoffel stoller stöckli storrer straumann
    streit strebel strickler stübi studhalter stulz suhner sulzer sulser süess tanner tännler thaler theiler thöni
    thürig tinner tönz trachsler traber treichler tresch trösch trüb truttmann tschopp tschudin tschumi tüscher ulmann
    urech utiger utzinger valär venetz vock vögeli vogelsang vögtli vonarburg vonaesch vonlanthen vonmoos vonzun waber
    wachter walker walpen waltert wandeler waser wattenhofer wasescha weder weidmann wehrle weingartner welti wenk
    wernli wettstein widler widrig wiederkehr wiesendanger wietlisbach wigger wildhaber wipfli wipf wisler wittmer
    wohlgemuth wolfensberger woodtli wullschleger wunderlin wunderli würmli würsch wyder wyler wymann wyttenbach zahner
    zanger zaugg zeier zellweger zemp zgraggen zingre zobrist zollinger zopfi zuberbühler zubler zuellig zumbach
    zumbrunn zumbühl zumsteg zumthor zumwald zürrer zwahlen zwicker zwyssig zwyer achenbach adler ahrens albers althaus
    andresen appel arndt aumann bachmeier backhaus bahr barth bartels bartsch bauernfeind baumgärtner bayer beckmann
    behnke behrendt behrens bender bergmeier bergner bernhardt biermann billing bischoff blume bock bode boehm bohn
    bormann bothe brettschneider breuer brinkmann brockmann bruhn bruns buchholz buck burmeister büttner carstens
    christiansen clausen claussen conrad cordes dahmen decker deichmann dettmer diekmann dietz ditmar döring dombrowski
    drechsler dreyer eberhardt eckert ehlers eichler eilers engelhardt erdmann esser ewert faber feldmann feller fiedler
    finke fleischer förster franke freitag freund fröhlich funk gabriel gebauer gebhardt gehrke geisler gerlach gläser
    göbel götz grabowski greiner grote gründler grünwald haack hagemann hagen hamann hanke hansmann harms hartwig hauck
    haupt heckmann hein heine heinemann heinrichs heinze hellwig hempel hennig hentschel herbst hering hermanns herold
    heuer heyer hildebrandt hinrichs hinrichsen hinz höfer hohmann holtmann holz hoppe horstmann hübner hülsmann ihle
    jacobi jacobs jahn jahnke janke janßen jeske joost jürgens kahl kaminski kamp kaltenbrunner kasper keil kersten
    kiefer kirchner kirsch klatt klee kleinert klemm klinger klose knapp knoll kofler köhn könig kopp körner köster
    kranz kratz krämer kremer kretschmer krieger kröger krohn kruse kuhlmann kühnel kunkel küster lambrecht landgraf
    langer lauterbach leitner leonhardt lessing lichtenberg lindemann lindenberg link linke loos lorenzen löffler
    lohmann lück lüders ludwig maaß mahn mainz marquardt marx matthes matthies matzke mehnert menzel merkel metz metzger
    meurer michaelis michels mohr moll möllers morgenstern mühlbauer naumann nehls neubauer neuhaus niemann niemeyer
    nitsche nolte obermeier obermüller oelze oertel opitz oster ostermann pape paulsen paul petersen petzold pfeifer
    philipp pieper pietsch plate pohlmann preuß prinz rademacher radtke rathmann rau reich reichelt reichert reinecke
    reiter renner reuter riemer ritz rode roland römer rose rosenthal rothe ruge runge sachs sauer schade scheffler
    schilling schindler schlüter schmitz-bauer schönfeld schott schramm schreiner schröter schuh schult schulte schümann
    schwertfeger seeger seifert seitz siebert siemer simonsen sommerfeldt sonntag specht springer stahl stark steinbach
    steinbrück steinhauer stock stolz storch strauß strobel struck stumpf stüwe tappe teichmann thiele thomsen tiedemann
    timm trautmann ulbricht unger urban vetter völker vollmer voß wachsmuth wahl walz wegener wegner weidner weigel
    weinert weise weißgerber wendt wenzel werther westermann wichmann wieland wiese wiegand wilke wimmer witte
    wittenberg witthöft wolters wrobel wulf wunderlich zander zeidler zeller zielke zimmer zöllner aubonney aubépin
    baechler bagnoud barras baudin baumann beaud berset berthod besse blanc bochud bonvin borgeat bovet bregy briguet
    bruchez bugnon buchs burnier carrard carron chablais chappuis chapuis chassot chatelain chavaz chollet clivaz
    collomb comte constantin corbaz cornu cosandey crausaz crettenand cretton curchod cuche darbellay debons decrausaz
    delacrétaz deléglise delvaux demierre devanthéry devaud ducommun ducrest dumoulin dupasquier dutoit emery epiney
    fardel farquet favez favrod fellay follonier formaz fragnière froidevaux gaspoz gendre genoud germanier girardin
    glassey gobet golay grangier gremaud grosjean guex huguenin jaccard jacquier jaquier jeannin jobin jolidon juillerat
    jungo kohler lachat lador luyet magnin maître marclay margot mathez mauron mayoraz meylan moix monnard monnet
    montandon montavon morand morard mottet mottier nendaz nicod nicollier oberson pache pahud parrat paratte perrenoud
    perroud petignat pittet pittier pralong praz quartenoud rapin ravessoud rebetez reymond rime rion roduit rossel
    rouiller roulin ruffieux savioz savoy schmutz sciboz sudan terrettaz theurillat tornay torche vaucher vauthey varone
    voeffray volery volluz vuadens vuignier wicht yerly zufferey zwissig berthet besnard bigot blanchet blondel bodin
    bonnin bordier boulay bourdon bourgeois bousquet briand brossard buisson cadiou carrière castel chauvet chauvin
    chopin corre courtin cros dauphin delaunay delattre delcourt delmotte descamps diot dupré fabre ferrand fleury
    foucher gosselin granger guichard guillou hamon hervé hervieux hubert humbert jolivet josse kervella labbé lacombe
    lafont lagarde langlois lasserre le-bihan lebon lebreton lefort legendre lelièvre lemarchand lepage lucas magnin
    mahé marquet marty maillot mercier millet morvan moulin navarro paquet pasquet pelletier peltier pineau poncet
    poulain prat prigent prigent proust quéméneur raymond regnier rigaud rocher rossignol sabatier salmon schaeffer
    tanguy tessier thébault turpin vaillant valentin vallée verrier voisin accardi agosti airoldi albini ambrosini
    andreani antonini arrigoni baldi balestra barbero bassi bellotti beltrami bertolini bertoni bevilacqua biagi
    bianchetti bonetti bonfanti borghi borroni bosco boschi bottinelli brambilla brunetti bruni buffi calabrese
    camponovo canonica capelli casagrande castelli cattaneo cavadini ceresa cereghetti cerutti chiesa clerici colombini
    corbella corti crivelli croci dadò delcò d'agostino d'angelo donini fasola ferrario fiorentini foletti franchini
    frigerio fusco gabutti galimberti galli ghezzi ghilardi ghirlanda gianinazzi gianini giannini giorgetti gobbi grandi
    grossi guglielmi lafranchi lanfranconi lepori lombardi luraschi maffei maggi malinverni mantegazza marazzi marchesi
    maspoli masoni mazzocchi medici merlini micheli monaco mombelli morosoli negrini nessi notari orelli ostini
    pagnamenta parravicini pedrazzi pedrazzini pedroni pedrini pellanda pelloni petrini piffaretti pini pozzi pozzoli
    quadri regazzoni regazzi ronchetti rossini ruggeri rusca rusconi salvioni sartori scolari selva sgarbi snider snozzi
    soldati solari solcà spadafora stoppa tami tettamanti togni tognola trezzini valli valsangiacomo valsecchi vanoni
    vassalli viscardi zanoli zappa zucchetti
    """

_FAR = """
    abate abebe abubakar acheampong achterberg addo adebayo adeyemi afolabi agarwal aguirre ahmad ahmed ahmeti akbar
    akhtar aksoy aktas al-khatib alexandrov aliu aliyev amado amir amiri ampofo anand andersen anwar aoki appiah araújo
    arifi arora asante aslani aydogan ayele azad azevedo baker-jones bakhtiari balogun banerjee bangura bankole baptista
    barros basnet begum benali bensaïd berg bergström bello berhane berkowitz bhatt bhattacharya biswas blomqvist
    bondarenko boateng bogdanov borges brankovic brito bulut campos camara çelik çetin chakraborty chang chatterjee
    chaudhary chaudhry cheng chernov cheung chiang chin cho choi chopra chowdhury christensen chu chua chukwu chung
    cissé costa coulibaly cunha dahl danso das deshpande desai dhillon diallo dias diop diouf dimitrov đorđević djuric
    dlamini doğan duarte dvorak dvořák eze ekman eklund elezi eriksen erdogan eshetu espinoza estrada faria fashola
    fernando ferreira figueiredo flores fofana fonseca freire freitas fujita fuentes gabriel gallo gebremariam georgiev
    ghosh gill girma goldberg gonçalves gordon grigorescu guerrero gunawardena güler gunduz gupta guzman haddad haile
    hakimi halilovic halili halvorsen hamdan hamidi han haque harada hashimi hasegawa hassan hedlund henriksen
    hlaváčková ho hoang holm hossain horák hu huang husseini huynh ibarra ibrahim ibrahimovic ilić ismaili ito ivanova
    jacobsen jain jankovic jansson jashari jeong jha jiménez jin johannessen jonsson joshi joseph juárez jung kadriu
    kamara kang kapoor karlsson karimi kato kaya keita khalil khoury khatri kiliç kimura kishi kobayashi koç kone
    kondo kone konstantinou koroma kovač kovács kovačević kowalczyk kozak kozlov kozlowski krejci kristensen krstic
    kruger krupa kryeziu kulkarni kuznetsov kuznetsova kwon lalani lam larsen lau leclair lee-smith lim lima liu lobo
    loureiro luna luo machado mahmood mahmoud majumdar makarov malik mammadov manandhar marinković martínez matsumoto
    mazur mbeki medeiros medina mehmeti mehmedovic mehra mehrotra mehta mendes mendez mendoza menon mensah mihaylov
    miyazaki mishra mitra mohamed mohamud mokoena molnar monteiro morales moreira mori moyo mukherjee murata musa
    mustafa nair naidu nakamura nakashima ndiaye nkosi ng ngo nguyen nielsson nikolov nkrumah nogueira nordström noor
    novaković nowakowski ochoa oduya ofori ogunleye okafor okamoto okeke okonkwo okoro okoye olsson onyango opoku orozco
    osei osman otieno ouedraogo owusu özdemir özkan padilla pandey papadopoulos papadakis park patil pavlov pavlović
    peña pereira persson petersson petrenko petrović phan phiri pham piñeiro pinto polat popov popović poudel prasad
    qureshi raghavan rahman rai rajan rama ramadani ranasinghe rao rasmussen reddy rezaei rexhepi ríos rocha rosen
    rosenberg rossi-bianchi rubin rustemi saar sadeghi sadiku saeed saidi salazar saleh salihi salman sandoval saito
    sakamoto salas sall sanogo sarr sato sen serrano sesay şahin shaikh shkreli shrestha shinoda shimizu silveira simic
    simonsson singhania sivakumar smirnov soares sokolov sokolova solberg soler soliman son soto sørensen sow soares
    srinivasan stankovic stoica strand subramanian suleiman suzuki sundaram svensson svoboda sylla szabo szabó szymanski
    takahashi tamang tan tanaka tang tavares teixeira tekle tembo tesfay thapa tiwari todorov tomić toure touré tran
    traoré trinh trujillo truong tsang tsegaye turan uddin ueda usman vargas vasić vasilev vasquez velasquez verma viana
    vieira vinci virtanen vo vukovic wagh wanjiru watanabe wójcik wozniak xu xie yadav yamada yamaguchi yamamoto
    yamazaki yeh yildirim yildiz yilmaz yoon yoshida yu yusuf zając zaman zamora zapata zhou zhu zieliński
    zielinski zivkovic abernathy ainsworth aldridge appleby ashworth ashcroft baird barlow barnard baxter beckett
    beckford beckwith benson blackburn blackwell blackwood blythe boothroyd bradshaw brennan briggs bristow bromley
    broussard buckley bullock caldwell calloway cantrell carruthers cartwright cassidy chadwick chamberlain cheney
    cholmondeley clements clifton coates cochran coffey combs connolly cormack cosgrove cowan crosby cullen dalton
    davenport delaney dempsey donnelly donohue dougherty driscoll dudley durham eastwood eldridge elsworth emerson
    everett farrell farrow featherstone fenton finch finley fitzpatrick flanagan fletcher flynn forsyth fowler frost
    fulton gentry gilmore glover godfrey goodwin goodman greenwood gregory haines halloran hargreaves harkness
    harrington hastings haywood healy heath hennessy hobbs hodges hodgson holcomb holloway horton houghton huxley hyde
    ingram irwin jarvis jefferson jeffries kavanagh keane keating kendall kenny kerr kilpatrick kirk kirkpatrick knox
    lacey lambert langford larkin latham lawton leach leighton lennox lindsay llewellyn lockhart lockwood lowe lowery
    lyons macdougall mackay mackenzie mackintosh macleod maguire mahoney maloney manning marlowe mathews mayfield
    maynard mccall mccann mccullough mcguire mcintyre mckay mckenna mclaughlin mcmahon mcnamara mcpherson meadows
    middleton milton mohr montague mooney mulligan murdoch murtagh nash neal newton nolan norris o'brien o'donnell
    o'keefe o'leary o'malley o'shaughnessy o'sullivan o'toole oakley osborne pace paget parrish pemberton pendleton
    penrose percival peters pickering piper pollard potter pratt preston proctor prosser quigley quinlan rafferty
    raleigh ramsay randall redmond renshaw rhodes ridley riggs roach robbins rooney rowe rowland rutherford salisbury
    sampson savage schofield sheehan sheldon shelton sheridan sherman skinner slater sloan somerset spence stafford
    stanton stapleton steele sterling stokes strachan stratton sutcliffe sutherland sutton swanson sweeney talbot tate
    thackeray thatcher thistlethwaite thorne thornton tillman townsend trent tuttle underwood vance vaughan vaughn
    wainwright walton ware waters weston wheatley whitaker whitehead whitfield whitcombe whitman whittaker wilcox wilder
    wilkins winstanley winters woodward worthington wyatt yardley yates york
    """

_OF_ONE_VALLEY = """
abderhalden agustoni amsler ballmoos birtwistle bruggisser brönnimann bulliard burgener bänziger büsser carmody
dafflon demirtas dietschi dubuis eberhard eggenberger eggimann escher fahrni fairbairn farnsworth fasel feuz
filippini fitzwilliam freiburghaus gachoud galfetti geiser gfeller ghisletta giezendanner glaus gnägi halliday
hathaway haugen hegner herren higginbotham hirsiger holmberg hubacher huddleston joller kaderli kammermann karaca
kehrli kempf kolly korhonen korkmaz kristiansen kuoni kuster kästli kölliker ledermann lienhard lindqvist lindström
lurati macgregor marolf mcallister merriweather mischler monney mäkinen mürner niederhauser niffeler nussbaum nwosu
oesch ormerod overney pedersen pellandini pennington perriard pfiffner philipona piller prendergast pythoud
ramsbottom reist rezzonico rindlisbacher robbiani romanens rothen rowbotham sandiford satterthwaite saxer schlup
schmidli schneeberger schneiter schorderet schweingruber schädler schüpfer senften shuttleworth sidebottom sjöberg
sommerhalder sottas stadlin standish staub stieger strahm stucky sturzenegger stäheli stürm summermatter
swindlehurst thistlewood thorneycroft thurnherr thöny tinguely tremblay troxler tschannen ueltschi urfer walmsley
wanner weatherby wegmüller weilenmann whittington wiget willener windlin winterbottom wirthner woodhouse wälchli
yildiz zbären zeiter ziltener zurbuchen zwicky
"""

_OF_MANY_COUNTRIES = """
    abdelkader abiola abplanalp abreu adekunle agbaje alaoui amacker amorim amrani arulanandam avdiu avdić babić
    babović bachofner badertscher balasubramaniam barbosa barella begić belhadj belkacem bellahcène benabdallah
    bencherif benhamou benjelloun bennani bernardazzi bisang blažević bodenmann bouazza bouchareb boukhari
    boumediene bouzid božić brearley bukhari caldeira cardoso castellanos ceppi chaoui cherif cherkaoui choudhury
    correia corthésy couto cvetković danjuma daoudi delić demirci deng diarra djebbar domingues doumbia dubach
    dätwyler dương ecoffey esteves ezeh fassi feng ganesan gaspar ghali gianella gnos grgić grüter guerreiro
    guerrouj güneş hachemi hajdari hajrizi haliti hamdi hasanović henseler hodžić horváth hoti huseinović hyseni
    idrissi igwe inoue jelassi jiang jurić kaddour kamau kanagasabai kandasamy kandiah kanté karakaya kariuki
    kastrati keïta khelifi kiser konaté koné kovačić krishnapillai lahlou lazić leitão liang lončar luvini macherel
    magalhães mahendran mahfouz maloku manickam mansour mansouri marić martinoni matias matić mbaye mebarki mendonça
    meziane mešić milenković milosavljević mitrović moccetti mokrani monroe morisoli mujkić mujković mustafi mutua
    mylvaganam naciri nadarajah narayanan nascimento nauer navaratnam ndungu niederöst njoroge nunes nuredini
    ochieng osaj ouali ouattara oyelaran pahl papaux paramanathan pavić pedroli perić pillai pimentel pllana pochon
    ponnambalam queirós radić rahmani rajagopal rajaratnam ramachandran ramalho ratnasingam resende ristić rodoni
    rogger rrahmani rutter salihović salihu sampaio saraiva savić saïdi scerri schaller sejdiu sellathurai
    selvanathan shabani sharif simões sissoko sivanesan slimani soldini sowande stojković subramaniam sundaralingam
    syla sylejmani tahiri thangarajah thiam thiruchelvam todorović toumi trabelsi tripathi tschümperlin türkmen ukaj
    uysal uçar vaithilingam vasconcelos vaz velautham venkatesan veseli vidović wafula xavier xhemaili yalçin yavuz
    yogarajah youssef yüksel zenuni zerouali zheng zidane zogaj đinh đukić đurić đặng
"""

_OF_STAFF = """
    radović thavarajah perera balasingam tesfaye gebremedhin woldemariam abraha
    abbet abegglen ackerley alderton antonietti antunes arkell arulanantham atherley bairstow baltensperger bapst
    barelli bassetti beaumont bonnard boschetti bovey bošnjak brockbank bruyn butty cansani casellini caverzasio
    chappaz chilcott coelho corecco cranston crettol cuthbertson delz dessarzin domeniconi domenighetti dunmore däppen
    eggleton evéquoz filipović frossard gajić ganeshalingam gianoli gillièron gnädinger grantham gubser guignard
    hadžić haythornthwaite hebblethwaite henriques hoekstra holderegger holenstein hottinger hutchins huwiler huxtable
    illingworth imamović induni ivanović jeyakumar joss kadrić kostić kugathasan kuipers kumaran levrat lukić
    macalister magni mamin marjanović micklethwaite mijatović mladenović morais morisod nagarajah nesbitt nicoulaz
    obradović oldroyd omerović paiva paramalingam pasche perović pervangher pettigrew pires ponnampalam postma
    prentice quennoz radovanović rajendran rawnsley rellstab reust rivola rosewarne sargenti sathasivam sauthier
    scheuber sciolli sellappah selvarajah sequeira spasić spichiger stefanović stäubli summerbee terpstra terzaghi
    thambirajah theivendran torriani troillet tschirren ugolini vanini veenstra vigneswaran visscher vonmentlen
    vučković warburton whiteley wigglesworth wolstencroft wrigglesworth yogeswaran zellner zijlstra zoppi zukić ćosić
    čolić đokić šabić
"""

_OF_NEIGHBOURS = """
    abbas abdallah ademi ahuja ajeti alija amaral amrani antić arumugam aslan avci avdyli azemi balci bansal bayram
    begović bensalem beqiri berhe berrada bhatia bislimi bogdanović bondar bozkurt bunjaku bushati cakaj cao chadha
    chauhan chebbi coskun cui darwish datta dauti demirel demiri dervishi dhawan dibrani durmaz dutta ekinci elshani
    erdem ergün eroglu ertürk fazliu ferati fetahu gao gebremichael genç ghanem gharbi ghebremedhin ghirmay gjoka
    gjokaj goswami grover grujić guo gündüz gürbüz habte hachimi halimi haxhiu haziri hegde hussein ibrahimi idrissi
    idrizi imeri jabbar jaber jaziri jebali jevtić jeyarajah kabbaj kanagaratnam kaplan karatas kassem kelmendi
    keskin khanna khatib khurana kidane klymenko knežević kovalchuk kovalenko kqiku kravchenko kravchuk krishnan
    kumarasamy kurti köse lekaj liao limani loshaj lourenço lysenko mabrouk mahajan maksimović maliqi marchenko
    masri mathur matos mehari mejri melnyk memeti mernissi mihajlović milanović milić miljković milošević misini
    mittal moroz moura mourad mujić murati musliu nagalingam najjar nambiar narayan nassar nasser nedeljković nešić
    nuhiu odeh oliynyk othman pajaziti parekh pathak pathmanathan pavlenko polishchuk ponnuthurai pradhan purohit
    puvanendran qasim qerimi qian qin qiu rakić ramaswamy rangan ranđelović raposo rashid rashiti rasiah rathore
    ratnam rrustemi rudenko sabaratnam sabbagh sahni saini satkunarajah savchenko sayed selvanayagam shaheen
    shanmugam shanmuganathan shao shehu shenoy shevchenko shevchuk shukla singhal sinnadurai sinnathamby sivalingam
    somasundaram spahiu srivastava stevanović sulejmani suljić suntharalingam sönmez sözen talwar tanasković tandon
    tawil tazi tekin tesfamariam thakur tharmalingam thayaparan theivendram thevarajah thirunavukkarasu tian
    tkachenko tkachuk topal trajković trifunović tunç tyagi uthayakumar veliu veljković vijayakumar vyas weldu
    woldemichael xhaka xiao xiong yao ymeri yousef yuan zdravković zekaj zeneli ziani zorić zou zouari çakir özcan
    özer ünal
"""

ABROAD = (_NEAR, _FAR, _OF_ONE_VALLEY, _OF_MANY_COUNTRIES, _OF_STAFF, _OF_NEIGHBOURS)

"""Surnames of the cantons, France, Italy, Germany and the British Isles that are no everyday words; small letters."""

from __future__ import annotations

OF_REGIONS = """
    abadie abbate abbott abgottspon acevedo achermann acheson ackeret ackroyd acosta acquaviva adamek adami addison
    addor adeleke adkins aeberhard aeberli aegler aellen aerni aeschbach aggarwal agostini ahmadi aiello airaghi
    aitken akinyemi alberti albertini albertolli albiez albisser alborghetti albrici alderson alessandri alessi
    alfano aliberti allain allamand allard allardyce allaz allenspach allet allgäuer allmen allsopp aloisi
    altenburger altermatt altieri altmann altorfer alvarado amadei amadò amaudruz ambauen amberg ambrosetti amiguet
    amiot amodio amoruso amos amweg anastasi ancelin andenmatten anderau andermatten anderton andreoli andreotti
    andrewes andrieu andrieux andrigo angehrn angelini angelucci annaheim annen anselmi ansermet ansermoz antener
    anthamatten antognini antonelli antonioli antwerp apicella appleton arbenz archibald ardizzone ardüser arigoni
    arkwright arlettaz armitage arnaboldi arnoldi arnould arpagaus arrigo arrowsmith artioli asaro aschenbrenner
    aschmann ashby ashdown asmus aspinall assandri assmann astley astolfi atherton atkins attinger attwood auberson
    aubord aubort audergon audouin audéoud aufdermaur augier auletta austen autret avanzini avery avila ayers azzola
    babbage babin babst bacciarini bachelet badoux baeriswyl baggi bagshaw baillif baillod bailly bainbridge bajwa
    balastèr baldini balfour balimann balland ballantyne balmat balzli bamert bancroft bangert barandun barbagallo
    barben barberis barbey barbezat barbot barclay bardet bardin baret bargellini bariteau barloggio barraclough
    barraud barrera barrowman barthel bartoli bartolini bartolomei barwick baschung bassett basu battaglini
    battistini baudat baudois baudouin baudry bauermeister bauert baumbach bavaud baylis bazin bazzurri
    beardsley beaufils beaulieu bechter beerli behrend behringer belin bellamy bellanger bellingham bellon bellwald
    belmonte belser beltrametti benard benassi benay benbow benitez benkert benninger benoist berardi berclaz berdoz
    beresford bergamaschi bergamin bergemann bergeret bergeron berginz bergonzoli berini bermudez bernabei
    bernaschina berney bernhardsgrütter bernier berriman bertani bertholet berthoud bertini bertoldi bertolucci
    besmer besomi bessard bessière bessler bethune bettencourt bettini bettosini betz beuchat beuggert beuret
    beyersdorf bezençon bezzola biaggi bialas bianda biasca bickel bickerstaff bidault biddle bideau bidwell
    biedermann bienz biggs bignasca bihan bihler biland billaud binet binkert birchall birkett biron bisio bisson
    bizzozero blaas blackmore blakeley blakemore blanchut bleisch blenkinsop bloch bloesch blondeau bloomfield
    blumenthal blumer blyth bocquet boddington boggia bohnenblust boileau boillat boillod boinay boissy boivin bolay
    boldt bollinger bolomey bomio bommeli bonacina bonaldi bonanno bonfadelli bongiovanni bonham boniface bonin
    bonnaud bonneau bonnefoy bonoli bonomi borcard borchardt borchert bordoli borel borelli borgeaud borloz bornand
    bornemann bornet bornhauser borradori borrelli borthwick bortolotti bory bosc boschung bosia bossalini bossart
    bossel bosworth bottani bottomley bouchard boudet bouduban boulton bourban bourdin bourgoin bourqui bourquin
    boutet boutin bovard bovay bowden bozzini boßhard bracewell brackenridge bradbury braga braglia braithwaite
    bramley brandenberg brandenberger brandl brandstetter brannigan branson brantschen brasey brassel bratton brault
    brayshaw breckenridge bredow brehm breitkopf breitschmid brendel brentini bressani bresson bressoud bretscher
    brewster bricout bridel bridgeman brigger brigham brightwell briker briod brisset britschgi brivio brière
    broadbent broadhurst broccard brochard brocklehurst brodard broggi broggini brogle brogli bronner broquet
    brotschi broughton brownlow broye bruckner bruggmann bruhin brunel brunold brunori bruppacher brusa brutschi
    bruttin bräuer bräuning brückner brühlmann brülhart brümmer bucci buchanan bucheli buchmüller buckland
    budde budmiger budry buetti buffat bugmann bugnard buholzer buillard bujard bullani bumbacher bundi buonanno
    burani burchardt burdet burdett burgoyne burkart burkhardt burnand burren busacca buscaglia buschmann busnelli
    busson butterfield butterworth bärlocher bärtsch bättig béchet béguelin bérard béraud böckmann böhme böhmer
    bötschi böttcher böttger büchli bülow bünter bürer bürge bürgisser bütikofer bütler büttiker bützberger cabrera
    cachelin cachin caddick cafiero caillaud cairoli calabria calamai caldelari calder calderari calgari caligaris
    callaghan callahan caloz calvano calvert calvet camacho camathias camenisch camenzuli campisi candaux candinas
    candolfi canepa canevascini cannavaro cantin capasso capeder capoferri capuano caratti carbonnel cardenas
    cardillo cardwell carenini cariou carletti carlevaro carlyle carmichael carminati caroni carrara carrera
    carrington carruzzo cartei casadei cascone casella cassina castagna castaing castella castiglioni casty caswell
    catenazzi catillaz catrina catterall cattin cattori cauchois cauvin cavanagh cavanaugh cavargna cavin cazenave
    ceccarelli ceccato cecchi centonze cereda cerruti cesana ceschi cettou chabloz chaillou challand challandes
    chambon charbonneau charbonney charlesworth charmillot charpilloz chatelanat chauveau chavaillaz chavannes
    cheetham chenaux cherel chervaz cheseaux chessex chevallet chevalley chiappini chiffelle chikwanha chiron
    chisholm chopard christe christinat christinaz christoffel chuard chéron ciapponi cimino ciocca cioffi clancy
    clarkson clavadetscher clavel clavien clavuot cleary clegg clericetti cloarec cloux clutterbuck cobb cochand
    cockburn coderey codiroli codrington coendoz coiffard colclough coldwell coletta collaud collingwood colnaghi
    colquhoun coluccia comensoli cometta conlon connaughton connell connelly conod conroy contreras conus conway
    conzett copeland coppex coquoz corbett corboz corcoran cordey cordonier cornamusaz cornaz cornut cornwell
    corpataux corrigan corsini cosandier cossy cotteau cottet cottin cotting cottrell coulson courvoisier cousseau
    coutant cowley cozzolino crabtree craddock creighton cretegny crettaz crichton crisinel crockett croisier
    crompton cromwell crossley crot crotta crowther cruchaud cruickshank cudré cuendet cuennet cuenoud culpepper
    cumberbatch cunliffe cuomo cuonz curioni curran currat curschellas cusin cusumano czech czerny daccò dagani
    dagostino daguerre dahinden dahlmann dalessi dalgleish dallape dalmas dalrymple damiani danforth dangerfield
    danieli dannenberg dantan darby darras dasgupta daven davison deangelis dearborn debernardi debray decarli
    decristophoris decurtins defago defferrard deflorian deflorin defuns degiacomi degonda delacombaz delacoste
    delafontaine delage delahaye delaloy delaloye delannoy delapierre delcroix delessert delestre delgrande dellea
    delley delmenico delnon delorme delpech delucchi deluigi deluz delévaux demange demarmels demont denervaud
    denham dennison denoth denoyer denton depallens depierre derendinger deriaz derighetti derksen desarzens
    desbaillets desbois deschenaux deshayes deshmukh desmarais desmeules desmoulins despland despont desprez
    deubelbeiss devecchi devenoge devereux devillers devine devittori dewarrat dewhurst diaby dibenedetto dickenmann
    dickinson dickson diehl dierauf dierks diesbach dietiker digby dilascio dillier dimmock dind dinsmore dipietro
    disch disler dittmann dittrich ditzler dizerens dobbs dobson docherty dodds doherty dolan dolder domke donaghy
    donahue donaldson doninelli donoghue donzallaz donzé doria dornbierer dornbusch dorsaz dosch dousse dowd dowling
    downey dozio draycott drescher drinkwater drouet drouin droxler drummond dubacher dubath dubey dubosc duboule
    dubreuil dubugnon dubuisson duchemin duchêne duckworth duclos ducoli ducret ducrocq ducrot dudli dufaux dufey
    duffy dufresne dugas dugdale duggan duhamel dujardin dulex dumusc dunand dunham dunlap dunlop dunphy dunwoody
    duperrex dupin duplain duplessis dupond duprat dupraz duquesne duran durante durieux durisch duruz dussart
    duteil dutertre dutton duvivier duvoisin dwyer däniker däster décaillet décosterd décotterd dénervaud dénéréaz
    dönni dörfler dörflinger dössegger dürrenberger dürrenmatt dürst eagleton earnshaw eastman eastwick ebeling
    eberhart eberle eberli ebersbach echenard eckardt eckersley eckstein edelmann edgerton egerton egolf
    ehrensperger ehrismann eichholzer eigenmann eigensatz eisenberg eisenegger eisenhut eisenring elkins ellsworth
    elphinstone elsener elsner emch emmisberger enderli endicott endres engelbrecht engelmann enggist entwistle
    epars eppenberger epple erard ermani ermatinger errico erskine erzinger eschenbacher eschenmoser eschmann
    estermann estoppey estève etherington ettlin etzensperger evanson ewing eyer eymann fabry facchinetti fahrny
    fairbanks fairchild fairclough fairhurst fairweather falconnet fallegger fallon fantoni farooq farquhar farrar
    farrelly farrèr faruqi fasani fasano fasnacht fassora fatio fauchère faulkner fauré favaro favier favini favrat
    favreau fawcett fazan fazioli featherstonehaugh federici felchlin feldhaus felley fellrath ferber ferlito feron
    ferraris ferrazzini feune feurer fevre ficara fiechter fiechtner figueroa figuière filippi filippone filliez
    findlay finnegan finnerty fiscalini fitzsimmons flaction flaherty flament flanders flandin fleetwood fleischli
    fleischmann fluder fluri flüeler flühler fogarty foletta foley fontanive fontannaz forini fornasier fornera
    fornerod forney fothergill fotheringham fouquet fourcade fourmont foxcroft fraccaro fracheboud fradin fraefel
    fragapane fraisse franceschini francesconi frankhauser franscella franscini franzen frapolli frasa fraschina
    frassinetti frauchiger frauenfelder frazier freese frehner freléchoux frenzel freuler friderici frigeri
    frischherz fritsch fritsche fritschi fritzsche frobisher froese fromentin frémont frésard fröhli fröhlicher
    fröhling fuchsberger fullerton fullin fumasoli furlan füglistaler füglister füllemann füssli gaborit gachet
    gaffuri gaggini gagliano gagneux gainsborough galbraith gallandat gallay gallet galliker gallmann gallotti
    galloway galster galvan galvani gammenthaler gandolfi gandon gapany garbani garcin gardiol gargantini garnaud
    garrone garside gascoigne gascoin gaskell gasparin gasparotti gassmann gastaldi gatenby gauch gauchat gaudard
    gaudet gaudreau gautschi gauvin gavillet gaynor gazzola gebert geering gehrig gehring geinoz geisseler gemperle
    gemperli genhart genilloud genini gennari genoni gentinetta genton genty geoghegan gerardi gerosa gersbach
    gerstenberg gerster geser gheza ghidini ghidossi ghielmetti ghielmini ghiggia ghiringhelli ghisla giamboni
    giannone giannoni gianola gianoni gicquel giese gilardi gilardoni gilchrist gilg gilgen gillespie gilliand
    gilliard gilligan gillioz gilliéron gillmann gilpin gimmel gindrat ginggen giovanelli giovannini giovanoli
    girardot giraudet giroud girsberger gisel giussani gladwin glanville glardon glatthard glatz gleeson glendinning
    glutz glöckner gobat gobert godard godat goddard godefroy godel godwin goldstein gonin goodall goodfellow
    gopalakrishnan gorini gorla gormley gosteli gottschalk gough gouin gourdon goutard grady graenicher grainger
    granata grandchamp grandgirard grandin grassini greenhalgh gregson gremion grenville grept gresch gresham grieco
    grignola grignoli grimaldi grimshaw grisel grivel grobet grohmann grolimund grossmann grosvenor grothe großmann
    grubenmann grundmann gruner grädel gräfe gränicher gröbli grögli gröli grünig gschwind guarisco guarneri gueguen
    guenat guerini guglielmetti guglielmini guidetti guidotti guilbaud guilbert guillemin guillod guilloux guiraud
    guisan guisolan guitton guldimann gulliver gunzinger gurtner gusmini guthrie gutjahr guyaz guéguen guérard
    gwerder gygi gysel gäbler gächter gélis göggel göldlin götschi götte göttsche günzel güttinger haab
    haberland habermacher haberstich habisreutinger hablützel hackett hackl hadley hafner hagedorn haggerty hagmann
    haigh hainard hainsworth halliwell hallwyler hamblin hamelin hamm hammerschmidt hammersley hampel hancock
    handley hannigan hannon harcourt hardcastle hardegger hardmeier hardouin hardwick harland harriman hartigan
    hartley hartmeier hartnett harwood haslam hassler hatt hauenstein haug haunreiter havard hawkesworth hawksworth
    hawthorne hazelwood healey heathcote heaton hebden heeb hefti hegarty heidenreich heider heidrich heierli
    heilmann heimgartner heinen heinzer heis heise heitmann heizmann helbing heldner helg hellmüller hendricks henke
    henshaw hensler henzi hepburn herger herrera herrington herrsche hertel hervouet herzberg heslop hetherington
    hetzel heule heuscher heusi heusser heussi hewitt heywood hibbert hickman hidber higginson hildbrand hille
    hilliard hinchcliffe hinderling hindermann hinterberger hintermann hirschmann hirschy hirter hirzel hoareau
    hoban hobson hodgkinson hofstadler hogarth hoggard hohlfeld holbrook holcombe holdsworth hollingsworth
    hollingworth hollis holmwood holroyd holtz homberger honeyman hopkinson hopwood horat horisberger horlacher
    hornby hornecker horrocks horsfall hoskins hosseini hossmann houdin houlihan houriet howarth howells hubmann
    hugentobler huggenberger huguelet huguet hulme humair humbert-droz humeau humphrey humphreys humphries hurni
    hurtado huser husi husmann husson hutchings hutchinson huth hutmacher huttenlocher hyland hächler hälg häller
    hängartner hänsli häseli hénault hérault höchli hödel höfler höfliger höhener höhn hölscher höltschi hörler
    hörnlimann hüppi hüppin hürbin hüsler hüsser hüttenmoser iacobucci iacono iannone iannuzzi ibbotson ikic
    imbaumgarten imbert imbriani imdorf imesch imfeld imgrüt immoos imoberdorf improta in-albon indergand indermaur
    infanger ingleby inglis ingold ingrassia innerhofer invernizzi inäbnit iovine iqbal irvine ischer ischi isella
    isenegger isenring isnard isoz iyengar iyer izzo jaag jaccottet jaccoud jacobson jacquat jacquemet jacquemin
    jacquin jacquod jacquérioz jaisli jameson jamet jamieson janggen jankowski janser janzen jaquemet jaquerod
    jaramillo jarry jaton jaubert jaunin jeandupeux jeanmaire jeannet jeanprêtre jeanquartier jecker jefferies jegen
    jegge jehle jelk jelmini jemmely jephson jermini jessop jetzer joannès johal joliat jolliet jomini joos joray
    jorio jornod jossen jouan joubert jouve joye juchli juilland jullien junghans junod juon jäckle jäggli jégou
    jörin jüngling kalberer kalbermatten kaltenrieder kappenthuler karli kearney keegan kehl kellaway kemble kempter
    kenney kenyatta kerbrat kerrigan kershaw kesseli khatun kienast kiesewetter kilchenmann kilchherr kilchör
    kimball kingsley kinnear kinsella kirby kirchhofer kirkbride kirkham kirkwood kissling kitson kleeb kleinschmidt
    klingler klopfenstein kläger kläy knauer knaus knellwolf knobloch knorr knowles knowlton knuchel knutti kofmehl
    kolb kolbe koradi korrodi korte kottelat kottmann krattinger kreienbühl kreutz kriesi krishnamurthy krucker
    krummen krähenmann krättli krügel krüttli kuenlin kundert kunert kunze kupferschmid kupper kuratli kurmann känel
    känzig käsermann köbeli köchli köpfli köppel kübli küchler küenzi kühni künzi künzle kürsteiner küttner labate
    lachenmeier lacour lacquaniti lafarge lafferty laffont lafitte lafon lafond laghi laidlaw laissue lakshmanan
    lalande lallemand laloli laloy lamanna lambercy lammers lampert lamy landert landolf landry lanfranchi langdon
    langenauer langhans langhart langlais langley langton lanter lanza lapierre laporte laroche lassalle lassueur
    latimer lattion laubacher laubscher laudano laughlin laurenti lautenschlager laux lavanchy lavergne laverty
    lavigne lazzari lazzarini lazzeri leadbetter leahy leavitt lebas lebeau leblanc leblond lecat lechevalier
    lechner lecler lecoq lecourt ledoux leduc lefranc lefèbvre legros lehnert leibacher leibundgut leidi leimbacher
    leipold leitl lejeune lelong lemasson lemercier lemke lemonnier lenoir lentz lenzinger leoncavallo lepretre
    leray leriche lesage lescure lesueur letellier lethbridge leuba leupi leupin leutert leutwyler levasseur
    leverett levêque lewington lhomme liardet liaudat libotte liebermann liebig liechty lightfoot liguori lineker
    liniger linklater lippert lisanti littlewood livesey locatelli lofthouse loftus loher lohse loiacono loichat
    lomax lombardini lonfat longbottom longoni longstaff lonsdale lopresti loretan lorin lormier losito lottenbach
    loveday lovell lowther lozano lucet luchsinger ludlow luisier luisoni lumley lunghi lurà lussi luterbacher
    lyttelton lässer lépine lévy lörtscher lösch lübke lüchinger lüthold lüthy lütolf lüönd mabbott macallister
    macarthur macbride maccagni maccallum macchi macconi macheret macintyre mackie mackinnon maclaren maclean
    macmillan macneil macpherson macrae macé maddison maddox maestretti maffeis maffi magee maggetti maggini
    magistretti magliano magnenat magnier mahieu maillat mainetti mainguy mainwaring maiorano maissen maistre
    maiwald malacrida malagoli maldonado malet malfanti malhotra malone mambretti manceau mancuso mangili mangin
    manigley manser mansfield manzoni marbet marcacci marchais marchon marcionelli marcoli maret margnetti marguerat
    marguet marinelli mariotta mariotti mariétan mariéthoz markham marot marriott marsden marston martignier
    martignoni martindale martinenghi martinoli marxer marzorati masciadri masdonati masiello massaro
    massarotti massera massot mastrangelo mathers mathey mathieson matile mattei mattern matteucci matthey mattioli
    mattle maudsley maugham maulaz maurel maurhofer maurizi mawson maxfield mayhew mayr mayweather mazet mazoyer
    mazzanti mazzola mazzoleni mcalpine mcarthur mcauley mcavoy mcbride mccabe mccafferty mccaffrey mccain mccallum
    mccartney mccauley mcclelland mcclure mcconnell mccormack mccormick mccracken mcdermott mcdonagh mcdonnell
    mcdougall mcdowell mcelroy mcewan mcfadden mcfarlane mcgee mcgill mcginley mcginty mcgovern mcgowan mcgrath
    mcgraw mcgregor mcguinness mchugh mcintosh mckee mckinney mckinnon mclaren mclean mclellan mcleod mcloughlin
    mcmanus mcmillan mcnally mcneil mcneill mcnulty mcphail mcqueen mcrae mcshane mcsweeney mctavish meacham
    meienhofer meier-huber meierhans meillard meinhardt meissner meißner mejia melera membrez mendy mendès menegatti
    meneghelli meng menghini menke menoud menétrey mercanton merkli mermod mermoud meroni merrick merrill merriman
    mertens merçay meschiari mesnard messineo messmer metzler miceli michelet michellod michod middlemiss mielke
    migliorini mignot milburn milesi milligan millington millot millward milner minnig minniti minotti mismirigo
    mitchum mivelaz modenini moeckli moginier moinet mojon molinari molloy moloney molteni momsen monaghan monbaron
    mondada monighetti monnerat montalbetti montorfani moorcroft moorhouse moosberger moosbrugger moosmann morabito
    moranda moraz mordaunt moreland morellini morerod moresi morice morier morinini morley moroni morpeth morrissey
    mortensen mortimer morton moseley motta mottaz mottram mouttet mozzini muggiasca mulcahy muldoon mulholland
    mullins mulroney mulvaney mundt munier munro murbach murgatroyd murgia muriith muriset murisier murthy mury
    muschietti musfeld musgrave musy mutasa mutrux mutzner mägerle märchy märtens ménard mérieux métrailler métroz
    möbius möhring mölders mösch mücke müggler mühlebach mühlethaler mühlheim mülhauser müllhaupt münch münger
    mürset nadig nanchen naudin nava navarre navarrete naville naylor ndlovu neidhart nellen neubert neumeister
    neuweiler newbold newcombe newell newsome nicholls nicholson nicolet nicoli nicolini nicolosi nicora niedermann
    niel nigg nikles nixon noack noblet nodari noirjean noll norbury northcott norton nosetti nowack nunzi nusbaumer
    nussberger nuttall nwachukwu nägele nänni näscher nötzli nützi o'callaghan o'connell o'donoghue o'dowd
    o'driscoll o'dwyer o'flaherty o'gorman o'grady o'hara o'hare o'keeffe o'loughlin o'mahony o'meara o'riordan
    o'rourke o'shea oberhauser oberlin oberti obrecht odhiambo oechslin oehler oehrli oester oetiker oetterli ogden
    ogilvie oglethorpe ogna oguey olawale oldfield oldham olgiati oliboni ollerenshaw ollivier omondi openshaw
    oppermann oppizzi opprecht orlik orsatti ortelli osbourne ossola ostinelli ottet otth oudin oulevay outhwaite
    overnay ovington oxley pabst pacheco padrutt pagett pajarola pakenham palladino pallavicini panchaud panizza
    panzera paolucci parisot parkhurst parnell parpan partington paschoud pasini pasotti pasqualini passello passera
    passmore pastorino patmore patocchi pauchard paudex pauli paulin paupe pavard paxton payen payot peabody pease
    peckham pecoraro pedrazzoli pedrioli pedroia pedrotta peduzzi peebles pellaton pellaux pellerin pendlebury
    penhaligon pennec pennisi perini pernet perrault perrelet perrier perrinjaquet perriraz perritaz perrochon
    perrone perroset perruchoud persoz perucchi peschke pesenti pessina peterhans petitjean petitpas petralli
    petrucci peverell peyre pezzini pezzoli pfaff pfeuti pfändler phelps philippot philpott piat piazzini piccand
    piccirilli pichler pickersgill pidoux pieracci pierron pignat piguet pilkington pillet pillonel pilloud pinel
    pingoud pinkerton pinnock pinoja piot piotti piroddi pirovano pisciotta pitteloud plath plattner plessis ploner
    plummer plunkett poffet poget poletti polkinghorne pollmann poltera poma poncini ponnaz ponsard ponsonby porchet
    porcu porret poschung postlethwaite pottier potts pouget pousaz pradel prader prantl praplan prescott preuss
    previtali primavesi pringle pritchard progin prongué protti pruvost prélaz puckett puech pugh puglisi purcell
    purvis pusterla pybus péclard péclat pécoud pélissier péron pétermann pétremand quandt quayle queloz quinodoz
    quirke quéré raaflaub raas raboud radcliffe raess raffaelli raffin raimbault raimondi rajput ralston ramanathan
    rambaud ramelli rampazzi rampini ramsauer ramseyer ranganathan rankin rapaz rapisarda rastogi ratcliffe rathbone
    ravasi ravenscroft ravussin rawlings rawlinson raynal raynaud rayner realini recordon redfern redgrave redman
    reese regan regnault regusci rehberg rehm reichel reichenbach reichlin reilly reimers reinle reinmann remond
    renaudin renevey rentschler renwick renz respini restle reuge reuille reuse reveney reynard riboni ribordy ribot
    ricard riccardi ricciardi richet richoz rickard ridgeway rieck riederer riedi riedl riedo rigal rigamonti rigby
    rigert righenzi rihs rimml rinaldini rinderer rinderknecht ringeisen riordan riou ripamonti ritchie ritschard
    robadey robatel robb roberti robertini robillard robson rocca rocchi rodham rodier roffler rogenmoser rogge
    roggenmoser roggero roggli rohde rohrbach rohrbacher rohrbasser rojas rollins romailler romanò rombaldi romelli
    romney ronchi roncoroni roner rosenast rosenbaum rosselet rossellat rosset rossinelli rossmann rotanzi
    rothwell rotzer rouanet rouault roubaud rougier roulet rousset roussier rouvinez rouvière rouxel rowlands
    rowley royston ruchat ruchonnet rudge ruedin ruffini ruggieri ruhl ruhstaller rumo ruocco ruosch rupf rushton
    ruspini russenberger rutledge rutschmann rychen ryder ryffel ryter rémond rölli rösch rösler rüdisühli rüdlinger
    rüedi rüegge rüegsegger rüesch rüfli rühl rüsch rütti sabatini sacchi sachse sackville sahli saillen salamin
    salamolard salaun sallemi sallin salomone salvadè salvini salzgeber sammartino sandford sandhu sandmann
    sanfilippo sangiorgio sansonetti santagata santangelo santinelli sarbach sarrazin satterfield sauerbier saulnier
    sauser saville savoldelli saxena scacchi scalabrini scalise scanavino scanlon scarfò scascighini schafroth
    schaltegger scharpf schatzmann schaufelberger scheiber schellenberg schellenberger schellhorn scherler
    schilliger schindelholz schirripa schlagenhauf schlegl schleiss schlittler schläfli schlüchter schmidiger
    schneuwly schnurrenberger schnüriger scholze schoop schorno schouwey schrader schranz schriber schuhmacher
    schuhmann schuldt schultheiß schuppli schurtenberger schutzbach schwarze schwarzenberger schweiger schwendimann
    schwerzmann schwizer schwyzer schäffer schäublin schönherr schöni schöpfer schürpf sciarini sciaroni scofield
    scognamiglio scossa seabrook seagrave seaton seddon sedleger seeberger seeholzer seematter seewer sefton seger
    seglias seguin segura seibert seidl seiffert selby selcioni selhofer selwyn semadeni sengupta senteler sertori
    sethi seuret severn seydoux seymour shafer shanahan shapiro sharkey sharpe sharples shenton shepard sheppard
    sherlock sherwood shetty shipley sicard siddiqui sidhu sidler sierro sievers silini silverman silverstone
    simcock simmonds simond simonet simonett simonetti simonin sinha sireau skelton slattery smallwood smedley
    smethurst smithers smithson smythe snowden solenthaler solioz solèr somaini somazzi sonderegger sonney sonognini
    sopranzetti souchon spadaro spaggiari spahni spalding speich sperandio spescha spillmann spinedi spirig spreiter
    sproule spälti späni stackhouse stainton standen stanfield starkey statham staudenmann staunton steadman stebler
    stefani stefanini steffens steinauer steinbacher steinberg steinbrecher steineman steinemann steinhauser
    steinhoff steinlin stengel stillhart stockdale stoddard stonehouse stooss storchenegger stornetta stoughton
    straessle strassmann streiff streuli strickland stritmatter stroppini strub struve strähl strässle strübin
    stubbs studerus sturgess stählin stängl stäuble stöcklin stösse stössel stüdeli stüssi suchet summerfield sumner
    supersaxo surber swainson swamy swindells sykes symonds taddei tamagni tantardini taramarcaz tarchini tardieu
    tarnutzer tassell tassone tattarletti tattersall tattersfield taugwalder taylforth tedeschi tellier tenca
    tenchio tenger terracciano terrapon terreaux tesch tettamanzi tewes tgetgel theis theroux theubet thieme thiery
    thiébaud thiébaut thoma thomasset thomet thorens thornbury thornhill thorpe thouvenin threlfall thuillier
    thurnheer thurre théry thévenaz thévoz tibiletti tierney tietz timms timpson tindall tinembart tiraboschi
    tischhauser tissier tissières tissot tobin tognini tomaselli tomasetti tomasini tomlinson tonella tonini toomey
    topham torrenté touzet townshend tranter treadwell tredwell trelawney tremayne trenchard trepp treptow tresoldi
    trevelyan trevithick triet trinkler trisconi tritten trivedi trolliet trombert trottmann trouillet troyon trümpi
    tschachtli tschan tschappeler tschirky tschuor tully tunesi tunnicliffe turconi turnbull twerenbold twigg
    tyndall tyrrell töngi töpfer uboldi udriot udry uebelhart ueberschlag uehlinger uhlmann uldry ullmann underhill
    unsworth unternaehrer unternährer upton urben urquhart vairora valdez valente vallat valloton vallotton
    vallélian vandamme vanetta vaney vannay vanossi varma varriale varrin vassere vaudan vaudin vauthier vecchi
    veillard venables venkataraman venturini verda verdon vergani vergères vernay verne vernet verney verron
    verzasconi vetterli veuthey veya vezzoli viard viatte vicari vickers vienny viganò vignon vigorelli villanueva
    villard villiers villiger villoz vincendeau vincent-smith vinzens viollet vionnet virey vocat vogelgesang
    vogelsanger voide voirol voisard vollenweider von-arx vonarx vonesch vonrotz vontobel vonwil voss vouillamoz
    vouilloz vuagniaux vuarnoz vuffray vuille vuillemin vuillermet vulliemin vulliens vurlod waddell waddington
    wadsworth waeber waite walch walcott waldburger waldis waldmeier waldron wallis walpole waltenspül walters
    wardle wareham warnecke warrington wasserfallen watkinson wattiaux weatherley weatherspoon weber-meier webster
    wechsler wegelin weigelt weigl weinhold weinmann weishaupt weissen weisskopf weldon wentworth werlen wermelinger
    werth westerman westmoreland westphal wetzel whalley wharton whelan whitehouse whitelaw whitlock whitmore
    whittingham whyte wickli wicky widdowson wiedemann wiesli wiesmann wiesner wiggins wigley wilberforce wilde
    wildi willemin willimann willoughby wilmot wilms winfield wingfield winiger winkelmann winslow winteler
    winterton wintour wintsch wirthlin wishart wismer wiss witherspoon witschi witt wittmann wohlgensinger wolfenden
    wolfisberg wolleb wolstenholme wolter womack woodburn woodhead wooldridge woolley worsley wragg wrigley wulff
    wycliffe wydler wylie wyndham wynne wyrsch wyssen wäckerlin wähner würgler wüst yarborough yarwood yersin yorke
    youngblood younghusband zaccheo zala zali zambelli zambon zamboni zanetta zanin zanolari zanon zanoni zappalà
    zappella zarri zavala zberg zech zehntner zeindler zen-ruffinen zenhäusern zenklusen ziegenbein ziemann zihlmann
    zinniker zocchetti zorzi zosso zumbrunnen zumofen zuppiger zurfluh zurini zurkirchen zurwerra zwimpfer zysset
    zängerle zöller züst évéquoz
    """

"""Surnames common in Switzerland, its neighbours and the English-speaking world; small letters, folded as texts are.

They are no proof by themselves (`Koch`, `Weber`, `Rossi` are words and brands): they support a given name, an initial
or a title beside them.
"""

from __future__ import annotations

from gateway.pii.detectors.names_from_afar import SURNAMES_FROM_AFAR
from gateway.pii.detectors.surnames_abroad import ABROAD
from gateway.pii.detectors.surnames_of_regions import OF_REGIONS
from gateway.pii.folding import fold, without_accents

_COMMON = """
    abegg ackermann aebi aeschlimann albrecht ammann amstutz anderegg andres arnold bachmann bader baer bär balmer
    bauer baumann baumgartner baur beck becker benz berger bergmann berisha bernasconi beyer bianchi bieri binder
    bischof blaser blum bossard bosshard böhm bolliger brand brandt braun breitenmoser brunner bucher bühler
    bühlmann burger burkhalter burri bürgi büchel caduff camenzind christen clerc cotti decker diener dietrich
    dubois dubs ebner eder egger egli ehrler eichenberger eichhorn engel engeler ernst eugster fankhauser fässler
    favre fehr felber felder fischer flückiger flury forster frank frei frey fricker friedli friedrich fritz
    fröhlich fuchs furrer gasser gashi geiger geissbühler gerber giger glauser gloor gmür good graber graf grob
    gross gruber gubler günther gut gutknecht haas haase häberli haller hartmann hasler hauser hausherr heer hegglin
    heim heinrich heinzmann held heller herrmann herzog hess hermann hilfiker hirt hirschi hoch hodel hofer hoffmann
    hofmann hofstetter holzer horn horvath hostettler huber hug hunziker hürlimann imhof jäger jäggi jansen jenny
    jordi jost jung kälin kägi kaiser kaufmann keller kern kessler klein knecht koch kohler koller könig köhler
    krähenbühl kramer krasniqi kraus krause krebs kröger krüger kuhn kühn kunz künzler küng kurz kummer lang lange
    landolt lanz lehmann lehner leu leuenberger leutenegger liechti lindner locher lorenz lüthi lutz maier mayer
    meier meyer märki marti martin marty mathys matter mauch maurer meister merz messerli michel möller moser müller
    mueller muster mustermann musterfrau näf nef neumann nikolic nussbaumer nyffeler oberholzer odermatt oswald ott
    otto peter peters petrovic pfeiffer pfister pohl popp portmann probst raschle reber reichmuth rapp reimann
    reinhard reinhardt renggli rentsch richter riedel rieder ritter rohner rohrer roos roth röthlisberger rüegg
    rüegger ruckstuhl rupp rust ryser sauter schaad schäfer schäfli schär schärer schaub schenk scherrer schlatter
    schlegel schmid schmidt schmitt schmitz schmutz schneider schnyder schoch scholz schön schreiber schröder
    schubert schuler schüpbach schulz schulze schumacher schuster schütz schwab schwarz schwarzenbach schweizer
    seiler senn sieber siegenthaler siegrist sigrist simmen simon sommer spahr spycher stadelmann stadler stähli
    stalder stauffer steffen steiger steinmann steiner stein stettler stocker stöckli stoll straub strasser studer
    stucki stutz suter sutter tanner thalmann thommen tobler trachsel tschanz tschudi ulrich ulmer vetsch vogel
    vogler vogt voigt volk wagner walder waldmann walser walter walther wälti wäfler weber wegmann wehrli weibel
    weidmann weiss weiß wenger werner wernli wicki widmer wiederkehr wild willi winkler winter wirth wirz wittwer
    wolf wolff wüest wüthrich wyss zahnd zaugg zbinden zehnder zeller ziegler zimmerli zimmermann zingg zogg zuber
    zumstein zurbriggen zürcher hahn seidel heinz simonis sander schreiner thiel kühne arslan yilmaz kaya demir
    celik sahin öztürk aydin novak novotny kovac kovacs nagy horvat popescu ionescu petrov ivanov nowak kowalski
    kowalska wisniewski wójcik wojcik lewandowski hansen jensen nielsen johansson andersson larsson olsen eriksson
    lindberg nilsson abdi aguilar bajrami bytyqi hoxha hasani morina osmani rama selimi shala thaqi zeqiri jovanovic
    markovic djordjevic stojanovic aubert aubry arnaud andré barbier baron benoit bernard berthelot berthier bertin
    bertrand besson blanc blanchard blanchet boisson bonnet boucher bouchet boulanger bourgeois bouvier boyer breton
    briand brun bruneau brunet buisson camus carlier carpentier caron charles charpentier charrier chartier
    chevalier chevallier clément clement colin collet colas cordier cousin coulon courtois crevoisier silva daniel
    david delacroix delaunay delmas denis deschamps devaux didier droz dufour dumas dumont dupont dupuis dupuy
    durand duval evrard fabre faivre favre-bulle ferrand fleury fontaine fournier françois gaillard garnier gaudin
    gauthier gautier germain gérard girard giraud gonzalez grandjean guérin guillaume guillet guillot guyot hamel
    hebert hébert henry hervé hoarau hubert huet humbert jacob jacquet jacques jaquet jeanneret joly jourdan julien
    lacroix lambert lambelet langlois laurent lebrun leclerc leclercq lecomte lefebvre lefèvre legrand lemaire
    lemaître lemoine leroux leroy lévêque louis lucas maillard mallet marchal marchand marechal maréchal marie
    martinet masson mathieu maury menard mercier meunier meylan michaud monnier monod moreau morel moret morin
    moulin muller nicolas noël olivier paris pasquier payet pelletier pereira perez perret perrin perrot petit
    philippe picard pichon pierre poirier poulain prevost prévost renard renaud renault rey reymond richard rivière
    robert robin roche rochat roger rolland rossier rousseau roussel roux royer roy sauvage savary schmitter tessier
    texier thibault thomas vallet vasseur verdier vidal vincent vuilleumier amato barbieri barone basile battaglia
    bellini benedetti bernardi bernini bertoli bianco bruno caputo carbone caruso cattaneo cavalli colombo conte
    conti coppola corti costa costantini d'amico d'angelo damico angelis luca rosa santis deluca donati esposito
    fabbri farina ferrara ferrari ferraro ferretti ferri fiore fontana franco fumagalli gallo galli garofalo gatti
    gentile giordano giuliani grassi grasso greco guerra guidi leone lombardi lombardo longo longhi lorusso lucchini
    mancini marchetti marchi mariani marini marino martinelli martini martino mazza mazzoni messina milani monti
    montanari morandi morelli moretti moro napolitano negri neri orlando pagani pagano palmieri palumbo parisi
    pellegrini pellegrino piazza piras poretti ricci rinaldi riva rizzi rizzo romano rossetti rossi ruggiero russo
    sala salvi sanna santoro sartori serra silvestri sorrentino spinelli tedesco testa testoni valenti valentini
    ventura villa vitale vitali zanetti zanini adams adamson alexander allen allison anderson andrews armstrong
    atkinson austin bailey baker ball banks barker barnes barnett barrett bates bell bennett bishop black blair
    bowman boyd bradley brooks brown bryant burgess burke burns burton butler byrne campbell carlson carpenter carr
    carroll carter chambers chan chandler chapman chen clark clarke cohen cole coleman collins cook cooper cox craig
    crawford cruz cunningham curtis daniels davidson davies davis dawson day dean diaz dixon doyle duncan dunn
    edwards elliott ellis evans ferguson fernandez fisher fitzgerald fleming fletcher flores ford foster fox
    franklin fraser freeman gallagher garcia gardner gibson gilbert gill gomez gonzales gordon graham grant gray
    green greene griffin griffiths gutierrez hall hamilton hammond hanson hardy harper harris harrison hart harvey
    hawkins hayes henderson hernandez hicks higgins hill hoffman holland holmes holt hopkins howard howell hudson
    hughes hunt hunter hussain jackson jacobs james jenkins jennings johnson johnston jones jordan kaur kelley kelly
    kennedy khan kim king knight kumar lane larson lawrence lawson lee lewis li lin little liu lloyd long lopez
    lynch macdonald marsh marshall mason matthews may mccarthy mcdonald mckenzie miller mills mitchell moore moran
    morgan morris morrison murphy murray myers nelson newman nguyen nichols o'brien o'connor o'neill o'reilly oliver
    olson ortiz owen owens palmer park parker parsons patel patterson payne pearce pearson perkins perry peterson
    phillips pierce poole porter powell price quinn ramirez ramos ramsey reed reid reyes reynolds rhodes rice
    richards richardson riley rivera roberts robertson robinson rodgers rodriguez rogers rose ross russell ryan
    sanchez sanders saunders schultz scott shah sharma shaw shepherd simmons simpson sims singh sinclair smith
    snyder spencer stephens stevens stevenson stewart stone sullivan taylor thompson thomson torres tucker turner
    tyler wade walker wallace walsh wang ward warren washington watkins watson watts webb weaver wells west wheeler
    white wilkinson williams williamson willis wilson wong wood woods wright wu yang young zhang zhao santos
    oliveira souza ferreira almeida carvalho gomes ribeiro martins rodrigues fernandes lopes sousa marques moreno
    muñoz alvarez álvarez romero alonso navarro domínguez vázquez vega castro blanco molina delgado ortega rubio
    marin sanz iglesias nunez núñez vries bakker visser smit meijer mulder janssen peeters maes claes goossens
    wouters willems
"""

COMMON_SURNAMES = frozenset(fold(name).decode("latin-1") for name in _COMMON.split())
_LISTED = frozenset(
    fold(name).decode("latin-1") for part in (_COMMON, *ABROAD, OF_REGIONS, SURNAMES_FROM_AFAR) for name in part.split()
)
SURNAMES = _LISTED.union(bare for name in _LISTED for bare in without_accents(name))

"""Given names common in Switzerland, its neighbours and the English-speaking world, and those of many who live there.

Small letters, folded as texts are (`č` is `c`). `WORDS` are given names that are more often something else: they count
only beside a surname that is known.
"""

from __future__ import annotations

from gateway.pii.detectors.given_names_abroad import ABROAD
from gateway.pii.detectors.given_names_rare import RARE, RARE_WORDS
from gateway.pii.detectors.names_from_afar import GIVEN_FROM_AFAR
from gateway.pii.folding import fold, without_accents

_GERMAN = """
achim adelheid adrian agnes albert albrecht alex alexander alexandra alfons alfred alice alina alois amelie andre
andrea andreas andrin anette angela angelika anika anita anja anke anna annalena anneliese annemarie annette annika
anton antonia antje armin arne arnold arthur astrid august axel barbara bastian beat beate beatrice beatrix ben
benedikt benjamin benno bernadette bernd bernhard bernhardine bert berta bettina bianca birgit birgitta björn bodo
boris brigitte britta bruno burkhard carina carl carla carmen carolin carolina caroline carsten celine charlotte
chiara christa christel christian christiane christina christine christoph christopher clara claudia clemens conny
constantin constanze cornelia corinna corinne cornelius dagmar daniel daniela danilo dario david dennis detlef dieter
dietmar dietrich dirk dominic dominik dora dorian doris dorothea dörte eberhard eckhard edgar edith eduard egon
ekkehard elena eleonore elfriede elias elisabeth elke ella ellen elmar elsa else elsbeth emanuel emil emilia emily
emma emmanuel enrico erhard eric erich erik erika ernst erwin esther eugen eva eveline evelyn evi fabian fabienne
fabio felix ferdinand finn flavia flavio florence florian franz franziska fred freddy frederik friederike friedhelm
friedrich frieda fritz gabi gabriel gabriela gabriele georg gerald gerd gerda gerhard gerlinde gernot gero gertrud
gisela gottfried greta gregor gudrun guido gunter günter günther gustav hanna hannah hannelore hannes hans hansjörg
hanspeter hansruedi hansueli harald hartmut hedwig heide heidemarie heidi heike heiko heiner heinrich heinz helen
helena helene helga hella helmut hendrik henning henriette henrik herbert hermann herta hilde hildegard hilda holger
horst hubert hugo ida ignaz ilona ilse ina ines inga inge ingeborg ingo ingrid irene iris irma irmgard isabel isabella
isabelle iwan jakob jan jana janina janine janis jannik jasmin jens jessica joachim jochen joel johann johanna
johannes jonas jonathan jörg josef josefine josua judith julia julian juliane jürg jürgen jutta kai kaspar karin karl
karla karlheinz karola karolina karoline karsten katharina katja katrin kathrin käthe kerstin kevin kilian klaus klara
konrad konstantin kornelia kristian kristin kristina kurt lara larissa lars laura laurin lea leander lena leo leon
leonard leonhard leonie leopold levin lia liam liliane lilli lina linda linus lisa lisbeth livia liselotte lorena
lorenz lothar lotte louis louisa luana luca lucas lucia ludwig luis luisa luise lukas lutz luzia lydia madeleine
magdalena maik maja malte manfred manuel manuela marc marcel marco margarete margareta margit margot margrit margret
maria mariana marianne marie marina mario marion marisa marita markus marlene marlies marlis martha martin martina
marvin mathias mathilde matteo matthias max maximilian maya mechthild meike melanie melina mia michael michaela michel
milena mirjam miriam mirko monika moritz nadia nadine nadja natalie natascha nele nicolas nico nicola nicole niels
niklas niklaus nikolaus nils nina noah noel noemi nora norbert olaf oliver olivia oskar oswald otmar otto pascal
patricia patrick patrik paul paula pauline peter petra philipp philippe pia pirmin rafael rahel raimund rainer ralf
ralph ramona raphael rebecca regina regine reinhard reinhold reiner renate rené reto ricarda richard rita robert robin
roger roland rolf roman romina ronja rosa rosemarie rosmarie roswitha roswita rudi rudolf ruedi rupert ruth sabina
sabine sabrina samira samuel sandra sandro sara sarah sascha sebastian selina severin sibylle siegfried siegrid
siegmund sigrid silas silja silke silvan silvia silvio simon simone simona sina sofia sofie sonja sonia sophia sophie
stefan stefanie steffen stephan stephanie susanna susanne sven svenja swen sylvia tabea tamara tanja tatjana thea theo
theodor theresa therese thilo thomas thorsten tilman tim timo tina tobias tom torsten traudel trudi udo ueli ulrich
ulrike ulla urban urs ursina ursula ute uwe valentin valentina valerie vanessa vera verena veronika veronica viktor
viktoria vinzenz vitus volker volkmar waldemar walter waltraud wendelin werner wilfried wilhelm willi wilma winfried
wolf wolfgang xaver yannick yannik yvonne yves zoe zora
"""

_FRENCH = """
adèle adrien agathe agnès aimée alain alban albane alexandre alexia alexis alix aline alizée amandine ambroise amélie
anaïs anatole andrée angélique anne antoine antoinette apolline ariane armand armelle arnaud arthur astrid aude audrey
augustin aurélia aurélie aurélien aurore axelle baptiste barnabé basile bastien béatrice bénédicte benoît benoit
bérénice bernard bertrand blaise blanche blandine boris brice brigitte bruno camille capucine carine carole cassandre
catherine cécile cédric céline chantal charlène charles charline chloé christelle christian christiane christine
christophe claire clara clarisse claude claudette claudine clémence clément clémentine cléo clothilde colette
constance coralie corentin corinne cyprien cyril cyrille damien danièle danielle daphné delphine denis denise désiré
diane didier dominique dorian doriane édith edith edmond édouard edouard éléonore éliane elie élisa élisabeth élise
élodie éloïse elsa émeline émile émilie emilie émilien emmanuelle enzo éric estelle esteban étienne etienne eugène
eugénie eulalie évelyne fabien fabrice fanny faustine félicie félicien fernand firmin flavie fleur flora florent
florian floriane francine franck françois françoise frédéric frédérique gaël gaëlle gaëtan gaspard gaston gauthier
geneviève geoffrey geoffroy georges georgette gérald géraldine gérard germaine germain ghislaine gilbert gilberte
gilles ginette gisèle grégoire grégory guillaume gustave guy gwenaëlle hélène henri henriette hervé hippolyte honoré
hortense hubert hugo hugues huguette ingrid irène isaac isabelle isaline jacqueline jacques jade jean jeanne jeannine
jérémie jérémy jérôme joëlle joël jocelyne johan johanna jordan josette joseph joséphine josiane jules julie julien
juliette justine karine laetitia laurence laurent laure lauriane léa léandre léna léo léon léonard léonie léontine
leslie liliane lilou lionel lisa lise loïc loïs lorraine louane louis louise loup luc lucas lucie lucien lucienne
lucile ludivine ludovic lydie maël maëlle maëlys magali manon marc marcel marcelle marguerite marianne marie marielle
marin marine marion marjorie marthe martine mathéo mathias mathieu mathilde mathis matthieu maud maurice maxence
maxime mélanie mélissa mélodie michèle michel micheline mireille morgane myriam nadège nadine nathalie nathan nicole
nicolas noé noël noémie norah océane odette odile olivier olympe ophélie pascal pascale pascaline patrice patrick
paulette perrine philippe philomène pierre pierrick priscille quentin rachel raoul raphaël raphaëlle raymond raymonde
régine régis rémi rémy renaud renée robert rodolphe rodrigue roger roland romain romane romuald rosalie roselyne
roxane sabine salomé sandrine sébastien serge séverine sidonie simone simon solange solène sophie stanislas stéphane
stéphanie suzanne suzette sylvain sylvaine sylvie tanguy théa théo théodore thérèse thibault thibaut thierry thomas
tiphaine titouan tristan valentin valentine valérie véronique victoire victor victorine vincent violaine violette
virginie viviane wilfried xavier yann yannick yoann yohan yolande yvan yves yvette yvonne zacharie zélie
"""

_ITALIAN = """
achille ada adele adriana adriano agata agnese agostino alberta alberto alda aldo alessandra alessandro alessia
alessio alfio alfonso alfredo alice allegra amalia amanda ambra ambrogio amedeo amelia anastasia andrea angela
angelica angelo anita annalisa annamaria antonella antonietta antonino antonio arianna armando arnaldo arturo asia
assunta attilio augusto aurelio aurora azzurra barbara bartolomeo beatrice benedetta benedetto bernardo bianca biagio
bruna brunella bruno camilla carla carlo carlotta carmela carmelo carmine carolina caterina catia cecilia celeste
cesare chiara christian cinzia ciro claudia claudio clelia concetta corrado cosimo costanza cristian cristiano
cristina damiano daniela daniele danilo daria dario davide debora denise desiree diana diego dina domenica domenico
donatella donato doriana edoardo egidio elena eleonora elia eliana elio elisa elisabetta elvira emanuela emanuele
emilia emiliano emilio emma enrica enrico enza enzo ermanno ernesto ester ettore eugenia eugenio eva evelina ezio
fabiana fabio fabiola fabrizia fabrizio fausta fausto federica federico felice ferdinando fernanda fernando filippa
filippo fiorella fiorenzo flaminia flavia flavio franca francesca francesco franco fulvio gabriele gabriella gaetano
gaia gaspare gennaro gerardo germana giacomo giada giampaolo giampiero giancarlo gianfranco gianluca gianluigi
gianmarco gianna gianni gilberto gina gino gioele gioia giordano giorgia giorgio giovanna giovanni girolamo giuditta
giulia giuliana giuliano giulio giuseppe giuseppina giusy graziana graziano graziella greta guglielmo guido ida
ignazio ilaria ilario irene irma isabella italo ivan ivana ivano ivo lara laura lavinia leandro leonardo leonora
letizia lia liana licia lidia liliana lina linda lino livia livio loredana lorella lorena lorenza lorenzo loretta luca
lucia luciana luciano lucio lucrezia ludovica ludovico luigi luigia luisa maddalena manuela mara marcella marcello
marco margherita mariangela mariano marika marilena marina mario marisa marta martina marzia massimiliano massimo
matilde matteo mattia maura maurizio mauro melissa mercedes mia michela michele milena mirco mirella miriam mirko
moira monica morena nadia natale natalia nello nereo nicla nicola nicolò niccolò nicoletta noemi norma nunzia nunzio
olga olimpia omar onofrio orazio oreste ornella orietta orlando osvaldo ottavia ottavio pamela paola paolo pasquale
patrizia patrizio piera pierangelo piergiorgio pierluigi piero pierpaolo pietro pina pino primo raffaele raffaella
ramona raniero rebecca remo renata renato renzo riccardo rino rita roberta roberto rocco rodolfo romano romeo romina
romolo rosalba rosalia rosanna rosaria rosario rossana rossella rosita ruggero ruggiero sabrina salvatore samanta
samuele sandra sandro santa santo sara saverio sebastiano serena sergio settimio silvana silvano silvestro silvia
silvio simona simone sofia sonia stefania stefano susanna susy tania tatiana tecla teodoro teresa tiziana tiziano
tommaso tonia tullio ubaldo ugo umberto valentina valeria valerio vanessa vera verdiana veronica vincenza vincenzo
viola violetta virginia virgilio vito vittoria vittorio viviana walter wanda ylenia zaira zeno
"""

_ENGLISH = """
aaron abby abigail adam adelaide adrian agatha aidan aiden alan albert alec alexa alexandra alexis alfie alfred alice
alicia alison allan allen allison alma alyssa amanda amber amelia amy andrew andy angela angie angus anita ann anna
annabel anne annie anthony antonia archie arlene arnold arthur ashley audrey austin ava barbara barry beatrice becky
belinda benjamin bernice beryl bertha bessie beth bethany betty beverly blake bob bobby bonnie brad bradley brandon
brenda brendan brent brett brian briana bridget brittany brooke bruce bryan bryce byron caitlin caleb callum calvin
cameron candace carl carla carlton carmen carol caroline carolyn carrie carter casey cassandra catherine cathy cecil
cecilia cedric chad charlene charles charlie charlotte chelsea cheryl chester chloe chris christian christie christina
christine christopher cindy claire clara clarence clark claudia clayton clifford clifton clint clyde cody colin
colleen connie connor conor constance corey courtney craig crystal curtis cynthia daisy dale damian damon dan dana
daniel danielle danny darlene darrell darren darryl dave david dawn dean deanna debbie deborah debra declan deirdre
delores denise dennis derek derrick desmond diana diane dolores dominic don donald donna doreen doris dorothy doug
douglas drew duncan dustin dwayne dwight dylan earl eddie edgar edith edmund edna eduardo edward edwin eileen elaine
eleanor eli elijah elisabeth eliza elizabeth ella ellen ellie elliot elliott elmer elsie emily emma eric erica erin
ernest esther ethan ethel eugene eunice eva evan eve evelyn ewan felicity felix fergus fiona florence floyd frances
francis frank frankie franklin fred freda freddie frederick gail gareth garry gary gavin gemma gene geoff geoffrey
george georgia georgina gerald geraldine gerard gertrude gilbert gillian gina gladys glen glenda glenn gloria gordon
grace graham greg gregory gwen gwendolyn hailey hannah harold harriet harrison harry harvey hayley hazel heather
hector heidi helen henry herbert herman hilary holly howard hugh ian imogen ira irene iris irving isaac isabel
isabella isla ivy jack jackie jackson jacob jacqueline jade jake james jamie jan jane janet janice jared jasmine jason
jasper jay jean jeanette jeff jeffery jeffrey jemima jen jenna jennifer jenny jeremy jerome jerry jesse jessica jessie
jill jim jimmy joan joann joanna joanne jodie joe joel joey john johnny jon jonathan jordan jose joseph josephine josh
joshua joy joyce juan juanita judith judy julia julian julie juliet june justin kara karen karl kate katelyn katherine
kathleen kathryn kathy katie katrina kay kayla keith kelly kelsey ken kenneth kenny kerry kevin kieran kim kimberly
kirk kirsty kristen kristin kristina kristy kurt kyle lachlan lance larry laura lauren laurie lawrence leah leanne lee
leigh leo leon leonard leroy leslie lester lewis liam lillian lily linda lindsay lindsey lionel lisa liz lloyd logan
lois lola lonnie loretta lori lorraine louis louise lucas lucille lucy luke lydia lynda lynn mabel mackenzie madeleine
madison maggie malcolm mandy marcia marcus margaret maria marian marie marilyn marion marjorie marlene marsha marshall
martha martin marvin mary mason matt matthew maureen maurice megan melanie melinda melissa melvin mercedes meredith
michael michelle miguel mike mildred miles millie milton minnie miranda miriam mitchell moira molly monica morgan
muriel myra myrtle nancy naomi natalie natasha nathan nathaniel neil nellie nelson niamh nicholas nick nicola nicole
nigel nina noah noel nora norma norman oliver olive olivia ollie oscar owen paige pam pamela pat patricia patrick
patsy patti paul paula pauline pearl peggy penelope penny percy perry peter phil philip phillip phoebe phyllis polly
poppy preston priscilla rachel ralph ramona randall randy raymond rebecca reginald renee rex rhonda rhys ricardo
richard rick ricky riley rita robert roberta robin robyn rodney roger roland ronald ronnie rory rosa rosalind rose
rosemary rosie ross rowan roxanne roy ruby rupert russell ruth ryan sabrina sadie sally sam samantha samuel sandra
sara sarah scarlett scott sean sebastian shannon sharon shaun shawn sheila shelby shelley sherry shirley sidney sienna
simon sonia sophia sophie spencer stacey stacy stanley stella stephanie stephen steve steven stewart stuart sue susan
suzanne sybil sylvia tamara tammy tanya tara ted teresa terence terri terry tess tessa thelma theodore theresa thomas
tiffany tim timothy tina toby todd tom tommy toni tony tracey tracy travis trevor tricia tristan troy tyler una
valerie vanessa vera vernon veronica vicki vicky victor victoria vincent viola violet virginia vivian wallace walter
wanda warren wayne wendy wesley wilbur wilfred willard william willie winifred winston yvette yvonne zach zachary zara
zoe
"""

_OTHERS = """
abdul abdullah abel adem adnan agim agnieszka agron ahmad ahmed aisha ajay akira alba albana alejandra alejandro
aleksandar aleksandr aleksandra alem ali alicja almir alok álvaro amar amina amir amit ana anan ananya ander andrej
andrejs andrzej anh anil anisa ann-kathrin annika anouk antónio arash arben ardit arjun arlind armin arta artan asif
asma aslan atila aya ayesha ayse aysel ayşe aziz aziza bashkim bartosz behar bekim beatriz besnik besim björn blerim
blerta bogdan bojan borislav burak bujar carlos catalina cem cemal chen chiyo chinedu cristóbal dejan deepak deniz
devi diogo dmitri dmitry dragan drita driton dusan ebru edin edita edmond elif elira elvedin elvir emeka emine emir
emre enes ergün erion erjon ermal esad esra ewa fadil faisal farah farid fatih fatima fatma fatmir fatos fehmi ferhat
fernando filip flutura fátima gabriela gezim gjergj goran gordana grzegorz guadalupe gustavo gzim habib hakan halil
hamid hamza haris hasan hassan hatice hiroshi hussein ibrahim ifeoma ilir ioana ion ionut isa ismail ivana ivica iva
jagoda jakub jamal jana jasmina javier jelena jesús jiri joana joão joaquín jorge josip jovana jovan juan jun kaan
kamal karim kasia katarzyna kemal kenji khadija khalid kofi krzysztof kujtim kumar kwame laila lalit latif laszlo
leila leyla li liridon luan lucía luís luljeta lulzim łukasz lukasz maciej magda magdalena magnus mahmoud mahmut maite
malik małgorzata malgorzata manjola manish marek mariam mariana marija marjan marko marta matej mateusz mehmet mei
mersiha merve mia michał michal miguel mikael milan mile milica milos mira mirjana miroslav mirsad mohamed mohammad
mohammed mónica muhammad muhammed murat mustafa nadia naim nam nasser natalija nenad nermin ngoc nguyen nikola nikhil
nikolai nilufar noor nuno olena oleksandr olga omar osman pablo paulo pavel pedro peng petar piotr prakash priya
rafael rahul raj rajesh ravi rashid rajiv raúl refik rexhep ricardo rui ruzica sabit sadik saeed safet said salih
salma samir sanjay sanja santiago sead selim selma senad senka sergei sergey serkan shabnam shaip shkelqim shpresa
sinan slavica slobodan snezana sofía stanislav stjepan suleyman sunita suresh svetlana swati tarik tariq tatyana teuta
thanh thi thiago tomasz tomislav tuan uros vahid valdet valon vesna viet vijay viktorija vinay vjosa vladimir wei
wiktor wojciech xhevat xiao yasemin yasmin yasin yuki yuri yusuf zdenka zehra zeynep zlatan zoran zorica zuzana øyvind
ingvild sigurd leif lars anders mikkel søren freja astrid maarten joost sanne femke pieter willem anneke lieke bram
daan jeroen marieke saskia wouter inés íñigo begoña rocío pilar
"""

_ALSO_WORDS = """
    april may june august rose will grant mark bill jack art frank ernst jordan chelsea victoria charlotte
    florence austin dallas paris sydney virginia georgia carolina dale dean earl duke faith grace hope joy melody
    harmony summer autumn dawn daisy lily ivy heather holly hazel ruby pearl amber crystal jade olive violet rosa
    viola flora fleur aurora celeste gioia felice primo santo santa natale loup noël noel blanche claude france
    angel jean long chase clay cliff drew gene guy jay lance miles pat rex rich rob roman rusty scott sky sue sunny
    van wade wolf max pia ion jun li mei an nam isa alba mia leo ada iris iva page paige penny piper poppy
    porter preston quinn reed robin rowan sandy skip star storm temple tiffany troy tyler vera york kim lee
    leigh logan madison mason morgan nelson parker perry riley ross roy russell ryan shannon shelby spencer stewart
    taylor tracy trinity vernon wallace warren wayne wesley winston bernd constance prudence patience honor mercedes
    alexa kai raj franca libero modesto pace selva urban rainer gero merit
    pilar devi moin use
"""

WORDS = frozenset(fold(word).decode("latin-1") for word in (_ALSO_WORDS + RARE_WORDS).split())

_LISTED = frozenset(
    fold(name).decode("latin-1")
    for part in (_GERMAN, _FRENCH, _ITALIAN, _ENGLISH, _OTHERS, *ABROAD, *RARE, GIVEN_FROM_AFAR)
    for name in part.split()
)
# Which without their accents are words, or names of something else.
_WORDS_WITHOUT_ACCENTS = "angel angeles asa come desire honore jesus klare magi melodie noe thais tome"
_NO_BARE_NAMES = WORDS.union(_WORDS_WITHOUT_ACCENTS.split())

GIVEN = _LISTED.union(bare for name in _LISTED - WORDS for bare in without_accents(name) if bare not in _NO_BARE_NAMES)

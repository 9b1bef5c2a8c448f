"""Given names of people who come from farther away; small letters."""

from __future__ import annotations

_ARABIC_AND_PERSIAN = """
abbas abdallah abdelaziz abdelkader abdelkarim abderrahim abderrahman abdulaziz abdulrahman abdurrahman adel adnane
afaf afshin ahlam aicha aïcha akram alaa ameen ameer amin amine amira amjad anas anwar arezoo arif armita arwa asad
ashraf asmaa assia atef awad ayaan ayah ayman ayoub azadeh azzedine badr bahar bahram bassam behnaz behzad bilal
bouchra brahim chaima dalia daoud darius djamila driss ebrahim ehab ehsan elham elias elmira emad essam fadi fadwa
fahad fahd faiza fariba farhad farida fariha faris farouk farrukh faruk faten fathi fatiha fawzi fayez feras feroz
firas firoozeh firouz fouad ghada ghassan golnaz habiba habibullah hadi hadiya hafsa hala hamed hameed hamza hana
hanan hani hania haroon hashim hatem haya haytham hedi hicham hisham homa hooman hossam hossein houda houssam
hussain ibtissam idris ihsan ikram iman imane imran ismael ismail issa issam jaafar jabir jalal jamila jasim jawad
kader kais kamran karima kaveh kawthar kazem khaled khalil khadidja khalida khawla laith lamia latifa leyli loubna
lubna madiha maha mahdi mahmood mahnaz mahsa majed majid malak manal mansour maram marjan marwa marwan maryam masood
maysa mehdi mehran mehrdad mina mitra moataz mohamad mohammad mohsen moin mojtaba mona monir mostafa mounir mourad
mouna muna munir musa muzaffar nabil nabila nada nader nadim nahid nahla naima najib najwa narges nasim nasima
nasreen nasrin nassim navid nawal nazanin niloufar nima nizar noura nouri nuha nura omid othman ouafae oussama
parisa parvin payam pouya qasim rabah rabia rachid rachida radwan rafik raja ramadan ramin rami ramzi rana rania
raouf rasheed rasul rayan rehana reza riad rida rima riyad roya roza ruqayya rustam saad sabah sabri saber sadia
safa safia sahar said saida saif sakina salah saleem saleh salem salim salma salman salwa samah samar sameh sami
samia samira sana saoud sara sarwar selma shadi shahid shahnaz shahrzad shakir sharif shireen shirin siham sofiane
soha sohrab soraya souad soufiane sulaiman sultan suhail syed taha tahir taleb tamer tareq tawfik umar usman wafa
wahid walid wasim widad yahya yara yaseen yassin yassine yazid younes youness youssef yousuf yunus zahia zahra zahir
zainab zakaria zakariya zaki zara zayd zeina zeinab ziad zineb ziyad zohra zoubir zubair zubaida
rahim parwin latif najibullah
"""

_TURKISH_AND_KURDISH = """
abdulkadir adem ahmet alp alper arda asiye asuman atakan aycan aydan aygül aylin aynur aytac ayten azat azra bahadir
baris batuhan bayram behcet bekir belgin berfin berk berkan berna beyza binnur birol bülent burcu burhan büsra canan
cansu caner cengiz ceren cevdet cihan cigdem demet derya dilan dilara dilek dogan duygu ece eda ekrem elcin emel
emrah emrullah ender engin ercan erdal erdem erdogan erhan erkan erol ersin ertan esin esma evren evin eylem eylül
ezgi fadime fahri fehime ferda feride ferit feyza figen fikret filiz firat fulya funda gamze gizem gökce gökhan
gönül güler gülay gülcan gülsah gülsen gülsüm gülten gürkan güven hacer halime halit haluk handan harun hasret
haydar hayriye hediye hüseyin hülya huriye ibrahim idil ilayda ilhan ilker ilknur inan inci irem irfan isil iskender
ismet izzet kadir kemal kenan kerem kezban kiymet koray kübra leman levent mahir mazlum mehtap melek melike meltem
meral merih mert mesut meryem metin mevlüt mihriban mine miray müge mukaddes muhammet muharrem mujde mukadder
murathan müslüm mutlu nadir narin nazan nazli necla necati neslihan nesrin nevin nezahat nihal nihat nilay nilgün
nimet nuran nuray nurcan nurettin nurgül nuri nursel nurten okan oktay onur orhan ozan özcan özge özgür özkan özlem
pelin perihan pinar polat ramazan recep remzi resul rukiye rüya sabahat sabiha sadet saliha saniye savas seda sedat
sefa selahattin selcuk selin selman semih semra senem senol serap sercan serdar serhat serpil sevda sevgi sevgül
sevim sevinc seyhan sezen sezgin sibel sinem songül suat sükran süleyman suzan tahsin taner tarkan tayfun taylan
tekin timur tolga tugba tuncay tuncer turgut türkan ufuk ugur ümit ümmü ünal veli veysel volkan yagmur yalcin yavuz
yelda yeliz yener yesim yildiz yilmaz yusuf zafer zehra zekeriya zeki zeliha zerrin zübeyde zülfiye rojda rojin
sirwan sherwan dilovan heval hevin berivan zozan
"""

_SOUTH_EAST_EUROPEAN = """
adisa admir adnana agim ajla albert alban albina aldin aleksa alen alenka alketa alma altin amela amer andrija anica
anka ante antun ardian ardita arjan arjeta arlinda armend arsim asija asllan avdo avni bajram bardhyl berat besarta
besim biljana blaga blaz blazenka bogdana bojana bora borka boris borislava bosko bozena bozidar bozo branislav
branka branko bratislav burim buzur dalibor damir damjan danica danijel danijela danka darinka darko davor davorin
delina denisa desanka dijana dimitar dimitrije divna djordje djurdja dobrila donika dorde dorina dragana dragica
dragisa dragoljub dragoslav dragutin drazen drilon dubravka dunja duro dusanka dzemal dzenan dzevad edona edis
edmira egzon elez elmir elmedina elona elvira elvis emina emira enisa enver eranda erblin erjona ermir ernad erzen
ezgjan fadil fahrudin faik fata fatime fatlum fitim fikreta flamur fljorin florina fuad gazmend gëzim genc genti
gojko gorana gordan gramoz granit hajdar hajrudin hajrija hamdija haki hasan hazir hedija husein hysni idriz igor
ilija ilirjana imer indira ines ivan ivanka ivo izet jadranka jagoda jasenka jasmin jasna jelka jelica jeton joze
jozo jure juraj kadri kadrije katica klaudija kosta kostadin kristijan kreshnik krasimir krunoslav ksenija lazar
ledina lejla lendita leonora leotrim lidija ljiljana ljubica ljubisa ljubomir luka lumturije maida majlinda manda
marica marijan marijana marin marinko marinela martina matija mato melisa merima mehmed mentor merita mersad mevlida
mihajlo mihal milada miladin milanka milena milenko milivoj miljana milka miloje milorad milosava milovan milutin
mimoza miodrag mirela mirjeta mirko mirka miroslava mirza mladen momcilo muamer muhamed muharem munira mustafa naser
nasuf nebojsa neda nedeljko nedim nenad nermina nevenka nexhmije nihad nikica ninoslav nizama novica nurija nusret
nysret ognjen olgica omer ostoja pajo perica petre pajtim predrag
qamar qamile qendrim qëndrim radenko radica radmila rade
radivoje rado radojka radomir radoslav radovan rajko ramiz ranka ranko rasim ratko refika remzije renato rifat rinor
rrahim rukija ruza ruzha sabahudin sabina sabrije sadeta safet samir samra sanel sanela sanija sanja sasa sava savka
sead sefer selver semir senada senka shefqet shemsije shaban shkurte shqipe silvija simo sinisa skender slaven
slavica slavisa slavko slobodanka smail smiljana snezhana sokol spomenka srdjan sreten stana stanko stevan stevo
stojan stojanka suada suad sulejman suljo svetislav svetlana svetozar tanja teodora tihana tihomir todor tomo tonci
trajko uran urim valbona valdrin valmir valon vanja vasilije vedad vedran velimir veljko verica vesela veselin
vilson vinka visar visnja vjollca vlado vladan vlasta vojislav vuk xhemile xhevahire ylber yllka zarko zdravka
zdravko zejna zeljka zeljko zijad zivko zivorad zlata zlatko zlatka zlatica zora zorka zvonimir zvonko anastasios
angeliki apostolos aristidis athanasios charalampos christos chrysoula despina dimitra dimitrios dimitris efstathios
eirini eleftheria eleni evangelia evangelos fotini fotis georgios giorgos ioanna ioannis kalliopi kallisto katerina
konstantina konstantinos kostas kyriaki kyriakos lefteris loukas manolis nikolaos nikos panagiota panagiotis
paraskevi pavlos petros sofoklis sotirios sotiria spyridon spyros stavros stavroula stelios stratos thanasis
theodoros theodora vasileios vasiliki vasilis yannis yiannis yorgos
gjon gjergj gjovalin hysen nexhat zymer sadete xhavit xhevat rrustem sevdije ylli lulzim
"""

_EAST_EUROPEAN = """
adela adelina agata aleksander aleksandrs aleksej alena aleš alexandru alexei alexey alina aliona alla alojz alzbeta
ambroz anastasiia anastasija anastasiya anatol anatoli anatoly andrea andreea andrei andrey andrii andriy aneta
anete aniela anikó anton antonin antonín antoni arkadiusz arkady aron artem artur attila aurel balázs barnabás
bartlomiej bálint beáta bea bence bernadett blazej bogna bogumila bogusław boguslaw boleslaw borbála bozhena božena
bronislaw bronislava cătălin catalin cecylia cezary ciprian constantin corina cornel costel costin cristian cristina
csaba csilla czeslaw dagny dainius dan danuta daria dariusz dávid dénes denys dita dobromil dominika dominykas dorel
dorota dusan dzmitry edina edita edyta egle elzbieta elżbieta emese emil emilian endre eniko erzsébet eszter etelka
eugeniusz eva evgeni evgeny evgenia ewelina fedor ferenc filip florentina florin frantisek františek franciszek
gabor gábor gabriela galina gavril genadi gennady georgeta gergely gheorghe gintaras gizela grazyna grażyna grigor
grigori gyorgy györgy gyula halina halyna hanka hanna havel helena henryk henryka horia hynek ileana ilie ilka
ildikó illia ilona ilya imre inna ionel ionela ionuț irena irina irmina istvan istván iwona izabela izabella jacek
jadwiga jakob jan janek janina janos jános janusz jarmila jarek jaromir jaromír jaroslav jaroslava jaroslaw jerzy
jevgenij jindra jindrich jirina jitka joachim jolana jolanta jozef józef józsef jozsef juliana julianna jurgita
jurij justyna juozas kalina kamil kamila karel karol karolina katalin kateryna kazimierz kinga kirill kitti klara
klaudia klára konrad konstantin kornel krisztian krisztián krisztina krystian krystyna krzystof ksenia kveta květa
lajos larisa laszlo lászló lech lenka leonid leszek levente libuse liliana liviu liudmila lubomir lubos lucjan
lucyna ludek ludmila ludmiła ludvik lyubov lyudmila maciek maksim maksym malwina małgorzata marcela marcin marek
margareta marianna marika marian marius mariusz marketa markéta márta márton maryna masha matous matyas mátyás
mateja maxim michaela michalina miklos miklós mihai mihaela mihaly mihály mikhail mikołaj mikolaj milan milos
miloslav mindaugas mircea mirek miroslawa monika mykhailo mykola nadezhda nadia nadiya nadzeya natalia nataliia
nataliya natalka neringa nikita nikola nikolay nina norbert oana octavian oksana oktawia oldrich oleg oleh olesya
olha ondrej ondřej orsolya oskar otakar ottó ottokar ovidiu pál pawel paweł pavlina péter petro petru piroska pavla
pavol patrycja przemyslaw przemysław radek radka radim radoslaw radu rafal rafał raluca rasa razvan réka renata
robertas rodica roksana roland rolands romana roman rostislav ruta ruxandra ryszard sandor sándor sebastian serghei
serhii serhiy silvia simona slava slawomir sławomir sorin stanislav stanislava stanislaw stanisław stanislawa
stefania stepan svatopluk svitlana svyatoslav szabolcs szilvia szymon tadeas tadeusz tamas tamás taras tatiana
tatjana teodor tereza tetiana tetyana tibor tihamér timea tímea tomas tomasz tunde tünde tymoteusz urszula vaclav
václav vadim vadym valentyn valentyna valeriu valeriy vasile vasil vasily vasyl vera veronika viera viktor viktoria
vilem vilma violeta violetta viorel viorica virgil vit vita vitaly vitalii vitalij vítezslav vlad vladimír vladislav
vladyslav vojtech volodymyr vsevolod vyacheslav walenty wanda weronika wiesław wieslaw wieslawa wiktoria witold
wladyslaw władysław wlodzimierz wojtek yana yaroslav yegor yelena yevgeny yevhen yulia yuliia yuliya yuriy yurii
zbigniew zbynek zdenek zdeněk zdenko zdzislaw zenon zita zofia zoltan zoltán zsofia zsófia zsolt zsuzsanna zuzanna
zuzka zygmunt zhanna
"""

_SOUTH_ASIAN = """
aarav aarti abdulla abhay abhijit abhilash abhinav abhishek adarsh aditi aditya ajit akash akhil akshay alka aman
amarjit ambika amita amitabh amol amrit amrita anand anandi anant aniket anita anirudh anjali anjana anju ankit
ankita ankur anshul anu anupam anuradha anurag anusha aparna aravind archana arnav arpita arun aruna arvind asha
ashish ashok ashwin atul avinash ayesha ayush babu balaji bala bhanu bharat bharati bhavana bhavesh bhavna bhuvan
bikash bimal bina brijesh chaitanya chandan chandra chandrika charu chetan chitra damodar darshan daya dayanand
debashish deepa deepti dev devendra devika dhanush dharmesh dhruv dilip dinesh dipak dipti divya farhana farzana
ganesh gaurav gauri gautam gayathri geeta geetha girish gita gopal gopi govind gurpreet gurdeep hardeep harish
harpreet harsh harsha hema hemant himanshu indra indu ishaan ishita jagdish jai jaideep jaspreet jatin jaya jayanta
jayanti jayant jayesh jyoti jyothi kabir kailash kalpana kalyan kamala kamlesh kanchan kanika kapil karan karthik
karthika kartik karuna kaushik kavita kavitha keshav kiran kirti kishore komal krishna krishnan kritika kuldeep
kunal kusum lakshman lakshmi lata latha lavanya leela madhav madhu madhuri madhusudan mahendra mahesh malini mala
mamta manasi mandeep mangala manisha manjit manju manmohan manoj mansi meena meenakshi meera megha mehul milind
minal mira mitesh mohan mohini mohit mukesh mukul murali muthu nagaraj naina nalini nanda nandini narayan narendra
naresh naveen navjot nayan neela neelam neeraj neeta neha nidhi nikhil nilesh nimisha niraj niranjan nirmal nirmala
nisha nishant nitesh nithya nitin padma padmini pallavi pankaj parag paresh parvati pavan payal piyush pooja poonam
prabhakar prabhu prachi pradeep prafulla prakriti pramod pranav prasad prashant pratap prateek pratibha praveen
preeti prem prerna pritam priti priyanka puja punit purnima pushpa rabindra radha radhika raghav raghu rajani rajat
rajendra rajesh rajeev rajeshwari raji rajinder rajkumar raju rakesh rama ramachandran raman ramesh rameshwar ramya
ranjan ranjit ranjith rashmi ratan rekha renu reshma richa rishi ritesh ritika ritu rohan rohini rohit roopa roshan
roshni rupa rupali rupesh sachin sadhana sagar sahil sampath sandeep sandhya sangeeta sangita sanjana sanjeev sanjiv
santosh sapna sarala sarita sasi sathish satish satya saurabh savita seema senthil shah shailesh shakuntala shalini
shankar shanti sharad sharada sharmila shashi sheela shekhar shikha shilpa shiv shiva shobha shraddha shreya shruti
shubham shweta siddharth simran sita sivakumar smita sneha sohan somnath sonal sonali soumya sourav srikanth
srinivas srinivasan sriram subash subhash subramaniam sudhakar sudha sudhir suhas sujata sujatha sukumar suman
sumathi sumeet sumit sumitra sunil sunitha suraj surendra surya sushil sushila sushma swapna swapnil swarna tanvi
tanuja tapan tara tarun tejas thomas uday uma umesh urmila usha utpal vaishali vaibhav vandana vani varsha varun
vasant vasantha vasanthi vasudha veena venkat venkatesh venkata vidhya vidya vignesh vijaya vikas vikram vimal
vimala vinayak vineet vinod vipin vipul virendra vishal vishnu vivek yamini yash yashoda yogesh yogita zeenat zubin
sinnathurai kandiah selvarajah thambirajah thavarajah sivanesan rajeswary thevarajah dorji tenzin tsering pema
lobsang sonam ngawang tashi dolma karma
thamilselvan suganthan sathees satheeskumar kirushanth kirushan vithusan thuvarakan mathuran niroshan nithusan abisha
yogeswary balakrishnan gajan gajani kajani sajeevan pratheepan rasika tharshika thivya
"""

_EAST_ASIAN = """
aiko akemi akiko akio akito asami asuka atsuko atsushi ayaka ayako ayumi chie chiaki chika chikako chiharu daichi
daisuke eiji eiko emi emiko etsuko fumiko fumio hanako haruka haruki haruko haruna haruto hideaki hideki hideo
hideko hikari hikaru hina hiroaki hirofumi hiroki hiroko hiromi hironobu hiroyuki hisako hisashi hitomi ichiro isamu
junichi junko kanako kaori katsumi kaito kaoru kazue kazuhiko kazuhiro kazuko kazumi kazuo kazuya keiichi keiko
keita kenichi kenta kentaro kimiko kiyoko kiyoshi koichi koji kosuke kumiko kunio kyoko makiko makoto mamoru manami
mariko masaaki masahiro masaki masako masami masao masaru masashi masato masayuki mayumi megumi michiko mieko miho
mika miki minako minoru misaki mitsuko mitsuo miyako miyuki momoko motoko nanako nao naoki naoko naomi naoto naoya
natsuki natsuko natsumi noboru nobuo nobuko nobuyuki noriko norio osamu reiko riku rieko ryo ryoichi ryoko ryosuke
ryota ryuichi sachiko sadako saori sakura satomi satoru satoshi sayaka sayuri seiichi seiji setsuko shigeo shigeru
shiho shinichi shinji shinobu shiori shizuka shizuko shogo shoichi shoko shota shun shunsuke shuji sumiko susumu
tadashi tadao taichi takahiro takako takao takashi takayuki takeo takeshi takuma takumi takuya tamiko taro tatsuo
tatsuya teruko tetsuo tetsuya tokiko tomoko tomomi tomoya tomoyuki toru toshiaki toshiko toshio toshiyuki tsutomu
tsuyoshi yasuhiro yasuko yasuo yasushi yoichi yoko yoshiaki yoshie yoshihiro yoshiko yoshio yoshiyuki yosuke youko
yuichi yuji yuka yukari yukie yukiko yukio yumi yumiko yuko yusuke yuta yutaka yuya byung-hun chae-won chan-wook
dae-jung dong-hyun eun-ji eun-jung hae-won ha-eun hee-jin hye-jin hye-kyung hyun-jin hyun-woo jae-hyun jae-won
ji-eun ji-hoon ji-hye ji-min ji-woo ji-young jin-woo joo-won jun-ho jung-hee jung-min kyung-hee kyung-soo mi-kyung
mi-sun min-ho min-ji min-jun min-seo myung-hee sang-hoon sang-woo seo-yeon seo-yun seok-jin seung-hyun seung-ho
so-young soo-jin soo-yeon su-bin sun-hee sung-ho sung-min tae-hyung tae-yang woo-jin yeon-hee ye-jin yong-ho
young-hee young-soo yoon-ah yu-jin yun-seo jihoon jiwoo minjun seoyeon hyejin hyunwoo jiyoung minji soyoung sungmin
jinwoo jaehyun eunji yejin aiguo baozhu bingbing changming chunhua cuifang dandan daming dongmei fangfang feifei
guangming guiying guoliang haiyan haoran haoyu hongmei huiling huifang huimin jianguo jianhua jianjun jiaqi jiaying
jiayi jingjing jingyi junjie kaixin lanying lihua lijuan liling liming liqin lixin meihua meiling mei-ling mengyao
mingming mingzhu peihua qiang qiaolian qingling ruolan ruoxi shaohua shuang shufen shuhua shuying shuyi siyu tianyi
tingting weidong weihua weiming wenhua wenjie wenjing wenli xiaofang xiaohong xiaohua xiaohui xiaojing xiaolan
xiaoli xiaoling xiaolong xiaomei xiaoming xiaoping xiaoqing xiaowei xiaoyan xiaoyu xinyi xinyu xiuying xiulan xueqin
yanhong yanling yaoting yifan yijun yingying yuchen yufeng yuhan yulan yuling yumei yuxin yuxuan zhiming zhiqiang
zhiwei zihan zixuan ziyi binh bich chau cuong diem diep dieu duong giang hieu hoa hoai hong huong huyen khanh khoa
kieu lam lien linh loan minh nga ngan nghia ngoc nguyet nhan nhung oanh phong phuc phuong quang quoc quyen quynh
thach thai thao thien thuy thuong tien tram trang trinh trung truc tuyet tuyen uyen vinh xuan yen chaiyaporn
kanokwan malee nattapong nattaya niran orawan pornthip prasert siriporn somchai somsak sunan supaporn thanakorn
wanchai wichai agus bambang budi dewi dian eko endang fitri hendra indah joko kartika nurul putri rizky siti slamet
sri suharto suryani tri wayan wulan jejomar rodrigo maricel marivic rowena
"""

_AFRICAN = """
abdou abdoulaye abebe abena abeni abidemi abiodun abiola achieng adaeze adama adanna adaora ade adebayo adebola
adedayo adeola adetola adewale adunni adwoa afia afoua affoué afua aissata aïssata aissatou aïssatou akinyi akosua
akua akwasi alassane alemayehu alhassan alioune amadou amaka amara amare ama amina aminata amsale anthonia arinze
asantewaa asare asefa asmeret assane assetou astou awa awet ayana ayele ayodele ayomide ayo azeb babacar babajide
babatunde bakari bakary bamidele bassirou bereket berhane bibata binta biniam biruk bisrat bocar boubacar boukary
bukola chidi chidiebere chidinma chiamaka chibuzo chidozie chike chimamanda chinonso chinwe chioma chisom chukwudi
chukwuemeka coumba dagmawi dawit daouda demba desta diarra dikembe djeneba djibril ebele ebere ebo ebrima efia efua
ejike ekene ekow ekua elsabet emefa emeka enitan enyinnaya eshe eskinder essi esi eyob ezekiel ezinne fanta fatima
fatou fatoumata feven filimon fisayo fiyin folake folasade folami freweini funke funmilayo gebre genet getachew
ghebre ghirmay girma goitom gugu habtom hadiatou hailu haile hawa helen ifeanyi ifeoma ibironke ibrahima idrissa
idrissou ikechukwu ikenna isatou ismaël issouf itunu jabari jabulani jelani jomo kagiso kamau kamali kante karamoko
kassa kelechi kenneth kesi kidane kifle kinfe kobina kodjo kojo kouadio kouamé kouassi konan kwabena kwadwo kwaku
kwasi kwesi lamin lamine lerato leteberhan lindiwe lulit luwam madou mahamadou makeda mamadou mame mandla mariama
mariame mariatou marième mbali mbaye mebrahtu mehari mekdes mekonnen merhawi meron meseret mihret mohamadou modou
moussa mulugeta mwangi nafissatou nahom nana nandi naledi ndeye ngozi nia njeri nkechi nkosana nnamdi nneka nomsa
nomvula nonhle nosipho nsia ntombi nyambura obi obinna ochieng odion olabisi olajide olamide olanrewaju olayinka olu
olufemi olufunke olumide oluwadamilare oluwaseun oluwatobi omari omotola onyeka onyinye osagie osei otieno ouma
oumar oumou ousmane oyin pape rahwa ramatoulaye rukia saba sadio safiatou salif salimata samba samuel seble seidou
sékou sekou selam selamawit semhar senait seun shanice sifiso simret simone sindisiwe sipho siaka solomon soumaila
souleymane sunday taiwo tamirat tapiwa tariku tatenda tedros teklay temesgen temitope tendai tesfaldet tesfay
tesfaye tewodros thabo thandi thandiwe themba tigist tirunesh titilayo tobi tola tomi tsegay tsehay uchechukwu uche
udo uzoma wambui wanjiku winta workneh xolani yaa yakubu yared yaw yebio yemi yemisi yetunde yohannes yonas yordanos
youssouf zandile zanele zenebech zewdi zinhle zola zerihun
abrham fithawi yohana tekleab weldu abdullahi hodan abdirahman abdiqani sahra
"""

_IBERIAN_AND_AMERICAN = """
abelardo adalberto adán adelaida adolfo adriana agustín agustina aitana aitor alba alberto alejandra alfonso alicia
aline alonso álvaro amália amanda amparo ana andreia andrés ángel ángela ángeles antónia araceli armando arnaldo
ariel aritz asunción aurora beltrán benito benita bernarda bernardo bárbara blas borja breno bruna caetano caio
camila camilo candela caridad carina carmen carolina cássia catarina cecília célia celso cesar césar chabela cintia
cláudia cláudio clarisa clemente concepción conchita consuelo constança cristiano cruz daiane damaris dayana débora
delfina diego dionisio dolores domingo duarte edmilson edson edurne eduarda efraín elena eliane eloísa emiliana
encarnación enrique erasmo esmeralda esperanza estefanía esteban estela estevão eugenia eusebio evaristo everton
ezequiel fabiola fabrício fátima fausto federico felicia felipe feliciano félix fermín fernanda fidel filipa filipe
filomena flor florencia francisca francisco gael genoveva germán gerardo giovana gilberto gisela gonçalo gonzalo
graciela gregorio gloria guilherme guillermina guillermo heitor heliodoro henrique herminia hernán higinio hilario
horacio hugo humberto idoia ignacio iker imanol inácio inés inmaculada irene isaura isidro isidora itziar ivette
iván izaskun jacinta jacinto jaime jairo janaina javiera jerónimo jimena joaquim joaquina joel jon jordi jorgina
josé josefa josu josué jovita juana julián juliano justa justino karina lautaro leandro leonel leticia lidia ligia
lisandro lluís lorenzo loreto lourdes luana luciana luciano lucila luciene luísa luiza luzia macarena mafalda maite
manoel manolo manuela marcelino marcelo márcia márcio marcos margarida maría mariano maricarmen marisol mário
maristela marlene marta martín mateo mateus matías matilde mauricio maximiliano mayra mercedes micaela miguela
milagros mireia miren mirta moisés mónica montserrat natividad nélida nélson néstor nerea nicanor nicolás nieves
nilda nilton norberto noelia nora núria octavia octavio odete olegario oriol orlando óscar osvaldo otávio paloma
paola pascual patricio paulina paulino pepa pepe priscila purificación quim rafaela raimundo ramón ramiro raquel
raúl regina reinaldo renán rigoberto rita roberta rocío rodolfo rogelio rogério romualdo rómulo rosana rosângela
rosario rosaura rosendo roser rosalía rubén salomé salvador sancho santiago saturnino saúl sebastião selene sergi
silvestre simón soledad sónia susana tadeo tania tânia telmo teo teodoro teresinha teresita thaís tiago tobías tomás
tomé trinidad ulises úrsula valéria valeriano vasco verónica vicenta vicente vinícius virgínia virgílio viviane
vítor wagner wanderley wellington wilson xavier xiomara ximena xoán yadira yago yanira yesenia yolanda zacarías
zoraida zulema aaliyah alonzo andre antoine antwan aniyah darnell dashawn deandre deangelo dejuan demarcus demetrius
denzel deshawn desiree destiny devonte dominique ebony equan imani isaiah jada jalen jamaal jamar jamarcus jamel
jaylen jayden jermaine kaylee kareem keisha kendra kenya keshia kiara lakeisha lakisha lamar lamont lashawn latanya
latasha latisha latonya latoya latrice lavonne leilani keanu kalani kahale makoa malia nalani malik maurice monique
nakia natasha nevaeh nyah precious quincy rashad raven roshanda sasha shanelle shaniqua shante sharonda shavonne
shaquille shawna shontae tamika tanisha tawanda terrance terrell terrence tionne tremaine trevon tyrell tyrone
tyrese tyshawn willa zaire
"""

_OF_MANY_COUNTRIES = """
    abarna abdellah abinaya adelino agostinho albano albulena amadeu américo anya aníbal anđela asli bernie bertie
    cheikh conceição cunegonda diellza donjeta eglantine enis erza fatlinda fitore fábio ganeshan ganimete graça
    guoqiang hajrush hanife hatixhe hoang houria hrvoje hélder isuf ivona judite kajan kanagaratnam kavya kehinde
    kirusha klodian krešimir leïla lorin lumnije lurdes lúcia mathusan mayuran meret mokhtar muhamet mythili nexhmi
    nishanthan noureddine olinda ouarda piratheepan pirathees qendresa rajan redouane rinesa rosário rúben salima
    sangeetha sasikumar selvi seojun shanthi shkelzen shpend shukrije sivarajah sladana slađana sriskandarajah
    sujeetha sutharsan sérgio tahar tarek tharshan tharsika thevaki thibaud thulasi thusyanthan tijana vigneswaran
    vithya vukašin walti wangari wanjiru yacine yalini yewande yogeswaran yousef zhiyuan zulmira zyrafete églantine
"""

_OF_STAFF = """
abeba abílio adil adjoa aishwarya aldina amal amélia armindo budimir chamari drenusha elçin flaka gentiana haben huda
hyrije ilyas imad inaya jamil jeyarani kugan nadira nirosha nishanthi otília pirabakaran prasanna safiya sanduni
arul hamit ifrah shqiponja sujeewa suthakaran tharmini thilini valmira veton xheladin yiğit yogarajah
"""

_OF_NEIGHBOURS = """
    abirami afonso ajanthan bohdan cátia dafina deolinda dilani dmytro ejup faouzi gowri hanane hao havva hiwet ihor
    isha janani jathurshan jiahao jian jing keerthana kirushnan lalitha liping liudmyla lotfi lucília lyudmyla
    mathusha meilin moncef mustapha nataša nazmije nevzat nilani nirojan nour oleksiy parvathi petrit prisca reem
    revathi rrezarta saraswathi shyam srđan sílvia thanushan thivakar vetim viktoriia vitaliy vithushan vânia weiwei
    xhemail xiaojun yan yating ying ömer
"""

ABROAD = (
    _ARABIC_AND_PERSIAN,
    _TURKISH_AND_KURDISH,
    _SOUTH_EAST_EUROPEAN,
    _EAST_EUROPEAN,
    _SOUTH_ASIAN,
    _EAST_ASIAN,
    _AFRICAN,
    _IBERIAN_AND_AMERICAN,
    _OF_MANY_COUNTRIES,
    _OF_STAFF,
    _OF_NEIGHBOURS,
)

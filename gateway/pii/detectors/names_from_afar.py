"""Given names and surnames of families from Sri Lanka, the Balkans, Turkey, Portugal, Africa and
East Asia, and a few of the neighbours that end as nouns do; small letters.
"""

from __future__ import annotations

GIVEN_FROM_AFAR = """
    abimbola adiam afewerki afërdita aled alvise amarachi anojan ardiana arduino arulmozhi aurélio aydin ayhan azieb
    balamurugan baoyu behrouz belmira benedikta benvinda beqir berhe birgül biserka brikena caihong carminda cemile
    cidália crocifissa custódia delfim dieynaba diletta doruntina dulce döndü ebubekir edonisa edviges elvezio
    ermenegilda etelvina euclides eugénio eustache faduma fartun fatmire fengying fernão festim fidan fiorenza
    florije gajenthiran gesualdo gobinath gorica gowsika guifang habtay hakki hasija hasime henriqueta hermínia
    hidajete iniyan janusha jathursan jelili jeyanthi jeyaseelan jiahui jovica kadriye kajenthiran kamalini kaname
    kexin kibreab kidist kirusanth konradin kosovare labinote lanfang lashonda lingling luam ludovina luljete
    luxshan lázaro lídia maimouna marília mathivathani meaza mengis mensur mevlude minghao mingyang mirsada mithusha
    mohamud myrvete münevver mürvet nasra natércia nitharsan nuredin nusreta olívia ousseynou oğuz parvaneh peiyu
    pirabu pirashanthan prashanthi puvaneswary qerim qiaoling ramanan rongrong rrahman ruslana sadije sarujan sefik
    selvije senija seynabou shahram shaqir shefkije shobana sigisbert silvério sivanthini stanka suganthy sujeevan
    sukanya sumathy teame tekie teófilo thaarani thangarasa thayalan thilagavathy thinesh tirhas vaithehi vanathi
    varatharajan vedat vehbi vidosava violete weimin weini wenjuan xhezide xuefeng yanping yarlini yawen yemane ymer
    yodit yogaratnam yuting zaid zejnepe zejnije zekarias zhongwei zohreh zylfije zélia čedomir şaban şerife
"""

SURNAMES_FROM_AFAR = """
    abazi abdullahi adamović adjei afeworki aguiar agyeman akbulut akinola aksu akin aleksić aliji alkan ambalavanar
    amoah amrhein anandarajah andrić ankomah arasaratnam ariyaratnam arikan asamoah asani asfaha asgedom asmelash
    ateş bahta bajić balachandran bardhi baskaran bastos batista başaran bekteshi beraki beretta beyene botelho
    boudreaux bošković brandão bulatović burch bushi cabral cakolli carneiro ceylan chandrasekaran charbonnier
    charrière conceição conté cordeiro delamuraz demaj dembélé demolli dervishaj desta dieckmann dimitrijević dinç
    dorjee dragić dragusha durmuş dyment dąbrowski elangovan embaye emini eren farah faye fejzullahu ferraz
    fessehaye figueira fisseha fontenot furness gacaferi gander ganeshan gavazaj gavrilović gebreab gebreselassie
    gebreyesus ghebremeskel ghirmai giudici gjini gjonaj gjoni gnanasekaram godinho grbić guedes gueye guidry gyatso
    gökçe güven habtom haileselassie harmsen harnisch hartnung hartung haxhaj heitkamp hersi hetemi holness
    hornbostel hornung jakupi jegatheeswaran jovičić kabba kahraman kahsay kailasapillai kamberi kanapathipillai
    karabulut karadağ karimova kartal karunakaran kathirgamanathan kathriner kebede kelati keleş kibrom kiflom
    kirupakaran koval koçak kqira kravets kreutzer kulasingam kötter kilinç leite lemos lhamo llapashtica lleshi
    logeswaran lütkehaus macedo magness mahalingam maheswaran manoharan marinho markandu martinho maxhuni measho
    medhanie meireles mekonnen melo memishi mesfin mesquita mohammadi moniz moradi mota muhić mulaj muqaj murseli
    murugesu muthukumar nadesan ndoye negash negasi neves neziri ngom nightingale nithiyananthan norbu novais nyarko
    nyström ogbazghi okbay oltmanns omlin overbeck packiyanathan parameswaran pekçan perinpanayagam petitpierre
    pinheiro plakolli pnishi prekaj pushparajah qehaja rahimi rajakulasingam rajendram ramaj rebelo rivers rukiqi
    sabapathy sahiti salgado sané satkunam sağlam schimmelpfennig sefedini selladurai selmani selvaratnam semere
    shanmugalingam shaqiri sinani sinnathurai sium sivagnanam sivakumaran sivapalan sivarajah softić solmaz sorensen
    soylu spichtig spiess sritharan stanišić stublla suntharam tadesse tadić taşkin teclemariam tekeste
    teklehaimanot teles tennant terhorst tesfamichael tesfazghi tetteh teweldebrhan tešić thaci thangavel
    tharmarajah thaçi theissen thevarasa thibodeaux thuraisingam tolaj trajkovska tsering uka uçan vadivel
    vallipuram valério varatharajah varela veerasingam veiga vicente vidić vignarajah vijayaratnam vilela
    visvalingam vokshi vujić wan wangchuk warsame weldeab weldegebriel weldemariam woldu yazici yeboah yemane yeşil
    yohannes zerai zeray zečević zumeri çağlar çiftçi öztekin ćirić işik şimşek
"""

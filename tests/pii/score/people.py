"""Names, towns and streets of made-up people. Written apart from the lists that the rules know, with rare ones on purpose."""

from __future__ import annotations

GIVEN = {
    "de": "Anna Peter Jürg Selina Annegret Bärbel Fridolin Gian Ladina Meinrad Nepomuk Seraina Tjark Wiebke Thomas Ursula Daniel"
    " Sandra Hansjakob Levin Yara Malin Fiete Corsin Flurina Emre Dragana Besarta Thi-Mai Abdelkarim Michael Petra Kurt Eva-Maria",
    "fr": "Marie Jean-Baptiste Clotaire Maëlys Ghislain Solveig Enguerrand Aminata Thibaud Pierre Sophie Océane Rayan Yasmine Luc"
    " Anne-Laure Bertille Fulbert Kader Lison Nolwenn Julien Claire Mamadou Hélène Gwendal Philippine Loris Camille",
    "it": "Giulia Ermenegildo Fiammetta Marco Ottavio Rosalinda Samuele Teresa Gionata Noemi Calogero Immacolata Paolo Chiara Luca"
    " Alessia Nunziata Gavino Efisio Pierangela Zeudi Michela Duilio Benedetta Salvatore Ornella Renzo Franca",
    "en": "Jessica Ebenezer Siobhan Marcus Tanisha Oluwaseun Priyanka Callum Gwyneth Rashad Bronwyn Alistair Mei-Ling Hamish Deborah"
    " Javier Aoife Kareem Ngozi Brandon Samantha Yusuf Rupert Lakshmi Dwayne Chelsea Magnus Thandiwe Robert Emily Haruto Ingrid",
}
FAMILY = {
    "de": "Müller Schmid Zgraggen Tschopp Aeberhard Hungerbühler Caviezel Wiederkehr Burgstaller Krasniqi Oberhuber Strittmatter"
    " Ineichen Petersen Kowalczyk Nguyen Yıldırım Dürrenmatt-Hess Meierhans Truttmann Abächerli Lindenmeyer Vögtlin Keller Weber"
    " Brönnimann Pfammatter von Allmen Zumthor Schwarzenegger Kaltenbrunner Schäppi Jovanović Fuchs Koch Wolf",
    "fr": "Dupont Lefèvre Chappuis Grosjean Delalande Mbaye Perroud Kervella Le Goff de La Tour Bouhassoun Thévenaz Jaccard"
    " Martin Vuilleumier Desplanches Benali Roulin Crettenand Maillefer Guéguen Traoré Bernard Favre Rochat d'Aubigny Nkounkou",
    "it": "Rossi Bernasconi Ghiringhelli Pellegrinelli Quadranti Zanolari Bianchi Lombardo Di Stefano De Benedictis Sciarrone Caruana"
    " Tettamanti Cacciatore Mascheroni Ferraris Solari Canepa Lo Presti Nespoli Gualtieri Crivelli Ricci Marino Pedrazzini D'Ambrosio",
    "en": "Smith Okonkwo Fitzpatrick O'Sullivan Ramanathan Vanderbilt Abernathy Hargreaves Kowalski MacAllister Whitcombe Nakamura"
    " Dela Cruz Jefferson Pemberton Thistlewood Gutierrez Adeyemi Blackwood Johnson Clarke Osei-Bonsu Svensson Weatherby Rahman Taylor",
}
MULTI = ("von Allmen", "Le Goff", "de La Tour", "Di Stefano", "De Benedictis", "Lo Presti", "Dela Cruz")
TOWNS = {
    "CH": (
        ("8001", "Zürich"),
        ("3011", "Bern"),
        ("1003", "Lausanne"),
        ("6900", "Lugano"),
        ("9000", "St. Gallen"),
        ("6370", "Stans"),
        ("1950", "Sion"),
        ("8460", "Marthalen"),
        ("2502", "Biel/Bienne"),
        ("6612", "Ascona"),
    ),
    "DE": (
        ("10115", "Berlin"),
        ("80331", "München"),
        ("50667", "Köln"),
        ("01067", "Dresden"),
        ("79098", "Freiburg im Breisgau"),
        ("24937", "Flensburg"),
    ),
    "AT": (("1010", "Wien"), ("6020", "Innsbruck"), ("8010", "Graz")),
    "FR": (("75011", "Paris"), ("69003", "Lyon"), ("13001", "Marseille"), ("35000", "Rennes"), ("64100", "Bayonne")),
    "IT": (("00184", "Roma"), ("20121", "Milano"), ("16124", "Genova"), ("90133", "Palermo"), ("39100", "Bolzano")),
}
STREETS = {
    "de": "Bahnhofstrasse Lindenweg Hauptstr. Goethestraße Kirchgasse Seefeldquai Im Sonnenhof|Am Alten Markt|Rosenbergstrasse"
    "|Zur Mühle|Dorfplatz|Haldenmattweg|Wagnergasse|Unterdorfstrasse|Bäckeranlage|An der Aa|Berliner Allee|Chileweg|Obere Zäune",
    "fr": "rue de la République|avenue Victor-Hugo|chemin des Vignes|place du Marché|boulevard Saint-Michel|impasse des Lilas"
    "|route de Berne|rue du Rhône|quai Gustave-Ador|allée des Cèdres|ruelle du Château|rue Jean-Jaurès|sentier du Moulin",
    "it": "Via Garibaldi|Piazza San Marco|Corso Vittorio Emanuele|Viale dei Tigli|Via alla Chiesa|Vicolo del Forno|Via Cantonale"
    "|Largo Augusto|Via Monte Ceneri|Contrada di Sassello|Via XX Settembre|Lungolago Motta",
}
ENGLISH_STREETS = [
    "Baker Street",
    "Elm Avenue",
    "Old Mill Lane",
    "Whitechapel Road",
    "Sunset Boulevard",
    "Church Close",
    "Maple Drive",
    "Kingsway Court",
    "Highland Terrace",
    "Peachtree St NE",
    "Harbour View",
    "West 42nd Street",
    "Cedar Crescent",
    "Abbey Gardens",
    "Rodeo Dr",
    "Lake Shore Dr",
    "Primrose Hill",
    "The Green",
]
ENGLISH_TOWNS = [
    "London SW1A 2AA",
    "Manchester M1 4BT",
    "Leeds LS1 5DQ",
    "Austin, TX 78701",
    "Portland, OR 97204",
    "New York, NY 10013",
    "Springfield, IL 62704",
    "Bristol BS1 6XN",
    "Denver, CO 80202-1234",
    "Edinburgh EH1 2NG",
    "Seattle, WA 98101",
    "Cardiff CF10 3AT",
]

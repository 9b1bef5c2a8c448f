"""Whom a question about books, films and painters names is nobody's; whom a note of the office names is somebody's."""

from __future__ import annotations

from tests.pii.finding import finder
from tests.support.each_case import each_case

LIFE = "Jakob Meier was born in 1862 and died in 1891 at Bern."
found = finder()


@each_case(
    "text,names",
    [
        ("Nadia Wenger, Schauspielerin, hat gekündigt.", ["Nadia Wenger"]),
        (
            "Send this to Anna Keller: the abbey was burnt down on 3 May 1798. In 1804 it was built again.",
            ["Anna Keller"],
        ),
        ("Das Haus, erbaut am 3. Mai 1874, umgebaut im Jahr 1898, verwaltet Hans Frei.", ["Hans Frei"]),
        ("Anna Keller restores violins built in 1768 and in 1850.", ["Anna Keller"]),
        (
            "Jakob Meier was born in 1862 and died in 1929; his grandson Walter Meier lives in Bern.",
            ["Jakob Meier", "Walter Meier"],
        ),
        ("Peter Keller bestellte im Mai 1500 Stück, im März 1200 Stück.", ["Peter Keller"]),
        ("Hans Meier bezahlte in 1200 Raten, nicht in 1500 wie zuvor.", ["Hans Meier"]),
        ("Gegründet am 3. Mai 1874 von Jakob Meier; seit 2004 führt sie Urs Frei.", ["Jakob Meier", "Urs Frei"]),
        ("Dienstbarkeit vom 3. Mai 1874 und vom 4. Juni 1898 auf dem Grundstück von Urs Frei.", ["Urs Frei"]),
        ("Frau Hegel und Herr Habermas haben angerufen.", ["Hegel", "Habermas"]),
        ("Our client Judith Butler has not paid.", ["Judith Butler"]),
        *(
            (f"{LIFE} {told.format('Anna Keller')}", ["Jakob Meier", "Anna Keller"])
            for told in (
                "Questions to {}, archivist.",
                "Text: {}",
                "Verfasst von {}.",
                "Appelez {} demain.",
                "{} è in malattia da lunedì.",
                "{} hat gekündigt.",
                "Today {} runs it.",
                "The heir is {}, aged 44.",
                "-- \n{}\nAcme AG",
                "{} owes CHF 300.",
            )
        ),
        ("The painters were let in by Susan Whitfield.", ["Susan Whitfield"]),
        ("Les acteurs du projet : Jean Dupont et Luc Favre.", ["Jean Dupont", "Luc Favre"]),
        ("Der Maler Peter Huber hat die Wand fertig.", ["Peter Huber"]),
        ("Kommt der Maler Peter Huber noch?", ["Peter Huber"]),
        ("Anna Keller hat den Film geschnitten.", ["Anna Keller"]),
        ("In diesem Jahrhundert nicht mehr, meinte Urs Nydegger.", ["Urs Nydegger"]),
        ("Reto Frei hat den Roman von der Bibliothek nicht zurückgebracht.", ["Reto Frei"]),
        ("Who wrote the quote, Luke Mayer or Jonas Keller?", ["Luke Mayer", "Jonas Keller"]),
        ("Who wrote the report, Anna Keller or Tom Beck?", ["Anna Keller", "Tom Beck"]),
        ("Qui a écrit le rapport, Jean Dupont ou Luc Favre ?", ["Jean Dupont", "Luc Favre"]),
        ("Chi ha scritto il verbale, Luca Conti o Paola Riva?", ["Luca Conti", "Paola Riva"]),
        ("Wer schrieb das Protokoll, Anna Keller?", ["Anna Keller"]),
        ("Wer vertrat Anna Keller in den Ferien?", ["Anna Keller"]),
        ("Wer spielt am Freitag, Lukas Meier oder Jonas Frei?", ["Lukas Meier", "Jonas Frei"]),
        ("Il pittore Mario Galli è arrivato?", ["Mario Galli"]),
        ("Can the actor Tom Beck park in the yard?", ["Tom Beck"]),
    ],
)
def test_of_the_office(text: str, names: list[str]) -> None:
    assert found(text) == names


@each_case(
    "text",
    [
        "Totò, Alberto Sordi e Vittorio Gassman: consigliami tre film.",
        "Who is the butler in the novel by Anne Winter?",
        "L'ospedale San Raffaele e l'istituto Mario Negri: che cosa fanno?",
        "Comment réserver une visite à la Fondation Pierre Gianadda ?",
        "Der Sturm Lothar verursachte grosse Schäden.",
        "Compare Leroy Merlin et Orell Füssli.",
        "Ist der Octavia Combi lieferbar?",
        "Wann ist Maria Himmelfahrt?",
        "Erkläre meinen Lernenden, wer Gottlieb Duttweiler war.",
        "Chi era Carlo Cattaneo e perché visse a Castagnola?",
        "Combien de fois Alain Prost a-t-il gagné à Monaco ?",
        "Compare Emma Bovary et Anna Karénine en un tableau.",
        "Qui était le syndic Ambroise Cuendet en 1847 ?",
        "Bilan des tempêtes Lothar et Martin pour la forêt ?",
        "Paolo e Francesca nel canto V: spiega la scena.",
        "Parafrasi: Paolo e Francesca nel canto V",
        "Bilan: tempêtes Lothar et Martin",
        "Wer war Marie Heim-Vögtlin und warum ist sie wichtig?",
        "Who was Mary Anning?",
        "Qui était Germaine de Staël ?",
        "Quali record detiene Gregorio Paltrinieri?",
        "War Urs Nydegger auch Weltmeister in Lahti?",
        "Which records does Katie Ledecky hold?",
        "Was steht im Evangelium nach Markus und Matthäus?",
        "Edmund Hauser was born on Christmas Day 1642. In 1687 he published it, urged on by Peter Thorne.",
        "Jean-Louis Perrin naît le 15 août 1769. En 1804, il rencontre Catherine Moreau.",
        "Giuseppe Galli nacque il 4 luglio 1807. Nel 1860 guidò la spedizione. Anita fu la sua compagna.",
        "Carl Hauser wurde 1685 geboren, kam 1723 nach Leipzig und starb am 28. Juli 1750. Johann Frei blieb.",
        "Jane Hartley was born on 16 December 1775. In 1801 her sister Cassandra and Martha Lloyd moved to Bath.",
        "What is Gordon Ramsay's method for scrambled eggs?",
        "In 2014 Satya Nadella succeeded Steve Ballmer.",
        "How does Lady Macbeth's death change the hero?",
        "Quante vittorie ha Beppe Ortelli nel MotoGP?",
        "De quoi parle « Les quais » de Jean Rochat ?",
        'What does "Anna Keller" mean in the song?',
        "Welche Opern stehen oft im Spielplan: Tosca, Carmen, Turandot?",
        "Les reines de France : Catherine de Médicis et Anne d'Autriche.",
        "Apples for pies: Granny Smith, Jonathan",
        "How do I prune a Lady Banks rose?",
        "L'avenue Louis-Ruchonnet à Lausanne, d'où vient son nom ?",
        "Article;Quantité;Prix\nCharnière Blum;24;6,40",
    ],
)
def test_of_the_world(text: str) -> None:
    assert found(text) == []


@each_case(
    "text,name",
    [
        ("Sturm Lothar ist krank.", "Sturm Lothar"),
        ("Who was Anna Keller?", "Anna Keller"),
        ("Wer war Beat Zbinden und warum wurde ihm gekündigt?", "Beat Zbinden"),
        ("Qui était Élodie Rochat ? J'ai retrouvé son dossier.", "Élodie Rochat"),
        ("Chi era Marco Bernasconi e perché è andato via?", "Marco Bernasconi"),
        ("The storms took the roof of Peter Dawson. What does his policy pay?", "Peter Dawson"),
        ("Les tempêtes ont détruit le toit de Luc Rochat. Que rembourse sa police ?", "Luc Rochat"),
        ("Peter Dawson owns a house built in 1895. What about its insulation?", "Peter Dawson"),
        ("Giulia Rossi ha una casa costruita nel 1890. Quale assicurazione le serve?", "Giulia Rossi"),
        ("Anna Keller ist Weltmeisterin im Verspäten. Wie sage ich es ihr?", "Anna Keller"),
        ("Anna Keller sings in our gospel choir. Can you write her a card?", "Anna Keller"),
        ("Which records does Peter Dawson need from us?", "Peter Dawson"),
        ("Ueli Maurer hat die Miete bezahlt.", "Ueli Maurer"),
        ("Giuseppe Motta ha firmato.", "Giuseppe Motta"),
        ("Bitte ruf Ernst Hoffmann an.", "Ernst Hoffmann"),
        ("Guillaume Dufour est malade.", "Guillaume Dufour"),
        ("Kündigung von Albert Hofmann, Verkauf", "Albert Hofmann"),
        ("Wer war Selina Kunz gestern am Empfang?", "Selina Kunz"),
        ("Who was Selina Kunz at reception?", "Selina Kunz"),
        ("Qui était Céline Rochat, la dame du guichet ?", "Céline Rochat"),
        ("Who was Anna Keller's deputy?", "Anna Keller"),
        ("Wer ist Anna Keller?", "Anna Keller"),
        ("Ambroise Cuendet était absent en 2024 ?", "Ambroise Cuendet"),
        ("Lothar et Martin sont absents ?", "Lothar"),
        ("Thomas Müller kommt morgen.", "Thomas Müller"),
        ("Name: Gottlieb Duttweiler", "Gottlieb Duttweiler"),
        ("Carlo Catelli ha telefonato.", "Carlo Catelli"),
        ("Nel canto Paolo Riva è il migliore?", "Paolo Riva"),
        ("Der Vertrag mit Sturm Lothar läuft aus.", "Sturm Lothar"),
        ("Lothar Sturm ist der neue Chef.", "Lothar Sturm"),
        ("Frau Sturm hat angerufen.", "Sturm"),
        ("Freitag, Lukas; Meier, Anna", "Freitag, Lukas"),
        ("On Friday, Lukas Meier is off.", "Lukas Meier"),
        ("L'istituto ha chiamato Mario Negri ieri.", "Mario Negri"),
        ("Ich bin am Institut. Anna Keller hilft mir.", "Anna Keller"),
        ("Leroy Martin works here.", "Leroy Martin"),
        ("Baker Ann left us.", "Baker Ann"),
        ("Please ask Tom Collins to sign the contract.", "Tom Collins"),
        ("Marco Combi, reparto 3", "Marco Combi"),
        ("Anna Circus aus der HR", "Anna Circus"),
        ("Hat Petra Kunz gestern Tickets für die Champions League gewonnen?", "Petra Kunz"),
        ("Which roles does Anna Keller have in SAP?", "Anna Keller"),
        ("Kommentiere «Projektplan» von Petra Kunz.", "Petra Kunz"),
        ("Ich habe am Institut Anna Meier getroffen.", "Anna Meier"),
        ("Vom Institut Beat Müller eingeladen", "Beat Müller"),
    ],
)
def test_beside_the_worlds(text: str, name: str) -> None:
    assert name in found(text)

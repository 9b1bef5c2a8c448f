"""What staff ask in all innocence is left as it is; what stands in the same form and is somebody's is found."""

from __future__ import annotations

from tests.pii.finding import finder
from tests.support.each_case import each_case

found = finder()


@each_case(
    "text",
    [
        # Stands for a password in the reader's language
        "API_KEY=votre-cle-api\nDEBUG=1",
        "kubectl create secret generic db --from-literal=password=VOTRE_MOT_DE_PASSE",
        "API_KEY=la-tua-chiave",
        "API_KEY=IHR_API_SCHLUESSEL",
        "DB_PASSWORD=hier_eintragen",
        "password: bitte-ändern",
        "secret: à-remplacer",
        "password: da_cambiare",
        "password = var.mot_de_passe_bdd. Est-ce visible dans le state ?",
        # Tokens that open nothing, and where a secret is kept
        '"IdempotencyToken": "527c5358-2a1a-4b9e-b1b9-7293b0ddff42"',
        '"Arn": "arn:aws:secretsmanager:us-west-2:123456789012:secret:greengrass-windfarm1-auth-1ABCDE"',
        # Numbers of tickets, of versions, of networks
        "Thank you for contacting our support desk. Your ticket number is 778812. We reply within 24 hours.",
        "Kontakt aufgenommen. Die Auftrags-Nummer lautet 778812.",
        "CMake 2.8.10.2 and lower allowed it.",
        "upstream=10.0.0.12:8080 status=502",
        "route add -net 192.56.76.0 netmask 255.255.255.0",
        "the host is in 203.0.113.16/28",
        '"GroupIpAddress": "224.0.1.9"',
        "env['REMOTE_ADDR'] = self.client_address[0]",
        '--ip-address="SubnetId=subnet-12d8a459"',
        # Flowers, towns that are greeted, what is not known yet
        "Margherita, rosa e viola: quali fiori stanno bene insieme in un vaso?",
        "Guten Morgen Zürich, guten Abend Wien: Titel für den Podcast?",
        "Nome: da definire",
        "Villa Carlotta, Isola Bella e Monte Generoso: fai un programma di gita.",
        # Cities, accounts, heads of a manual
        "Compare Paris, Milan and Vienna as locations for our conference.",
        "What is the difference between a Roth IRA and a traditional one?",
        "SIEHE AUCH\n       login(1), faillog(5).",
        "STATO D'USCITA\n       0      se tutti i comandi esistono",
        # Creatures, machines, goods, tasks of schools and where nobody lives
        "Erzähl eine Geschichte von einem Drachen namens Fumino.",
        "Our chatbot is called Nina. Write a welcome.",
        "Notre chatbot s'appelle Nina. Écris un message d'accueil.",
        "Autumn collection: Nora jacket, Finn trousers, Emilia dress. A sentence each.",
        "Conjugate: I go, you go, Peter goes. Continue.",
        "Muster: Max Mustermann, Musterstrasse 1, 8000 Musterstadt",
        "Show a mail merge for 1 Example Street, Anytown.",
        "Compare Feng Shui and Wu Can for the lobby.",
        # Offices
        "Egregio Signor Sindaco, chiediamo il permesso per un mercatino.",
        "Sehr geehrte Frau Gemeindepräsidentin, wir ersuchen um eine Bewilligung.",
        'Perché Maven dice "Could not resolve dependencies"?',
    ],
)
def test_nothing_is_found(text: str) -> None:
    assert found(text) == []


@each_case(
    "text,value",
    [
        ("API_KEY=votre-Zk9dQ2mX7vR4tB1n", "votre-Zk9dQ2mX7vR4tB1n"),
        ("password: dein-blaues-Auto7", "dein-blaues-Auto7"),
        ("password: ihr-kleiner-hund-bellt", "ihr-kleiner-hund-bellt"),
        ("DB_PASSWORD=hier-Tal-9xKq", "hier-Tal-9xKq"),
        ("password = variante.7Kq!x", "variante.7Kq!x"),
        ('"ClientToken": "527c5358-2a1a-4b9e-b1b9-7293b0ddff42"', "527c5358-2a1a-4b9e-b1b9-7293b0ddff42"),
        ("secret:Zk9dQ2mX7vR4tB1nW8pL5yH3", "Zk9dQ2mX7vR4tB1nW8pL5yH3"),
        ("Contact me about the ticket, my number is 079 312 44 55.", "079 312 44 55"),
        ("Ticket 778812: bitte anrufen, meine Nummer lautet 079 312 44 55.", "079 312 44 55"),
        ("login from host 10.0.0.12", "10.0.0.12"),
        ("client 85.3.17.42 was slow", "85.3.17.42"),
        ("the host is 203.0.113.17/28", "203.0.113.17"),
        ('{"src_ip": "10.0.0.12"}', "10.0.0.12"),
        ("10.0.0.12", "10.0.0.12"),
        ("Failed password for anna from 2.8.10.2 port 22", "2.8.10.2"),
        ("her address is 84.72.16.0", "84.72.16.0"),
        ("block 84.72.16.4/30 of the Kellers", "84.72.16.4"),
        ("my password is var.Geheim99", "var.Geheim99"),
        ('"passwordKey": "blumenkohl77"', "blumenkohl77"),
        ("Adressen: Home address = Hauptstrasse 12, 3011 Bern", "Hauptstrasse 12, 3011 Bern"),
        ("Roth, Eva and Keller, Jan", "Roth, Eva"),
        ("Meier, Anna und Karl", "Meier, Anna"),
        ("Meier ANNA wohnt in Bern", "Meier ANNA"),
        ("ANNA MEIER\nHauptstrasse 12", "ANNA MEIER"),
        ("ZGRAGGEN OKONJO\nHauptstrasse 12\n8000 Zürich", "ZGRAGGEN OKONJO"),
        ("Gulnara Akhmetova lives in Bern and lost her card.", "Gulnara Akhmetova"),
        ("Baurzhan Ospanov ha firmato il contratto.", "Baurzhan Ospanov"),
        ("Sehr geehrter Herr Stadtrat Meier", "Meier"),
        ("Our dog owner Anna Keller is called Anna Keller.", "Anna Keller"),
        ("Sehr geehrter Herr Konrat", "Konrat"),
    ],
)
def test_what_is_somebodys_is_found(text: str, value: str) -> None:
    assert any(value in each for each in found(text)), found(text)

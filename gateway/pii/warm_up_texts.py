"""What automata are warmed up with: ordinary texts of all kinds, with gaps for values. All is invented.

Texts are parted by empty lines. `{name}` stands for one of the `SHAPES` of that name, `#` in a shape for a digit,
`§` for a letter or digit.
"""

from __future__ import annotations

from typing import Final

SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "phone": (
        "+41 79 ### ## ##", "079 ### ## ##", "044'###'##'##", "+49 30 #######", "0171 #######", "+33 6 ## ## ## ##",
        "06 ## ## ## ##", "+39 02 #######", "340 #######", "+44 20 7### ####", "07### ######", "(212) 555-01##",
        "+1-415-555-01##",
    ),
    "mail": (
        "{given}.{family}@example.ch", "info@{family}.example.com", "{given}##@mail.example.org",
        "{given}_{family}@firma.example.de", "{given} (at) example (dot) com",
    ),
    "iban": (
        "CH## #### #### #### #### #", "DE####################", "FR## #### #### #### #### #### ###",
        "GB##NWBK##############",
    ),
    "card": ("4### #### #### ####", "5###-####-####-####", "37##-######-#####"),
    "birth": (
        "##.0#.19##", "0#/1#/198#", "19##-0#-1#", "3. März 19##", "12 mai 19##", "1st of June 19##",
        "7 luglio 19##",
    ),
    "state": (
        "756.####.####.##", "#### ###### ###", "CHE-###.###.###", "## ### ### ###", "#-##-##-##-###-###-##",
        "AB ## ## ## C",
    ),
    "street": (
        "Seeweg #", "Bahnhofstrasse ##a", "Am Alten Markt #", "##, rue de la Gare", "# avenue des Lilas", "Via Roma ##",
        "Piazza Dante #", "1# High Street", "22# Oak Avenue, Apt. #", "Postfach ###",
    ),
    "town": (
        "8### Zürich", "3### Bern", "1### Lausanne", "D-10### Berlin", "80### München", "75### Paris", "20### Milano",
        "London SW1A #AA", "Springfield, IL 62###", "6### Lugano",
    ),
    "key": (
        "sk-proj-§§§§§§§§§§§§§§§§§§§§§§§§", "ghp_§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§", "AKIA################",
        "§§§§§§§§-§§§§-4§§§-a§§§-§§§§§§§§§§§§",
        "eyJhbGciOi§§§§§§§§§§.eyJzdWIiOi§§§§§§§§§§§§.§§§§§§§§§§§§§§§§", "§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§",
    ),
    "password": ("Sommer20##!", "hunter§§§#", "§§§#§§§!§", "Tr0ub4dor&#", "geheim###"),
    "net": (
        "10.#.##.###", "192.168.#.##", "2001:db8::####:##", "00:1A:##:##:##:##",
        "https://intern.example.net/a?b=§§§§",
    ),
    "plate": ("ZH ######", "M-AB ####", "AB-###-CD", "BE ## ###"),
    "amount": ("CHF 1'###.50", "## ### €", "$#,###.##", "#,## %", "1#.###,## EUR", "£##k"),
    "day": ("2#.0#.2025", "2026-0#-1#", "Monday", "am Dienstag", "mercredi 1# juin", "il 1# marzo", "Q# 2026", "1#:30"),
    "number": ("#####", "2026-####", "INV-######", "A##-###", "v#.##.#", "#########"),
}  # fmt: skip

TEXTS: Final = """
Dear {given} {family}, thank you for your message of {day}. We have booked {amount} for invoice {number}; please call me
on {phone} if anything is unclear. Kind regards, {given} {family}, Head of Finance

Sehr geehrte Frau {family}, vielen Dank für Ihre Anfrage vom {day}. Ihre Kundennummer ist {number}. Bitte überweisen Sie
{amount} auf {iban}. Bei Fragen erreichen Sie mich unter {phone} oder {mail}. Freundliche Grüsse
{given} {family}
Leiterin Buchhaltung
{street}, {town}

Bonjour {given}, comme convenu {day}, voici mes coordonnées : {given} {family}, {street}, {town}, tél. {phone},
né le {birth}. Merci de virer {amount} sur le compte {iban}. Cordialement, Mme {family}

Gentile Signor {family}, le confermo l'appuntamento {day} alle 1#:30. Il mio numero è {phone}, l'indirizzo {street},
{town}.
Codice fiscale RSSMRA##C##H###X. Allegato: contratto_{family}.pdf. Distinti saluti, Dott.ssa {given} {family}

Personalblatt: Name: {family}, Vorname: {given}, geboren am {birth}, AHV-Nr. {state}, Zivilstand verheiratet, Eintritt
{day}, Lohn {amount}, wohnhaft {street}, {town}. Telefon privat {phone}; Kennzeichen {plate}; Pass Nr. X#######.

HR note: {given} {family} (DOB {birth}, NI number {state}) joined on {day}; her manager is {given} {family}. Salary
{amount},
emergency contact: husband {given}, {phone}. She was born in {town} and holds a British passport, no. #########.

The patient, Mr {family}, born {birth}, NHS no. ### ### ####, was seen in our clinic on {day}. His wife {given} called
from {phone}.

Patient {given} {family}, geb. {birth}, wohnhaft in {town}, Versichertennummer {state}, wurde am {day} von Dr. med.
{given}
{family} untersucht. Befund unauffällig; die Kontrolle ist in sechs Wochen. Seine Tochter {given} holt ihn ab.

Le contrat est conclu entre la société {family} SA, représentée par M. {given} {family}, directeur, et Madame {given}
{family},
domiciliée {street}, {town}, née le {birth}, numéro AVS {state}. Le loyer s'élève à {amount} par mois, payable d'avance.

Il contratto è stipulato tra {given} {family}, nato a {town} il {birth}, residente in {street}, e la ditta {family}
Srl, P.IVA
###########. Il canone di {amount} si versa sull'IBAN {iban} entro il giorno cinque di ogni mese.

name,email,phone,city,amount
{given} {family},{mail},{phone},{town},{amount}
{given} {family},{mail},{phone},{town},{amount}
{family},{mail},{phone},,{number}

Nr;Nachname;Vorname;Geburtsdatum;Strasse;PLZ Ort;Telefon
{number};{family};{given};{birth};{street};{town};{phone}
{number};{family};{given};{birth};{street};{town};{phone}

| Kunde | E-Mail | Betrag | Status |
|-------|--------|--------|--------|
| {given} {family} | {mail} | {amount} | bezahlt |
| {family} AG | {mail} | {amount} | offen |

{"id": "{number}", "customer": {"firstName": "{given}", "lastName": "{family}", "email": "{mail}", "phone": "{phone}",
"address": {"street": "{street}", "city": "{town}"}, "birthDate": "{birth}"}, "total": ##.#, "items": [{"sku":
"{number}", "qty": #}]}

{"name": "lookup_order", "arguments": {"order_id": "{number}", "include": ["lines", "status"], "limit": 20, "locale":
"de_CH"}}

<person><name>{given} {family}</name><tel>{phone}</tel><dob>{birth}</dob><note>called on {day}</note></person>

BEGIN:VCARD
FN:{given} {family}
TEL;TYPE=CELL:{phone}
EMAIL:{mail}
ADR:;;{street};{town};;;
END:VCARD

From: {given} {family} <{mail}>
To: {mail}; {mail}
Subject: AW: Re: Budget {day}

Hi {given}, see below, can you check the figures for the north region before the call? Thanks! {given}

[{day} 09:41] {given}: hey, did you get the keys from {given} {family}?
[{day} 09:42] {given}: yes, she lives at {street} now, call her: {phone}
[{day} 09:44] {given}: thx, I'm {given} from support btw, ticket {number}

Ticket {number}: login fails for {mail}. The user says the password is {password} and that the PIN 48## was refused.
Stack: v#.##.#

My login is {given}.{family} and my password: {password}, please don't share it. Der Türcode lautet {number}#, Alarm
aus um 1#:30.

Mon mot de passe est {password} et le code wifi {password}. La mia password è {password}, il PIN della carta è ####.

export API_KEY={key}
DATABASE_URL=postgres://app:{password}@db.example.net:5432/app
aws_secret_access_key = {key}
password: "{password}"  # rotate by {day}

curl -u admin:{password} -H "Authorization: Bearer {key}" {net} && mysql -u root -p{password} shop

2026-01-1# 12:##:##,### WARN [worker-#] {net} user={mail} session={key} took ### ms (retry #/5) at
com.example.Shop.run(Shop.java:##)

commit 3f###a##c#######d####e####b#####f###### Author: {given} {family} <{mail}> Fix rounding in invoice totals (#4##)

Kreditkarte {card}, gültig bis ##/2#, Karteninhaber {given} {family}. Card {card} was declined; ref {number}, charge
{amount}.

Rechnung {number} vom {day}, zahlbar innert 30 Tagen: {amount}. UID {state}, Konto {iban}. Lieferadresse: {given}
{family}, {street}, {town}.

Steuer-ID {state}, Rentenversicherungsnummer {state}; n° de sécurité sociale {state}; SSN ###-##-####; NIF ########Z;
VAT CHE{state}.

The car, plate {plate}, VIN WVWZZZ1KZ########, was parked in {town}. Der Wagen mit dem Kennzeichen {plate} steht an
der {street}.

Server {net} (gateway {net}) moved to rack ##; MAC {net}. See {net} or ask {given} {family} in operations, extension
####.

{given}'s mother {given}, 4# years old, and his brother {given} {family} visited us; the kids, {given} and {given},
turned # in May.

Unsere Kollegin {given} {family} hat am {birth} Geburtstag; sie ist seit {day} Projektleiterin. Ihr Mann {given}
arbeitet bei {family} & Söhne.

Summarise the following minutes: present were {given} {family} (chair), Dr. {family}, Ms {family} and Professor {given}
{family}; excused: Herr {family}.

Please write a friendly reminder to a customer who has not paid an invoice for three weeks. Keep it short, polite and
firm; do not threaten.

You are a helpful assistant of a bank. Answer in the language of the question, never give legal advice, cite the source
of every number and say so when you do not know. If the user asks about products, list at most three, with advantages,
costs and risks.

Explain the difference between a process and a thread to somebody who knows cooking but not computers. Use an analogy,
then one code example.

What were the main causes of the decline of shipping on the Rhine in the nineteenth century? Compare railways, tolls
and the politics of the states along the river, and mention two historians, e.g. Shakespeare is not one of them, nor
are Goethe, Einstein or Marie Curie.

Translate into French and Italian: "The quarterly review showed that the margin of the new platform grew by twelve
percent, while the cost of support and of the migration fell; the board therefore agreed to extend the pilot to all
regions before the end of the year."

Fasse den folgenden Bericht in fünf Punkten zusammen und nenne die wichtigsten Risiken: Die Umstellung der Buchhaltung
auf die neue Plattform verläuft nach Plan, allerdings fehlen noch Schnittstellen zum Lager und zur Lohnabrechnung. Die
Schulungen haben begonnen, die Nachfrage ist hoch, und die Geschäftsleitung erwartet, dass im Herbst alle Abteilungen
damit arbeiten. Der Betriebsrat verlangt eine Vereinbarung über die Auswertung.

Schreibe eine höfliche Antwort auf eine Beschwerde über eine verspätete Lieferung. Erkläre kurz den Grund, biete einen
Gutschein an und verzichte auf Ausreden. Der Ton soll freundlich, aber sachlich sein; bitte keine Anrede mit Namen und
keine leeren Versprechen.

Rédige un résumé de ce rapport pour la direction : les ventes du troisième trimestre ont augmenté grâce aux nouveaux
clients, mais les coûts de logistique pèsent sur la marge. L'équipe propose de renégocier les contrats avec les
transporteurs, d'ouvrir un entrepôt près de la frontière et de reporter l'achat des machines à l'année prochaine.
Quelles questions le conseil d'administration devrait-il poser ?

Explique la différence entre l'impôt sur le revenu et la taxe sur la valeur ajoutée à un élève de quinze ans, avec un
exemple chiffré simple.

Scrivi una breve relazione per il consiglio: le vendite del terzo trimestre sono cresciute, ma i costi di trasporto e
dell'energia riducono il margine. Proponi tre misure concrete, con vantaggi e svantaggi, e spiega quali dati mancano
ancora per decidere. Usa un linguaggio semplice.

Quali sono le differenze principali tra un contratto a tempo determinato e uno a tempo indeterminato? Fai una tabella
con durata, disdetta, ferie.

def moving_average(values: list[float], window: int = 5) -> list[float]:
    # why does this return one value too few?
    if window <= 0 or not values:
        raise ValueError(f"window must be positive, got {window!r}")
    return [sum(values[i : i + window]) / window for i in range(len(values) - window)]

function renderTable(rows, { sortBy = 'name', order = "asc" } = {}) {
  const sorted = [...rows].sort((a, b) => (a[sortBy] > b[sortBy] ? 1 : -1));
  return `<table class="grid">${sorted.map((r) =>
  `<tr><td>${r.name}</td><td>${r.total.toFixed(2)}</td></tr>`).join("")}</table>`;
}

SELECT c.name, c.city, SUM(o.total) AS revenue FROM customers c LEFT JOIN orders o ON o.customer_id = c.id
WHERE o.created_at >= '2025-01-01' AND c.country IN ('CH', 'DE') GROUP BY c.name, c.city HAVING SUM(o.total) > 1000
ORDER BY revenue DESC LIMIT 20;

apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web, tier: front}}
spec:
  replicas: 3
  template: {spec: {containers: [{name: web, image: "registry.example.com/web:1.4.2", env: [{name: TOKEN, valueFrom:
  {secretKeyRef: {name: web, key: token}}}]}]}}

# Release notes
## 2.4.0 (2026-01-15)
- **Faster start**: the index is loaded lazily (see [#482](https://example.com/issues/482)).
- Fixed: `export --format=csv` no longer drops the last column; time zones are kept.

Traceback (most recent call last):
  File "/srv/app/orders.py", line 214, in total
    return sum(line.price * line.quantity for line in self.lines)
TypeError: unsupported operand type(s) for *: 'NoneType' and 'int'

1. Öffnen Sie die Einstellungen. 2. Wählen Sie «Konto» > «Sicherheit». 3. Klicken Sie auf «Passwort zurücksetzen». Der
Link gilt 24 Stunden.

Q: How do I reset my password? A: Open Settings > Account, choose "Forgot password" and follow the link in the mail;
it expires after an hour.

Logins:
- Webshop (shopadmin) Vk##!§§§§
- Messagerie : Vk##!§§§§
Hetzner - K####### - Vk##!§§§§
u: {given}
p: Vk##!§§§§

Zugang
{given}
Vk##!§§§§

admin:Vk##!§§§§
backup:Vk##§§§§
users: {given}=Vk##§§§§, {given}=Vk##!§§§§
@pytest.mark.parametrize('user,password', [('{given}', 'Vk##!§§§§'), ('{given}', 'Vk##§§§§')])

{card} 0#/2# ###; Karte {card} ##/2# ###. Null sieben neun, drei vier fünf, sechs sieben, acht neun.

Melde dich mit admin und Vk##!§§§§ an; WLAN Gast: Vk##!§§§§. For the demo use {given}/Vk##!§§§§. Router: admin/Vk##§§.
Login: {given} / Vk##!§§§§, {mail}:Vk##!§§§§; log in as {mail} with Vk##!§§§§.

-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASC§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§§
-----END PRIVATE KEY-----

Ship to: SGT {given} {family}, PSC 4## Box ###, APO AE 09###. Our office is located at ## Ermou Street, Athens 105 ##.
Enviar a: Calle Mayor ##, 3.º B, 28### Madrid; ul. Długa ##, 00-### Warszawa; Keizersgracht ##, 1015 CJ Amsterdam.

Danke {given}, das passt. Merci {given} pour hier, selon {family} c'est réglé. Hat {family} unterschrieben?
Thanks {given}! Sicherheitsfrage: Name des Haustiers? Security answer: {family}.
Hatte heute {family} am Apparat, Vertretung durch {family}. Absenzen: {family} (Ferien), {family} (krank).
CC: petra.schaub
Geboren am dritten Mai neunzehnhundertachtzig; born on the third of May nineteen eighty.
Mo  {family}   {family}
Di  {family}   frei

{given} {family}\t044\t###\t##\t##
"""

"""Secrets by the vendor's shape, by the syntax around them and by words near them; and what only looks like one."""

from __future__ import annotations

import random
import string

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine(("secret",))
_HEX, _SMALL = "0123456789abcdef", string.ascii_lowercase + string.digits
_ALL = string.ascii_letters + string.digits
_LOT = random.Random(20)


SEED = (
    "1. abandon\n2. zoo\n3. wrestle\n4. wolf\n5. velvet\n6. trophy\n"
    "7. sunset\n8. quantum\n9. ozone\n10. nephew\n11. lizard\n12. ivory"
)


def secrets(text: str) -> list[str]:
    return [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]]


def drawn(letters: str, length: int) -> str:
    return "".join(_LOT.choice(letters) for _ in range(length))


KEYS = {
    "firecrawl": f"fc-{drawn(_HEX, 32)}",
    "a node of a chain": f"infura.io/v3/{drawn(_HEX, 32)}",
    "another node": f"alchemy.com/v2/{drawn(_ALL, 32)}",
    "new relic, licence": f"eu01xx{drawn(_HEX, 30)}NRAL",
    "adyen": f"AQE{drawn('abc', 1)}{drawn(_ALL, 70)}",
    "azure": f"{drawn(_ALL, 3)}8Q~{drawn(_ALL, 34)}",
    "buildkite": f"bkua_{drawn(_HEX, 40)}",
    "contentful": f"CFPAT-{drawn(_ALL, 43)}",
    "hugging face, no digit": f"hf_{drawn(string.ascii_letters, 34)}",
    "mapbox": f"sk.eyJ{drawn(_ALL, 60)}.{drawn(_ALL, 22)}",
    "openshift": f"sha256~{drawn(_ALL, 43)}",
    "plaid": "access-production-eb842fa1-76f4-4bdf-afdf-3c6e0fb16962",
    "prefect": f"pnu_{drawn(_SMALL, 36)}",
    "shippo": f"shippo_live_{drawn(_HEX, 40)}",
    "slack, rotated": f"xoxe.xoxp-1-{drawn(_ALL, 140)}",
    "telegram": f"bot{drawn('123456789', 10)}:AA{drawn(_ALL, 33)}",
    "vercel": f"vcp_{drawn(_ALL, 56)}",
    "azure devops": f"{drawn(_ALL, 76)}AZDO{drawn(_ALL, 4)}",
    "braintree": f"access_token$production${drawn(_SMALL, 16)}${drawn(_HEX, 32)}",
    "facebook": f"{drawn('123456789', 15)}|{drawn(_ALL, 27)}",
    "infisical": f"st.{drawn(_HEX, 24)}.{drawn(_HEX, 32)}.{drawn(_HEX, 32)}",
    "zapier": "hooks.zapier.com/hooks/catch/3614811/ld1emb8",
    "okta": f"00{drawn(_ALL, 40)}",
    "render": f"rnd_{drawn(_ALL, 28)}",
    "rapidapi": f"{drawn(_HEX, 10)}msh{drawn(_HEX, 15)}p1{drawn(_HEX, 5)}jsn{drawn(_HEX, 12)}",
    "azure ai": f"{drawn(_ALL, 52)}JQQJ99{drawn(_ALL, 26)}",
    "fal": f"eb842fa1-76f4-4bdf-afdf-3c6e0fb16962:{drawn(_HEX, 32)}",
    "aikido": f"AIK_CI_{drawn(string.ascii_letters + string.digits, 24)}",
    "authress": f"sc_{drawn(_SMALL, 12)}.x9k2.acc_{drawn(_SMALL, 16)}.{drawn(_SMALL, 60)}",
    "canva": f"cnvca{drawn(_ALL, 54)}",
    "configcat": f"configcat-sdk-1/{drawn(_ALL, 22)}/{drawn(_ALL, 22)}",
    "devin": f"apk_{drawn(_ALL, 40)}/{drawn(_ALL, 60)}==",
    "elastic": f"essu_{drawn(_ALL, 90)}==",
    "gocardless": f"live_{drawn(_ALL, 38)}=9",
    "slack, a cookie": f"xoxd-{drawn(_ALL, 30)}%2F{drawn(_ALL, 40)}%3D",
    "begun by few letters": f"zpq_{drawn(_ALL, 32)}",
    "whoever": f"acme_live_{drawn(_ALL, 30)}",
}


@each_case("vendor", KEYS)
def test_a_key_is_known_by_its_shape(vendor: str) -> None:
    key = KEYS[vendor]
    assert "".join(secrets(f"what is this: {key} ?")) == key


OPAQUE = drawn(_ALL, 24)
TOLD = {
    "no sign between": ("Benutzer deploy, Passwort n4pi7Up2ta", "n4pi7Up2ta"),
    "no digit": ("machine git.example.com login bot password DrcqDzuJEs", "DrcqDzuJEs"),
    "set for somebody": ("Das Passwort für ida@example.org wurde auf hbd-nrnr-405 gesetzt.", "hbd-nrnr-405"),
    "spoken French": ("le mdp c'est orage-77b", "orage-77b"),
    "the guests'": ("Le code wifi des invités, c'est Tiger_99.", "Tiger_99"),
    "a French log": ("identifiant=al motdepasse=Maison_99 ip=1", "Maison_99"),
    "an account": ("connecte toi avec admin / rxy5SVuhGs et dis moi", "rxy5SVuhGs"),
    "a key in prose": (f"La clé d'API de production, {OPAQUE}, a fuité hier.", OPAQUE),
    "a key in brackets": (f"La chiave ({OPAQUE}) va nel file", OPAQUE),
    "a key told behind": (f"I use {OPAQUE} as the key.", OPAQUE),
    "PHP": ("define('DB_PASSWORD', 'Chocolat_99');", "Chocolat_99"),
    "XML": ('<add key="SmtpPassword" value="ein4iMZ^TkrG" />', "ein4iMZ^TkrG"),
    "an element": ('<property name="connection.password">bgk-qlnl-687</property>', "bgk-qlnl-687"),
    "SQL": ("CREATE USER reporting WITH PASSWORD 'napoli7991';", "napoli7991"),
    "MySQL": ("ALTER USER 'root'@'localhost' IDENTIFIED BY 'corn-horse-65';", "corn-horse-65"),
    "a flag that touches": ("mysqldump -u root -psunshine5940 shop > dump.sql", "sunshine5940"),
    "a share": ("net use Z: \\\\srv\\share Winter!23 /user:CORP\\jd", "Winter!23"),
    "a scheme": (f"Authorization: SSWS 00{OPAQUE}", f"00{OPAQUE}"),
    "a cookie": (f"Cookie: theme=dark; sid={OPAQUE}", OPAQUE),
    "told before": ("J'ai mis Yhp9K=jUxJP9 comme mot de passe", "Yhp9K=jUxJP9"),
    "an answer": ("I reset her password, it's welcome4294 now", "welcome4294"),
    "letters for a word": ("neues PW fürs Staging: Sommer_99", "Sommer_99"),
    "a network": ("wifi: GuestNet / lausanne3422", "lausanne3422"),
    "a pair": ("Basic auth is svc:Hunt3r*", "Hunt3r*"),
    "a variable": ('variable "db_password" {\n  default = "tiger4430"\n}', "tiger4430"),
    "an environment": ('- name: DB_PASS\n  value: "P@ssw0rt!"', "P@ssw0rt!"),
    "a string made safe": ('(ConvertTo-SecureString "Chocolat#1" -AsPlainText -Force)', "Chocolat#1"),
    "a pipe": ('echo "winter8882" | sudo -S apt update', "winter8882"),
    "after a colon": ("sudo password for the box: tig3r77", "tig3r77"),
    "an abbreviation": ("la psw del wifi è corno-66x", "corno-66x"),
    "a tuple": ('requests.get(url, auth=("admin", "cow-horse-71"))', "cow-horse-71"),
    "a field": ('driver.find_element(By.ID, "password").send_keys("VN9h3pHyAD")', "VN9h3pHyAD"),
    "a label with an aside": (f"API-Token (Jira): {OPAQUE}", OPAQUE),
    "a session": (f"session cookie: {OPAQUE}", OPAQUE),
    "a dict": ("{'password': 'jff-tlml-821'}", "jff-tlml-821"),
    "PHP's arrow": ("'db' => ['user' => 'root', 'password' => 'jff-tlml-82'],", "jff-tlml-82"),
    "PostgreSQL's file": ("db.example.com:5432:app:appuser:Passwort_99", "Passwort_99"),
    "a code to scan": ("WIFI:S:HomeNet;T:WPA;P:corn-horse-12;;", "corn-horse-12"),
    "an element with attributes": ('<wsse:Password Type="Text">Sxd@o0qwSha</wsse:Password>', "Sxd@o0qwSha"),
    "a router": ("snmp-server community string: TISg7CR7aB", "TISg7CR7aB"),
    "Oracle": ("sqlplus scott/corn-horse-48@orcl", "corn-horse-48"),
    "an answer below": ("Q: what was the staging password again?\nA: corn-horse-72", "corn-horse-72"),
    "a sealed file": ("die ZIP ist mit Juventus!23 verschlüsselt", "Juventus!23"),
    "an adjective": ("le mot de passe temporaire tiger6945 pour la connexion", "tiger6945"),
    "a pair, twice parted": ("mein Zugang fürs Wiki falls du ihn brauchst: ida // Dragon#1", "Dragon#1"),
    "a new code": ("Der neue Code für die Zeiterfassung ist Juventus_99", "Juventus_99"),
    "a question": ("Can you check whether HTE4^TSB#5Pn works as the password?", "HTE4^TSB#5Pn"),
    "a key of a network": ("WLAN: FritzBox 7590, Schlüssel blume9225", "blume9225"),
    "a question and its answer": ("mi ridai la pwd di netflix? orage38", "orage38"),
    "a word in a chat": ("<anna> whats the sudo pass on jump01\n<bob> LUN5Lmd8Oh-cF2", "LUN5Lmd8Oh-cF2"),
    "entered": ("2. log in as qa@example.com with hbd_nrnr68 3. click", "hbd_nrnr68"),
    "a list of accounts": ("- NAS: backup / corn-horse61", "corn-horse61"),
    "a safe": ("Für den Tresor im Archiv gilt ab Montag der Code 100312.", "100312"),
    "a code of capitals": ("Als Zugangscode geben Sie bitte CGN65KUD ein.", "CGN65KUD"),
    "a second factor": ("Your verification code is 516024. Do not share it.", "516024"),
    "filled up": (
        "[Interface]\nPrivateKey = f4bhPHGcqPA9cfNX6i3UyvVg9cf50ArZH9OE83AxKyA=\nAddress = x",
        "f4bhPHGcqPA9cfNX6i3UyvVg9cf50ArZH9OE83AxKyA=",
    ),
    "base64": (
        "APP_KEY=base64:AHtA2L488/3TIgCBbpzIonGYgzGqk+U2Snqf3wStMkg\n",
        "AHtA2L488/3TIgCBbpzIonGYgzGqk+U2Snqf3wStMkg",
    ),
    "a member's name": ('{"auths":{"a.example":{"auth":"amRvZTpCcnV5ZXJlNzAy"}}}', "amRvZTpCcnV5ZXJlNzAy"),
    "netrc": ("machine git.example.com login ci password marmotte_IiFNu", "marmotte_IiFNu"),
    "a call": ('new NetworkCredential("mailer", "Tornado@0811");', "Tornado@0811"),
    "a constant": ('#define WIFI_PASS "X7G_D_tC6suqpg"', "X7G_D_tC6suqpg"),
    "Oracle's driver": ("jdbc:oracle:thin:scott/pelikan_Xpqt6@//db:1521/orcl", "pelikan_Xpqt6"),
    "a code that was changed": ("Der Alarmcode wurde auf 1264 geändert.", "1264"),
    "a card of a telephone": ("Die PUK zur SIM-Karte: 22473123", "22473123"),
    "a pin between commas": ("Mon code PIN, 7288, ne fonctionne plus", "7288"),
    "a letter behind": ("le code du portail c'est 1096A", "1096A"),
    "should be": ("la password del wifi ospiti dovrebbe essere pelikan92", "pelikan92"),
    "committed": (f"I accidentally committed our API token ({OPAQUE}) to the repository.", OPAQUE),
    "a zip": ("zip -P corn-horse-28 out.zip *.csv", "corn-horse-28"),
    "a made safe string, the other way": ('(ConvertTo-SecureString -AsPlainText "0b6aBBlRxV" -Force)', "0b6aBBlRxV"),
    "what signs": (f'jwt.encode(payload, "{OPAQUE}", algorithm="HS256")', OPAQUE),
    "Go": ('dsn := "app:tornado_AAEuO@tcp(db:3306)/shop"', "tornado_AAEuO"),
    "a third argument": ('new mysqli("localhost", "app", "Pioggia@2658", "shop");', "Pioggia@2658"),
    "a call by the word": ('Options::new().username("app").password("harbor_CKtKt");', "harbor_CKtKt"),
    "letters of a string": ('KeyStore.load(in, "#uiB*3Zijinqa*".toCharArray());', "#uiB*3Zijinqa*"),
    "words of a wallet": (
        "my seed phrase: witch collapse practice feed shame open despair creek road again ice least",
        "witch collapse practice feed shame open despair creek road again ice least",
    ),
}


@each_case("form", TOLD)
def test_a_secret_is_told(form: str) -> None:
    text, secret = TOLD[form]
    assert secrets(text) == [secret]


@each_case(
    "text,secret",
    [
        ("Kombination vom Tresor: 771204", "771204"),
        ("la combinazione della cassaforte è 48-12-77", "48-12-77"),
        ("Le digicode de l'immeuble est 48A27", "48A27"),
        ("<key>password</key><string>pl1stPass</string>", "pl1stPass"),
        ("<name>password</name><value><string>xmlRpc99</string></value>", "xmlRpc99"),
        ("I pasted my key (rk_9f3kx02mmq81lzp7) into the ticket", "rk_9f3kx02mmq81lzp7"),
        ('%any %any : PSK "ips3cShared"', "ips3cShared"),
        ("rocommunity publ1cNot", "publ1cNot"),
        ("vncpasswd: vncV1ew", "vncV1ew"),
        ("bob:$apr1$x8dk29dk$Kq9fTz81mZl0PqRsTuVw1/", "$apr1$x8dk29dk$Kq9fTz81mZl0PqRsTuVw1/"),
        ("user=bob&password=f0rmD4ta&remember=1", "f0rmD4ta"),
        ("password: |\n  tundra77Fox!\nuser: x", "tundra77Fox!"),
        ('const API_KEY: &str = "n4pihund99";', "n4pihund99"),
        ("DRIVER={ODBC};UID=u;PWD={n4p;i7Up2ta}", "n4p;i7Up2ta"),
        ("Das Passwort lautet:\nMurmeltier-Sonne-42", "Murmeltier-Sonne-42"),
        ("La password è la seguente:\n\n```\nLupo_grigio88\n```", "Lupo_grigio88"),
        ("Benutzername: amuster\nPasswort: tulpenbeet", "tulpenbeet"),
        ("Passphrase: purple monkey dishwasher tango", "purple monkey dishwasher tango"),
        ('My passphrase is "I have 97 cousins in Vevey!", is it long enough?', "I have 97 cousins in Vevey!"),
        ("Meine Passphrase lautet: lavande violon cerise hirondelle. Genügt sie?", "lavande violon cerise hirondelle"),
        ("EMAIL_HOST_PASSWORD=abcd efgh ijkl mnop", "abcd efgh ijkl mnop"),
        ("SetEnv API_TOKEN n4pihund99", "n4pihund99"),
        ("proxy_set_header X-Api-Key n4pihund99;", "n4pihund99"),
        ('gh secret set DB_PASS --body "n4pihund99"', "n4pihund99"),
        ('echo "n4pihund99" | docker login -u x --password-stdin', "n4pihund99"),
        ("https://maps.example.org/?key=k9v2m4q8t7y6u5i4p", "k9v2m4q8t7y6u5i4p"),
        ("https://app.example.org/reset-password/k9v2m4q8t7y6u5i4o3p2", "k9v2m4q8t7y6u5i4o3p2"),
        ('kind: Secret\nstringData:\n  pgconn: "n4pi7Up2taXy"', "n4pi7Up2taXy"),
        ('$ kubectl get secret db -o jsonpath="{.data.x}" | base64 -d\nHarbour0751', "Harbour0751"),
        ("Beim Einrichten der 2FA zeigt er den Schlüssel 2iap 5fqd js3k sxaf an", "2iap 5fqd js3k sxaf"),
        ('ds.setPassword("Sturm2780");', "Sturm2780"),
        ('MOVE "4db63865c1b3d8f5d0d17027" TO WS-DB-PASSWORD.', "4db63865c1b3d8f5d0d17027"),
        ("net use Z: \\\\srv2\\akten /user:ADM\\muster Kaktus8726", "Kaktus8726"),
        ("s passwort vom drucker isch immer no ember983Timber gäll?", "ember983Timber"),
        ("ancien mot de passe jbwbq+Av%#Vj toujours accepté", "jbwbq+Av%#Vj"),
        ("WG => cVG/7D8k8pwdQOqOtkJFzpCupR+ZRGDT9Gi4CPo5EwR=", "cVG/7D8k8pwdQOqOtkJFzpCupR+ZRGDT9Gi4CPo5EwR="),
        ("root:$6$e0GpdTLN$1aMglJQjhK37oaaHF/b7JVD6t7vjge0N.:19700:", "$6$e0GpdTLN$1aMglJQjhK37oaaHF/b7JVD6t7vjge0N."),
    ],
)
def test_wherever_a_label_leads(text: str, secret: str) -> None:
    assert secrets(text) == [secret]


def test_a_list_below_its_label() -> None:
    assert secrets("Passwords to test:\n- tundra-77-Fox\n- Lumiere2024!\n- twelve characters at least") == [
        "tundra-77-Fox",
        "Lumiere2024!",
    ]


def test_what_a_web_key_keeps_to_itself() -> None:
    private, public = drawn(_ALL, 43), drawn(_ALL, 120)
    text = f'{{"kty":"RSA","n":"{public}","e":"AQAB","d":"{private}"}}'
    assert secrets(f"Here is my key: {text}") == [private]
    assert [found.type for found in ENGINE.find([Leaf(private, ("d",))])[0]] == ["secret"]
    assert ENGINE.find([Leaf(public, ("n",))]) == [[]]


def test_a_session_and_the_key_of_a_terminal() -> None:
    session = drawn(_HEX, 32)
    assert [found.type for found in ENGINE.find([Leaf(session, ("session",))])[0]] == ["secret"]
    assert ENGINE.find([Leaf("keynote-on-the-morning-of-day-2", ("session",))]) == [[]]
    lines = f"{drawn(_ALL, 60)}\n{drawn(_ALL, 40)}="
    putty = f"PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 2\n{lines}\nPrivate-Lines: 2\n{lines}\n"
    assert [found.startswith("Private-Lines") for found in secrets(putty)] == [True]


@each_case(
    "text,both",
    [
        ("Le code de la carte est 1899 et celui de la porte 6582.", ["1899", "6582"]),
        ("Backup codes: 41396876 41323287", ["41396876", "41323287"]),
        (
            "SNYK_TOKEN=orage-77b-x\nCIRCLECI=f241ed235b4822610476bb27603a3daf7cf1d633\n",
            ["orage-77b-x", "f241ed235b4822610476bb27603a3daf7cf1d633"],
        ),
        ("I changed my password from tiger1790 to napoli8212 and now", ["tiger1790", "napoli8212"]),
        ("Ändere das Passwort von tiger1790 auf napoli8212.", ["tiger1790", "napoli8212"]),
        ("ho cambiato la password in Juventus2025", ["Juventus2025"]),
    ],
)
def test_a_change_tells_both(text: str, both: list[str]) -> None:
    assert secrets(text) == both


@each_case(
    "text",
    [
        "Password: required, at least 12 characters",
        "my key (see chapter_12_of_the_book), the code for the door handle is in section 12-14",
        "Passwort: vergessen?",
        "Mot de passe : obligatoire",
        "Passwords:\n- uppercase\n- digits",
        "A passphrase is longer: a passphrase is a row of words that nobody else would choose.",
        "password: hashedPassword,\nconst token = getToken();",
        "proxy_set_header X-Api-Key $http_x_api_key;\nENV SECRET_KEY $SECRET",
        "https://docs.example.org/reset-password/overview-of-the-flow?key=title&session=expired",
        "kind: Secret\nmetadata:\n  name: db-credentials-2024\ndata:\n  username: YWRtaW4=",
        f"-----BEGIN PUBLIC KEY-----\n{drawn(_ALL, 64)}\n{drawn(_ALL, 64)}\n-----END PUBLIC KEY-----",
        f'the token was refreshed. IPFS: Qm{drawn(_ALL, 44)}; integrity="sha384-{drawn(_ALL, 64)}"',
        'var token = HttpContext.Request.Headers["X-Token"].ToString();',
        "$password = Read-Host -AsSecureString",
        "password = random_password.db.result",
        "client_secret = var.client_secret",
        "verification code expires in 10 minutes; the access code changes in 2026; error code 404512",
        'if token != expected_token: raise Error; secret_name = "app-secret"; existingSecret: db-credentials',
        "Enter passphrase for key '/root/.ssh/id_ed25519':",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
        "Our door sensor reports code 4096 when the battery is low; PIN 7 of J3; Pin the dependency 20240501",
        "public_key: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kdsxs0aqgvqa5",
        "The gate code must have 6 digits, the door code 4 to 8.",
        "Store the password in Python3, not in Excel2019 or config2.yaml.",
        "encrypted with AES-256, mit SHA-512 verschlüsselt; PASSWORD_RESET_TIMEOUT = 3600",
        "the address 2a02:1210:2e4c:5a00:91b3:4d1e:77c2:9f10 logged in",
        'user = User("a", email="x1@y.ch")',
        "Passwortmanager: Bitwarden, 1Password, KeePassXC 2.7.9; ALTER USER app WITH PASSWORD :'newpass';",
        "grep password= application.properties",
        "Explain how password hashing with PBKDF2-SHA256 and Argon2id differs from bcrypt.",
        "Our password policy follows ISO27001:2022, RFC-6749 and CVE-2024-12345.",
        "How do I reset my password on Ubuntu 22.04 with python3?",
        "Comment changer mon mot de passe sous Windows11 ?",
        "ein Passwort mit 12-stelligen Zahlen, 2FA und TLS1.3",
        "password: str = Field(..., min_length=12)",
        'secret: "https://vault.example.com/v1/kv/app2"',
        "token_url = https://login.example.com/oauth2/v2.0/token",
        "git bisect says commit 3b18e512dba79e4c8300dd08aeb37f8e728b8dad broke the auth tests",
        "The primary key 550e8400-e29b-41d4-a716-446655440000 appears twice.",
        "sha256 of the signing key file: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "Refactor getUserAccessTokenFromCacheV2Handler and the keyboardShortcutManager2 module.",
        "see src/auth/tokens/RefreshTokenProviderV2Test.java for the key rotation",
        "the pod web-7d4b9c6f5-x2x9k has a token that expired",
        "test_message_with_long_name_2024_abcdefgh and access-control-allow-origin",
        "docker run postgres:16-alpine; root:x:0:0:root:/root:/bin/bash; apis/admin/v1beta1",
        "Cookie: theme=dark; lang=de-CH",
        "self.token_type = token_type\n        self.default_token_placement = default_token_placement\n",
        "const continuationToken = pendingContinuationToken;\nconst t = authorization?.match(/^bearer/i)?.[1];",
        "ClaudeTag.BetaAPIKeyScopeMissingError = BetaAPIKeyScopeMissingError;\n",
        "AuthorizationTypedDict = Union[OAuth2TokenAuthTypedDict, APIKeyAuth]",
        "imdsV2SessionTokenUrl: imdsV2SessionTokenUrl,\nmax_tokens_per_1_minute=max_tokens_per_1_minute,",
        "class BetaCannotSignOutSelfError extends APIError {} // the token belongs to it",
        "const TOKEN_EXCHANGE_GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';",
        "The secret is short-lived, and the key is case-sensitive.",
        "def run(self, root: etree.Element) -> None: ...\napiKey = connectionClient.apiKey;",
        "access_key, secret_key = s3_server['connection']; let hasApiKey = !isBearerToken;",
        "tqdm(items, token='{token}', chat_id='{chat_id}')\nToken: '#dddddd',",
        'match token { Token::Ident(s) => s }\nlet api_key = std::env::var("KEY")?;',
        'const InputTokensAPI = tslib_1.__importStar(require("./input-tokens.js"));',
        "the recovery of the economy was slow and the wallet of most people stayed as thin as it had been before",
    ],
)
def test_no_secret(text: str) -> None:
    assert secrets(text) == []


@each_case(
    "text,numbers",
    [
        ("ID-Karte Nr. LM96388GC wurde gezeigt", ["LM96388GC"]),
        ("Die Nummer meines Reisepasses ist GVRV8YNHL.", ["GVRV8YNHL"]),
        ("C.I. n. CC69916EA rilasciata dal Comune", ["CC69916EA"]),
        ("carte d'identité n° 578228214395", ["578228214395"]),
        ("update my passport details: old 291403450, new 361474873.", ["291403450", "361474873"]),
    ],
)
def test_a_card_or_a_passport(text: str, numbers: list[str]) -> None:
    found = Engine(("passport",)).find([Leaf(text)])[0]
    assert [text[one.start : one.end] for one in found] == numbers


@each_case(
    "text,told",
    [
        ("//npm.example.com/api/:_auth=c3ZjLWJ1aWxkOkhlcmJzdDcyIUZlbnN0ZXI=", ["c3ZjLWJ1aWxkOkhlcmJzdDcyIUZlbnN0ZXI="]),
        ("[smtp.example.com]:587 relay:k4j9wq7xv2", ["k4j9wq7xv2"]),
        ("http -a ci-bot:Qk7vTz2LmX GET https://example.com/me", ["Qk7vTz2LmX"]),
        ("keytool -importkeystore -srcstorepass Anker-448 -deststorepass h5ubtq", ["Anker-448", "h5ubtq"]),
        ("define('NONCE_SALT', '3Kd<x>q+(v)9{,}Zt;W e|1m')", ["3Kd<x>q+(v)9{,}Zt;W e|1m"]),
        ("snmp_community_ro: t7k2vm9q", ["t7k2vm9q"]),
        ("Switch neu, SNMP-Community auf t7k2vm9q gesetzt", ["t7k2vm9q"]),
        ("snmp-server user mon G v3 auth sha Vq3kTz9 priv aes 128 W8mmLx2", ["Vq3kTz9", "W8mmLx2"]),
        ('psk="anchor violet barrel pigeon"', ["anchor violet barrel pigeon"]),
        ("NAS: admin\nAnker44*Wolke\nTeller", ["Anker44*Wolke"]),
        (
            "Key: 331122-004455-116677-228899-330011-442233-554455-667788",
            ["331122-004455-116677-228899-330011-442233-554455-667788"],
        ),
        (
            "https://example.com/cart;jsessionid=9f3c1a7be2d84056a1c3e5f7092b4d68",
            ["9f3c1a7be2d84056a1c3e5f7092b4d68"],
        ),
        ("our build needs the PAT q7w2e9r4t1y6u3i8o5p0a2s7d4 today", ["q7w2e9r4t1y6u3i8o5p0a2s7d4"]),
        ("Double authentification, clé : QW3RTY5UIOP2ASDF", ["QW3RTY5UIOP2ASDF"]),
        ("als admin mit 7tkx4402vbnnq angemeldet", ["7tkx4402vbnnq"]),
        ('Bin mit "Herbst2021!" angemeldet, und nun?', ["Herbst2021!"]),
        ("Connectez-vous avec 82kfp51qzr60 puis changez-le", ["82kfp51qzr60"]),
        ("The archive opens with: Tz8*KLnPwqJe", ["Tz8*KLnPwqJe"]),
        ("Pour l'ouvrir, tapez Anker-Wolke-448.", ["Anker-Wolke-448"]),
        ("Ist Vk3f8xz@QpLwe22 ein sicheres Passwort?", ["Vk3f8xz@QpLwe22"]),
        ("pw isch t0k4wizvrtq8, gäll", ["t0k4wizvrtq8"]),
        ("Chiave WPA2: tKQFc3oDe7Xw", ["tKQFc3oDe7Xw"]),
        ("Clé prépartagée vérifiée : tLms#B6B+8g", ["tLms#B6B+8g"]),
        (
            "Das Passwort für den Tresor der Gruppe lautet ab heute: Anker Wolke Birne Teller.",
            ["Anker Wolke Birne Teller"],
        ),
        ("Alarm aus mit 771204, Tresor Keller: Kombination 118830", ["771204", "118830"]),
        ("La cassetta delle chiavi si apre con 4471.", ["4471"]),
        ("Combinazione cassaforte 27 - 15 - 42", ["27 - 15 - 42"]),
        ("Combination to the server room: 7293#", ["7293#"]),
        ("smbclient //nas01/daten -U svc%BayrElWD", ["%BayrElWD"]),
        ("vncpasswd -f <<< AF8tuZ7F", ["AF8tuZ7F"]),
        ("impacket-smbclient ACME/kim:RDWNzLnF0P@10.0.0.3", ["RDWNzLnF0P"]),
        ("key = b'0ccGxVZN0THLCqir'", ["0ccGxVZN0THLCqir"]),
        ("Sein Twint-Code ist 003824.", ["003824"]),
        ("Pour déverrouiller la tablette c'est 773362.", ["773362"]),
        ("AppRole secret_id 0752cac5-92d9-4562-87d3-43af995afc73", ["0752cac5-92d9-4562-87d3-43af995afc73"]),
        (
            "https://portal.acme.ch/einladung?invite=DLKzAQhIObv2pOcQTCeyHIJy1Qv1m8P9",
            ["DLKzAQhIObv2pOcQTCeyHIJy1Qv1m8P9"],
        ),
        ('password = b"Winter2023!"', ["Winter2023!"]),
        ('string pwd = @"Winter2023!";', ["Winter2023!"]),
        (
            "<RSAKeyValue><Modulus>r4nd</Modulus><P>N4c1BqY6uYmWny8QWW4Fecukyc5bwoN7b0OU4nhBGsw=</P></RSAKeyValue>",
            ["N4c1BqY6uYmWny8QWW4Fecukyc5bwoN7b0OU4nhBGsw="],
        ),
        (
            f"Seed phrase:\n{SEED}\n",
            [SEED],
        ),
        ("die Alarmanlage mit 552231 entschärfen", ["552231"]),
        ("ma carte bancaire, le code est 4471", ["4471"]),
        ("It asks for the admin PIN. It is 22994471 here.", ["22994471"]),
        ("Recovery codes. Keep them safe.\n\nK7DE8OKZY0\nd66k-28p6", ["K7DE8OKZY0", "d66k-28p6"]),
        ("Codici di recupero:\n- c62d1-79623\n- x1tl-dkh1", ["c62d1-79623", "x1tl-dkh1"]),
    ],
)
def test_what_opens_something(text: str, told: list[str]) -> None:
    assert secrets(text) == told


@each_case(
    "text",
    [
        "Die Tür mit 1500 mm Breite, das Tor mit 2400 mm Höhe; the vault opens with 2500 items on display",
        "Unlock with 5000 coins or disarm with 3000 points.",
        "The debit card was declined with code 4012; the admin code is 2000 lines long.",
        "I want a new PIN. It is 2026 after all.",
        "Sign in with Microsoft365 or log in with GitHub2; mit hans.muster01 angemeldet",
        "Is KeePassXC-2.7 a good password manager?",
        "The password is weak: contains only lowercase letters",
        "define('AUTH_KEY', 'put your unique phrase here'); define('CACHE_KEY', 'user_list_v2');",
        "//registry.npmjs.org/:_authToken=${NPM_TOKEN}; SNMP-Community is public",
        "user: admin\nhost-2:8080\n",
        "ApiKey=@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/app)",
        "Preparing MFA for TEAMLEADERSHIPGROUP in 2024",
    ],
)
def test_nothing_is_opened(text: str) -> None:
    assert secrets(text) == []


def test_what_was_replaced_heads_no_column() -> None:
    """`…, [SECRET]` above a line with a comma is no table: what stands below was refused as found once more."""
    before = 'smtp.login("[EMAIL]", "[SECRET]")\nstore.load(file, "corn-horse")'
    assert secrets(before) == []

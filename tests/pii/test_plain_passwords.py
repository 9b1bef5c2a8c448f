"""Passwords that are plain words, stand in markup or in lists of accounts; and what only speaks of passwords there."""

from __future__ import annotations

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine(("secret",))


def secrets(text: str) -> list[str]:
    return [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]]


@each_case(
    "text,told",
    [
        ("CREATE USER erp IDENTIFIED BY 'teekanne';", ["teekanne"]),
        ("ALTER ROLE erp WITH LOGIN PASSWORD 'teekanne';", ["teekanne"]),
        ("sshpass -p teekanne ssh pi@nas", ["teekanne"]),
        ("mysql -u root -pteekanne wiki", ["teekanne"]),
        ("curl -s -u admin:teekanne https://nas.example/status", ["teekanne"]),
        ("tool --password teekanne --user admin", ["teekanne"]),
        ("tool --db-password=teekanne", ["teekanne"]),
        ("Driver=X;Server=db;Uid=erp;Pwd=teekanne;Port=1", ["teekanne"]),
        ("Das Passwort lautet Teekanne.", ["Teekanne"]),
        ('The password is "teekanne", all small.', ["teekanne"]),
        ("Le mot de passe est Girouette.", ["Girouette"]),
        ("gmail app password ided ejem ltcg alep", ["ided ejem ltcg alep"]),
        ("gmail app password dmkh uquf what fher", ["dmkh uquf what fher"]),
        ("Passphrase: as usual horse battery staple correct", ["as usual horse battery staple correct"]),
        ("Passwort: wie immer grüner Esel tanzt nachts", ["wie immer grüner Esel tanzt nachts"]),
        ("bergsee77 is my password manager password", ["bergsee77"]),
    ],
)
def test_a_word_where_nothing_but_a_password_can_stand(text: str, told: list[str]) -> None:
    assert secrets(text) == told


@each_case(
    "text",
    [
        "tool --password TEXT --user TEXT",
        "tool --password string --user string",
        "use --password to be asked, or --password-stdin --user admin",
        "mysql -u root -p wiki; mysqldump --password=password app",
        "curl -u user:password https://example.com; curl -u $USER:$PASS https://example.com",
        "Server=db;User Id=app;Password=password;",
        "ALTER USER app WITH PASSWORD 'required';",
        "Das Passwort lautet wie folgt. Das Passwort lautet anders.",
        'Das Passwort ist "abgelaufen", the password is "compromised".',
        "Das Passwort ist Pflicht. The password is Monday's topic.",
        '{"required": ["username", "password"], "additionalProperties": false}',
    ],
)
def test_a_word_that_says_something_of_it(text: str) -> None:
    assert secrets(text) == []


@each_case(
    "text,told",
    [
        ("[b]Login:[/b] admin\n[b]Passwort:[/b] Nelke_1984", ["Nelke_1984"]),
        ("Passwort: [i]Nelke_1984[/i]", ["Nelke_1984"]),
        ("* Passwort: {{Nelke_1984}}", ["Nelke_1984"]),
        ("<p>Ihr Passwort lautet: <b>nelke1984</b></p>", ["nelke1984"]),
        (
            "|| Dienst || Login || Passwort ||\n| Jira | admin | Nelke_1984 |\n| SVN | ci | Tulpe84 |",
            ["Nelke_1984", "Tulpe84"],
        ),
        (
            "| Dienst | Login | Passwort | Notiz |\n|---|---|---|---|\n| A | x | Nelke_1984 | |\n| B | | Tulpe84 | x |",
            ["Nelke_1984", "Tulpe84"],
        ),
        (
            " id | passwort | notiz\n----+----------+-------\n  1 | Nelke84 | \n  2 | Tulpe84 | alt",
            ["Nelke84", "Tulpe84"],
        ),
    ],
)
def test_markup_around_it(text: str, told: list[str]) -> None:
    assert secrets(text) == told


@each_case(
    "text,told",
    [
        ("[users]\nanna = Nelke_1984, admin\n# who left\nbeat = k4j9wq7xv2", ["Nelke_1984", "k4j9wq7xv2"]),
        ("Passwörter:\nHosting - K0123456 - Nelke#1984", ["Nelke#1984"]),
        ("Zugangsdaten Exchange\nsvc_exchange\nNelke#1984\n", ["Nelke#1984"]),
        ("Login data:\n  anna@example.com\n  Nelke#1984\n", ["Nelke#1984"]),
        ("account anna@example.com with Nelke1984", ["Nelke1984"]),
        ("- Drucker: admin / 388164", ["388164"]),
        ("Recovery codes:\n98h9s-9qf1p\nkexzx-fduxh", ["98h9s-9qf1p", "kexzx-fduxh"]),
        ("expdp system/0jU4fkXAcQ directory=DUMP dumpfile=erp.dmp", ["0jU4fkXAcQ"]),
        ("schtasks /create /tn Backup /ru ACME\\svc /rp Nelke_1984", ["Nelke_1984"]),
        ("certutil -f -p Nelke_1984 -importpfx cert.pfx", ["Nelke_1984"]),
        ("aws ssm put-parameter --name /db --type SecureString --value 'Nelke_1984'", ["Nelke_1984"]),
        ("if ($_POST['pass'] == 'nelke.tulpe3') { ok(); }", ["nelke.tulpe3"]),
        ("Entpacken mit Nelke#1984", ["Nelke#1984"]),
        ("shared secret RADIUS: nelke4846", ["nelke4846"]),
        ("shared secret for the firewall: nelke4846", ["nelke4846"]),
        ('ssh-keygen -t ed25519 -N "tulpe pylon quiver nougat" -f deploy', ["tulpe pylon quiver nougat"]),
        ("ssh-keygen -p -P 'nelke.tulpe3' -N 'nelke.tulpe4' -f id", ["nelke.tulpe3", "nelke.tulpe4"]),
        ("poetry config http-basic.mirror ci nelke1984", ["nelke1984"]),
        ("composer config http-basic.repo.acme.ch ci nelke1984", ["nelke1984"]),
        ("bundle config set gems.acme.ch ci:nelke1984", ["nelke1984"]),
        ("ntp authentication-key 1 md5 4Bl0fl4PeUNgxB", ["4Bl0fl4PeUNgxB"]),
        ('- {name: DB_PASS, value: "nelke556"}', ["nelke556"]),
        ('{"event": "login_failed", "password_attempt": "nelke3831"}', ["nelke3831"]),
        ("smtp_login relay@acme.ch:nelke4210", ["nelke4210"]),
        ("gmail app password uavc kxij uldu ndoc", ["uavc kxij uldu ndoc"]),
        ("it's firenze4703 - that's the admin password", ["firenze4703"]),
        ('{"password": "hamburg_monkey_35"}', ["hamburg_monkey_35"]),
        ("password: turkey_whiskey_7", ["turkey_whiskey_7"]),
    ],
)
def test_lists_and_commands(text: str, told: list[str]) -> None:
    assert secrets(text) == told


@each_case(
    "text",
    [
        "password_hash_algorithm = argon2id\npassword_encryption = scram-sha-256",
        "PasswordLastSet : 04.11.2025 08:12:33\nname: DB_PASSWORD, updated: 2026-01-03T10:11:12Z",
        "const passwordRegex = /^(?=.*[a-z])(?=.*\\d).{12,}$/;",
        "PASSWORD=$(openssl rand -base64 24)",
        "password VARCHAR2(128) DEFAULT NULL",
        "Hardcoded password in config/dev.yml line 12 (CWE-798)",
        "Subject Key Identifier: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "PIN layout: GPIO17 = LED, GPIO27 = button",
        "Passwort: bei der IT anfragen\nPassword: same as last time\nMot de passe : voir le coffre\nmdp : inchangé",
        "Entpacken mit Windows11, unzip with python3",
        "In Diffie-Hellman both sides derive a shared secret: the session key.",
        "shared secret: see vault",
        'ssh-keygen -t ed25519 -C "deploy@example.com" -N ""',
        'ssh-keygen -t ed25519 -N "$PASSPHRASE" -f key',
        "https://mainnet.infura.io/v3/YOUR-PROJECT-ID",
        "https://eth-mainnet.g.alchemy.com/v2/<apikey>",
        f"fc_{'0a1b' * 8} returned after call_{'1b2c' * 6}",
        f"AC{'1f' * 16} is the SID of a Twilio account, no secret",
        f"TWILIO_ACCOUNT_SID=AC{'1f' * 16}",
        f'{{"etag": "md5{"1f" * 16}"}}',
        "age: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        "wpa_passphrase SSID PASSPHRASE; option key 'user_id'; Password1 is the worst, Password2 is next",
        "the app password must have only four groups",
        "the app password page does load very slow",
        "bundle config set path vendor:bundle",
        "- {name: DB_PASS, value: $DB_PASS}",
        "password: api_key_2",
    ],
)
def test_what_only_speaks_of_passwords(text: str) -> None:
    assert secrets(text) == []


def test_a_random_value_of_a_name_that_goes_on_is_found_all_the_same() -> None:
    assert secrets("password_reset = tKQFc3oDe7Xw") == ["tKQFc3oDe7Xw"]


@each_case(
    "text,told",
    [
        ("listen stats\n    stats auth admin:Nelke84", ["Nelke84"]),
        ("$ echo $ADMIN_PW\nNelke_1984", ["Nelke_1984"]),
        ("Can you check why `nelke1984` isn't accepted as a password?", ["nelke1984"]),
        ("Mit Nelke-Tulpe-84 komme ich nicht rein, ist das Passwort neu?", []),  # who logs in, as often
        ("Ich komme mit Nelke#1984 nicht rein, ist das Passwort neu?", ["Nelke#1984"]),
        (
            "The old token was 9f86d081884c7d659a2feaa0c55ad015 and the new one is 0b2c2e65b800c9d445132606ad51077c.",
            ["9f86d081884c7d659a2feaa0c55ad015", "0b2c2e65b800c9d445132606ad51077c"],
        ),
        ("Le token d'accès est ajaQGVOzicmssYV26vq77DjoWSNojjeM.", ["ajaQGVOzicmssYV26vq77DjoWSNojjeM"]),
        ("Mein Passwort war bisher N3lk3t84, reicht das?", ["N3lk3t84"]),
    ],
)
def test_who_asks_about_it(text: str, told: list[str]) -> None:
    assert secrets(text) == told


def test_a_member_whose_name_is_glued() -> None:
    assert ENGINE.find([Leaf("Nelke84", ("env", "PGPASSWORD"))])[0]
    assert not ENGINE.find([Leaf("/srv/app", ("env", "OLDPWD"))])[0]


@each_case(
    "text",
    [
        "sudo: 3 incorrect password attempts ; TTY=pts/0 ; PWD=/srv/app ; USER=root",
        'data "aws_secretsmanager_secret_version" "db" {\n  secret_id = "prod/crm/db"\n}',
        '<ui:param name="password" value="#{bean.password}"/>',
        "$token = bin2hex(random_bytes(32));",
        'password = InputBox("Passwort?")',
        "| Secret | Namespace |\n|---|---|\n| db-credentials | prod |\n| tls-wildcard | ingress |",
        "| Token | Bedeutung |\n|---|---|\n| `IDENT` | Bezeichner |",
        "facebook-domain-verification=0tm0hsbazu33xg4jw9mbwxwep6m73i",
        "-----BEGIN PGP SIGNATURE-----\n\nGdvzbXQw0G8gb67h1FT/2vPeP8bb/zF7npbZSecxqo0l5vhYQYj36tvB54us\n=R1MF\n",
    ],
)
def test_what_is_nobodys_password(text: str) -> None:
    assert secrets(text) == []


@each_case(
    "text,told",
    [
        ("NEO4J_AUTH=neo4j/nelke.tulpe5", ["nelke.tulpe5"]),
        ('command: ["redis-cli", "-a", "Nelke1984_", "ping"]', ["Nelke1984_"]),
        ("  DBPassword:\n    Type: String\n    NoEcho: true\n    Default: Nelke_1984", ["Nelke_1984"]),
        ("smtp AUTH PLAIN AGFubmEAbmVsa2UxOTg0", ["AGFubmEAbmVsa2UxOTg0"]),
        (
            "+------+------------+\n| user | password   |\n+------+------------+\n| app  | Nelke*1984 |\n+------+",
            ["Nelke*1984"],
        ),
        ('<span class="label">Kennwort</span> <span class="value">nelke84!</span>', ["nelke84!"]),
        ('create_engine(f"postgresql://app:bgxRnC2jiziyx5@{host}/x")', ["bgxRnC2jiziyx5"]),
        ("select pgp_sym_decrypt(data, 'Nelke_1984') from t;", ["Nelke_1984"]),
        ('db.auth("app", "NelkeTulpe84")', ["NelkeTulpe84"]),
        ("net user administrator Nelke84", ["Nelke84"]),
        ("echo nelke84! | passwd --stdin root", ["nelke84!"]),
        ("printf 'NelkeTulpe84' > /run/secrets/db", ["NelkeTulpe84"]),
        ("drush upwd admin 'nelke84!'", ["nelke84!"]),
        (f"password: AC{'84d2a0b7' * 4}", [f"AC{'84d2a0b7' * 4}"]),
        ("mc alias set store https://minio.example etl R2P2M9KLx7Z50", ["R2P2M9KLx7Z50"]),
        ("wpa_passphrase Office Nelke1984", ["Nelke1984"]),
        ('op signin --account acme <<< "lyrPmmfp072z"', ["lyrPmmfp072z"]),
        ("Backlog SSID1 Office; Password1 Nelke#27", ["Nelke#27"]),
        ("uci set wireless.wlan.key='nelke5568'\n option key 'NelkeTulpe#71'", ["nelke5568", "NelkeTulpe#71"]),
        ("$USER3$=8EFBWiAn9SKE2QsFO", ["8EFBWiAn9SKE2QsFO"]),
        ("cvs -d :pserver:bob:XOX5IlGjlniS@cvs:/repo", ["XOX5IlGjlniS"]),
        ('hashlib.pbkdf2_hmac("sha256", b"KDb9KT3jyTe", salt, 100000)', ["KDb9KT3jyTe"]),
        (f'"app" "md5{"1f" * 16}"', [f"md5{'1f' * 16}"]),
        ('OpenSSL::HMAC.hexdigest("SHA256", "omHRlaXR5Y9Hk8VY3TNEamc3", body)', ["omHRlaXR5Y9Hk8VY3TNEamc3"]),
        ('"otpSecret":"vlgl qmok dwci mbk6 uqlu hact"', ["vlgl qmok dwci mbk6 uqlu hact"]),
        ("amzn.mws.82216901-65ed-43d5-a352-8f8050e1b426", ["amzn.mws.82216901-65ed-43d5-a352-8f8050e1b426"]),
        (f"Twilio.init('AC{'1f' * 16}', '84d2{'0b' * 14}');", [f"84d2{'0b' * 14}"]),
        (f"const client = require('twilio')('AC{'1f' * 16}', '84d2{'0b' * 14}')", [f"84d2{'0b' * 14}"]),
        ("The PIN (limit 3 tries) is 4812", ["4812"]),
        ("Passwort für Budget lautet 4821", ["4821"]),
        ("OTP token lifetime 30s is 482133", ["482133"]),
        ("Old password Regen-12, new one Schnee2025!", ["Regen-12", "Schnee2025!"]),
        ("Old password Regen-12, new one km9ia40hq2g04x.", ["Regen-12", "km9ia40hq2g04x"]),
        ("Buffer.from('svc:s-R5Nx%^Y7B~').toString('base64')", ["s-R5Nx%^Y7B~"]),
    ],
)
def test_commands_and_tables_of_programs(text: str, told: list[str]) -> None:
    assert secrets(text) == told


@each_case(
    "text",
    [
        "SELECT token_id, revoked_at FROM tokens WHERE user_id = 4711 ORDER BY revoked_at;",
        "x5t#S256: EZPgyk5dHzQkZ9GvXudLwesrk4hLhx22w6RW9tdw5ie",
        "<div>Password</div><div>Confirm password</div>",
        "the net user interface\n",
        "reset password for user4711 in the console",
        "the old password is gone, new one from 2025 on",
        "The tokens per minute limit is 40000; we sent 41791 at 12:34.",
        "private static final long TOKEN_TTL = 3_600_000L;",
        'gpg: key 559a6656c90bd548: public key "Release Signing Key" imported',
    ],
)
def test_programs_that_speak_of_passwords(text: str) -> None:
    assert secrets(text) == []

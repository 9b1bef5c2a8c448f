"""Names of code stand where a secret could: they are left alone, and secrets beside them are found."""

from __future__ import annotations

import pytest

from tests.pii.finding import finder
from tests.support.each_case import each_case

found = finder()
KEY = "q7Zr2kWv9XbT4mLc8NpJ3sHd"
UUID = "3f5ab751-287b-4160-b925-916bf052e1f0"


@each_case(
    "text",
    [
        "def run(token: EventLoopToken | None = None) -> SecretType: ...",
        "client_credentials: OAuthFlow | None = None",
        'opts["password"] = url.password\ndata = {"token": session.access_token}',
        "token = Name.Builtin if token == Literal else Keyword.Type",
        "    if token is Number.Float and 'E' in value:",
        "RSAPrivateKey = rfc3447.RSAPrivateKey\nkey: x25519.X25519PrivateKey",
        "while ($token = $self->get_token) { $exists_token = \\undef; }",
        'downgrade_token="%s_downgrades" % name, uri=f"s3://{access_key}:{secret_key}@bucket"',
        "class ClientSecret(BaseModel):\n    expires_at: Optional[int] = None",
        'first = set(["token", "value"])\nother = set(["token", "logprob"])',
        "  -p, --password PASSWORD\n     asked for if missing, from the terminal.\n  -k, --key FILE",
        "'password' => ['required', 'string', 'min:8', 'confirmed']",
        "['password' => 'required|min:8|confirmed']",
        "const t: Token = { kind: TokenKind.Keyword, value: 'return' };",
        'const r = {token:"a1",pass:!0}}}]',
        "LoadCredential=token:/etc/app/token",
        "ANTHROPIC_API_KEY=sk-ant-...",
        "userPassword: {SSHA}********\nobjectGUID: " + UUID,
        "WARN token expired, jti=" + UUID,
        "kind: SealedSecret\nmetadata:\n  uid: " + UUID,
        "golang-jwt/jwt/v5 v5.2.1 h1:oFJl+UA290CDA0+695AHwDjYjmhTg0jKDW9GlrXL6yo=",
        "publishableKey: 'pk_live_51HxQaaDcUIcq8bQoLrd8wNlK4L2rFFLH3vtMLoP'",
        ".password-field{background:#f9fafb}",
        "<assemblyIdentity publicKeyToken='30ad4fe6b2a6aeed' />, publicKeyToken=b77a5c561934e089",
        'def items(token: str = Header(default="x-token-1")): ...',
        "lexer.next_token(); parser.expect(Token::RParen);",
        "t.key===e.key?t.pass:null},b=a.secret,c={token:a,password:b};",
        "Authorization: Basic base64(user:password)",
        'resolved "https://npm.example/js-tokens-4.0.0.tgz#19203fb59991df98e3a287050d4647cdeaf32499"',
        "password=@@PASSWORD@@\nmy $password = $ENV{DB_PASSWORD} or die;",
        "confirm_password: Confirmer le mot de passe",
        "PDF 2.0 7.6.4.3.3: AES-256 requires SASLprep",
        "jdbc:mysql://%DB_HOST%/shop?user=%DB_USER%&password=%DB_PASS%",
        "git clone https://$TOKEN@github.com/acme/app.git",
        "log in with end-to-end-encryption, sign in with customer-portal-staging-account",
        "SESSION_SECRET: this value must be rotated",
        "if 'required' == rules.password and {'name': 'token', 'default': 'none'}:",
        "login page broken again!",
        '{"element": "Password hint link", "ref": "e12", "text": "Forgot it"}',
        '{"selector": "#search", "text": "winter2024 jackets"}',
        "Failed password attempt for invalid user admin123",
        '["docker", "run", "-p", "8080:80", "-u", "1000:1000", "nginx:1.27"]',
        "args:\n  - --password\n  - --username\n  - -p\n  - 5432",
        "<tr><td>Password</td><td>required</td></tr><td>Token</td><td>what opens the API</td>",
        'login("bob", "main.py", "example.ch")',
    ],
)
def test_names_of_programs_are_left_alone(text: str) -> None:
    assert found(text) == []


@each_case(
    "text,value",
    [
        ("token: EventLoopToken = EventLoopToken('" + KEY + "')", KEY),
        ('opts["password"] = "url.password7"', "url.password7"),
        ("pw: SommerWinter", "SommerWinter"),
        ('{"password": "PasswordType"}', "PasswordType"),
        ('API keys:\n  prod: "9f3b8d3c6a5e4f7082a1b5c9d0e6f7a3"', "9f3b8d3c6a5e4f7082a1b5c9d0e6f7a3"),
        ("postgresql://app:Changeme76@db:5432/app", "Changeme76"),
        ("Das Admin-PW lautet übrigens Velo6530!.", "Velo6530"),
        ("borg --password-file <(echo 'Velo.6518') list", "Velo.6518"),
        ("la password f*Z8*C.xhS per il server", "f*Z8*C.xhS"),
        ('page.Locator("#password").FillAsync("Winter20.");', "Winter20"),
        ("define('NONCE_SALT', '" + 2 * KEY + "');", 2 * KEY),
        ("//svc:winter-kaffee-93@db/app", "winter-kaffee-93"),
        ('.password("{noop}Velo_61_5hy")', "Velo_61_5hy"),
        ("redis-cli -h cache AUTH velo3435", "velo3435"),
        ('{"columns":["user","password"],"rows":[["amy","MapleMatterhorn84"]]}', "MapleMatterhorn84"),
        ("Kennwort (Gross-/Kleinschreibung beachten): vdsMljmHHKWY", "vdsMljmHHKWY"),
        ("la password è sempre postgres1", "postgres1"),
        ("Le jeton d'accès : 5TtaZpAWxAvTy6Am", "5TtaZpAWxAvTy6Am"),
        ("Mein Passwort lautet\n\n    uZYI-HDZP-kbtw\n\nDanke", "uZYI-HDZP-kbtw"),
        ('curl -sS -u"joe:Harbor2001!" https://api.example', "Harbor2001!"),
        ('new SymmetricSecurityKey(Encoding.UTF8.GetBytes("4qjVke6AsfedigjkqNRqzwcK"))', "4qjVke6AsfedigjkqNRqzwcK"),
        ('resource x {\n type = "SecureString"\n value = "coniglio52$"\n}', "coniglio52$"),
        ('{"name": "redis_password", "default": "soleil3400"}', "soleil3400"),
        ('{"fields": [{"id": "password", "value": "Hund810"}]}', "Hund810"),
        ("{'variable': 'DB_PASSWORD', 'val': 'soleil3400'}", "soleil3400"),
        ("INSERT INTO settings VALUES ('datadog_app_key', '" + KEY + "');", KEY),
        ("E AssertionError: assert 'Winter2023!' == user.password", "Winter2023!"),
        ("./cli login joe Mat85Gar*y3", "Mat85Gar*y3"),
        ("useradd -p j64t02w49sc5 bob", "j64t02w49sc5"),
        ("u: joe p: Harbor#46", "Harbor#46"),
        ("SESSION_SECRET: cloud copper seven tin", "cloud copper seven tin"),
        ("You can log in as root with window-lemon-meadow-harbor.", "window-lemon-meadow-harbor"),
        ("MYSQL_ROOT_PASSWORD vaut turtle-cactus-granite-fox", "turtle-cactus-granite-fox"),
        ("Das Geheimnis für den Webhook ist gelato-winter-32", "gelato-winter-32"),
        ("Passwort war glaube ich MonkeyBanane403", "MonkeyBanane403"),
        ("twilio('AC0123', '85a90d6231c12ff5c848c60ea4a04eea')", "85a90d6231c12ff5c848c60ea4a04eea"),
        ("Bitte an LU21717Q7PHUOW3838KP zahlen", "LU21717Q7PHUOW3838KP"),
        ("MT42 SSWL 9225 6ZWE JF2A MIZP SEM0 U1R", "MT42 SSWL 9225 6ZWE JF2A MIZP SEM0 U1R"),
        ("Ist 7554845675 eine gültige NHS-Nummer?", "7554845675"),
        ("Please validate 46/327/841/906 for me.", "46/327/841/906"),
        ('My e-mail is "anna bianchi"@example.ch', '"anna bianchi"@example.ch'),
        ("posta: john_AT_example_DOT_ch", "john_AT_example_DOT_ch"),
        ("T 380 8307921 | F 312 879 7734", "380 8307921"),
        ('{"selector": "input[name=\'password\']", "text": "BergHund779"}', "BergHund779"),
        ('{"element": "Password field", "ref": "e12", "text": "Velo810"}', "Velo810"),
        ('CMD ["curl", "-u", "bob:Velo8280", "https://db.acme.ch"]', "Velo8280"),
        ("command: [sshpass]\nargs:\n- --password\n- velo8281", "velo8281"),
        ("sshpass -pvelo8282 ssh h", "velo8282"),
        ('smtp.PlainAuth("", "a@b.ch", "velo8283", "smtp.b.ch")', "velo8283"),
        ("<th>Kennwort</th><td>river-meadow-cactus-granite</td>", "river-meadow-cactus-granite"),
        ("<tr><td>Router</td><td>admin</td><td>velo8284</td></tr>", "velo8284"),
        ("UPDATE cfg SET v='velo8285' WHERE k='smtp_password'", "velo8285"),
        ('Authorization: Digest username="u", nonce="n", response="a7976f28decaa407d3cba68998461ce4"', "a7976f28"),
        ("Das Kennwort zur Anlage beträgt harbor-granite-copper-staple.", "harbor-granite-copper-staple"),
        ('std::env::var("DB_PW").unwrap_or("Velo568".into())', "Velo568"),
        ("das Passwort fürs Sharepoint-Archiv wurde geändert und lautet ab sofort kuchen5184", "kuchen5184"),
        ("PIN Kreditkarte 1894", "1894"),
        ("schreib an luca.k@mail.**uni-basel.ch**", "uni-basel.ch"),
        ("IP 195.32.53.239.52144 > 195.32.53.7.443: Flags [P.]", "195.32.53.239"),
    ],
)
def test_what_only_resembles_them_is_found(text: str, value: str) -> None:
    assert any(value in each for each in found(text)), found(text)


@pytest.mark.parametrize(
    "value", ["SecretGarden", "MonkeyHouse", "KeyWest", "GoldenKey", "Sommer.Winter", "blue_car", "my_dog", "0xcafe12"]
)
@pytest.mark.parametrize(
    "text",
    [
        "password: {}\nusername: bob",
        "DB_HOST=db1\nDB_PASSWORD={}\n",
        "[14:03] Mia: wifi password: {}",
        "Das Passwort lautet {}",
        "le mot de passe est {}",
        "La parola d'ordine è {}",
        "services:\n  db:\n    environment:\n      MYSQL_ROOT_PASSWORD: {}\n",
    ],
)
def test_password_of_two_words_is_found(text: str, value: str) -> None:
    """People choose it so; behind a word of tokens and keys the same is a name of code."""
    assert found(text.format(value)) == [value]


@each_case(
    "text",
    ["SECRET_KEY={}", "ADMIN_TOKEN: '{}'", '{{"master_key": "{}"}}', 'WLAN-Key: "{}"', "<wifi_key>{}</wifi_key>"],
)
def test_keys_that_people_choose_are_found(text: str) -> None:
    value = "butterfly"
    assert found(text.format(value)) == [value]


def test_password_before_three_dots_of_prose_is_found() -> None:
    assert found('Passwort: "Velo653..." sag es keinem') == ["Velo653"]


HEX = "9f3b8d3c6a5e4f7082a1b5c9d0e6f7a3"


@pytest.mark.parametrize("value", [HEX, UUID])
@pytest.mark.parametrize(
    "text",
    [
        "API keys:\n  acme: {}",
        "Tokens:\n- stripe: {}\n- x",
        '"secrets": {{ "github": "{}" }}',
        "fix(auth): key={}",
        "feat: rotate api key {}",
        "secret\n[{}]",
    ],
)
def test_keys_of_base_16_are_found_in_lists_and_behind_what_was_changed(text: str, value: str) -> None:
    assert found(text.format(value)) == [value]


@pytest.mark.parametrize("text", ["[{}] token rejected", "secret\n[{}] x"])
def test_key_in_brackets_is_no_id_of_a_log(text: str) -> None:
    assert found(text.format(KEY)) == [KEY]


def test_digests_below_what_was_changed_are_no_keys() -> None:
    assert found(f"{HEX} feat: token refresh\n{HEX[::-1]} fix: secret rotation\n[{HEX}] token expired") == []


@pytest.mark.parametrize("text", ["Client/{} connected", "peer/{}:1194 MULTI", "from/{} ok"])
def test_addresses_behind_a_slash_are_found(text: str) -> None:
    assert found(text.format("83.76.12.1")) == ["83.76.12.1"]


@pytest.mark.parametrize("text", ["Chrome/121.0.0.0 Safari/537.36", "Foo/4.2.8.1 (Linux)"])
def test_versions_behind_a_slash_are_left_alone(text: str) -> None:
    assert found(text) == []


@each_case(
    "text,value",
    [
        ("Mail: max . muster@firma.ch", "max . muster@firma.ch"),
        ("Email address: anna.keller@exam\nple.org please", "anna.keller@exam\nple.org"),
        ("Kontakt 0791234567 @example.org, danke", "0791234567 @example.org"),
        ("3285818673 · lukas@x.ch", "3285818673"),
        ("Muster AG · info@muster.swiss", "info@muster.swiss"),
    ],
)
def test_mail_in_pieces_is_found_whole(text: str, value: str) -> None:
    assert value in found(text)


@each_case(
    "text,value",
    [
        ("user: anna, Garden::dog72", "Garden::dog72"),
        ("user: anna, Napoli:Berg~39", "Napoli:Berg~39"),
        ("anna@example.org:#7002-blue", "#7002-blue"),
        ("log in with #564-Tiger", "#564-Tiger"),
        ("Passwort:\nRex3713(", "Rex3713("),
        ("bearer: Berg,2335", "Berg,2335"),
    ],
)
def test_signs_of_code_within_a_password_leave_it_one(text: str, value: str) -> None:
    assert any(value in each for each in found(text)), found(text)


@pytest.mark.parametrize("text", ["user:anna4711:session:ab12cd34", "(buildd@lcy02-amd64) #45-Ubuntu SMP"])
def test_names_in_caches_and_builds_are_left_alone(text: str) -> None:
    assert not [each for each in found(text) if "ab12" in each or "#45" in each]

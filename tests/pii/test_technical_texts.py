"""Commands, settings and code: the secrets in them are found, and what only looks like one there is left alone."""

from __future__ import annotations

from tests.pii.finding import finder
from tests.support.each_case import each_case

found = finder()
KEY = "q7Zr2kWv9XbT4mLc8NpJ3sHd"
OF_ADDRESSES = "re7T_6MEF5fx1o-a8Lmt_LqsoZX4hBzYFwu-c1ncIVZSr2xnBn4T0x"
STRONG = "Gc-#nz04s5LUHtr2t"
POD = "token-service-6d8f9c7b5-x4k2p"


@each_case(
    "text,value",
    [
        # What fills up a key in base64 for addresses is no soft end of a line of quoted-printable.
        (f"x-functions-key: {OF_ADDRESSES}==\nOther-Header: a", f"{OF_ADDRESSES}=="),
        (f"SIGNING_KEY={OF_ADDRESSES}=\nLOG_LEVEL=info", f"{OF_ADDRESSES}="),
        ("docker login -u ci -p X?!qP7=eb4GiP registry.intern", "X?!qP7=eb4GiP"),
        ("tool --password 'kQ7=vT!2mx=9' up", "kQ7=vT!2mx=9"),
        ("create_engine('mysql+pymysql://etl:$Kaffee2146@dwh/stage')", "$Kaffee2146"),
        ("postgres://app:$ommer2024@db/crm", "$ommer2024"),
        (rf"net use Z: \\nas01\share /user:CORP\backup {STRONG}", STRONG),
        (rf"net use Z: \\nas01\share /user:backup {STRONG} /persistent:yes", STRONG),
        (f"kubectl create secret generic api --from-literal=db={STRONG}", STRONG),
        (f"kubectl create secret generic api --from-literal a=b --from-literal='db={STRONG}'", STRONG),
        (f"> AUTH default x\nAUTH default {STRONG}\n", STRONG),
        ('useradd -m ops && echo -e "39ecfb7bn3\\n39ecfb7bn3" | passwd ops', "39ecfb7bn3"),
        ("    password: \"{{ '8i.hm3ENIJ' | password_hash('sha512') }}\"", "8i.hm3ENIJ"),
        (f'{{"ParameterKey": "MasterUserPassword", "ParameterValue": "{STRONG}"}}', STRONG),
        ('Der Neue bekommt fürs Erste "$Adler1989" als Windows-Passwort.', "$Adler1989"),
        (f"[ ] VPN profile, shared key {KEY}", KEY),
        ("conn = database('erp','ro','qKcEx07HVu9KWuIS');", "qKcEx07HVu9KWuIS"),
        ("FRITZ!Box Kennwort (Aufkleber): 5678 8067 0560 0666 9688", "5678 8067 0560 0666 9688"),
        ("openvpn auth.txt\nvpnuser\ntC7k3!G1nVLivevk8f\n", "tC7k3!G1nVLivevk8f"),
        ("7z x -pqKcEx07HVu9KWuIS archiv.7z", "qKcEx07HVu9KWuIS"),
        ("mongosh --username root -p qKcEx07HVu9KWuIS", "qKcEx07HVu9KWuIS"),
        ("le code superviseur est 674073", "674073"),
        ("le code du gérant est 674073", "674073"),
    ],
)
def test_secrets_of_commands_and_settings_are_found(text: str, value: str) -> None:
    assert value in found(text)


@each_case(
    "text",
    [
        "e={token:t,key:function(r){return r}}",
        'FAKE_TOKEN = "fake-token-for-tests"',
        'api_key = "not-a-real-key"',
        "STRIPE_SECRET=sk_test_xxx\nSESSION_SECRET=please-change\n",
        r"const validPassword = /^(?=.*[a-z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{12,}$/;",
        "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "usage: tool login [--username USERNAME] [--password PASSWORD] [--token TOKEN]",
        "token,lemma,pos\nHäuser,Haus,NOUN\ngingen,gehen,VERB\n",
        "let session_token = Uuid::new_v4().to_string();",
        "user.password_digest = BCrypt::Password.create(params[:password])",
        "le code analytique est 4410",
        "Il codice articolo è 88213, il codice colore RAL7016.",
        "tokens_per_second = 41.7",
        "ERC-20 token contract 0x3d5fb7c2a6e94b0f8d1c7a5e2f9b4d6c8a0e1f3b, decimals 18",
        "  POSTGRES_PASSWORD: $[variables.dbPassword]\n  SONAR_TOKEN: $(sonarToken)",
        "Passwort := EditPasswort.Text;",
        'User.create!(name: "Test", password: "foobar", password_confirmation: "foobar")',
        "display_name        token\npolicies            [default crm-read]",
        "GET /api/users?page=2&token=<token> HTTP/1.1",
        "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd",
        'Set-LocalUser -Name svc -Password (Read-Host -AsSecureString "New password")',
        f"kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBy3i4O{KEY * 30}\n",
        f"password: ENC[AES256_GCM,data:{KEY}==,iv:{KEY}Ab4=,tag:{KEY}==,type:str]",
        "7z a -p archiv.7z ordner",
        "SECRET_KEY=replace-with-a-long-random-string",
        'entrypoint: ["sh", "-c", "export DB_PASSWORD=$$(cat /run/secrets/db_password) && exec app"]',
        'const i={key:"a",token:n.token,password:void 0};',
        '"color-token": "blue.500", "font-token": "body-md"',
        "le code d'erreur est 4410 et le code retour est 1003.",
        "lock key=job:nightly token=worker-3",
        "form({ password: ['', [Validators.required, Validators.minLength(12)]] })",
        "fn verify(token: &str, key: &DecodingKey) -> Result<Claims, Error>",
        f"kubectl -n prod rollout restart deploy/token-service\npod/{POD} deleted",
        "kubectl create configmap app --from-literal=LOG_LEVEL=debug --from-literal=REGION=eu-central-1",
        "git clone https://ci:$CI_JOB_TOKEN@git.intern/app.git",
    ],
)
def test_what_is_code_is_left_alone(text: str) -> None:
    assert found(text) == []


@each_case(
    "text,value",
    [
        # Signs of patterns, of calls and of lists within a password
        ("password: Q9!(o)ss[9]x", "Q9!(o)ss[9"),
        ("password: 7Kq[a-z]x!9", "7Kq[a-z"),
        ('"password": "d7[0-1]Xq!v"', "d7[0-1]Xq!v"),
        ('"password": "[Sommer2024!]x"', "[Sommer2024!]x"),
        ('"password": "(Winter-2024"', "Winter-2024"),
        ('"password": "$[Tal]9xKq"', "$[Tal]9xKq"),
        ('"password": "ab,cd:Ef9!kQ"', "ab,cd:Ef9!kQ"),
        ('"password": "x::Y9!kQ2v"', "x::Y9!kQ2v"),
        ('"password": "&str!2024xQ"', "&str!2024xQ"),
        ('"password": "Winter.Texte7"', "Winter.Texte7"),
        # Words that say that a value is none, in one that has more
        ('"password": "Fake_News24!"', "Fake_News24!"),
        ("the password is fake-plastic-trees", "fake-plastic-trees"),
        (f"token: fake-{KEY}", KEY),
        (f"api_key=not-a-real-{KEY}", KEY),
        ("password=Please-Change77!", "Please-Change77!"),
        ("password=Sommer-xxx9", "Sommer-xxx9"),
        ("the password is replace-every-old-fence", "replace-every-old-fence"),
        ("token=worker-3xK9q", "worker-3xK9q"),
        ('"color-key": "q7Zr2kWv9XbT4mLc8NpJ3sHd"', KEY),
        ('"password": "n.Tal,Berg:7Kq!x"', "n.Tal,Berg:7Kq!x"),
        (f"api_key: sk_test_{KEY}xxx", f"sk_test_{KEY}xxx"),
        ("password: foobar2024!", "foobar2024!"),
        ("password: Foobarius7", "Foobarius7"),
        # Paths, and what only begins as a variable
        ("smtp password is Tal/Berg/77!x", "Tal/Berg/77!x"),
        ("login: anna/Pass!9x/2", "Pass!9x"),
        ("redis://:$7ommer!x@cache:6379", "$7ommer!x"),
        ("https://ci:$Tok3n_9x!@git.intern/app.git", "$Tok3n_9x!"),
        # A key has more digits than an account, or a word of keys at once before it.
        (f"private key 0x{'3d5fb7c2a6e94b0f' * 4}", f"0x{'3d5fb7c2a6e94b0f' * 4}"),
        ("API key: 0x3d5fb7c2a6e94b0f8d1c7a5e2f9b4d6c8a0e1f3b", "0x3d5fb7c2a6e94b0f8d1c7a5e2f9b4d6c8a0e1f3b"),
        # Beside what was sealed, and what only begins like it
        (f"a: ENC[AES256_GCM,data:{KEY}==,iv:a,tag:b,type:str]\napi_key: {KEY[::-1]}", KEY[::-1]),
        (f"password: ENC[AES256_GCM] api key: {KEY}", KEY),
        (f"password: AgBy3i4O{KEY}", f"AgBy3i4O{KEY}"),
        (f"AccountKey=AgBy3i{KEY * 3}12345678==", f"AgBy3i{KEY * 3}12345678=="),
        (f"See ENC[AES256_GCM,data:abc in the manual.\n{KEY}q81zzT4 is the one in use", f"{KEY}q81zzT4"),
        # Passwords that hold what a pattern may, or are written as what a form holds or `make` calls
        ("password: aB\\w+9xK#77pQ", "aB\\w+9xK#77pQ"),
        ('password="K9\\d+vT!xPq2mL"', "K9\\d+vT!xPq2mL"),
        ("Password: Mein.Passwort", "Mein.Passwort"),
        ("kennwort: Sommer.Text", "Sommer.Text"),
        ("password: $$(sommer)2024", "$$(sommer)2024"),
        # In brackets, and behind a blank where one may stand
        (f"[--password {STRONG}]", STRONG),
        (f"run --token {KEY}]", KEY),
        ("token: Häuser-7Kq!x", "Häuser-7Kq!x"),
        ("the token is 41.7kQ9xV!2", "41.7kQ9xV!2"),
        ("le nouveau code de la porte article 7 est 4410#", "4410#"),
        ("der Alarmcode ist 4410", "4410"),
    ],
)
def test_what_only_resembles_code_is_found(text: str, value: str) -> None:
    assert any(value in each for each in found(text)), found(text)

"""Settings: every name works, every slip is refused, and no secret shows."""

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.core.keys import derive_key
from gateway.environment import is_open_to_others
from gateway.root_key import decode_key, generated_key
from gateway.settings import NAMES, ConfigurationError, load_settings, with_root_key
from tests.support.each_case import each_case

STRONG = base64.b64encode(bytes.fromhex("8f3a61c0d97e2b45f00c9ad8317264eeb95d1207a4c6f83b5e90217dcc48ab63")).decode()


@pytest.fixture
def dev(tmp_path: Path) -> dict[str, str]:
    return {"GATEWAY_STATE_DIR": str(tmp_path / "state")}


def refusal(environ: dict[str, str]) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environ)
    return caught.value


def test_the_defaults_are_a_development_gateway(dev: dict[str, str], tmp_path: Path) -> None:
    settings = load_settings(dev)
    assert settings.environment == "dev"
    assert settings.database_url.reveal() == f"sqlite+aiosqlite:///{tmp_path}/state/gateway.db"
    assert settings.policies == Path("policies")
    assert settings.admin.port == 8081
    assert settings.log_level == "info"


def test_the_made_key_is_kept_for_its_owner_alone(dev: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "state" / "root.key"
    assert load_settings(dev).root_key is None  # reading settings makes none
    first = with_root_key(load_settings(dev))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(decode_key(first.root_key.reveal())) == 32
    assert load_settings(dev).root_key == first.root_key
    assert with_root_key(load_settings(dev)).root_key == first.root_key
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["root.key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(lambda _: generated_key(tmp_path / "state"), range(64)))
    assert len(keys) == 1
    assert len(decode_key(keys.pop())) == 32


def test_a_state_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refusal({"GATEWAY_STATE_DIR": str(tmp_path / "file" / "state")}).setting == "GATEWAY_STATE_DIR"


def test_a_damaged_key_in_the_state_directory_is_not_replaced(dev: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "root.key").write_bytes(b"\xff\xfe damaged")
    error = refusal(dev)
    assert error.setting == "GATEWAY_STATE_DIR"
    assert "root.key" in error.message


def test_every_name_that_is_listed_is_read(dev: dict[str, str], tmp_path: Path) -> None:
    """Each takes part: a value that cannot stand is refused under that very name."""
    wrong = {
        "GATEWAY_ADMIN_HOST": "no host",
        "GATEWAY_ADMIN_PORT": "http",
        "GATEWAY_AUDIT_ANCHORS": "logs.example.com",
        "GATEWAY_AUDIT_ANCHORS_FILE": str(tmp_path / "absent"),
        "GATEWAY_AUDIT_KEEPER": "no colon",
        "GATEWAY_AUDIT_KEY": "short",
        "GATEWAY_AUDIT_KEY_FILE": str(tmp_path / "absent"),
        "GATEWAY_AUDIT_KEY_PREVIOUS": "short",
        "GATEWAY_AUDIT_KEY_PREVIOUS_FILE": str(tmp_path / "absent"),
        "GATEWAY_AUDIT_VAULT": "vault:8200",
        "GATEWAY_AUDIT_VAULT_TOKEN_FILE": str(tmp_path / "absent"),
        "GATEWAY_ADMIN_TOKEN": "changeme",
        "GATEWAY_ADMIN_TOKEN_FILE": str(tmp_path / "absent"),
        "GATEWAY_ADMIN_URL": "http://admin.example.com",
        "GATEWAY_OIDC_AUDIENCE": "x",
        "GATEWAY_OIDC_CLIENT_ID": "x",
        "GATEWAY_OIDC_CLIENT_SECRET": "x",
        "GATEWAY_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "absent"),
        "GATEWAY_OIDC_GROUPS_CLAIM": "x",
        "GATEWAY_OIDC_ISSUER": "http://login.example.com",
        "GATEWAY_OIDC_ROLES": "x=viewer",
        "GATEWAY_DATABASE_URL": "mysql://nowhere",
        "GATEWAY_DATABASE_URL_FILE": str(tmp_path / "absent"),
        "GATEWAY_ENV": "production",
        "GATEWAY_LOG_LEVEL": "loud",
        "GATEWAY_REDIS_URL": "http://localhost",
        "GATEWAY_REDIS_URL_FILE": str(tmp_path / "absent"),
        "GATEWAY_ROOT_KEY": "short",
        "GATEWAY_ROOT_KEY_FILE": str(tmp_path / "absent"),
        "GATEWAY_STATE_DIR": "/dev/null/state",
    }
    for name, value in wrong.items():
        assert refusal(dev | {name: value}).setting == name
    for name in ("GATEWAY_ROOT_KEY", "GATEWAY_AUDIT_KEY", "GATEWAY_AUDIT_KEY_PREVIOUS", "GATEWAY_ADMIN_TOKEN"):
        assert "is empty" in refusal(dev | {name: ""}).message, name
    assert load_settings(dev | {"GATEWAY_POLICIES": "elsewhere"}).policies == Path("elsewhere")
    audit = load_settings(dev | {"GATEWAY_AUDITORS": "anna, bob,"}).audit
    assert audit.auditors == {"anna", "bob"}
    assert refusal(dev | {"GATEWAY_AUDIT_VAULT": "https://vault/transit/key"}).setting == "GATEWAY_AUDIT_VAULT_TOKEN"
    away = {"GATEWAY_AUDIT_VAULT": "http://vault:8200/transit/key", "GATEWAY_AUDIT_VAULT_TOKEN": "t"}
    assert "must begin with https://, unless it is on this machine" in refusal(dev | away).message
    for here in ("http://127.0.0.1:8200/transit/key", "http://localhost:8200/transit/key", "http://[::1]/transit/key"):
        assert load_settings(dev | away | {"GATEWAY_AUDIT_VAULT": here}).audit.vault == here
    assert "mount and key" in refusal(dev | away | {"GATEWAY_AUDIT_VAULT": "https://vault:port/transit/key"}).message
    anchored = load_settings(dev | {"GATEWAY_AUDIT_ANCHORS": "syslog+tls://a\n syslog+tls://b"}).audit.anchors
    assert [anchor.reveal() for anchor in anchored] == ["syslog+tls://a", "syslog+tls://b"]
    vault = {"GATEWAY_AUDIT_VAULT": "https://vault/transit/key", "GATEWAY_AUDIT_VAULT_TOKEN": "t"}
    beside = {"GATEWAY_AUDIT_VAULT_NAMESPACE": "team", "GATEWAY_AUDIT_VAULT_CA": "ca.pem"}
    read = load_settings(dev | vault | beside).audit
    assert (read.vault_namespace, read.vault_ca) == tuple(beside.values())
    told = {"GATEWAY_AUDITORS", "GATEWAY_AUDIT_VAULT_TOKEN", "GATEWAY_POLICIES", *beside}
    assert set(wrong) | told == set(NAMES)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("GATEWAY_POLICY", "GATEWAY_POLICIES"),
        ("GATEWAY_DATABASEURL", "GATEWAY_DATABASE_URL"),
        ("GATEWAY_LOGLEVEL", "GATEWAY_LOG_LEVEL"),
        ("GATEWAY_ROOTKEY", "GATEWAY_ROOT_KEY"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(dev: dict[str, str], written: str, meant: str) -> None:
    error = refusal(dev | {written: "x"})
    assert error.setting == written
    assert meant in error.message


def test_names_of_others_are_left_alone(dev: dict[str, str]) -> None:
    load_settings(dev | {"OTEL_SERVICE_NAME": "x", "OPENAI_API_KEY": "x", "PATH": "/bin"})


def test_prod_makes_nothing_up(tmp_path: Path) -> None:
    prod = {"GATEWAY_ENV": "prod", "GATEWAY_STATE_DIR": str(tmp_path / "state")}
    for needs_it in (with_root_key, lambda settings: settings.key_for("virtual-key-pepper")):
        with pytest.raises(ConfigurationError, match="GATEWAY_ROOT_KEY: is required in prod: give the one that"):
            needs_it(load_settings(prod))
    assert not (tmp_path / "state").exists()
    settings = load_settings(prod | {"GATEWAY_ROOT_KEY": STRONG})
    assert settings.root_key.reveal() == STRONG
    assert not (tmp_path / "state").exists()


WEAK = {
    "zeroes": bytes(32),
    "all equal": b"\xa5" * 32,
    "too short": os.urandom(31),
    "too long": os.urandom(33),
    "a short pattern": bytes.fromhex("deadbeef") * 8,
    "counting": bytes(range(32)),
    "counting down by three": bytes((200 - 3 * step) % 256 for step in range(32)),
    "typed": b"correct horse battery staple 123",
    "change me": b"changeme-changeme-changeme-chang",
    "hexadecimal text": b"0123456789abcdef0123456789abcdef",
}


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("name", WEAK)
def test_weak_keys_are_refused_and_not_quoted(dev: dict[str, str], name: str, environment: str) -> None:
    text = base64.b64encode(WEAK[name]).decode()
    error = refusal(dev | {"GATEWAY_ENV": environment, "GATEWAY_ROOT_KEY": text})
    assert error.setting == "GATEWAY_ROOT_KEY"
    assert text not in str(error)


@pytest.mark.parametrize("text", ["changeme", "not base64 at all!", "é" * 40, "="])
def test_what_is_no_key_is_refused(dev: dict[str, str], text: str) -> None:
    error = refusal(dev | {"GATEWAY_ROOT_KEY": text})
    assert error.setting == "GATEWAY_ROOT_KEY"
    assert text not in str(error)[len("GATEWAY_ROOT_KEY") + 2 :] or text == "="


def test_random_keys_pass() -> None:
    for _ in range(2000):
        key = os.urandom(32)
        assert decode_key(base64.b64encode(key).decode()) == key
        assert decode_key(base64.urlsafe_b64encode(key).decode()) == key


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o660, 0o666])
def test_in_prod_a_key_file_that_others_may_write_is_refused(dev: dict[str, str], tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.write_text(STRONG + "\n")
    path.chmod(mode)
    by_file = dev | {"GATEWAY_ROOT_KEY_FILE": str(path)}
    error = refusal(by_file | {"GATEWAY_ENV": "prod"})
    assert error.setting == "GATEWAY_ROOT_KEY_FILE"
    assert "chmod 600" in error.message
    path.chmod(0o600)
    assert load_settings(by_file | {"GATEWAY_ENV": "prod"}).root_key.reveal() == STRONG
    path.chmod(mode)
    assert load_settings(by_file).root_key.reveal() == STRONG


@each_case(
    "owner,mode,refused",
    [
        (1000, 0o600, False),
        (1000, 0o640, True),
        (1000, 0o604, True),
        (0, 0o444, False),  # as Docker mounts a secret
        (0, 0o644, False),  # as Kubernetes does,
        (0, 0o440, False),  # and where the pod has a group
        (0, 0o664, True),
        (0, 0o646, True),
    ],
)
def test_a_key_file_of_roots_may_be_read_by_others_since_secrets_are_mounted_so(
    owner: int, mode: int, refused: bool
) -> None:
    assert is_open_to_others(os.stat_result((stat.S_IFREG | mode, 0, 0, 1, owner, 0, 45, 0, 0, 0))) is refused


def test_a_root_key_that_is_set_but_empty_is_refused_before_one_is_made(dev: dict[str, str], tmp_path: Path) -> None:
    error = refusal(dev | {"GATEWAY_ROOT_KEY": ""})
    assert error.setting == "GATEWAY_ROOT_KEY"
    assert error.message.startswith("is empty; ")
    assert not list(tmp_path.rglob("root.key"))


def test_choices_may_be_written_in_capitals(dev: dict[str, str]) -> None:
    assert load_settings(dev | {"GATEWAY_LOG_LEVEL": "DEBUG"}).log_level == "debug"


@pytest.mark.parametrize("name", ["GATEWAY_ROOT_KEY", "GATEWAY_DATABASE_URL"])
def test_a_secret_given_twice_is_refused(dev: dict[str, str], tmp_path: Path, name: str) -> None:
    path = tmp_path / "secret"
    path.write_text("x")
    error = refusal(dev | {name: "y", f"{name}_FILE": str(path)})
    assert error.setting == name
    assert f"{name}_FILE" in error.message


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xff", b"x" * 70_000])
def test_a_secret_file_with_nothing_usable_is_refused(dev: dict[str, str], tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    assert refusal(dev | {"GATEWAY_DATABASE_URL_FILE": str(path)}).setting == "GATEWAY_DATABASE_URL_FILE"


def test_the_database_can_come_from_a_file(dev: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "url"
    path.write_text("postgresql+asyncpg://gateway:pw@db/gateway\n")
    settings = load_settings(dev | {"GATEWAY_DATABASE_URL_FILE": str(path)})
    assert settings.database_url.reveal() == "postgresql+asyncpg://gateway:pw@db/gateway"


@pytest.mark.parametrize("url", ["mariadb://u:secret-pw@db/x", "secret-pw", "mysql+aiomysql://u:secret-pw@db/x"])
def test_a_database_that_cannot_be_used_is_refused_without_its_password(dev: dict[str, str], url: str) -> None:
    error = refusal(dev | {"GATEWAY_DATABASE_URL": url})
    assert error.setting == "GATEWAY_DATABASE_URL"
    assert "postgresql+asyncpg://" in error.message
    assert "secret-pw" not in str(error)


def test_no_secret_shows(dev: dict[str, str]) -> None:
    settings = load_settings(
        dev | {"GATEWAY_ROOT_KEY": STRONG, "GATEWAY_DATABASE_URL": "postgresql+asyncpg://u:secret-pw@db/x"}
    )
    for shown in (repr(settings), str(settings), f"{settings.root_key} {settings.database_url}"):
        assert STRONG not in shown
        assert "secret-pw" not in shown


def test_derived_keys_are_stable_and_differ_by_purpose(dev: dict[str, str]) -> None:
    settings = load_settings(dev | {"GATEWAY_ROOT_KEY": STRONG})
    root = base64.b64decode(STRONG)
    assert settings.key_for("virtual-keys") == derive_key(root, "virtual-keys")
    assert len(settings.key_for("virtual-keys")) == 32
    assert settings.key_for("virtual-keys") != settings.key_for("audit")
    assert derive_key(os.urandom(32), "audit") != derive_key(root, "audit")
    # a change here makes every stored digest worthless
    assert derive_key(root, "virtual-keys").hex() == "37aa7a50b94899ec97f0141eeb776470af6a7f396d467195bdb2b51030ae0c37"

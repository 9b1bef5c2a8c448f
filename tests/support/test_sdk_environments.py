"""The SDKs of the previous generation and of JavaScript are there and talk to the simulated providers."""

import json
import subprocess

import pytest

from gateway.providers.simulated.server import SimulatedServer
from tests.support.sdk_environments import PREVIOUS, npm_sdk_env, old_sdk_env
from tests.support.simulated import simulated_in_thread

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(600)]

OLD = {
    "openai": """
import openai
client = openai.OpenAI(base_url=URL + "/openai/v1", api_key="k", max_retries=0)
done = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "say hi"}])
print(done.choices[0].message.content)
""",
    "anthropic": """
import anthropic
client = anthropic.Anthropic(base_url=URL + "/anthropic", api_key="k", max_retries=0)
print(client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "say hi"}]).content[0].text)
""",
    "google-genai": """
from google import genai
client = genai.Client(api_key="k", http_options={"base_url": URL + "/gemini"})
print(client.models.generate_content(model="m", contents="say hi").text)
""",
    "mistralai": """
try:
    from mistralai.client import Mistral
except ImportError:
    from mistralai import Mistral
client = Mistral(api_key="k", server_url=URL + "/mistral")
print(client.chat.complete(model="m", messages=[{"role": "user", "content": "say hi"}]).choices[0].message.content)
""",
}
NODE = """
import OpenAI from "openai";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { Mistral } from "@mistralai/mistralai";
import { generateText } from "ai";
import { createOpenAI } from "@ai-sdk/openai";
const url = process.argv[2], messages = [{ role: "user", content: "say hi" }];
const openai = new OpenAI({ baseURL: url + "/openai/v1", apiKey: "k", maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: url + "/anthropic", apiKey: "k", maxRetries: 0 });
const gemini = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: url + "/gemini" } });
const mistral = new Mistral({ apiKey: "k", serverURL: url + "/mistral" });
const vercel = createOpenAI({ baseURL: url + "/openai/v1", apiKey: "k" });
console.log(JSON.stringify([
  (await openai.chat.completions.create({ model: "m", messages })).choices[0].message.content,
  (await anthropic.messages.create({ model: "m", max_tokens: 9, messages })).content[0].text,
  (await gemini.models.generateContent({ model: "m", contents: "say hi" })).text,
  (await mistral.chat.complete({ model: "m", messages })).choices[0].message.content,
  (await generateText({ model: vercel("m"), prompt: "say hi" })).text,
]));
"""


@pytest.fixture(scope="module")
def server():
    with simulated_in_thread() as running:
        yield running


@pytest.mark.parametrize("name", PREVIOUS)
def test_the_previous_generation_talks(server: SimulatedServer, name, tmp_path):
    program = f"URL = {server.url!r}\n{OLD[name]}"
    done = subprocess.run(
        [old_sdk_env(name), "-I", "-c", program], capture_output=True, text=True, timeout=120, cwd=tmp_path, check=False
    )
    assert done.stdout.strip() == "hi", done.stderr


def test_javascript_talks(server: SimulatedServer):
    folder = npm_sdk_env()
    done = subprocess.run(
        ["node", "--input-type=module", "-", server.url],
        input=NODE,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["hi"] * 5


def test_a_version_that_is_not_locked_is_refused():
    with pytest.raises(ValueError, match="does not hold"):
        old_sdk_env("openai", "1.0.0")

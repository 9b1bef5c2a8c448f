"""Pydantic AI by its four models that speak a dialect of the gateway."""

from __future__ import annotations

from pydantic_ai import Agent
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider

from tests.sdk.agents import talking


class PydanticAi:
    def __init__(self, model: Model) -> None:
        self._model = model

    def plain(self) -> str:
        return Agent(self._model).run_sync(talking.PLAIN).output

    def streamed(self) -> list[str]:
        return list(Agent(self._model).run_stream_sync(talking.STREAMED).stream_text(delta=True, debounce_by=None))

    def tool(self) -> str:
        return Agent(self._model, tools=[talking.weather]).run_sync(talking.TOOL).output


def _openai(url: str, key: str) -> OpenAIProvider:
    return OpenAIProvider(base_url=f"{url}/v1", api_key=key)


if __name__ == "__main__":
    talking.drive(
        {
            "chat": lambda url, key: PydanticAi(OpenAIChatModel("gpt-5-mini", provider=_openai(url, key))),
            "responses": lambda url, key: PydanticAi(OpenAIResponsesModel("gpt-5", provider=_openai(url, key))),
            "anthropic": lambda url, key: PydanticAi(
                AnthropicModel("claude-sonnet-5", provider=AnthropicProvider(base_url=url, api_key=key))
            ),
            "gemini": lambda url, key: PydanticAi(
                GoogleModel("gemini-2.5-flash", provider=GoogleProvider(base_url=url, api_key=key))
            ),
        }
    )

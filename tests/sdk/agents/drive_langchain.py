"""LangChain by its OpenAI package, in both of OpenAI's dialects, and by its Anthropic package."""

from __future__ import annotations

from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from tests.sdk.agents import talking


class LangChain:
    def __init__(self, model: BaseChatModel) -> None:
        self._model = model

    def plain(self) -> str:
        return self._model.invoke(talking.PLAIN).text

    def streamed(self) -> list[str]:
        return [piece.text for piece in self._model.stream(talking.STREAMED) if piece.text]

    def tool(self) -> str:
        weather = tool(talking.weather)
        model = self._model.bind_tools([weather])
        asked = HumanMessage(talking.TOOL)
        called = model.invoke([asked])
        results = [weather.invoke(call) for call in called.tool_calls]
        return model.invoke([asked, called, *results]).text


if __name__ == "__main__":
    talking.drive(
        {
            "chat": lambda url, key: LangChain(
                ChatOpenAI(model="gpt-5-mini", base_url=f"{url}/v1", api_key=key, max_tokens=900)
            ),
            "responses": lambda url, key: LangChain(
                ChatOpenAI(model="gpt-5", base_url=f"{url}/v1", api_key=key, use_responses_api=True)
            ),
            "anthropic": lambda url, key: LangChain(
                ChatAnthropic(model_name="claude-sonnet-5", base_url=url, api_key=key)
            ),
        }
    )

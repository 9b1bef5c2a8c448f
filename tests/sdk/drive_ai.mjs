// Drives a gateway with Vercel's AI SDK, by the provider package that the option names.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, jsonSchema, Output, streamText, tool } from "ai";
import { call, drive } from "./driving.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

const PACKAGES = {
  "openai-compatible": (url, apiKey) =>
    createOpenAICompatible({
      name: "gateway",
      baseURL: `${url}/v1`,
      apiKey,
      includeUsage: true,
      supportsStructuredOutputs: true,
    }),
  openai: (url, apiKey) => createOpenAI({ baseURL: `${url}/v1`, apiKey }).chat,
  responses: (url, apiKey) => createOpenAI({ baseURL: `${url}/v1`, apiKey }).responses,
  anthropic: (url, apiKey) => createAnthropic({ baseURL: `${url}/v1`, apiKey }),
  google: (url, apiKey) => createGoogle({ baseURL: `${url}/v1beta`, apiKey }),
  mistral: (url, apiKey) => createMistral({ baseURL: `${url}/mistral/v1`, apiKey }),
};

class Text {
  constructor(url, key, asked, chosen) {
    this.case = asked;
    const content = [{ type: "text", text: asked.prompt }];
    if (asked.image) content.push({ type: "file", mediaType: "image/png", data: asked.image });
    this.messages = [{ role: "user", content }];
    this.asked = { model: PACKAGES[chosen](url, key)(asked.model), maxRetries: 0 };
    // By default the package refers to what the provider stored; only the whole history reaches any provider.
    if (chosen === "responses") this.asked.providerOptions = { openai: { store: false } };
    // Of real engines only: not every package knows how OpenAI's newer models want a limit.
    if (asked.id.startsWith("gpu")) this.asked.maxOutputTokens = asked.max_tokens;
    if (asked.tools)
      this.asked.tools = Object.fromEntries(
        asked.tools.map(({ name, description, schema }) => [
          name,
          tool({ description, inputSchema: jsonSchema(schema) }),
        ]),
      );
    if (asked.schema) this.asked.output = Output.object({ schema: jsonSchema(asked.schema) });
    if (asked.reasoning) {
      this.asked.reasoning = "high";
      // The package knows OpenAI's names only, and leaves the wish out for others unless told.
      this.asked.providerOptions = { openai: { ...this.asked.providerOptions?.openai, forceReasoning: true } };
    }
  }

  async ask(seen) {
    const body = { ...this.asked, messages: this.messages };
    const done = this.case.stream ? await this.#streamed(body, seen) : await generateText(body);
    seen.finish = await done.finishReason;
    seen.text = await done.text;
    seen.reasoning = await done.reasoningText;
    this.calls = await done.toolCalls;
    seen.calls = this.calls.map((made) => call(made.toolName, made.input));
    const usage = await done.usage;
    seen.input_tokens = usage.inputTokens;
    seen.output_tokens = usage.outputTokens;
    seen.reasoning_tokens = usage.outputTokenDetails.reasoningTokens;
    this.messages.push(...(await done.response).messages);
  }

  async answerCalls(seen) {
    const content = this.calls.map(({ toolCallId, toolName }) => ({
      type: "tool-result",
      toolCallId,
      toolName,
      output: { type: "text", value: this.case.results[toolName] },
    }));
    this.messages.push({ role: "tool", content });
    await this.ask(seen);
  }

  async #streamed(body, seen) {
    seen.pieces = 0;
    const result = streamText({ ...body, onError() {} });
    for await (const part of result.stream) {
      if (part.type === "error") throw part.error;
      seen.pieces += part.type === "text-delta" ? 1 : 0;
    }
    return result;
  }
}

function describe(error) {
  return { status: error.statusCode };
}

drive((...given) => new Text(...given), describe);

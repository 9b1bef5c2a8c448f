// Drives a gateway with Anthropic's JavaScript SDK: Messages.
import Anthropic from "@anthropic-ai/sdk";
import { call, connecting, drive } from "./driving.mjs";

const connected = connecting((url, key) => new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0, timeout: 30_000 }));

class Messages {
  constructor(url, key, asked) {
    this.resource = connected(url, key).messages;
    this.case = asked;
    const content = asked.image
      ? [
          { type: "text", text: asked.prompt },
          { type: "image", source: { type: "base64", media_type: "image/png", data: asked.image } },
        ]
      : asked.prompt;
    this.messages = [{ role: "user", content }];
    this.asked = { model: asked.model, max_tokens: asked.max_tokens };
    if (asked.tools)
      this.asked.tools = asked.tools.map(({ name, description, schema }) => ({ name, description, input_schema: schema }));
    if (asked.schema) this.asked.output_config = { format: { type: "json_schema", schema: asked.schema } };
    if (asked.reasoning) this.asked.thinking = { type: "enabled", budget_tokens: 1024 };
  }

  async ask(seen) {
    const body = { ...this.asked, messages: this.messages };
    const { content, stop_reason, usage } = await (this.case.stream
      ? this.#streamed(body, seen)
      : this.resource.create(body));
    const of = (type) => content.filter((block) => block.type === type);
    seen.finish = stop_reason;
    seen.text = of("text").map((block) => block.text).join("");
    seen.reasoning = of("thinking").map((block) => block.thinking).join("");
    this.calls = of("tool_use");
    seen.calls = this.calls.map((made) => call(made.name, made.input));
    seen.input_tokens = usage.input_tokens;
    seen.output_tokens = usage.output_tokens;
    this.messages.push({ role: "assistant", content });
  }

  async answerCalls(seen) {
    const content = this.calls.map(({ id, name }) => ({
      type: "tool_result",
      tool_use_id: id,
      content: this.case.results[name],
    }));
    this.messages.push({ role: "user", content });
    await this.ask(seen);
  }

  /** The message that the SDK's own accumulator made of the stream. */
  #streamed(body, seen) {
    seen.pieces = 0;
    return this.resource
      .stream(body)
      .on("text", () => (seen.pieces += 1))
      .finalMessage();
  }
}

function describe(error) {
  return { status: error.status, retry_after: error.headers?.get("retry-after") };
}

drive((...given) => new Messages(...given), describe);

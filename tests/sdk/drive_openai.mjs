// Drives a gateway with OpenAI's JavaScript SDK: Chat Completions.
import OpenAI from "openai";
import { call, connecting, drive } from "./driving.mjs";

const connected = connecting((url, key) => new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, timeout: 30_000 }));

class Chat {
  constructor(url, key, asked) {
    this.completions = connected(url, key).chat.completions;
    this.case = asked;
    const content = asked.image
      ? [
          { type: "text", text: asked.prompt },
          { type: "image_url", image_url: { url: `data:image/png;base64,${asked.image}` } },
        ]
      : asked.prompt;
    this.messages = [{ role: "user", content }];
    this.asked = { model: asked.model, max_completion_tokens: asked.max_tokens };
    if (asked.tools)
      this.asked.tools = asked.tools.map(({ name, description, schema }) => ({
        type: "function",
        function: { name, description, parameters: schema },
      }));
    if (asked.schema)
      this.asked.response_format = {
        type: "json_schema",
        json_schema: { name: "place", schema: asked.schema, strict: true },
      };
    if (asked.reasoning) this.asked.reasoning_effort = "high";
  }

  async ask(seen) {
    const body = { ...this.asked, messages: this.messages };
    const done = this.case.stream ? await this.#streamed(body, seen) : await this.completions.create(body);
    const [{ message, finish_reason }] = done.choices;
    seen.finish = finish_reason;
    seen.text = message.content;
    seen.reasoning = message.reasoning_content;
    this.calls = message.tool_calls ?? [];
    seen.calls = this.calls.map((made) => call(made.function.name, made.function.arguments));
    if (done.usage) {
      seen.input_tokens = done.usage.prompt_tokens;
      seen.output_tokens = done.usage.completion_tokens;
      seen.reasoning_tokens = done.usage.completion_tokens_details?.reasoning_tokens;
    }
    const { reasoning_content, ...said } = message;
    this.messages.push(said);
  }

  async answerCalls(seen) {
    for (const made of this.calls)
      this.messages.push({ role: "tool", tool_call_id: made.id, content: this.case.results[made.function.name] });
    await this.ask(seen);
  }

  /** A completion put together by hand; the SDK's accumulator is used in Python. */
  async #streamed(body, seen) {
    if (this.case.usage) body.stream_options = { include_usage: true };
    seen.pieces = 0;
    const message = { role: "assistant", content: "", reasoning_content: "", tool_calls: [] };
    let finish_reason, usage;
    for await (const chunk of await this.completions.create({ ...body, stream: true })) {
      usage ??= chunk.usage;
      const [choice] = chunk.choices;
      if (!choice) continue;
      finish_reason ??= choice.finish_reason;
      seen.pieces += choice.delta.content ? 1 : 0;
      message.content += choice.delta.content ?? "";
      message.reasoning_content += choice.delta.reasoning_content ?? "";
      for (const { index, id, function: part } of choice.delta.tool_calls ?? []) {
        const made = (message.tool_calls[index] ??= { id, type: "function", function: { name: "", arguments: "" } });
        made.function.name += part.name ?? "";
        made.function.arguments += part.arguments ?? "";
      }
    }
    if (!message.tool_calls.length) delete message.tool_calls;
    return { choices: [{ message, finish_reason }], usage };
  }
}

function describe(error) {
  return { status: error.status, retry_after: error.headers?.get("retry-after") };
}

drive((...given) => new Chat(...given), describe);

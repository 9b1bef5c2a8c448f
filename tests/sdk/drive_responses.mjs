// Drives a gateway with OpenAI's JavaScript SDK: Responses. Nothing is stored; the history travels with each request.
import OpenAI from "openai";
import { call, connecting, drive } from "./driving.mjs";

const connected = connecting(
  (url, key) => new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, timeout: 30_000 }),
);

class Responses {
  constructor(url, key, asked) {
    this.resource = connected(url, key).responses;
    this.case = asked;
    const content = asked.image
      ? [
          { type: "input_text", text: asked.prompt },
          { type: "input_image", image_url: `data:image/png;base64,${asked.image}`, detail: "auto" },
        ]
      : asked.prompt;
    this.items = [{ role: "user", content }];
    this.asked = { model: asked.model, max_output_tokens: asked.max_tokens, store: false };
    if (asked.tools)
      this.asked.tools = asked.tools.map(({ name, description, schema }) => ({
        type: "function",
        name,
        description,
        parameters: schema,
        strict: false,
      }));
    if (asked.schema)
      this.asked.text = { format: { type: "json_schema", name: "place", schema: asked.schema, strict: true } };
    if (asked.reasoning) {
      this.asked.reasoning = { effort: "high", summary: "auto" };
      this.asked.include = ["reasoning.encrypted_content"];
    }
  }

  async ask(seen) {
    const body = { ...this.asked, input: this.items };
    const done = await (this.case.stream ? this.#streamed(body, seen) : this.resource.create(body));
    const of = (type) => done.output.filter((item) => item.type === type);
    seen.finish = done.status;
    seen.text = done.output_text;
    const thoughts = of("reasoning").flatMap(({ summary, content }) => [...summary, ...(content ?? [])]);
    seen.reasoning = thoughts.map((part) => part.text).join("");
    this.calls = of("function_call");
    seen.calls = this.calls.map((made) => call(made.name, made.arguments));
    seen.input_tokens = done.usage?.input_tokens;
    seen.output_tokens = done.usage?.output_tokens;
    seen.reasoning_tokens = done.usage?.output_tokens_details.reasoning_tokens;
    this.items.push(...done.output);
  }

  async answerCalls(seen) {
    for (const { call_id, name } of this.calls)
      this.items.push({ type: "function_call_output", call_id, output: this.case.results[name] });
    await this.ask(seen);
  }

  /** The response that the SDK's own accumulator made of the stream. */
  async #streamed(body, seen) {
    seen.pieces = 0;
    const stream = this.resource.stream(body);
    stream.on("response.output_text.delta", () => (seen.pieces += 1));
    return await stream.finalResponse();
  }
}

function describe(error) {
  return { status: error.status };
}

drive((...given) => new Responses(...given), describe);

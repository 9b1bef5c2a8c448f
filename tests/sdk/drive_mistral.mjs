// Drives a gateway with Mistral's JavaScript SDK: chat.
import { Mistral } from "@mistralai/mistralai";
import { call, connecting, drive } from "./driving.mjs";

const connected = connecting((url, key) => new Mistral({ serverURL: `${url}/mistral`, apiKey: key, timeoutMs: 30_000 }));

class Chat {
  constructor(url, key, asked) {
    this.chat = connected(url, key).chat;
    this.case = asked;
    const content = asked.image
      ? [
          { type: "text", text: asked.prompt },
          { type: "image_url", imageUrl: `data:image/png;base64,${asked.image}` },
        ]
      : asked.prompt;
    this.messages = [{ role: "user", content }];
    this.asked = { model: asked.model, maxTokens: asked.max_tokens };
    if (asked.tools)
      this.asked.tools = asked.tools.map(({ name, description, schema }) => ({
        type: "function",
        function: { name, description, parameters: schema },
      }));
    if (asked.schema)
      this.asked.responseFormat = {
        type: "json_schema",
        jsonSchema: { name: "place", schemaDefinition: asked.schema, strict: true },
      };
    if (asked.reasoning) this.asked.reasoningEffort = "high";
  }

  async ask(seen) {
    const body = { ...this.asked, messages: this.messages };
    const content = [];
    this.calls = [];
    const hear = ({ choices, usage }) => {
      const [{ finishReason, message, delta }] = choices;
      const said = (message ?? delta).content ?? [];
      content.push(...(typeof said === "string" ? [{ type: "text", text: said }] : said));
      this.calls.push(...((message ?? delta).toolCalls ?? []));
      seen.finish = finishReason;
      seen.input_tokens = usage?.promptTokens;
      seen.output_tokens = usage?.completionTokens;
      return said.length > 0;
    };
    if (this.case.stream) {
      seen.pieces = 0;
      for await (const { data } of await this.chat.stream(body)) seen.pieces += hear(data) ? 1 : 0;
    } else hear(await this.chat.complete(body));
    const of = (type) => content.filter((part) => part.type === type);
    seen.text = of("text").map((part) => part.text).join("");
    seen.reasoning = of("thinking").flatMap((part) => part.thinking.map((inner) => inner.text)).join("");
    seen.calls = this.calls.map((made) => call(made.function.name, made.function.arguments));
    this.messages.push({ role: "assistant", content, toolCalls: this.calls.length ? this.calls : undefined });
  }

  async answerCalls(seen) {
    for (const made of this.calls)
      this.messages.push({
        role: "tool",
        toolCallId: made.id,
        name: made.function.name,
        content: this.case.results[made.function.name],
      });
    await this.ask(seen);
  }
}

function describe(error) {
  return { status: error.statusCode, retry_after: error.headers?.get("retry-after") };
}

drive((...given) => new Chat(...given), describe);

// Drives a gateway with Google's JavaScript SDK: generateContent.
import { GoogleGenAI } from "@google/genai";
import { call, connecting, drive } from "./driving.mjs";

const connected = connecting(
  (url, key) => new GoogleGenAI({ apiKey: key, vertexai: false, httpOptions: { baseUrl: url, timeout: 30_000 } }),
);

class Contents {
  constructor(url, key, asked) {
    this.models = connected(url, key).models;
    this.case = asked;
    const parts = [{ text: asked.prompt }];
    if (asked.image) parts.push({ inlineData: { mimeType: "image/png", data: asked.image } });
    this.contents = [{ role: "user", parts }];
    this.config = { maxOutputTokens: asked.max_tokens };
    if (asked.tools)
      this.config.tools = [
        {
          functionDeclarations: asked.tools.map(({ name, description, schema }) => ({
            name,
            description,
            parametersJsonSchema: schema,
          })),
        },
      ];
    if (asked.schema) {
      this.config.responseMimeType = "application/json";
      this.config.responseJsonSchema = asked.schema;
    }
    if (asked.reasoning) this.config.thinkingConfig = { includeThoughts: true, thinkingBudget: 1024 };
  }

  async ask(seen) {
    const asked = { model: this.case.model, contents: this.contents, config: this.config };
    const answers = [];
    if (this.case.stream) {
      seen.pieces = 0;
      for await (const chunk of await this.models.generateContentStream(asked)) {
        answers.push(chunk);
        seen.pieces += textOf(partsOf(chunk)) ? 1 : 0;
      }
    } else answers.push(await this.models.generateContent(asked));
    const last = answers.at(-1);
    const parts = answers.flatMap(partsOf);
    seen.finish = last.candidates[0].finishReason;
    seen.text = textOf(parts);
    seen.reasoning = parts.map((part) => (part.thought && part.text) || "").join("");
    this.calls = parts.filter((part) => part.functionCall).map((part) => part.functionCall);
    seen.calls = this.calls.map((made) => call(made.name, made.args));
    seen.input_tokens = last.usageMetadata?.promptTokenCount;
    seen.output_tokens = last.usageMetadata?.candidatesTokenCount;
    seen.reasoning_tokens = last.usageMetadata?.thoughtsTokenCount;
    this.contents.push({ role: "model", parts });
  }

  async answerCalls(seen) {
    const parts = this.calls.map(({ id, name }) => ({
      functionResponse: { id, name, response: { result: this.case.results[name] } },
    }));
    this.contents.push({ role: "user", parts });
    await this.ask(seen);
  }
}

function partsOf(answer) {
  return answer.candidates?.[0]?.content?.parts ?? [];
}

function textOf(parts) {
  return parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
}

function describe(error) {
  return { status: error.status };
}

drive((...given) => new Contents(...given), describe);

// What all JavaScript drivers share: a job on standard input, what was seen on standard output. See driving.py.

// Some SDKs hide the response's headers, so they are read below the SDK.
const heard = [];
const realFetch = globalThis.fetch;
globalThis.fetch = async (...given) => {
  const response = await realFetch(...given);
  heard.push(response.headers);
  return response;
};

/** `start(url, key, case, option)` gives a conversation with `ask(seen)` and `answerCalls(seen)`. */
export async function drive(start, describe) {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const job = JSON.parse(Buffer.concat(chunks).toString());
  const told = {};
  for (const option of job.options) told[option] = await driven(job, option, start, describe);
  process.stdout.write(JSON.stringify(told));
}

async function driven(job, option, start, describe) {
  const told = {};
  for (const asked of job.cases) {
    const seen = {};
    heard.length = 0;
    try {
      const talk = start(job.url, asked.key ?? job.key, asked, option);
      await talk.ask(seen);
      if (asked.results && seen.calls.length) await talk.answerCalls((seen.then = {}));
    } catch (error) {
      const retry_after = heard.at(-1)?.get("retry-after");
      seen.error = { class: error.constructor.name, message: String(error.message), retry_after, ...describe(error) };
    }
    const dropped = heard.map((headers) => headers.get("x-gateway-dropped"));
    [seen.dropped] = dropped;
    if (seen.then) seen.then.dropped = dropped[1];
    told[asked.id] = seen;
  }
  return told;
}

/** A call; `args` is an object, or its JSON text as the wire had it. */
export function call(name, args) {
  return { name, arguments: typeof args === "string" ? JSON.parse(args) : args };
}

/** One client for each key. */
export function connecting(make) {
  const clients = new Map();
  return (url, key) => {
    if (!clients.has(key)) clients.set(key, make(url, key));
    return clients.get(key);
  };
}

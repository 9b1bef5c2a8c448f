// What all JavaScript drivers share: a job on standard input, what was seen on standard output. See driving.py.

// SDKs' helpers for streams hide the response's headers, so they are read below the SDK.
const dropped = [];
const realFetch = globalThis.fetch;
globalThis.fetch = async (...given) => {
  const response = await realFetch(...given);
  dropped.push(response.headers.get("x-gateway-dropped"));
  return response;
};

/** `start(url, key, case, options)` gives a conversation with `ask(seen)` and `answerCalls(seen)`. */
export async function drive(start, describe) {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const job = JSON.parse(Buffer.concat(chunks).toString());
  const told = {};
  for (const asked of job.cases) {
    const seen = {};
    dropped.length = 0;
    try {
      const talk = start(job.url, asked.key ?? job.key, asked, job.options);
      await talk.ask(seen);
      if (asked.results && seen.calls.length) await talk.answerCalls((seen.then = {}));
    } catch (error) {
      seen.error = { class: error.constructor.name, message: String(error.message), ...describe(error) };
    }
    [seen.dropped] = dropped;
    if (seen.then) seen.then.dropped = dropped[1];
    told[asked.id] = seen;
  }
  process.stdout.write(JSON.stringify(told));
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

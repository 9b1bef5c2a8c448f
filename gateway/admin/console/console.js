// The console: one page over the admin API, with nothing from elsewhere.
// What comes from the server is inserted as text, never as markup.
"use strict";

const API = "/admin/v1";
const byId = (id) => document.getElementById(id);
let me = null;
let current = "keys";
let latestLoad = 0;
let address = null; // where a login must begin; null: here

class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function request(path, body) {
  const write = body !== undefined;
  const answer = await fetch(API + path, {
    method: write ? "POST" : "GET",
    headers: write ? { "content-type": "application/json", "x-gateway-console": "1" } : {},
    body: write ? JSON.stringify(body) : undefined,
    credentials: "same-origin",
    redirect: "error",
  });
  const data = await answer.json().catch(() => ({}));
  if (answer.ok) return data;
  if (data.error) throw new Refused(answer.status, data.error.code, data.error.message);
  throw new Refused(answer.status, "", `The gateway answered ${answer.status}.`);
}

const may = (right) => me.rights.includes(right) || Object.values(me.within).some((rights) => rights.includes(right));
const mayIn = (right, team) => me.rights.includes(right) || (me.within[team] || []).includes(right);

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = String(text);
  if (className) made.className = className;
  return made;
}

const timestamp = (moment) => (moment ? moment.slice(0, 16).replace("T", " ") : "–");
const list = (values) => (values === null ? "all" : values.join(", "));
// null: the team has no line of its own, so what the organisation permits holds, which need not be everything.
const ownOrInherited = (values) => (values === null ? "as the organisation" : list(values));
const count = (number) => number.toLocaleString("en");
// Usage rows are kept for eleven years where no policy says otherwise.
const MONTHS_OFFERED = 11 * 12;

// name -> {title, right, load, columns: [heading, value, class]}
const VIEWS = {
  keys: {
    title: "Keys", right: "keys.read", rows: "keys", path: (after) => `/keys?limit=100${after ? `&after=${after}` : ""}`,
    columns: [
      ["id", (key) => key.id, "mono"], ["team", (key) => key.team], ["name", (key) => key.name ?? "–"],
      ["user", (key) => key.user ?? "–"], ["state", (key) => key.state, (key) => key.state],
      ["made (UTC)", (key) => timestamp(key.created_at)], ["good until (UTC)", (key) => timestamp(key.expires_at)],
      ["last used (UTC)", (key) => timestamp(key.last_used_at)], ["models", (key) => list(key.models)], ["", revoker],
    ],
  },
  teams: {
    title: "Teams", right: "teams.read", rows: "teams", path: () => "/teams",
    columns: [
      ["team", (team) => team.name], ["cost centre", (team) => team.cost_center ?? "–"],
      ["models", (team) => ownOrInherited(team.models)], ["regions", (team) => ownOrInherited(team.regions)],
      ["operators", (team) => ownOrInherited(team.operators)],
    ],
  },
  spend: {
    title: "Spend", right: "costs.read", rows: "spend", path: () => `/costs${byId("month").value ? `?month=${byId("month").value}` : ""}`,
    arrived: (data) => offerMonths(data.month),
    caption: (data) => `${data.month} (${data.timezone}), in ${data.currency}${data.whole ? "" : " – not whole: calls without a price or a rate"}`,
    columns: [
      ["team", (line) => line.team ?? "–"], ["", (line) => (line.kind === "usage" ? "" : line.kind)],
      ["requests", (line) => count(line.requests), "number"],
      ["tokens in", (line) => count(line.input_tokens), "number"], ["tokens out", (line) => count(line.output_tokens), "number"],
      ["tool calls", (line) => count(line.billed_calls), "number"],
      ["without a price", (line) => count(line.unpriced), "number"],
      ["billed", (line) => line.billed, "number"], ["effective", (line) => line.effective, "number"],
    ],
  },
  replicas: {
    title: "Replicas", right: "replicas.read", rows: "replicas", path: () => "/replicas",
    columns: [
      ["replica", (each) => each.id, "mono"], ["version", (each) => each.version],
      ["policy", (each) => each.policy_version, "mono"], ["since (UTC)", (each) => timestamp(each.started_at)],
      ["state", (each) => (each.silent ? "silent" : each.problems.join("; ") || "ready"),
        (each) => (each.silent || each.problems.length ? "bad" : "ok")],
    ],
  },
  engines: {
    title: "Engines", right: "replicas.read", rows: "engines", path: () => "/engines",
    columns: [
      ["engine", (each) => each.name, "mono"],
      ["state", (each) => (each.state === "warming" ? `warming, ${Math.round(each.share * 100)} %` : each.state.replace("_", " ")),
        (each) => (each.state === "not_ready" ? "bad" : "ok")],
      ["under way from here", (each) => count(each.under_way), "number"],
      ["running", (each) => (each.running === null ? "–" : count(each.running)), "number"],
      ["waiting", (each) => (each.waiting === null ? "–" : count(each.waiting)), "number"],
      ["models", (each) => list(Object.entries(each.models).map(([model, state]) => `${model} (${state})`))],
    ],
  },
  log: {
    title: "Log", right: "log.read", rows: "entries", path: (after) => `/log?limit=200${after ? `&after=${after}` : ""}`,
    columns: [
      ["when (UTC)", (entry) => timestamp(entry.at)], ["who", (entry) => entry.actor], ["did", (entry) => entry.action],
      ["to", (entry) => entry.object, "mono"], ["team", (entry) => entry.team ?? "–"],
      ["", (entry) => (entry.outcome === "failed" ? "failed" : ""), "bad"],
    ],
  },
};

function revoker(key) {
  if (key.state !== "live" || !mayIn("keys.revoke", key.team)) return "";
  const button = element("button", "Revoke", "danger");
  button.addEventListener("click", guarded(async () => {
    if (!window.confirm(`Revoke the key ${key.id}${key.name ? ` (${key.name})` : ""} of team ${key.team}? This is for good.`)) return;
    await request(`/keys/${key.id}/revoke`, {});
    await show("keys");
  }));
  return button;
}

function rowOf(view, item) {
  const row = element("tr");
  for (const [, value, style] of view.columns) {
    const cell = element("td", null, typeof style === "function" ? style(item) : style);
    const content = value(item);
    cell.append(content instanceof Node ? content : String(content));
    row.append(cell);
  }
  return row;
}

function tableOf(view, items, data) {
  const table = element("table");
  if (view.caption) table.append(element("caption", view.caption(data)));
  const head = element("tr");
  for (const [heading, , style] of view.columns) head.append(element("th", heading, style === "number" ? style : ""));
  const body = element("tbody");
  body.append(...items.map((item) => rowOf(view, item)));
  const top = element("thead");
  top.append(head);
  table.append(top, body);
  return table;
}

// Newest first. The first has an empty value: the current month, which the gateway's calendar decides at each request.
function offerMonths(present) {
  const select = byId("month");
  if (select.value) return;
  const [year, month] = present.split("-").map(Number);
  select.replaceChildren(...Array.from({ length: MONTHS_OFFERED }, (_, back) => {
    const number = year * 12 + month - 1 - back;
    const option = element("option", `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`);
    option.value = back ? option.textContent : "";
    return option;
  }));
}

async function show(name) {
  const view = VIEWS[name];
  const load = ++latestLoad;
  const data = await request(view.path());
  if (load !== latestLoad) return; // another view was opened meanwhile
  current = name;
  if (view.arrived) view.arrived(data);
  for (const button of byId("views").children) {
    if (button.dataset.view === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  const items = data[view.rows];
  const held = byId("table").contains(document.activeElement); // by the keyboard: on a button that goes
  byId("table").replaceChildren(items.length ? tableOf(view, items, data) : element("p", data.month ? `Nothing in ${data.month}.` : "Nothing yet."));
  if (held) byId("table").focus();
  byId("month-form").hidden = name !== "spend";
  byId("key-form").hidden = name !== "keys" || !may("keys.issue") || !byId("key-team").options.length;
  more(view, data.next);
}

function more(view, next) {
  const button = byId("more");
  button.hidden = !next;
  button.onclick = guarded(async () => {
    const data = await request(view.path(next));
    byId("table").querySelector("tbody").append(...data[view.rows].map((item) => rowOf(view, item)));
    more(view, data.next);
  });
}

// A handler whose failure is shown on the page; a session that is over leads back to the login.
function guarded(work) {
  return async (event) => {
    if (event instanceof Event) event.preventDefault();
    byId("message").textContent = "";
    try {
      await work(event);
    } catch (error) {
      // Without a cookie: logged out in another tab.
      const elsewhere = error instanceof Refused && error.code === "not_authenticated" && me !== null;
      if (error instanceof Refused && error.status === 401 && me !== null) await showLogin();
      byId("message").textContent = elsewhere ? "You are logged out. Log in again."
        : error instanceof Refused ? error.message : "The gateway cannot be reached.";
    }
  };
}

async function showLogin() {
  me = null;
  for (const id of ["views", "view", "leave", "made"]) byId(id).hidden = true;
  for (const id of ["who", "policy"]) byId(id).textContent = "";
  byId("table").replaceChildren();
  byId("month").replaceChildren();
  byId("made-key").textContent = "";
  const ways = await request("/login/ways");
  address = ways.address;
  byId("provider").href = `${address ?? ""}${API}/login`;
  byId("token-form").hidden = !ways.token;
  byId("provider").hidden = !ways.provider;
  byId("no-way").hidden = ways.token || ways.provider;
  byId("login").hidden = false;
}

async function openConsole() {
  me = await request("/me");
  byId("login").hidden = true;
  byId("who").textContent = `${me.subject} (${me.roles.join(", ") || "no role"})`;
  byId("leave").hidden = false;
  const open = Object.entries(VIEWS).filter(([, view]) => may(view.right));
  byId("views").replaceChildren(...open.map(([name, view]) => {
    const button = element("button", view.title);
    button.dataset.view = name;
    button.addEventListener("click", guarded(() => show(name)));
    return button;
  }));
  byId("views").hidden = byId("view").hidden = false;
  if (may("policy.read")) {
    const policy = await request("/policy");
    byId("policy").textContent = `policy ${policy.version}${policy.trouble ? " – " + policy.trouble : ""}`;
  }
  if (may("keys.issue")) {
    const { teams } = await request("/teams");
    const own = teams.filter((team) => mayIn("keys.issue", team.name));
    byId("key-team").replaceChildren(...own.map((team) => element("option", team.name)));
  }
  if (open.length) await show(open.some(([name]) => name === current) ? current : open[0][0]);
}

byId("token-form").addEventListener("submit", guarded(async () => {
  const token = byId("token").value;
  byId("token").value = "";
  await request("/session", { token });
  await openConsole().catch((error) => {
    if (error.code !== "not_authenticated") throw error;
    const where = address && address !== location.origin ? `Open the console at ${address}.` : "Allow cookies for this page.";
    throw new Refused(error.status, "no_session", `Your browser kept no session. ${where}`);
  });
  byId("table").focus();
}));

byId("key-form").addEventListener("submit", guarded(async () => {
  const order = { team: byId("key-team").value, expires: byId("key-expires").value };
  if (byId("key-name").value) order.name = byId("key-name").value;
  const made = await request("/keys", order);
  byId("made-key").textContent = made.key;
  byId("made").hidden = false;
  byId("key-name").value = "";
  await show("keys");
}));

byId("month").addEventListener("change", guarded(() => show("spend")));
byId("month-form").addEventListener("submit", (event) => event.preventDefault());

byId("made-copy").addEventListener("click", guarded(async () => {
  // Browsers lend the clipboard to protected pages only, and not to all of them: else the key is marked.
  try {
    await navigator.clipboard.writeText(byId("made-key").textContent);
  } catch {
    window.getSelection().selectAllChildren(byId("made-key"));
    byId("message").textContent = "Your browser keeps its clipboard to itself. The key is marked: copy it by hand.";
  }
}));
byId("made-done").addEventListener("click", () => {
  byId("made-key").textContent = "";
  byId("made").hidden = true;
});
byId("leave").addEventListener("click", guarded(async () => {
  await request("/session/end", {});
  await showLogin();
}));

openConsole().catch(guarded(async (error) => {
  if (!(error instanceof Refused) || error.status !== 401) throw error;
  await showLogin();
}));

// The console's own page and script, in as much of a browser as they use: somebody looks at what months cost.
//
//     node drive_console.mjs URL TOKEN MONTH        a line of JSON on stdout
//     node drive_console.mjs URL TOKEN revoke       somebody makes a key, copies it, and revokes one by the keyboard
//     node drive_console.mjs URL TOKEN              somebody logs in with a browser that keeps no cookies
import vm from "node:vm";

const [url, token, asks] = process.argv.slice(2);

class Node {
  constructor(name = "", text = "") {
    Object.assign(this, { name, own: text, children: [], listeners: {}, dataset: {}, attributes: {}, hidden: false });
    this.chosen = null;
  }
  get textContent() { return this.own + this.children.map((child) => child.textContent ?? child).join(" "); }
  set textContent(text) { this.own = text; this.children = []; }
  get options() { return this.children; }
  get value() { return this.chosen ?? (this.name === "select" ? this.children[0]?.value ?? "" : ""); }
  set value(value) { this.chosen = value; }
  append(...nodes) { this.children.push(...nodes); }
  replaceChildren(...nodes) { this.own = ""; this.children = nodes; if (this.name === "select") this.chosen = null; }
  setAttribute(name, value) { this.attributes[name] = value; }
  removeAttribute(name) { delete this.attributes[name]; }
  addEventListener(name, listener) { this.listeners[name] = listener; }
  contains(node) { return node === this || this.children.some((child) => child.contains?.(node)); }
  focus() { document.activeElement = this; }
  querySelector(name) { return this.children.find((child) => child.name === name) ?? null; }
}

const page = {};
for (const [, name, rest] of (await (await fetch(url)).text()).matchAll(/<(\w+)([^>]*\bid="[^>]*)>/g)) {
  page[rest.match(/\bid="([^"]+)"/)[1]] = Object.assign(new Node(name), { hidden: /\bhidden\b/.test(rest) });
}
const asked = [];
Object.assign(globalThis, {
  Node,
  Event: class {},
  document: { getElementById: (id) => page[id], createElement: (name) => new Node(name) },
  window: { confirm: () => true },
});
const real = globalThis.fetch;
globalThis.fetch = (path, options) => {
  asked.push(path);
  const known = asks ? { authorization: `Bearer ${token}` } : {};
  return real(url + path, { ...options, headers: { ...options.headers, ...known } });
};
globalThis.location = { origin: url };

async function until(condition) {
  for (const deadline = Date.now() + 20_000; !condition();) {
    if (Date.now() > deadline) throw new Error(`in vain; the page says ${page.message.textContent}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

vm.runInThisContext(await (await real(`${url}/console.js`)).text());
if (!asks) {
  await until(() => !page.login.hidden);
  page.token.value = token;
  await page["token-form"].listeners.submit();
  console.log(JSON.stringify({ message: page.message.textContent, provider: page.provider.href, asked }));
  process.exit();
}
await until(() => page.views.children.length && page.table.children.length);
if (asks === "revoke") {
  await until(() => page["key-team"].children.length && !page["key-form"].hidden);
  page["key-team"].value = "support";
  page["key-expires"].value = "7d";
  await page["key-form"].listeners.submit();
  let marked = null;
  window.getSelection = () => ({ selectAllChildren: (node) => { marked = node; } });
  const clipboard = { writeText: () => Promise.reject(new Error("not allowed")) };
  Object.defineProperty(globalThis, "navigator", { value: { clipboard } });
  await page["made-copy"].listeners.click();
  const told = { marked: marked?.textContent.startsWith("gwk_"), message: page.message.textContent };
  const cells = page.table.querySelector("table").querySelector("tbody").children.flatMap((row) => row.children);
  const button = cells.map((cell) => cell.querySelector("button")).find((each) => each);
  button.focus();
  await button.listeners.click();
  console.log(JSON.stringify({ ...told, focused: document.activeElement === page.table }));
  process.exit();
}
const before = page["month-form"].hidden;
const spend = page.views.children.find((button) => button.dataset.view === "spend");
await spend.listeners.click();
const options = page.month.options.map((option) => option.textContent);
const present = page.table.textContent;
page.month.value = page.month.options.find((option) => option.textContent === asks).value;
await page.month.listeners.change();
const chosen = page.table.textContent;
await page.views.children.find((button) => button.dataset.view === "teams").listeners.click();
console.log(JSON.stringify({
  before, options, present, chosen, hidden: page["month-form"].hidden, message: page.message.textContent,
  asked: asked.filter((path) => path.includes("/costs")),
}));

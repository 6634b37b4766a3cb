// Opens pages of reports in a real browser and looks at them as readers do: on a telephone of 320 pixels, on
// a desk, in the dark, and on paper.
//
//   node browser.js BROWSER MODULES OUTPUT PAGE...
//
// BROWSER is chromium, MODULES the folder of node modules with playwright-core and axe-core, OUTPUT a folder for
// screenshots and PDFs.  It fails on an error on the console, on any request beyond the page itself, on any
// violation that axe-core finds, and where the page scrolls sideways.
"use strict";

const path = require("path");
const { pathToFileURL } = require("url");

const [browserPath, modules, output, ...pages] = process.argv.slice(2);
const { chromium } = require(path.resolve(modules, "playwright-core"));
const axe = require(path.resolve(modules, "axe-core"));

const views = [
  { name: "320", width: 320, height: 640, colorScheme: "light" },
  { name: "320-dark", width: 320, height: 640, colorScheme: "dark" },
  { name: "1280", width: 1280, height: 900, colorScheme: "light" },
  { name: "1280-dark", width: 1280, height: 900, colorScheme: "dark" },
];

let passed = 0;
let failed = 0;

function claim(holds, name, detail) {
  if (holds) passed++;
  else failed++;
  console.log(`${holds ? "ok" : "not ok"} ${passed + failed} - ${name}`);
  if (!holds) console.log(String(detail).replace(/^/gm, "# "));
}

async function look(browser, file, view) {
  const name = `${path.basename(file, ".html")}-${view.name}`;
  const context = await browser.newContext({
    viewport: { width: view.width, height: view.height },
    colorScheme: view.colorScheme,
  });
  const page = await context.newPage();
  const errors = [];
  const requests = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  const url = pathToFileURL(path.resolve(file)).href;
  await page.goto(url, { waitUntil: "load" });
  await page.screenshot({ path: path.join(output, `${name}.png`), fullPage: true });
  claim(errors.length === 0, `${name}__console_is_silent`, errors.join("\n"));
  claim(requests.length === 1 && requests[0] === url, `${name}__nothing_is_fetched`, requests.join("\n"));
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  claim(scroll <= client, `${name}__does_not_scroll_sideways`, `${scroll} pixels in ${client}`);
  // The page's own policy lets no script in, so the check is put into it from outside.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run());
  claim(violations.length === 0, `${name}__axe_finds_no_violation`,
    violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => `  ${n.html}`).join("\n")}`).join("\n"));
  await context.close();
}

async function print(browser, file) {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(path.resolve(file)).href);
  const pdf = await page.pdf({
    path: path.join(output, `${path.basename(file, ".html")}.pdf`),
    preferCSSPageSize: true,
    tagged: true,
  });
  const sizes = [...pdf.toString("latin1").matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
  const a4 = sizes.length > 0 && sizes.every((s) => Math.abs(s[1] - 595) < 2 && Math.abs(s[2] - 842) < 2);
  claim(a4, `${path.basename(file, ".html")}__prints_on_A4`, sizes.map((s) => s[0]).join("\n"));
  await page.close();
}

async function main() {
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  for (const file of pages) {
    for (const view of views) await look(browser, file, view);
    await print(browser, file);
  }
  await browser.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

main();

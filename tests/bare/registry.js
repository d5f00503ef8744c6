// tests/bare/registry.js: a registry of npm's packages for the case "authority": hands on what the real one has, at
// https://localhost:8443, with the certificate in ~/authority. Runs with Node.js 18 or newer.
const { readFileSync } = require("node:fs");
const { createServer } = require("node:https");
const { join } = require("node:path");

const here = "https://localhost:8443";
const folder = join(process.env.HOME, "authority");
const file = (name) => readFileSync(join(folder, name));
const upstream = String(file("upstream")).trim().replace(/\/$/, "");

createServer({ key: file("key.pem"), cert: file("cert.pem") }, async (request, response) => {
  try {
    const accept = request.headers.accept ?? "*/*";
    const answer = await fetch(upstream + request.url, { headers: { accept } });
    let body = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get("content-type") ?? "";
    // Packages name where their archive lies: here too.
    if (type.includes("json")) body = Buffer.from(body.toString().replaceAll(upstream, here));
    response.writeHead(answer.status, { "content-type": type, "content-length": body.length }).end(body);
  } catch (error) {
    response.writeHead(502).end(String(error));
  }
}).listen(8443, "localhost");

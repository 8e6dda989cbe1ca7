// Lambda's Runtime API in the least code: the runtime interface client of AWS needs a compiler to install. It does less
// than the real one, so the figures are rather too good than too bad.
import http from "node:http";
import { handler } from "./index.mjs";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function send(method, path, body = "") {
  return new Promise((resolve, reject) => {
    const headers = { "content-length": Buffer.byteLength(body) };
    const request = http.request({ host, port, method, path: `/2018-06-01/runtime/${path}`, agent, headers }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(parts).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

for (;;) {
  const { headers, text } = await send("GET", "invocation/next");
  const id = headers["lambda-runtime-aws-request-id"];
  await send("POST", `invocation/${id}/response`, JSON.stringify(await handler(JSON.parse(text))));
}

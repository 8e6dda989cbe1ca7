// A booking system in TypeScript, over types generated from the document. What is written here compiles only if the
// document says what the API does; then it is run against it.
import type { components, paths } from "./api";

type Contract = components["schemas"]["Contract"];
type Listed = paths["/v1/contracts"]["get"]["responses"]["200"]["content"]["application/json"];
type NewContract = paths["/v1/contracts"]["post"]["requestBody"]["content"]["application/json"];
type Refusal = components["schemas"]["Refusal"];

declare const process: { argv: string[]; exitCode?: number };
const [, , url, token, keyId] = process.argv;

async function ask<Answer>(method: string, path: string, body?: object): Promise<[number, Answer]> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  return [answer.status, (await answer.json()) as Answer];
}

function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

async function main(): Promise<void> {
  const wanted: NewContract = { keyIds: [keyId], person: "Ada", permanent: true, contacts: [{ name: "Ada", language: "sv" }] };
  const [made, contract] = await ask<Contract>("POST", "/v1/contracts", wanted);
  expect(made === 201 && contract.state === "active" && contract.permanent === true, "made");
  // An element of a list is the very type of a single one.
  const [, listed] = await ask<Listed>("GET", `/v1/contracts?keyId=${keyId}&state=active&state=ended`);
  const first: Contract = listed.data[0];
  expect(first.contractId === contract.contractId && listed.page.next === null, "listed");
  const [refused, refusal] = await ask<Refusal>("POST", "/v1/contracts", wanted);
  expect(refused === 409 && "code" in refusal && refusal.code === "contract_overlap", "refused");
  // @ts-expect-error: a request has closed enumerations
  const wrong: NewContract = { keyIds: [keyId], person: "Ada", permanent: true, contacts: [{ name: "Ada", language: "xx" }] };
  expect(wrong.person === "Ada", "compiled");
  console.log("booked");
}

main();

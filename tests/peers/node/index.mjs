// A handler as AWS's guide for Node.js teaches it (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html):
// the client is made outside the handler. It makes the measured requests. In Lambda the SDK is part of the runtime.
import { readFileSync } from "node:fs";
import { BatchGetItemCommand, DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});
const commands = {
  "DynamoDB_20120810.BatchGetItem": BatchGetItemCommand,
  "DynamoDB_20120810.GetItem": GetItemCommand,
  "DynamoDB_20120810.TransactWriteItems": TransactWriteItemsCommand,
};
const calls = JSON.parse(readFileSync(process.env.MEASURED_CALLS, "utf8"));

export async function handler(event) {
  for (const { target, request } of calls) {
    await client.send(new commands[target](request));
  }
  return { statusCode: 201, headers: { "content-type": "application/json" }, body: "{}" };
}

"""A handler as the documentation of Powertools for AWS Lambda teaches it
(https://docs.powertools.aws.dev/lambda/python/latest/core/event_handler/api_gateway/): a resolver, a logger, and the
client outside the handler. It makes the measured requests."""

import json
import os

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

METHODS = {
    "DynamoDB_20120810.BatchGetItem": "batch_get_item",
    "DynamoDB_20120810.GetItem": "get_item",
    "DynamoDB_20120810.TransactWriteItems": "transact_write_items",
}

logger = Logger(service="contracts")
resolver = APIGatewayHttpResolver()
client = boto3.client("dynamodb")
with open(os.environ["MEASURED_CALLS"], encoding="utf-8") as file:
    calls = json.load(file)


@resolver.post("/v1/contracts")
def book():
    for call in calls:
        getattr(client, METHODS[call["target"]])(**call["request"])
    return Response(status_code=201, content_type="application/json", body="{}")


@logger.inject_lambda_context
def handler(event, context):
    return resolver.resolve(event, context)

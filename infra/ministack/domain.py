"""Fails unless the stack on the ministack at AWS_ENDPOINT_URL has the custom domain of the runbook and has kept the
parameters of earlier deployments.

    python domain.py stack.json

Also writes the new outputs into stack.json.
"""

import json
import pathlib
import sys

import boto3

from describe import outputs_of

# The values in the runbook.
NAME = "keys.example.com"
LOG_RETENTION_DAYS = 90


def seen(stack: dict) -> dict:
    """The present state."""
    outputs, cloudformation, route53 = stack["outputs"], boto3.client("cloudformation"), boto3.client("route53")
    api = cloudformation.describe_stack_resource(StackName=stack["name"], LogicalResourceId="Api")
    mappings = boto3.client("apigatewayv2").get_api_mappings(DomainName=NAME)["Items"]
    client = boto3.client("cognito-idp").describe_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientId=outputs["WebClientId"]
    )["UserPoolClient"]
    [zone] = route53.list_hosted_zones_by_name(DNSName="example.com", MaxItems="1")["HostedZones"]
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{stack['name']}-keys")
    return {
        "the outputs": [outputs["ApiUrl"], outputs["DashboardUrl"]],
        "whether the API is the one that answers": [
            (mapping["ApiId"] == api["StackResourceDetail"]["PhysicalResourceId"], mapping["Stage"]) for mapping in mappings
        ],
        "where DNS leads": [
            (record["Type"], record["AliasTarget"]["DNSName"].rstrip(".") == outputs["DomainTarget"])
            for record in records
            if record["Name"].rstrip(".") == NAME
        ],
        "where the sign-in sends people": [client["CallbackURLs"], client["LogoutURLs"]],
        "what the first deployment set": [group["retentionInDays"] for group in groups["logGroups"]],
    }


EXPECTED = {
    "the outputs": [f"https://{NAME}", f"https://{NAME}"],
    "whether the API is the one that answers": [(True, "$default")],
    "where DNS leads": [("A", True)],
    "where the sign-in sends people": [[f"https://{NAME}/auth/callback"], [f"https://{NAME}/"]],
    "what the first deployment set": [LOG_RETENTION_DAYS],
}


def main() -> int:
    file = pathlib.Path(sys.argv[1])
    stack = json.loads(file.read_text())
    stack["outputs"] = outputs_of(stack["name"])
    stack["dashboard"] = stack["outputs"]["DashboardUrl"]
    file.write_text(json.dumps(stack, indent=2) + "\n")  # later steps use the new address
    found = seen(stack)
    wrong = [f"{what}: {found[what]} in place of {EXPECTED[what]}" for what in EXPECTED if found[what] != EXPECTED[what]]
    for sentence in wrong:
        print(sentence)
    print(f"domain: {len(EXPECTED)} checked, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""The policy statements of a template, with references replaced by possible values, since a policy lint needs ARNs."""

import re

ACCOUNT = "111122223333"
REGION = "eu-north-1"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "key-automat-cloud",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/key-automat-cloud/4dd0d6c0-0000-11f0-0000-0a0a0a0a0a0a",
}
# ARNs by type, and types whose `Ref` is the ARN, too.
ARNS = {
    "AWS::DynamoDB::Table": "dynamodb:{}:{}:table/{}",
    "AWS::SecretsManager::Secret": "secretsmanager:{}:{}:secret:{}-AbCdEf",
    "AWS::SQS::Queue": "sqs:{}:{}:{}",
    "AWS::SNS::Topic": "sns:{}:{}:{}",
    "AWS::KMS::Key": "kms:{}:{}:key/00000000-0000-0000-0000-{}",
    "AWS::Logs::LogGroup": "logs:{}:{}:log-group:{}:*",
    "AWS::Lambda::Function": "lambda:{}:{}:function:{}",
    "AWS::Lambda::Alias": "lambda:{}:{}:function:{}:live",
    "AWS::IAM::Role": "iam::{1}:role/{2}",
    "AWS::Events::Rule": "events:{}:{}:rule/{}",
    "AWS::IoT::TopicRule": "iot:{}:{}:rule/{}",
    "AWS::WAFv2::WebACL": "wafv2:us-east-1:{1}:global/webacl/{2}/00000000-0000-0000-0000-000000000000",
}
REF_IS_ARN = {"AWS::SecretsManager::Secret", "AWS::SNS::Topic", "AWS::Lambda::Alias"}
NOTHING = object()


def statements(template):
    """Each statement as the resource with the statement's id, and the statement itself."""
    for name, resource in template["Resources"].items():
        for statement in found(resolved(resource.get("Properties", {}), template)):
            # A resource policy applies to its resource, whatever it says.
            if resource["Type"] == "AWS::KMS::Key":
                statement["Resource"] = arn(name, template)
            elif "Action" in statement and "Resource" not in statement and "NotResource" not in statement:
                statement["Resource"] = arn(name, template)
            yield f"{name} {statement.get('Sid', '')}".rstrip(), statement


def found(value):
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for child in value:
            yield from found(child)


def resolved(value, template):
    """The value with its intrinsic functions evaluated; all conditions are true."""
    if isinstance(value, list):
        items = [resolved(item, template) for item in value]
        return [item for item in items if item is not NOTHING]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        function, argument = next(iter(value.items()))
        if function == "Ref":
            return ref(argument, template)
        if function == "Fn::GetAtt":
            resource, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
            return attribute_of(resource, attribute, template)
        if function == "Fn::If":
            return resolved(argument[1], template)
        if function == "Fn::Sub":
            return substituted(argument, template)
        if function == "Fn::Join":
            return argument[0].join(str(part) for part in resolved(argument[1], template))
        if function.startswith("Fn::"):
            return f"{function} of something"
    members = {name: resolved(member, template) for name, member in value.items()}
    return {name: member for name, member in members.items() if member is not NOTHING}


def ref(name, template):
    if name == "AWS::NoValue":
        return NOTHING
    if name in PSEUDO:
        return PSEUDO[name]
    if name in template.get("Parameters", {}):
        return template["Parameters"][name].get("Default") or name.lower()
    resource = template["Resources"][name]
    return arn(name, template) if resource["Type"] in REF_IS_ARN else name


def attribute_of(name, attribute, template):
    if attribute == "Arn" or attribute.endswith("Arn") and template["Resources"][name]["Type"] in ARNS:
        tail = "/stream/2026-01-01" if attribute == "StreamArn" else ""
        return arn(name, template) + tail
    return f"{name}-{attribute}".lower()


def arn(name, template):
    return "arn:aws:" + ARNS[template["Resources"][name]["Type"]].format(REGION, ACCOUNT, name)


def substituted(argument, template):
    text, given = (argument, {}) if isinstance(argument, str) else argument

    def one(match):
        name = match[1]
        if name.startswith("!"):
            return "${" + name[1:].replace(":", ".") + "}"  # the lint splits ARNs at colons
        if name in given:
            return str(resolved(given[name], template))
        if "." in name:
            return str(attribute_of(*name.split(".", 1), template))
        return str(ref(name, template))

    return re.sub(r"\$\{([^}]+)\}", one, text)

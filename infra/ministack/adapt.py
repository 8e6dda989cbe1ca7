"""Adapts the output of `sam build` to ministack, which supports less of CloudFormation than AWS does.

    python adapt.py .aws-sam/build/template.yaml FOLDER

`sam deploy` then deploys FOLDER/template.json as it would the template itself. Only this is changed:

- SAM is expanded here, since the next steps need the result.
- `Ref` of a secret becomes its ARN, as in AWS; ministack returns its name.
- The dashboard uses the sign-in at ministack's own address: its real one is Amazon's, which is not in the namespace.
- Resources that ministack does not support are left out (see `absent`), and their names are printed.
- Three grants are rewritten for ministack's evaluation (see `as_evaluated`), which would deny what AWS allows. All others
  are enforced as written.

Anything unknown is an error: nothing may get lost on the way to the stack that the tests run against.
"""

import json
import os
import sys
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))
from expand import expanded  # as in the checks of the template

NESTED = "AWS::CloudFormation::Stack"
SECRET = "AWS::SecretsManager::Secret"
FUNCTION = "AWS::Lambda::Function"
# ministack's address.
ENDPOINT = os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")


class Unknown(Exception):
    """Something in the template that this file does not know and would lose."""


def absent(name: str, resource: dict) -> bool:
    """Whether ministack does not support a resource: CodeDeploy, AWS IoT's log, composite and calculating alarms."""
    kind = resource["Type"]
    return (
        kind.startswith("AWS::CodeDeploy::")
        or name == "CodeDeployServiceRole"
        or kind == "AWS::IoT::Logging"
        or kind == "AWS::CloudWatch::CompositeAlarm"
        or (kind == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"])
    )


def adapt(template: dict) -> tuple[dict, list[str]]:
    """The template for ministack in plain CloudFormation, and the names of what is left out."""
    left_out = [name for name, resource in template["Resources"].items() if absent(name, resource)]
    secrets = {name for name, resource in template["Resources"].items() if resource["Type"] == SECRET}
    resources = {}
    for name, resource in template["Resources"].items():
        if name in left_out:
            continue
        resources[name] = with_sign_in_at_hand(without_steps(resource))
    adapted = as_evaluated(with_arns({**template, "Resources": resources}, secrets))
    if mentioned := sorted(set(left_out) & references(adapted)):
        raise Unknown(f"{mentioned} are left out, but something refers to them")
    return adapted, left_out


def with_paths(template: dict) -> dict:
    """A SAM template in plain CloudFormation, with the paths of built files, which `sam deploy` uploads."""
    paths = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            paths[name] = ("Code", resource["Properties"]["CodeUri"])
        elif resource["Type"] == NESTED:
            paths[name] = ("TemplateURL", resource["Properties"]["TemplateURL"])
    plain = expanded(template)
    for name, (field, path) in paths.items():
        plain["Resources"][name]["Properties"][field] = path
    return plain


def without_steps(resource: dict) -> dict:
    """A resource without its CodeDeploy update policy."""
    policy = {key: value for key, value in resource.get("UpdatePolicy", {}).items() if key != "CodeDeployLambdaAliasUpdate"}
    rest = {key: value for key, value in resource.items() if key != "UpdatePolicy"}
    return {**rest, "UpdatePolicy": policy} if policy else rest


def with_sign_in_at_hand(resource: dict) -> dict:
    """A resource; a function that calls the sign-in gets ministack's address for it. The issuer's name in tokens stays the
    real one."""
    variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
    if resource["Type"] != FUNCTION or "SIGN_IN_URL" not in variables:
        return resource
    pool = {"Fn::GetAtt": ["SignIn", "Outputs.UserPoolId"]}
    keys = {"Fn::Sub": [ENDPOINT + "/${Pool}/.well-known/jwks.json", {"Pool": pool}]}
    near = {**variables, "SIGN_IN_URL": ENDPOINT, "SIGN_IN_KEYS_URL": keys}
    if set(near) != set(variables):
        raise Unknown(f"{sorted(set(near) - set(variables))} is missing in the function that has SIGN_IN_URL")
    return {**resource, "Properties": {**resource["Properties"], "Environment": {"Variables": near}}}


def with_arns(value, secrets: set):
    """The same with each `Ref` of a secret as its ARN."""
    if isinstance(value, dict):
        if set(value) == {"Ref"} and value["Ref"] in secrets:
            return {"Fn::GetAtt": [value["Ref"], "Id"]}
        return {key: with_arns(inner, secrets) for key, inner in value.items()}
    return [with_arns(inner, secrets) for inner in value] if isinstance(value, list) else value


SHADOW_CALLS = {"iot:GetThingShadow", "iot:UpdateThingShadow"}


def as_evaluated(value):
    """The same with policy statements rewritten for ministack's evaluation.

    - `sns:Publish` is all that AWS asks for PublishBatch; ministack has an action of that name.
    - An email is sent on behalf of an identity, from an address; ministack knows neither when it evaluates.
    - A named shadow's ARN ends in its name; ministack asks for the thing alone.
    - What is forbidden over plain HTTP is not: in the namespace that nothing leaves there is nothing else.
    """
    if isinstance(value, list):
        return [as_evaluated(inner) for inner in value if not forbids_plain_http(inner)]
    if not isinstance(value, dict):
        return value
    if value.get("Effect") == "Allow" and value.get("Action") == "sns:Publish" and "Resource" in value:
        return {**value, "Action": ["sns:Publish", "sns:PublishBatch"]}
    if value.get("Effect") == "Allow" and set(value.get("Action", ())) == SHADOW_CALLS:
        return {**value, "Resource": {"Fn::Sub": value["Resource"]["Fn::Sub"].removesuffix("/open")}}
    if value.get("Effect") == "Allow" and value.get("Action") == "ses:SendEmail":
        if list(value.get("Condition", {}).get("StringEquals", {})) != ["ses:FromAddress"]:
            raise Unknown(f"{value.get('Sid')} permits sending email under other conditions than the sender's address")
        return {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
    return {key: as_evaluated(inner) for key, inner in value.items()}


def forbids_plain_http(statement) -> bool:
    """Whether a statement does nothing but that."""
    if not isinstance(statement, dict) or statement.get("Effect") != "Deny":
        return False
    return statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}


def references(value) -> set:
    """The names that `Ref`, `Fn::GetAtt` and `DependsOn` refer to."""
    if isinstance(value, list):
        return set().union(*map(references, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = set().union(*map(references, value.values())) if value else set()
    if isinstance(name := value.get("Ref"), str):
        found.add(name)
    if isinstance(path := value.get("Fn::GetAtt"), (list, str)):
        found.add(path.split(".")[0] if isinstance(path, str) else path[0])
    if isinstance(names := value.get("DependsOn"), (list, str)):
        found |= {names} if isinstance(names, str) else set(names)
    return found


def write(source: Path, folder: Path, name: str = "template") -> list[str]:
    """Adapts a template and those nested in it into a folder. Returns the names of what is left out."""
    adapted, left_out = adapt(with_paths(yaml_parse(source.read_text())))
    for logical, resource in adapted["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == NESTED:
            nested = f"{name}-{logical}"
            left_out += [f"{logical}/{inner}" for inner in write(source.parent / properties["TemplateURL"], folder, nested)]
            properties["TemplateURL"] = f"{nested}.json"
        elif resource["Type"] == FUNCTION:
            properties["Code"] = str((source.parent / properties["Code"]).resolve())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(adapted, indent=2) + "\n")
    return left_out


def main() -> None:
    for name in write(Path(sys.argv[1]), Path(sys.argv[2])):
        print(f"left out: {name}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Replaces the table in a built template by another one, for `infra/runbooks/restore.md`.

    python infra/tools/swap_table.py --table COPY --build .aws-sam/build

COPY is a table that was restored beside the stack's own, with a stream. Two files are written to the folder:

- `swapped.json`: the template without its resource `Table`; references to it have the name and ARNs of COPY.
  Deploying it makes the stack use COPY. The previous table is retained (`DeletionPolicy`), but is no longer in the stack.
- `table.json`: only the resource `Table`, to import COPY under that name.

After the import the template itself can be deployed again: its references then resolve to COPY.

Needs the Python packages boto3 and aws-sam-translator, and credentials that may describe the table.
"""

import argparse
import json
import pathlib
import re
import sys

TABLE = "Table"


class Unknown(Exception):
    """A reference to the table that this script cannot replace."""


def swapped(template: dict, values: dict) -> dict:
    """The template without the table; `values` has the values of `Ref` and of each attribute in use."""
    if TABLE not in template["Resources"]:
        raise Unknown(f"the template has no resource {TABLE}")
    rest = {name: resource for name, resource in template["Resources"].items() if name != TABLE}
    return replaced({**template, "Resources": rest}, values)


def replaced(value, values: dict):
    """The same with values in place of references to the table."""
    if isinstance(value, list):
        return [replaced(inner, values) for inner in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return values["Ref"] if value["Ref"] == TABLE else value
    if set(value) == {"Fn::GetAtt"}:
        return attribute(value, values)
    if set(value) == {"Fn::Sub"}:
        return {"Fn::Sub": substituted(value["Fn::Sub"], values)}
    if TABLE in names(value.get("DependsOn")):
        raise Unknown(f"a resource depends on {TABLE} by DependsOn")
    return {key: replaced(inner, values) for key, inner in value.items()}


def names(depends) -> list:
    return [depends] if isinstance(depends, str) else depends or []


def attribute(value: dict, values: dict):
    """A `Fn::GetAtt`, in either of its forms."""
    name, _, wanted = (value["Fn::GetAtt"] if isinstance(value["Fn::GetAtt"], str) else ".".join(value["Fn::GetAtt"])).partition(".")
    if name != TABLE:
        return value
    if wanted not in values:
        raise Unknown(f"a resource refers to {TABLE}.{wanted}")
    return values[wanted]


def substituted(text, values: dict):
    """The text of a `Fn::Sub`, with its own values if it has any."""
    if isinstance(text, list):
        return [substituted(text[0], values), replaced(text[1], values)]

    def value(reference) -> str:
        wanted = reference[1] or "Ref"
        if wanted not in values:
            raise Unknown(f"a resource refers to {reference[0]}")
        return values[wanted]

    return re.sub(r"\$\{" + TABLE + r"(?:\.(\w+))?\}", value, text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Names another table in the place of a built template's own.")
    parser.add_argument("--table", required=True, help="the restored table")
    parser.add_argument("--build", required=True, type=pathlib.Path, help="output folder of `sam build`")
    given = parser.parse_args()
    import boto3  # imported here, so that --help needs no packages
    from samtranslator.yaml_helper import yaml_parse

    described = boto3.client("dynamodb").describe_table(TableName=given.table)["Table"]
    if not described.get("StreamSpecification", {}).get("StreamEnabled"):
        print(f"error: {given.table} has no stream: enable it first", file=sys.stderr)
        return 1
    values = {"Ref": given.table, "Arn": described["TableArn"], "StreamArn": described["LatestStreamArn"]}
    template = yaml_parse((given.build / "template.yaml").read_text())
    try:
        without = swapped(template, values)
    except Unknown as unknown:
        print(f"error: {unknown}", file=sys.stderr)
        return 1
    for file, content in [("swapped.json", without), ("table.json", template["Resources"][TABLE])]:
        (given.build / file).write_text(json.dumps(content, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

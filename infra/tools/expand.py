"""Expands the SAM template to plain CloudFormation, so that cfn-lint and `cargo xtask template` see what is deployed.

`sam validate --lint` checks the template as written: it does not see what SAM generates.

Usage: python expand.py TEMPLATE OUT.json
"""

import json
import logging
import os
import sys
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """The template names no managed policies, so the list that SAM would ask IAM for stays empty."""

    def load(self):
        return {}


def expanded(template: dict) -> dict:
    """The template as expanded by SAM, with placeholder addresses for uploads."""
    # The translator reads the region from the session; any region will do.
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-north-1")
    logging.disable(logging.WARNING)  # it warns of its own missing feature switches
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam deploy` writes the upload's address here; the translator accepts nothing else.
            resource["Properties"]["CodeUri"] = "s3://uploaded-by-sam-deploy/code.zip"
        elif resource["Type"] == "AWS::CloudFormation::Stack":
            resource["Properties"]["TemplateURL"] = "https://s3.amazonaws.com/uploaded-by-sam-deploy/nested.yaml"
    return transform(template, {}, NoManagedPolicies())


def main(source: Path, target: Path) -> None:
    template = expanded(yaml_parse(source.read_text()))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(template, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

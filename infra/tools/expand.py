"""Expands the SAM template to plain CloudFormation, so that cfn-lint and `cargo xtask template` see what is deployed.

`sam validate --lint` checks the template as written: what SAM makes of it goes unseen.

Usage: python expand.py TEMPLATE OUT.json
"""

import json
import os
import sys
from pathlib import Path

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """The template names no managed policies, so the list that SAM would ask IAM for stays empty."""

    def load(self):
        return {}


def main(source: Path, target: Path) -> None:
    # The translator reads the region from the session; which one does not matter here.
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-north-1")
    template = yaml_parse(source.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam deploy` puts the upload's address here; the translator takes nothing else.
            resource["Properties"]["CodeUri"] = "s3://uploaded-by-sam-deploy/code.zip"
        elif resource["Type"] == "AWS::CloudFormation::Stack":
            resource["Properties"]["TemplateURL"] = "https://s3.amazonaws.com/uploaded-by-sam-deploy/nested.yaml"
    expanded = transform(template, {}, NoManagedPolicies())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(expanded, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""The values of references in a template."""

import unittest

from statements import resolved, statements

TEMPLATE = {
    "Parameters": {"Name": {"Type": "String"}, "Days": {"Type": "Number", "Default": 30}},
    "Resources": {
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Queue": {"Type": "AWS::SQS::Queue"},
    },
}


def value(written):
    return resolved(written, TEMPLATE)


class References(unittest.TestCase):
    def test_a_ref_is_a_parameter_a_pseudo_parameter_or_what_a_resource_is_called(self):
        self.assertEqual(value({"Ref": "Days"}), 30)
        self.assertEqual(value({"Ref": "Name"}), "name")
        self.assertEqual(value({"Ref": "AWS::Region"}), "eu-north-1")
        self.assertEqual(value({"Ref": "Topic"}), "arn:aws:sns:eu-north-1:111122223333:Topic")
        self.assertEqual(value({"Ref": "Queue"}), "Queue")

    def test_an_arn_is_of_the_resources_type(self):
        arn = "arn:aws:dynamodb:eu-north-1:111122223333:table/Table"
        self.assertEqual(value({"Fn::GetAtt": ["Table", "Arn"]}), arn)
        self.assertEqual(value({"Fn::GetAtt": "Table.StreamArn"}), arn + "/stream/2026-01-01")

    def test_text_has_its_variables_filled_in_but_those_that_aws_fills_in_later(self):
        self.assertEqual(value({"Fn::Sub": "${AWS::Partition}/${Queue.Arn}/${!iot:X.Y}"}),
                         "aws/arn:aws:sqs:eu-north-1:111122223333:Queue/${iot.X.Y}")
        self.assertEqual(value({"Fn::Sub": ["${A}-${Days}", {"A": {"Ref": "Name"}}]}), "name-30")

    def test_a_condition_is_true_and_nothing_is_nothing(self):
        self.assertEqual(value([{"Fn::If": ["C", 1, 2]}, {"Ref": "AWS::NoValue"}]), [1])
        self.assertEqual(value({"a": {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, 2]}, "b": 1}), {"b": 1})

    def test_a_reference_to_what_is_not_there_is_an_error(self):
        with self.assertRaises(KeyError):
            value({"Ref": "Gone"})


class Statements(unittest.TestCase):
    def test_they_are_found_wherever_they_are_and_named(self):
        role = {
            "Type": "AWS::IAM::Role",
            "Properties": {"Policies": [{"PolicyDocument": {"Statement": [
                {"Sid": "Read", "Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}},
                {"Fn::If": ["C", {"Sid": "Maybe", "Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "Topic"}}, None]},
            ]}}]},
        }
        template = {**TEMPLATE, "Resources": {**TEMPLATE["Resources"], "Role": role}}
        found = dict(statements(template))
        self.assertEqual(list(found), ["Role Read", "Role Maybe"])
        self.assertEqual(found["Role Read"]["Resource"], "arn:aws:sqs:eu-north-1:111122223333:Queue")

    def test_a_keys_policy_is_about_the_key_and_a_roles_trust_about_the_role(self):
        key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [
            {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}}}
        role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole"}]}}}
        found = dict(statements({"Resources": {"Key": key, "Role": role}}))
        self.assertTrue(found["Key"]["Resource"].startswith("arn:aws:kms:"))
        self.assertEqual(found["Role"]["Resource"], "arn:aws:iam::111122223333:role/Role")


if __name__ == "__main__":
    unittest.main()

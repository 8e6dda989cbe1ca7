"""Adapting a template to ministack."""

import unittest

import adapt

def adapted(**resources):
    return adapt.adapt({"Resources": resources})


class SignIn(unittest.TestCase):
    def variables_of(self, **variables):
        function = {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "b", "Environment": {"Variables": variables}}}
        template, _ = adapted(F=function)
        return template["Resources"]["F"]["Properties"]["Environment"]["Variables"]

    def test_the_dashboard_gets_the_local_sign_in_and_keeps_the_issuer(self):
        adapted_variables = self.variables_of(SIGN_IN_URL="https://far", SIGN_IN_KEYS_URL="https://far/keys", ISSUER="https://far", TABLE_NAME="t")
        self.assertEqual((adapted_variables["SIGN_IN_URL"], adapted_variables["ISSUER"], adapted_variables["TABLE_NAME"]), (adapt.ENDPOINT, "https://far", "t"))
        self.assertTrue(adapted_variables["SIGN_IN_KEYS_URL"]["Fn::Sub"][0].startswith(adapt.ENDPOINT))
        self.assertEqual(self.variables_of(TABLE_NAME="t"), {"TABLE_NAME": "t"})

    def test_a_function_without_the_address_of_the_keys_is_an_error(self):
        with self.assertRaises(adapt.Unknown):
            self.variables_of(SIGN_IN_URL="https://far", ISSUER="https://far")


class LeftOut(unittest.TestCase):
    def test_what_ministack_has_no_resource_for(self):
        alias = {"Type": "AWS::Lambda::Alias", "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": {"x": 1}}, "Properties": {}}
        template, left_out = adapted(
            Alias=alias,
            Application={"Type": "AWS::CodeDeploy::Application"},
            Rate={"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": []}},
            Depth={"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Depth"}},
        )
        self.assertEqual(left_out, ["Application", "Rate"])
        self.assertEqual(list(template["Resources"]), ["Alias", "Depth"])
        self.assertNotIn("UpdatePolicy", template["Resources"]["Alias"])

    def test_nothing_that_stays_may_refer_to_it(self):
        alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": []}}
        for mention in ({"Ref": "Rate"}, {"Fn::GetAtt": ["Rate", "Arn"]}, {"Fn::GetAtt": "Rate.Arn"}):
            with self.assertRaises(adapt.Unknown):
                adapted(Rate=alarm, Topic={"Type": "AWS::SNS::Topic", "Properties": {"x": [mention]}})
        with self.assertRaises(adapt.Unknown):
            adapted(Rate=alarm, Topic={"Type": "AWS::SNS::Topic", "DependsOn": "Rate"})


class Grants(unittest.TestCase):
    def of_role(self, *statements):
        role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": {"Statement": [*statements]}}]}}
        template, _ = adapted(Role=role)
        return template["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]

    def test_all_but_three_stay_as_they_are(self):
        items = {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "arn:table"}
        sms = {"Effect": "Allow", "Action": "sns:Publish", "NotResource": "arn:aws:sns:*:*:*"}
        topic = {"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "KeyEvents"}}
        address = {"StringEquals": {"ses:FromAddress": "a@example.com"}}
        mail = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "arn:identity", "Condition": address}
        plain = {"Effect": "Deny", "Action": "sns:Publish", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        deny = {"Effect": "Deny", "Action": "sns:Publish", "Resource": "*"}
        evaluated = self.of_role(items, sms, topic, {"Fn::If": ["HasMail", mail, {"Ref": "AWS::NoValue"}]}, plain, deny)
        both = {**topic, "Action": ["sns:Publish", "sns:PublishBatch"]}
        anywhere = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
        optional = {"Fn::If": ["HasMail", anywhere, {"Ref": "AWS::NoValue"}]}
        self.assertEqual(evaluated, [items, sms, both, optional, deny])

    def test_a_shadow_is_asked_for_by_its_thing(self):
        shadows = {"Effect": "Allow", "Action": ["iot:GetThingShadow", "iot:UpdateThingShadow"]}
        replies = {"Effect": "Allow", "Action": "iot:Publish", "Resource": {"Fn::Sub": "topic/open"}}
        evaluated = self.of_role({**shadows, "Resource": {"Fn::Sub": "thing/*/open"}}, replies)
        self.assertEqual(evaluated, [{**shadows, "Resource": {"Fn::Sub": "thing/*"}}, replies])

    def test_email_under_another_condition_is_refused(self):
        with self.assertRaises(adapt.Unknown):
            self.of_role({"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"})

    def test_a_secret_is_named_by_its_arn(self):
        secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {}}
        template, _ = adapted(Secret=secret, Role={"Type": "AWS::IAM::Role", "Properties": {"of": [{"Ref": "Secret"}]}})
        self.assertEqual(template["Resources"]["Role"]["Properties"]["of"], [{"Fn::GetAtt": ["Secret", "Id"]}])


if __name__ == "__main__":
    unittest.main()

"""What becomes of a template on its way to ministack."""

import unittest

import adapt

JWT = {
    "type": "jwt",
    "identitySource": "$request.header.Authorization",
    "jwtConfiguration": {"issuer": {"Fn::GetAtt": ["SignIn", "Outputs.Issuer"]}, "audience": ["a"]},
}


def operation(function="KeysFunction", **security):
    uri = {"Fn::Sub": "arn:${AWS::Partition}:…/functions/${" + function + ".Arn}/invocations"}
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri, "payloadFormatVersion": "2.0"}
    return {"x-amazon-apigateway-integration": integration, "security": [security], "responses": {}}


def api(paths, **body):
    described = {
        "openapi": "3.0.1",
        "info": {"title": "keys", "version": "1.0"},
        "paths": paths,
        "components": {"securitySchemes": {"BearerToken": {"type": "oauth2", "x-amazon-apigateway-authorizer": JWT}}},
        **body,
    }
    return {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": described, "FailOnWarnings": True}}


def adapted(**resources):
    return adapt.adapt({"Resources": resources})


def of_type(template, kind):
    return [resource["Properties"] for resource in template["Resources"].values() if resource["Type"] == kind]


class SignIn(unittest.TestCase):
    def told(self, **variables):
        function = {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "b", "Environment": {"Variables": variables}}}
        template, _ = adapted(F=function)
        return template["Resources"]["F"]["Properties"]["Environment"]["Variables"]

    def test_the_dashboard_finds_the_sign_in_at_hand_and_believes_the_same_issuer(self):
        told = self.told(SIGN_IN_URL="https://far", SIGN_IN_KEYS_URL="https://far/keys", ISSUER="https://far", TABLE_NAME="t")
        self.assertEqual((told["SIGN_IN_URL"], told["ISSUER"], told["TABLE_NAME"]), (adapt.ENDPOINT, "https://far", "t"))
        self.assertTrue(told["SIGN_IN_KEYS_URL"]["Fn::Sub"][0].startswith(adapt.ENDPOINT))
        self.assertEqual(self.told(TABLE_NAME="t"), {"TABLE_NAME": "t"})

    def test_a_function_that_would_look_for_the_keys_elsewhere_is_refused(self):
        with self.assertRaises(adapt.Unknown):
            self.told(SIGN_IN_URL="https://far", ISSUER="https://far")


class Routes(unittest.TestCase):
    def test_each_operation_becomes_a_route_behind_what_guards_it(self):
        template, left_out = adapted(
            Api=api(
                {
                    "/health": {"get": operation(NONE=[])},
                    "/v1/keys": {"get": operation(BearerToken=["k/viewer"]), "post": operation(BearerToken=["k/admin"])},
                    "/v1/openings": {"post": operation("OpeningsFunction", BearerToken=["k/operator"])},
                    "/$default": {adapt.ANY: operation(BearerToken=[])},
                }
            )
        )
        self.assertEqual(left_out, [])
        routes = {route["RouteKey"]: route for route in of_type(template, "AWS::ApiGatewayV2::Route")}
        expected = ["$default", "GET /health", "GET /v1/keys", "POST /v1/keys", "POST /v1/openings"]
        self.assertEqual(sorted(routes), expected)
        self.assertEqual(routes["GET /health"]["AuthorizationType"], "NONE")
        self.assertNotIn("AuthorizerId", routes["GET /health"])
        for key, scopes in (("GET /v1/keys", ["k/viewer"]), ("POST /v1/keys", ["k/admin"]), ("$default", [])):
            guard = [routes[key][name] for name in ("AuthorizationType", "AuthorizerId", "AuthorizationScopes")]
            self.assertEqual(guard, ["JWT", {"Ref": "ApiBearerToken"}, scopes], key)
        self.assertEqual(len(of_type(template, "AWS::ApiGatewayV2::Integration")), 2, "one for each function")
        self.assertNotEqual(routes["POST /v1/openings"]["Target"], routes["POST /v1/keys"]["Target"])
        [guard] = of_type(template, "AWS::ApiGatewayV2::Authorizer")
        configured = {"Issuer": JWT["jwtConfiguration"]["issuer"], "Audience": ["a"]}
        self.assertEqual(guard["JwtConfiguration"], configured)
        self.assertNotIn("Body", template["Resources"]["Api"]["Properties"])

    def test_origins_are_taken_over_with_their_condition(self):
        cors = {"Fn::If": ["HasOrigins", {"allowOrigins": ["https://a.example"]}, {"Ref": "AWS::NoValue"}]}
        template, _ = adapted(Api=api({}, **{"x-amazon-apigateway-cors": cors}))
        expected = {"Fn::If": ["HasOrigins", {"AllowOrigins": ["https://a.example"]}, {"Ref": "AWS::NoValue"}]}
        self.assertEqual(template["Resources"]["Api"]["Properties"]["CorsConfiguration"], expected)

    def test_what_is_not_known_is_refused(self):
        elsewhere = operation(BearerToken=[])
        elsewhere["x-amazon-apigateway-integration"]["type"] = "http_proxy"
        for what in (
            api({}, **{"x-amazon-apigateway-policy": {}}),
            api({"/x": {"get": operation(Another=[])}}),
            api({"/x": {"get": elsewhere}}),
            api({"/x": {"parameters": []}}),
        ):
            with self.assertRaises(adapt.Unknown):
                adapted(Api=what)


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

//! The metrics that AWS documents, of the services that the stack uses.

/// The metrics of a service: its namespace, their names, and the sets of dimensions with data. `CloudWatch` does not
/// aggregate over dimensions: any other set has no data.
pub(super) type Sent = (&'static str, &'static [&'static str], &'static [&'static [&'static str]]);

/// The services that the stack uses.
pub(super) const SENT: &[Sent] = &[
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    (
        "AWS/ApiGateway",
        &["4xx", "5xx", "Count", "IntegrationLatency", "Latency", "DataProcessed"],
        &[&["ApiId"], &["ApiId", "Stage"], &["ApiId", "Stage", "Method", "Resource"]],
    ),
    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    (
        "AWS/Lambda",
        &["Invocations", "Errors", "Throttles", "Duration", "IteratorAge", "ConcurrentExecutions"],
        &[&["FunctionName"], &["FunctionName", "Resource"], &["FunctionName", "Resource", "ExecutedVersion"]],
    ),
    (
        "AWS/Lambda",
        &["AsyncEventsReceived", "AsyncEventAge", "AsyncEventsDropped", "DestinationDeliveryFailures"],
        &[&["FunctionName"], &["FunctionName", "Resource"]],
    ),
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    (
        "AWS/DynamoDB",
        &["ReadThrottleEvents", "WriteThrottleEvents", "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"],
        &[&["TableName"], &["TableName", "GlobalSecondaryIndexName"]],
    ),
    (
        "AWS/DynamoDB",
        &["SystemErrors", "SuccessfulRequestLatency", "ThrottledRequests"],
        &[&["TableName", "Operation"]],
    ),
    ("AWS/DynamoDB", &["TransactionConflict", "ConditionalCheckFailedRequests"], &[&["TableName"]]),
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    (
        "AWS/SQS",
        &["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "NumberOfMessagesSent"],
        &[&["QueueName"]],
    ),
    // https://docs.aws.amazon.com/iot/latest/developerguide/metrics_dimensions.html
    ("AWS/IoT", &["TopicMatch", "ParseError", "RuleMessageThrottled", "RuleNotFound"], &[&["RuleName"]]),
    ("AWS/IoT", &["Success", "Failure", "ErrorActionSuccess", "ErrorActionFailure"], &[&["RuleName", "ActionType"]]),
    ("AWS/IoT", &["Connect.AuthError", "Connect.ClientError", "Connect.Success", "Connect.Throttle"], &[&["Protocol"]]),
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    ("AWS/Events", &["Invocations", "FailedInvocations", "TriggeredRules", "ThrottledRules"], &[&["RuleName"]]),
    // https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-cloudwatch.html: without dimensions, the account's
    (
        "AWS/SES",
        &["Send", "Delivery", "Bounce", "Complaint", "Reject", "Reputation.BounceRate", "Reputation.ComplaintRate"],
        &[&[]],
    ),
    // https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    ("AWS/SNS", &["SMSMonthToDateSpentUSD"], &[&[]]),
    (
        "AWS/SNS",
        &["NumberOfMessagesPublished", "NumberOfNotificationsFailed", "NumberOfNotificationsDelivered"],
        &[&["TopicName"]],
    ),
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
    ("AWS/Logs", &["IncomingBytes", "IncomingLogEvents"], &[&["LogGroupName"]]),
];

/// The operations of `DynamoDB` that the code uses (`infra/rules/calls.yaml` has the actions).
pub(super) const OPERATIONS: [&str; 8] =
    ["GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];

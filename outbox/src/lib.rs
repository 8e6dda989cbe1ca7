//! Amazon SNS and SES on one machine.

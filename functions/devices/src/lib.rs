//! What automats send.

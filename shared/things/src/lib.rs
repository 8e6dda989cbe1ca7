//! What the functions say to automats: through their shadows, and on their reply topic.

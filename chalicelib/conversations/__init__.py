"""What was said, in and out: conversations, messages, and the delivery of replies."""

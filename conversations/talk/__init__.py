"""What is said in a conversation, step by step."""

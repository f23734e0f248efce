"""What the emulator lacks of DynamoDB, or answers differently from AWS."""

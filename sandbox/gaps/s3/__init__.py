"""What the emulator lacks of S3, or answers differently from AWS."""

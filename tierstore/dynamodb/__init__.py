"""DynamoDB: items and requests as pure functions, and the transports that carry them."""

"""The JSON protocol of AWS services, over connections of our own: signed, pooled, verified, with little of botocore."""

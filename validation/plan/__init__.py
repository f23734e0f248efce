"""Reviews what Terraform is about to do, before it does it: what would be lost, what would be opened, what it costs."""

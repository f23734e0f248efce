"""What the project is measured by: each benchmark against the stock way of doing the same, in one run."""

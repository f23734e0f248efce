"""Items: from an entity to what a table stores of it, and back, also from what earlier releases wrote."""

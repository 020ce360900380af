"""What the operator decides: one YAML file, secrets from the environment or from files."""

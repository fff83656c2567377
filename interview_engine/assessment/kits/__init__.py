"""Interview kits: values, rules, and the YAML files they are read from."""

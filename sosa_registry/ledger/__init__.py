"""Ground floor: how the registry remembers. It knows nothing of countries or agreements."""

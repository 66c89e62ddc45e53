"""Plain values and rules of the domain: standard library only, no input or output, imported by every other room."""

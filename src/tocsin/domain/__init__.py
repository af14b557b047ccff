"""The rules: values and pure functions. Standard library only; `now` is always an argument."""

// Nothing: the examples are what this package depends on.

"""An embedded provider with a scripted day, for the demo, the tests and integrators."""

"""A made-up company with the dirt of real CRMs, for demos and benchmarks."""

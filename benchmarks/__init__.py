"""How fast it is, measured on this machine: `benchmarks/README.md` says how to run and how to read it."""

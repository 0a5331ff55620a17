"""What every test can ask for."""

from hypothesis import settings

pytest_plugins = [
    "tests.postgres",
    "tests.checkouts",
    "tests.missing",
    "tests.stage",
    "tests.stores",
    "tests.faults.program",
]

# No database of examples: tests write nothing into the tree. Deadlines would measure the machine.
settings.register_profile("anliegen", database=None, deadline=None)
settings.load_profile("anliegen")

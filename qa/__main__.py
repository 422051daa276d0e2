"""`python -m qa`: the command line."""

from qa.cli import run

if __name__ == "__main__":
    run()

"""What the program shows and plays: found by `importlib.resources.files("assets")`."""

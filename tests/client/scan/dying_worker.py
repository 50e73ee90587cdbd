"""A worker that ends before it has said anything."""

if __name__ == "__main__":
    raise SystemExit(1)

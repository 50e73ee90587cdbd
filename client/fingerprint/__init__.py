"""What music a file holds, whatever its tags say: whether two laptops have the same recording."""

"""Small widgets that the screens are made of: they show what they are told, and signal what the person wants."""

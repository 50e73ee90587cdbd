"""The screens: each shows a state that says everything visible, and signals what the person wants."""

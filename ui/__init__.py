"""What people see: the command line now, the screens later."""

"""What is owed and who gets it: interest, triggers, payments, financing and the waterfall."""

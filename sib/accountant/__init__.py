"""What of the savings counts: claims, counting rules, review, and the check of every euro."""

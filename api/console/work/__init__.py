"""Pages of the console of one's own work: approvals that wait, and the inbox."""

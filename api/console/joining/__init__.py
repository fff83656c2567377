"""Pages of joining and leaving: tasks, who begins, who goes."""

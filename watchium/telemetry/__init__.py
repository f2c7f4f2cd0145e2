"""What this process and its siblings counted: kept where all of them can read it, remembered for ten minutes."""

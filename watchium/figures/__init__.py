"""What this process and its siblings counted: gathered, kept where all of them can read it, remembered for ten minutes."""

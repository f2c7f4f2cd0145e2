"""Values of settings that take more than a line of code to compute."""
